//! See [`SdiCardinality`].

use super::{Findings, on_objects};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::anvisninger::{Relation, Role, Roles, is_import, occurrences, relations, shown};
use crate::requests::period::Period;
use crate::requests::read::Object;
use crate::subject::RequestSubject;

check! {
    /// Each Sag and Dokument has the relations that the anvisninger demand, and not more at a time than they permit.
    ///
    /// ## Why
    /// Who may see a case is decided by the CVR number of its Ejer and by its Primær klasse; who works on it, by its
    /// Ansvarlig. The index takes a case without them and says nothing (general guide, 8), so that it is simply not
    /// found. An import is judged on what must be there and on what may be there once; an update on the latter, since
    /// it holds changes alone. Relations that follow each other in time are history and no breach: a period ends before
    /// its end time.
    ///
    /// Roles are UUIDs of Fælleskommunalt Klassifikationssystem, of which eight are public. Where other roles stand, the
    /// check decides what can be decided without them, and else says that it is inconclusive.
    ///
    /// ## What to do
    /// Send the relations that are named. If your roles are reported as unknown, ask for them to be added in the profile
    /// (`roles`).
    pub SdiCardinality {
        id: "request.sdi-cardinality",
        family: Request,
        title: da "Sager og dokumenter har de relationer, som anvisningerne kræver, og ikke flere end tilladt", en "Cases and documents have the relations that the anvisninger demand, and no more than permitted",
        rows: ["SDI-02"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("KOMBIT, Anvendelse af Sagsobjektet i Sags- og Dokumentindekset 1.7 (07-07-2023)", "3.6 to 3.13, forekomster"),
            ("KOMBIT, Anvendelse af Dokumentobjektet i Sags- og Dokumentindekset", "relations, forekomster"),
            ("KOMBIT, infrastructureSamples SF1470", "UUIDs of the roles"),
        ],
        remediation: da "Send de manglende relationer, og lad en erstattet relation slutte, hvor den nye begynder.",
                     en "Send the missing relations, and let a replaced relation end where the new one begins.",
        parameters: [
            ("roles", List(&[]), "Further roles, each `objekt/relation/rolle=UUID`, from Fælleskommunalt Klassifikationssystem"),
        ],
    }
}

impl Check<RequestSubject> for SdiCardinality {
    fn judge(&self, subject: &RequestSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "the relations of the anvisninger";
        let roles = match Roles::with(parameters.list("roles")) {
            Ok(roles) => roles,
            Err(entry) => return Outcome::error(format!("parameter roles: {entry}")),
        };
        on_objects(subject, EXPECTED, |object, findings| {
            if is_import(object) {
                missing(object, &roles, findings);
            }
            for registration in &object.registrations {
                too_many(object, &relations(object.kind, registration), &roles, findings);
            }
        })
    }
}

/// Roles that an import must have. Several registrations of an object count together: what each of them repeats is not said.
fn missing(object: &Object<'_>, roles: &Roles, findings: &mut Findings) {
    let all: Vec<Relation<'_>> = object.registrations.iter().flat_map(|r| relations(object.kind, r)).collect();
    let mut names: Vec<&str> = occurrences(object.kind).map(|o| o.relation.as_str()).collect();
    names.dedup();
    for name in names {
        let demanded = occurrences(object.kind).filter(|o| o.relation == name && o.is_exactly_one());
        let here: Vec<Role<'_>> = all.iter().filter(|r| r.name == name).map(|r| r.role(object.kind, roles)).collect();
        let demanded: Vec<&str> = demanded.map(|o| o.role.as_str()).collect();
        findings.seen += demanded.len();
        let absent: Vec<&str> = demanded.into_iter().filter(|role| !here.contains(&Role::Known(role))).collect();
        let unknown = here.iter().filter(|role| **role == Role::Unknown).count();
        if absent.is_empty() {
            continue;
        }
        let what = format!("{}: {name} {} × 0", shown(object), absent.join(", "));
        if unknown == 0 {
            findings.breach(Reason::Missing, what);
        } else if unknown < absent.len() {
            // Whatever their roles are, they are too few.
            findings.breach(Reason::Missing, format!("{what}, {unknown} in unknown roles"));
        } else {
            findings.undecided.push(format!("{what}, {unknown} in unknown roles"));
        }
    }
}

/// Roles that may occur once at a time.
fn too_many(object: &Object<'_>, relations: &[Relation<'_>], roles: &Roles, findings: &mut Findings) {
    for rule in occurrences(object.kind).filter(|o| o.is_at_most_one()) {
        let of_role =
            |r: &&Relation<'_>| r.name == rule.relation && r.role(object.kind, roles) == Role::Known(&rule.role);
        let found: Vec<&Relation<'_>> = relations.iter().filter(of_role).collect();
        findings.seen += found.len();
        if found.len() < 2 {
            continue;
        }
        let periods: Vec<Period> = found.iter().map(|r| Period::of(r.element)).collect();
        let pairs = (0..periods.len()).flat_map(|a| (a + 1..periods.len()).map(move |b| (a, b)));
        let together: Vec<Option<bool>> = pairs.map(|(a, b)| periods[a].overlaps(&periods[b])).collect();
        let what = format!("{}: {} {} × {}", shown(object), rule.relation, rule.role, found.len());
        if together.contains(&Some(true)) {
            findings.breach(Reason::Duplicate, format!("{what} at the same time"));
        } else if together.contains(&None) {
            findings.undecided.push(format!("{what}, periods that cannot be compared"));
        }
    }
}

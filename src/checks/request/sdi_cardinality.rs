//! See [`SdiCardinality`].

use super::{Findings, REMOVED, on_objects};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::anvisninger::{
    Occurrence, Relation, Role, Roles, is_import, occurrences, relations, shown, validity,
};
use crate::requests::period::{Axis, Period, Stretches};
use crate::requests::read::Object;
use crate::subject::RequestSubject;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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
    /// What must be there must always be there (general guide, 8.1, OB1), so that it counts at the times at which the
    /// object is valid by its own properties and states. Of Ejer, Ansvarlig and the Primær klasse of a Sag the anvisninger
    /// say besides that none may expire without another that begins at that time. A demanded relation at no such time, or
    /// that expires so, is a breach. Which of the periods of properties and states is the object's is said nowhere, so that
    /// a gap in some of them is inconclusive; so is an update that ends a demanded relation and holds no other from there,
    /// because the index may have it.
    ///
    /// Roles are UUIDs of Fælleskommunalt Klassifikationssystem, of which eight are public. Where other roles stand, the
    /// check decides what can be decided without them, and else says that it is inconclusive: an unknown role may be the
    /// one that is missing, and two relations in it at the same time one too many.
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
            ("KOMBIT, Anvendelse af Sagsobjektet i Sags- og Dokumentindekset 1.7 (07-07-2023)", "3.6 to 3.13, forekomster; 3.6 and 3.8, TilTidspunkt"),
            ("KOMBIT, Anvendelse af Dokumentobjektet i Sags- og Dokumentindekset", "relations, forekomster; Dokumentaktør, TilTidspunkt"),
            ("KOMBIT, Generel vejledning til anvisninger for Indeksene 1.2 (11-11-2019)", "8.1, OB1; 11, from and to times"),
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
            let mut names: Vec<&str> = occurrences(object.kind).map(|o| o.relation.as_str()).collect();
            names.dedup();
            let registered: Vec<Vec<Relation<'_>>> =
                object.registrations.iter().map(|r| relations(object.kind, r)).collect();
            for name in names {
                let registered = registered.iter().map(|all| all.iter().copied().filter(|r| r.name == name).collect());
                let kin = Kin { object, name, roles: &roles, registered: registered.collect() };
                if is_import(object) {
                    kin.missing(findings);
                } else {
                    kin.ended(findings);
                }
                kin.too_many(findings);
            }
        })
    }
}

/// The relations of one name that an object has, by registration.
struct Kin<'a> {
    object: &'a Object<'a>,
    name: &'static str,
    roles: &'a Roles,
    registered: Vec<Vec<Relation<'a>>>,
}

/// How a demanded role is filled.
enum Filled {
    /// Always.
    Yes,
    /// At no time at which the object is valid.
    Never,
    /// It ends at a time without another.
    Expires,
    Unclear,
}

impl<'a> Kin<'a> {
    fn rules(&self) -> impl Iterator<Item = &'static Occurrence> + use<'_> {
        occurrences(self.object.kind).filter(|o| o.relation == self.name)
    }

    fn role(&self, relation: &Relation<'_>) -> Role<'a> {
        relation.role(self.object.kind, self.roles)
    }

    fn all(&self) -> impl Iterator<Item = Relation<'a>> + use<'_, 'a> {
        self.registered.iter().flatten().copied()
    }

    fn in_role(&self, role: &str) -> Vec<Period> {
        periods(self.all().filter(|r| self.role(r) == Role::Known(role)))
    }

    fn what(&self, rule: &Occurrence, count: usize) -> String {
        format!("{}: {} {} × {count}", shown(self.object), self.name, rule.role)
    }

    /// Roles that an import must have.
    fn missing(&self, findings: &mut Findings) {
        let demanded: Vec<&Occurrence> = self.rules().filter(|o| o.is_exactly_one()).collect();
        if demanded.is_empty() {
            return;
        }
        findings.seen += demanded.len();
        let valid = validity(self.object);
        let every = periods(self.all());
        let axis = Axis::of(&[valid.clone(), every].concat());
        let valid = axis.stretches(&valid);
        let unknown = self.unknown(axis, &valid);
        let mut absent = Vec::new();
        for rule in demanded {
            let held = self.in_role(&rule.role);
            let what = self.what(rule, held.len());
            match self.filled(rule, axis, &valid) {
                Filled::Yes => {}
                Filled::Never if held.is_empty() => absent.push(what),
                Filled::Never => absent.push(format!("{what}; at no time at which the object is valid")),
                Filled::Expires if unknown == 0 => {
                    findings.breach(Reason::Missing, format!("{what}; ends without another that begins there"));
                }
                Filled::Expires => {
                    findings
                        .undecided
                        .push(format!("{what}; ends, and whether a relation in an unknown role follows is not shown"));
                }
                Filled::Unclear => {
                    findings.undecided.push(format!("{what}; not certainly all the time the object is valid"));
                }
            }
        }
        // Each unknown role may be one of the absent ones; when they are too few, some are certainly absent.
        let are_certain = absent.len() > unknown;
        for what in absent {
            match (are_certain, unknown) {
                (true, 0) => findings.breach(Reason::Missing, what),
                (true, _) => {
                    findings.breach(Reason::Missing, format!("{what}; too few relations in unknown roles to fill all"));
                }
                (false, _) => findings.undecided.push(format!("{what}; a relation in an unknown role may be it")),
            }
        }
    }

    /// How an import fills a demanded role.
    fn filled(&self, rule: &Occurrence, axis: Axis, valid: &Stretches) -> Filled {
        let held = axis.stretches(&self.in_role(&rule.role));
        let expire = if rule.needs_successor() { held.expire() } else { Some(false) };
        match (held.hold_throughout(valid), expire) {
            _ if self.in_role(&rule.role).is_empty() => Filled::Never,
            (Some(false), _) => Filled::Never,
            (_, Some(true)) => Filled::Expires,
            (Some(true), Some(false)) if self.each_registration_fills(rule, axis, valid) => Filled::Yes,
            _ => Filled::Unclear,
        }
    }

    /// What a later registration repeats of an earlier one is not said, so that a role must be filled by each that has it.
    fn each_registration_fills(&self, rule: &Occurrence, axis: Axis, valid: &Stretches) -> bool {
        let of_role =
            |all: &Vec<Relation<'a>>| periods(all.iter().copied().filter(|r| self.role(r) == Role::Known(&rule.role)));
        let here = self.registered.iter().map(of_role).filter(|periods| !periods.is_empty());
        here.map(|periods| axis.stretches(&periods)).all(|held| held.hold_throughout(valid) == Some(true))
    }

    /// How many unknown roles there are that may be filled while the object is valid.
    fn unknown(&self, axis: Axis, valid: &Stretches) -> usize {
        let unknown = || self.all().filter(|r| self.role(r) == Role::Unknown);
        let may_count =
            |r: &Relation<'_>| axis.stretches(&[Period::of(r.element)]).hold_throughout(valid) != Some(false);
        let uuids: BTreeSet<Uuid> = unknown().filter(may_count).filter_map(|r| r.role_uuid()).collect();
        uuids.len() + unknown().filter(may_count).filter(|r| r.role_uuid().is_none()).count()
    }

    /// Roles that must always be filled, and that an update ends.
    fn ended(&self, findings: &mut Findings) {
        for rule in self.rules().filter(|o| o.is_exactly_one()) {
            let held = self.in_role(&rule.role);
            if !held.is_empty() && Axis::of(&held).stretches(&held).expire() != Some(false) {
                findings.undecided.push(format!(
                    "{}; ends, and whether the index has another is not shown",
                    self.what(rule, held.len())
                ));
            }
        }
    }

    /// Roles that may occur once at a time.
    fn too_many(&self, findings: &mut Findings) {
        let once: Vec<&Occurrence> = self.rules().filter(|o| o.is_at_most_one()).collect();
        if once.is_empty() {
            return;
        }
        for registration in &self.registered {
            for rule in &once {
                let of_role = registration.iter().copied().filter(|r| self.role(r) == Role::Known(&rule.role));
                let found = periods(of_role);
                findings.seen += found.len();
                match Axis::of(&found).stretches(&found).overlap() {
                    Some(false) => {}
                    Some(true) => {
                        let what = format!("{}; at the same time", self.what(rule, found.len()));
                        findings.breach(Reason::Duplicate, what);
                    }
                    None => {
                        let what = format!("{}; periods that cannot be compared", self.what(rule, found.len()));
                        findings.undecided.push(what);
                    }
                }
            }
            self.unknown_twice(registration, findings);
        }
    }

    /// Two relations at the same time in a role that is not known, which may be one that occurs once.
    fn unknown_twice(&self, registration: &[Relation<'a>], findings: &mut Findings) {
        let removed = |r: &Relation<'_>| r.role_text().is_some_and(|text| text.contains(REMOVED));
        if registration.len() > 1 && registration.iter().any(removed) {
            findings.undecided.push(format!("{}: {}; redaction changed a role", shown(self.object), self.name));
        }
        let mut by_role: BTreeMap<Option<Uuid>, Vec<Relation<'a>>> = BTreeMap::new();
        for relation in registration.iter().filter(|r| self.role(r) == Role::Unknown) {
            by_role.entry(relation.role_uuid()).or_default().push(*relation);
        }
        for found in by_role.into_values().filter(|found| found.len() > 1) {
            findings.seen += found.len();
            let (count, periods) = (found.len(), periods(found.into_iter()));
            if Axis::of(&periods).stretches(&periods).overlap() != Some(false) {
                let what = format!("{}: {} × {count}", shown(self.object), self.name);
                findings.undecided.push(format!("{what}; in one unknown role at the same time"));
            }
        }
    }
}

fn periods<'a>(relations: impl Iterator<Item = Relation<'a>>) -> Vec<Period> {
    relations.map(|r| Period::of(r.element)).collect()
}

//! See [`SdiReferences`].

use super::{Findings, REMOVED, on_objects, short};
use crate::besked::lists::uuid_of;
use crate::besked::read::{Element, IdKind};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::anvisninger::{Relation, Role, Roles, relations};
use crate::requests::read::{Object, ObjectKind};
use crate::subject::RequestSubject;

check! {
    /// Roles, types and references to objects of the støttesystemer are UUIDs, not URNs.
    ///
    /// ## Why
    /// A receiver looks the object up by the reference. A URN can be looked up by nobody but its sender, so that the
    /// anvisninger forbid it for objects that the støttesystemer have (general guide, 9.1). Roles and types are always
    /// UUIDs (6.1.1, 9.3).
    ///
    /// Where an anvisning permits both (actors of a sender without integration to Organisation), a URN is inconclusive:
    /// the request does not show whether the object is there. References to persons, companies, properties and
    /// classifications outside Fælleskommunalt Klassifikationssystem may be URNs.
    ///
    /// ## What to do
    /// Look the object up in the støttesystem and send its UUID in `UUIDIdentifikator`.
    pub SdiReferences {
        id: "request.sdi-references",
        family: Request,
        title: da "Referencer til objekter i støttesystemerne er UUID'er, ikke URN'er", en "References to objects of the støttesystemer are UUIDs, not URNs",
        rows: ["SDI-04"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("KOMBIT, Generel vejledning til anvisninger for Indeksene 1.2 (11-11-2019)", "6.1.1, 9.1 and 9.3"),
            ("KOMBIT, Anvendelse af Sagsobjektet i Sags- og Dokumentindekset 1.7 (07-07-2023)", "3.6 to 3.13, ReferenceID"),
            ("KOMBIT, Anvendelse af Dokumentobjektet i Sags- og Dokumentindekset", "relations, ReferenceID"),
        ],
        remediation: da "Slå objektet op i støttesystemet, og send dets UUID i UUIDIdentifikator.",
                     en "Look the object up in the støttesystem, and send its UUID in UUIDIdentifikator.",
        parameters: [
            ("roles", List(&[]), "Further roles, each `objekt/relation/rolle=UUID`, from Fælleskommunalt Klassifikationssystem"),
        ],
    }
}

/// What a ReferenceID may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reference {
    /// An object of a støttesystem: a UUID.
    Uuid,
    /// A UUID, or `URN:Empty` for a note of the journal.
    UuidOrEmpty,
    /// A UUID; a URN only where something holds that the request does not show.
    Depends,
    /// Either.
    Free,
}

impl Check<RequestSubject> for SdiReferences {
    fn judge(&self, subject: &RequestSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "UUIDs in roles, types and references to the støttesystemer";
        let roles = match Roles::with(parameters.list("roles")) {
            Ok(roles) => roles,
            Err(entry) => return Outcome::error(format!("parameter roles: {entry}")),
        };
        on_objects(subject, EXPECTED, |object, findings| {
            for relation in object.registrations.iter().flat_map(|r| relations(object.kind, r)) {
                for part in ["Rolle", "Type"] {
                    judge(object, &relation, part, Reference::Uuid, findings);
                }
                let demanded = demanded(object.kind, relation.name, relation.role(object.kind, &roles));
                judge(object, &relation, "ReferenceID", demanded, findings);
            }
        })
    }
}

/// What the anvisninger say of a relation's ReferenceID.
fn demanded(kind: ObjectKind, relation: &str, role: Role<'_>) -> Reference {
    match (kind, relation, role) {
        (
            _,
            "Sagsklasse" | "Dokumentklasse",
            Role::Known(
                "Primær klasse" | "Handlingsklasse" | "Kontroltemaklasse" | "Visningsklasse" | "Afgørelsesklasse",
            ),
        )
        | (_, "Sagsrelation" | "Dokumentrelation" | "Sikkerhedsprofil", _)
        | (_, "Journalpost", Role::Known("Tilakteret" | "Vedlagt")) => Reference::Uuid,
        (_, "Journalpost", _) => Reference::UuidOrEmpty,
        // Of a class the role decides, and some roles may refer to other classifications.
        (_, "Sagsklasse" | "Dokumentklasse", Role::Unknown) | (_, "Sagsaktør" | "Dokumentaktør" | "IT-system", _) => {
            Reference::Depends
        }
        _ => Reference::Free,
    }
}

fn judge(object: &Object<'_>, relation: &Relation<'_>, part: &str, demanded: Reference, findings: &mut Findings) {
    // Whether it must be there is for another check.
    let Some(id) = relation.element.child(part).and_then(Element::id) else { return };
    findings.seen += 1;
    let value = id.value.trim();
    let what = format!("{} line {}: {}/{part} ", object.kind, id.place.line, relation.name);
    match (id.kind, demanded) {
        (IdKind::Uuid, _) if uuid_of(value).is_some() => {}
        (IdKind::Uuid, _) if value.contains(REMOVED) => findings.undecided.push(format!("{what}{value}")),
        (IdKind::Uuid, _) if value.is_empty() => {}
        (IdKind::Uuid, _) => findings.breach(Reason::Malformed, format!("{what}UUIDIdentifikator `{}`", short(value))),
        (IdKind::Urn, Reference::Free) => {}
        (IdKind::Urn, Reference::UuidOrEmpty) if value.eq_ignore_ascii_case("urn:empty") => {}
        (IdKind::Urn, Reference::Depends) => findings.undecided.push(format!("{what}`{}`", short(value))),
        (IdKind::Urn, _) => findings.breach(Reason::Forbidden, format!("{what}`{}`", short(value))),
    }
}

//! See [`SdiReferences`].

use super::{Findings, REMOVED, on_objects, short};
use crate::besked::lists::uuid_of;
use crate::besked::read::Element;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::anvisninger::{Role, Roles, relations};
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
    /// Where an anvisning permits both (users and actors of a sender without integration to Organisation, classifications
    /// outside Fælleskommunalt Klassifikationssystem), a URN is inconclusive: the request does not show whether the object
    /// is there. So is `URN:Empty` in a role that is not known, because it stands for nothing but a note of the journal, and
    /// a UUID of zeros, which refers to nothing. References to persons, companies and properties may be URNs, and who
    /// changed something an IT system by its `urn:oio:it-system-uuid:`.
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
            ("KOMBIT, Anvendelse af Sagsobjektet i Sags- og Dokumentindekset 1.7 (07-07-2023)", "3.2, BrugerRef; 3.3 to 3.13, AktoerRef; 3.6 to 3.13, ReferenceID"),
            ("KOMBIT, Anvendelse af Dokumentobjektet i Sags- og Dokumentindekset", "relations, ReferenceID"),
        ],
        remediation: da "Slå objektet op i støttesystemet, og send dets UUID i UUIDIdentifikator.",
                     en "Look the object up in the støttesystem, and send its UUID in UUIDIdentifikator.",
        parameters: [
            ("roles", List(&[]), "Further roles, each `objekt/relation/rolle=UUID`, from Fælleskommunalt Klassifikationssystem"),
        ],
    }
}

/// What a reference may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reference {
    /// An object of a støttesystem: a UUID.
    Uuid,
    /// `URN:Empty`, which a note of the journal has, or a UUID.
    UuidOrEmpty,
    /// A note of the journal or something else, by a role that is not known: a UUID, and `URN:Empty` in doubt.
    UuidOrPerhapsEmpty,
    /// A UUID; a URN only where something holds that the request does not show.
    Depends,
    /// A user of Organisation, as above, or an IT system by its URN.
    User,
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
                let demanded = demanded(object.kind, relation.name, relation.role(object.kind, &roles));
                for (part, demanded) in
                    [("Rolle", Reference::Uuid), ("Type", Reference::Uuid), ("ReferenceID", demanded)]
                {
                    let what = format!("{}/{part}", relation.name);
                    for element in relation.element.all(part) {
                        judge(object, element, &what, demanded, findings);
                    }
                }
            }
            // Who registered, and who changed each part.
            for element in object.registrations.iter().flat_map(|r| r.descendants()) {
                if let "BrugerRef" | "AktoerRef" = element.name.local.as_str() {
                    judge(object, element, &element.name.local, Reference::User, findings);
                }
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
        // IT systems are those of the Administrationsmodul.
        | (_, "Sagsrelation" | "Dokumentrelation" | "Sikkerhedsprofil" | "IT-system", _)
        | (_, "Journalpost", Role::Known("Tilakteret" | "Vedlagt")) => Reference::Uuid,
        (_, "Journalpost", Role::Known(_)) => Reference::UuidOrEmpty,
        (_, "Journalpost", Role::Unknown) => Reference::UuidOrPerhapsEmpty,
        // Of a class the role decides, and some roles may refer to classifications elsewhere.
        (_, "Sagsklasse" | "Dokumentklasse" | "Sagsaktør" | "Dokumentaktør", _) => Reference::Depends,
        _ => Reference::Free,
    }
}

/// Judges every identifier in an element. Whether there must be one is for another check.
fn judge(object: &Object<'_>, element: &Element, what: &str, demanded: Reference, findings: &mut Findings) {
    for id in element.children.iter().filter(|c| !c.text.trim().is_empty()) {
        let value = id.text.trim();
        let shown = || format!("{} line {}: {what} {}", object.kind, id.place.line, kind_of(value));
        let is_uuid = match id.name.local.as_str() {
            "UUIDIdentifikator" => true,
            "URNIdentifikator" => false,
            _ => continue,
        };
        findings.seen += 1;
        let is_empty = value.eq_ignore_ascii_case("urn:empty");
        match demanded {
            _ if is_uuid => match uuid_of(value) {
                Some(uuid) if uuid.is_nil() => findings.undecided.push(format!("{}; a UUID of zeros", shown())),
                Some(_) => {}
                None if value.contains(REMOVED) => {
                    findings.undecided.push(format!("{}; redaction changed it", shown()));
                }
                None => findings.breach(Reason::Malformed, format!("{}; not a UUID", shown())),
            },
            Reference::UuidOrEmpty if is_empty => {}
            Reference::Free if !is_empty => {}
            Reference::User if of_system(value) => {}
            Reference::UuidOrPerhapsEmpty if is_empty => findings.undecided.push(shown()),
            Reference::Depends | Reference::User | Reference::Free => findings.undecided.push(shown()),
            _ => findings.breach(Reason::Forbidden, shown()),
        }
    }
}

/// What kind of identifier stands there. The rest of it may name a person.
fn kind_of(value: &str) -> String {
    if value.get(..4).is_none_or(|begin| !begin.eq_ignore_ascii_case("urn:")) {
        return format!("({} characters)", value.chars().count());
    }
    let parts: Vec<&str> = value.split(':').collect();
    let more = if parts.len() > 3 { ":…" } else { "" };
    format!("`{}{more}`", short(&parts[..parts.len().min(3)].join(":")))
}

/// Whether a URN names an IT system as the anvisninger say.
fn of_system(value: &str) -> bool {
    value.strip_prefix("urn:oio:it-system-uuid:").and_then(uuid_of).is_some()
}

//! The anvisninger of the Sags- og Dokumentindeks as data: relations with how often they occur, elements with when they are
//! obligatory, and the roles whose UUIDs are public. `schemas/sf1470/ORIGIN.md` says where each list comes from.

use super::period::Period;
use super::read::{Object, ObjectKind, Operation};
use crate::besked::lists::uuid_of;
use crate::besked::read::{Element, IdKind};
use serde::Deserialize;
use std::sync::LazyLock;
use uuid::Uuid;

/// How often a relation of a role occurs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Occurrence {
    #[serde(rename = "objekt")]
    object: String,
    /// Relation.
    pub relation: String,
    /// Role.
    #[serde(rename = "rolle")]
    pub role: String,
    #[serde(rename = "forekomster")]
    times: String,
    #[serde(rename = "afloeser")]
    successor: String,
}

impl Occurrence {
    /// Whether an object must have exactly one.
    #[must_use]
    pub fn is_exactly_one(&self) -> bool {
        self.times == "1"
    }

    /// Whether it may end only where another in the same role begins.
    #[must_use]
    pub fn needs_successor(&self) -> bool {
        self.successor == "kraeves"
    }

    /// Whether an object may have at most one at a time.
    #[must_use]
    pub fn is_at_most_one(&self) -> bool {
        matches!(self.times.as_str(), "1" | "0..1")
    }
}

/// When an element is obligatory.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Rule {
    #[serde(rename = "objekt")]
    object: String,
    /// Section of the anvisning: `Sagsegenskaber`, `Tilstand`, a relation.
    #[serde(rename = "afsnit")]
    pub section: String,
    /// Role of the relation; empty where the section has none.
    #[serde(rename = "rolle")]
    pub role: String,
    /// Path of the element below the section's own.
    pub element: String,
    /// Its code.
    #[serde(rename = "kode")]
    pub code: Code,
    /// What must hold for it to be obligatory; the words are explained in `ORIGIN.md`.
    #[serde(rename = "betingelse")]
    pub condition: String,
}

/// Codes of the anvisninger (general guide, 8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Code {
    /// At import.
    Ob1,
    /// In every registration.
    Ob2,
    /// When the relation is added.
    Ob3,
    /// When something else is filled.
    Ob4,
    /// Validity, when what it covers is filled.
    Ob5,
}

#[derive(Deserialize)]
struct RoleRow {
    objekt: String,
    relation: String,
    rolle: String,
    uuid: Uuid,
}

/// The embedded lists are read once; a test proves that every row is read.
fn rows<T: serde::de::DeserializeOwned>(text: &str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes()).into_deserialize().filter_map(Result::ok).collect()
}

static OCCURRENCES: LazyLock<Vec<Occurrence>> =
    LazyLock::new(|| rows(include_str!("../../schemas/sf1470/relationer.csv")));
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| rows(include_str!("../../schemas/sf1470/elementer.csv")));
static ROLES: LazyLock<Vec<RoleRow>> = LazyLock::new(|| rows(include_str!("../../schemas/sf1470/roller.csv")));

/// How often the relations of a kind of object occur.
pub fn occurrences(kind: ObjectKind) -> impl Iterator<Item = &'static Occurrence> {
    OCCURRENCES.iter().filter(move |o| o.object == kind.name())
}

/// The rules on elements of a kind of object.
pub fn rules(kind: ObjectKind) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |r| r.object == kind.name())
}

/// Role UUIDs that are known: those of KOMBIT's samples, and those that a profile adds.
pub struct Roles {
    added: Vec<(ObjectKind, String, String, Uuid)>,
}

impl Roles {
    /// The known roles with those of a parameter, each `objekt/relation/rolle=UUID`. `Err` names an entry that is none.
    pub fn with(added: &[String]) -> Result<Self, String> {
        let entry = |text: &String| {
            let (path, uuid) = text.split_once('=')?;
            let mut parts = path.trim().splitn(3, '/');
            let kind = match parts.next()? {
                "Sag" => ObjectKind::Sag,
                "Dokument" => ObjectKind::Dokument,
                _ => return None,
            };
            let (relation, role) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            let known = occurrences(kind).any(|o| o.relation == relation && o.role == role);
            known.then_some((kind, relation, role, uuid_of(uuid.trim())?))
        };
        let added = added.iter().map(|text| entry(text).ok_or_else(|| text.clone())).collect::<Result<_, _>>()?;
        Ok(Self { added })
    }

    fn name(&self, kind: ObjectKind, relation: &str, uuid: Uuid) -> Option<&str> {
        let added = self.added.iter().find(|(k, r, _, u)| *k == kind && r == relation && *u == uuid);
        let shipped = || ROLES.iter().find(|r| r.objekt == kind.name() && r.relation == relation && r.uuid == uuid);
        added.map(|(_, _, role, _)| role.as_str()).or_else(|| shipped().map(|r| r.rolle.as_str()))
    }
}

/// A relation of an object.
#[derive(Clone, Copy, Debug)]
pub struct Relation<'a> {
    /// Its name in the lists.
    pub name: &'static str,
    /// Its element.
    pub element: &'a Element,
}

/// The role that a relation says it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role<'a> {
    /// One of the known roles.
    Known(&'a str),
    /// Another UUID, a URN, no role, or one that redaction changed.
    Unknown,
}

impl<'a> Relation<'a> {
    /// What stands as the UUID of its role.
    #[must_use]
    pub fn role_text(&self) -> Option<&'a str> {
        let id = self.element.child("Rolle").and_then(Element::id).filter(|id| id.kind == IdKind::Uuid);
        id.map(|id| id.value.trim())
    }

    /// The UUID of its role.
    #[must_use]
    pub fn role_uuid(&self) -> Option<Uuid> {
        self.role_text().and_then(uuid_of)
    }

    /// Its role.
    #[must_use]
    pub fn role<'r>(&self, kind: ObjectKind, roles: &'r Roles) -> Role<'r> {
        let known = self.role_uuid().and_then(|uuid| roles.name(kind, self.name, uuid));
        known.map_or(Role::Unknown, Role::Known)
    }

    /// The parts of it that the index adds (`SagsaktoerLokalUdvidelse` and the like).
    pub fn extensions(&self) -> impl Iterator<Item = &'a Element> {
        self.element.all("LokalUdvidelseListe").flat_map(|list| &list.children)
    }
}

/// Names of the relations as elements: directly in RelationListe, or in its LokalUdvidelseListe.
const RELATIONS: [(ObjectKind, &str, &str); 14] = [
    (ObjectKind::Sag, "Sagsaktoer", "Sagsaktør"),
    (ObjectKind::Sag, "Sagspart", "Sagspart"),
    (ObjectKind::Sag, "Sagsklasse", "Sagsklasse"),
    (ObjectKind::Sag, "Sagsrelation", "Sagsrelation"),
    (ObjectKind::Sag, "Sagsgenstande", "Sagsgenstand"),
    (ObjectKind::Sag, "Journalpost", "Journalpost"),
    (ObjectKind::Sag, "SagsitsystemRelation", "IT-system"),
    (ObjectKind::Sag, "Sikkerhedsprofil", "Sikkerhedsprofil"),
    (ObjectKind::Dokument, "Dokumentrelation", "Dokumentrelation"),
    (ObjectKind::Dokument, "Dokumentaktoer", "Dokumentaktør"),
    (ObjectKind::Dokument, "Dokumentpart", "Dokumentpart"),
    (ObjectKind::Dokument, "Dokumentklasse", "Dokumentklasse"),
    (ObjectKind::Dokument, "DokumentitsystemRelation", "IT-system"),
    (ObjectKind::Dokument, "Sikkerhedsprofil", "Sikkerhedsprofil"),
];

/// The relations of a registration, in the document's order.
#[must_use]
pub fn relations(kind: ObjectKind, registration: &Element) -> Vec<Relation<'_>> {
    let lists = registration.all("RelationListe");
    let entries =
        lists.flat_map(|list| list.children.iter().chain(list.all("LokalUdvidelseListe").flat_map(|l| &l.children)));
    let named = |element| {
        let (_, _, name) = RELATIONS.iter().find(|(k, local, _)| *k == kind && *local == element_name(element))?;
        Some(Relation { name, element })
    };
    entries.filter_map(named).collect()
}

fn element_name(element: &Element) -> &str {
    &element.name.local
}

/// The elements that hold a section of an object's registration, relations aside.
#[must_use]
pub fn section<'a>(name: &str, registration: &'a Element) -> Vec<&'a Element> {
    let below = |list: &'static str, local: &'static str| registration.all(list).flat_map(move |l| l.all(local));
    match name {
        "Sagsegenskaber" | "Dokumentegenskaber" => below("AttributListe", "Egenskaber").collect(),
        "Tilstand" => below("TilstandListe", "Fremdrift").collect(),
        "Sagindeksegenskaber" => {
            below("AttributListe", "LokalUdvidelseListe").flat_map(|l| l.all("SagIndeksEgenskaber")).collect()
        }
        _ => Vec::new(),
    }
}

/// When an object is valid by what it says of itself: the periods of its properties and states. It has none of its own.
#[must_use]
pub fn validity(object: &Object<'_>) -> Vec<Period> {
    const SECTIONS: [&str; 4] = ["Sagsegenskaber", "Dokumentegenskaber", "Tilstand", "Sagindeksegenskaber"];
    let all = object.registrations.iter().flat_map(|r| SECTIONS.into_iter().flat_map(|name| section(name, r)));
    all.map(Period::of).collect()
}

/// A word for an object in findings: its kind and where it stands.
#[must_use]
pub fn shown(object: &Object<'_>) -> String {
    format!("{} at line {}", object.kind, object.element.place.line)
}

/// Whether the object is imported.
#[must_use]
pub fn is_import(object: &Object<'_>) -> bool {
    object.operation == Operation::Import
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_lists_is_read() {
        let lines = |text: &str| text.lines().count() - 1;
        assert_eq!(OCCURRENCES.len(), lines(include_str!("../../schemas/sf1470/relationer.csv")));
        assert_eq!(RULES.len(), lines(include_str!("../../schemas/sf1470/elementer.csv")));
        assert_eq!(ROLES.len(), lines(include_str!("../../schemas/sf1470/roller.csv")));
    }

    #[test]
    fn every_relation_and_section_of_the_lists_has_its_element() {
        for occurrence in OCCURRENCES.iter() {
            assert!(RELATIONS.iter().any(|(k, _, n)| k.name() == occurrence.object && *n == occurrence.relation));
        }
        for rule in RULES.iter() {
            let relation = RELATIONS.iter().any(|(k, _, n)| k.name() == rule.object && *n == rule.section);
            let own = [
                "Sagens ID",
                "DokumentID",
                "Registreringsdata",
                "Sagsegenskaber",
                "Dokumentegenskaber",
                "Tilstand",
                "Sagindeksegenskaber",
            ];
            assert!(relation || own.contains(&rule.section.as_str()), "{}", rule.section);
        }
        for role in ROLES.iter() {
            assert!(
                OCCURRENCES
                    .iter()
                    .any(|o| o.object == role.objekt && o.relation == role.relation && o.role == role.rolle)
            );
        }
    }

    #[test]
    fn a_profile_adds_roles_and_a_wrong_entry_is_named() {
        let uuid = "11111111-2222-4333-8444-555555555555";
        let entry = format!("Dokument/Dokumentaktør/Ejer={uuid}");
        let roles = Roles::with(&[entry]).unwrap();
        assert_eq!(roles.name(ObjectKind::Dokument, "Dokumentaktør", uuid.parse().unwrap()), Some("Ejer"));
        assert_eq!(roles.name(ObjectKind::Sag, "Sagsaktør", uuid.parse().unwrap()), None);
        for wrong in [
            "",
            "Sag/Sagsaktør/Ejer",
            "Sag/Sagsaktør/Konge=11111111-2222-4333-8444-555555555555",
            "Sag/Sagsaktør/Ejer=x",
        ] {
            assert_eq!(Roles::with(&[wrong.to_owned()]).err().as_deref(), Some(wrong));
        }
    }
}

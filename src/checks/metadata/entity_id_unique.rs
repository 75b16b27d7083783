//! See [`EntityIdUnique`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// No other metadata document of the vendor, in any environment, has this entityID.
    ///
    /// ## Why
    /// The entityID must be unique in the federation. A test system with production's entityID can receive production's
    /// assertions as its own.
    ///
    /// ## What to do
    /// Give every system and every environment its own entityID.
    pub EntityIdUnique {
        id: "metadata.entity-id-unique",
        family: Metadata,
        title: da "EntityID bruges ikke af et andet system eller miljø", en "The entityID is not used by another system or environment",
        rows: ["FKI-MD-10", "SP-MD-06"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "BrugervendtSystem, Id: globally unique in the federation"),
            ("Kantara SAML2Int", "SDP-SP36"),
        ],
        remediation: da "Giv hvert system og hvert miljø sit eget entityID.",
                     en "Give every system and every environment its own entityID.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for EntityIdUnique {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            const EXPECTED: &str = "one document with this entityID";
            let Some(id) = &entity.entity_id else {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no entityID");
            };
            if subject.others.is_empty() {
                return Outcome::not_tested(Reason::NotSupplied, EXPECTED, "no other metadata in the target");
            }
            let same: Vec<String> = subject
                .others
                .iter()
                .filter(|other| other.entity_id.as_ref() == Some(id))
                .map(|other| format!("{} ({})", other.name, other.environment.name()))
                .collect();
            super::none_of(Reason::Duplicate, EXPECTED, id, &same)
        })
    }
}

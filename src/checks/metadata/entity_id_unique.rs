//! See [`EntityIdUnique`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// No other metadata document that the target names, of any environment, has this entityID.
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
        title: da "EntityID bruges ikke i målfilens øvrige metadata", en "The entityID is not used in the target's other metadata",
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
            let same: Vec<String> = subject
                .others
                .iter()
                .filter(|other| other.entity_id.as_ref() == Some(id))
                .map(|other| format!("{} ({})", other.name, other.environment.name()))
                .collect();
            super::none_of(Reason::Duplicate, EXPECTED, &format!("{id} (of {} compared)", subject.others.len()), &same)
        })
    }
}

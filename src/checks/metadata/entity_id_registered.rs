//! See [`EntityIdRegistered`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The entityID in the metadata is the one that is declared as registered in the Administrationsmodul.
    ///
    /// ## Why
    /// The Context Handler finds the system by its registered entityID and compares character by character: a final slash
    /// makes another system.
    ///
    /// ## What to do
    /// Deliver the metadata of the registered system, or correct the declaration `entity-id`.
    pub EntityIdRegistered {
        id: "metadata.entity-id-registered",
        family: Metadata,
        title: da "EntityID er det registrerede", en "The entityID is the registered one",
        rows: ["FKI-MD-10"],
        basis: Norm,
        method: Inspected,
        sources: [("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "BrugervendtSystem, Id: SAML entityID")],
        remediation: da "Aflevér metadata for det registrerede system, eller ret erklæringen entity-id.",
                     en "Deliver the metadata of the registered system, or correct the declaration entity-id.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for EntityIdRegistered {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            let observed = entity.entity_id.as_deref().unwrap_or_default();
            match subject.registered.entity_id.as_deref() {
                None => Outcome::not_tested(Reason::NotDeclared, "declaration entity-id", observed),
                Some(registered) => Outcome::when(observed == registered, Reason::Contradiction, registered, observed),
            }
        })
    }
}

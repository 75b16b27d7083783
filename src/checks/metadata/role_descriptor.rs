//! See [`RoleDescriptor`].

use super::on_reading;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The document describes one entity in exactly one role, for a brugervendt system that of a service provider.
    ///
    /// ## Why
    /// One registration in the Administrationsmodul is one entity. With several descriptors of the same role it is not certain
    /// which of them the Context Handler uses.
    ///
    /// ## What to do
    /// Make `EntityDescriptor` the document element (not `EntitiesDescriptor`) with one `SPSSODescriptor`.
    pub RoleDescriptor {
        id: "metadata.role-descriptor",
        family: Metadata,
        title: da "Metadata beskriver ét system i præcis én rolle", en "Metadata describes one system in exactly one role",
        rows: ["FKI-MD-01", "SP-MD-03"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: SPSSODescriptor"),
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.3.2, 2.4.4"),
        ],
        remediation: da "Lad dokumentelementet være EntityDescriptor med præcis én SPSSODescriptor.",
                     en "Make EntityDescriptor the document element, with exactly one SPSSODescriptor.",
        parameters: [("roles", List(&["SPSSODescriptor"]), "Role descriptors of which exactly one must be present")],
    }
}

impl Check<MetadataSubject> for RoleDescriptor {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_reading(subject, |reading| {
            let roles = parameters.list("roles");
            let expected = format!("EntityDescriptor, one {}", roles.join(" | "));
            let Some(entity) = &reading.metadata.entity else {
                return Outcome::fail(Reason::Different, expected, &*reading.metadata.root);
            };
            let count = |role: &str, found: usize| if roles.iter().any(|r| r == role) { found } else { 0 };
            let wanted = count("SPSSODescriptor", entity.service_providers.len())
                + count("IDPSSODescriptor", entity.identity_providers.len());
            let observed = format!(
                "{} SPSSODescriptor, {} IDPSSODescriptor",
                entity.service_providers.len(),
                entity.identity_providers.len()
            );
            let reason = if wanted == 0 { Reason::Missing } else { Reason::Duplicate };
            Outcome::when(wanted == 1, reason, expected, observed)
        })
    }
}

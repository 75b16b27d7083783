//! See [`AcsHttpPost`].

use super::{offers_binding, on_provider};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::saml::binding;
use crate::subject::MetadataSubject;

check! {
    /// At least one AssertionConsumerService takes the response by HTTP POST.
    ///
    /// ## Why
    /// The Context Handler delivers the response by HTTP POST; the official validation service refuses metadata without it.
    ///
    /// ## What to do
    /// Add an `AssertionConsumerService` with the binding `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST`.
    pub AcsHttpPost {
        id: "metadata.acs-http-post",
        family: Metadata,
        title: da "AssertionConsumerService findes med HTTP-POST", en "An AssertionConsumerService with HTTP-POST exists",
        rows: ["FKI-MD-04", "SP-MD-15"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: AssertionConsumerService must use HTTP-POST"),
            ("Kantara SAML2Int", "SDP-SP08"),
        ],
        remediation: da "Tilføj en AssertionConsumerService med HTTP-POST.", en "Add an AssertionConsumerService with HTTP-POST.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AcsHttpPost {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |p| offers_binding(&p.assertion_consumers, "AssertionConsumerService", binding::POST))
    }
}

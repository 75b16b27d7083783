//! See [`SloHttpRedirect`].

use super::{offers_binding, on_provider};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::saml::binding;
use crate::subject::MetadataSubject;

check! {
    /// At least one SingleLogoutService of the service provider takes messages by HTTP Redirect.
    ///
    /// ## Why
    /// Single logout reaches every system of the user's session through the browser; the official validation service refuses
    /// metadata without this binding.
    ///
    /// ## What to do
    /// Add a `SingleLogoutService` with the binding `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect`.
    pub SloHttpRedirect {
        id: "metadata.slo-http-redirect",
        family: Metadata,
        title: da "SingleLogoutService findes med HTTP-Redirect", en "A SingleLogoutService with HTTP-Redirect exists",
        rows: ["FKI-MD-05", "SP-MD-17"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: SingleLogoutService must use HTTP-Redirect"),
            ("OIOSAML Web SSO Profile 3.0, change list", "OIO-SP-19"),
        ],
        remediation: da "Tilføj en SingleLogoutService med HTTP-Redirect.", en "Add a SingleLogoutService with HTTP-Redirect.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for SloHttpRedirect {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |p| offers_binding(&p.logout, "SingleLogoutService", binding::REDIRECT))
    }
}

//! See [`IdpSloHttpRedirect`].

use super::{offers_binding, on_identity_provider};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::saml::binding;
use crate::subject::MetadataSubject;

check! {
    /// An identity provider's metadata has a SingleLogoutService with HTTP Redirect.
    ///
    /// ## Why
    /// The official validation service refuses an identity provider without it: "IDPSSODescriptor must have a SingleLogoutService
    /// endpoint using the HTTP-Redirect binding."
    ///
    /// ## What to do
    /// Add a `SingleLogoutService` with the binding `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect`.
    pub IdpSloHttpRedirect {
        id: "metadata.idp-slo-http-redirect",
        family: Metadata,
        title: da "En identitetsudbyder har SingleLogoutService med HTTP-Redirect", en "An identity provider has a SingleLogoutService with HTTP-Redirect",
        rows: [],
        basis: Norm,
        method: Inspected,
        sources: [("KOMBIT metadata validation, Postman collection (Safewhere/kombit 7cdcbfd)", "IdentityProviderSamlMetadata, 400")],
        remediation: da "Tilføj en SingleLogoutService med HTTP-Redirect.", en "Add a SingleLogoutService with HTTP-Redirect.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for IdpSloHttpRedirect {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_identity_provider(subject, |p| offers_binding(&p.logout, "SingleLogoutService", binding::REDIRECT))
    }
}

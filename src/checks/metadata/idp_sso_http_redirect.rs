//! See [`IdpSsoHttpRedirect`].

use super::{offers_binding, on_identity_provider};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::saml::binding;
use crate::subject::MetadataSubject;

check! {
    /// An identity provider's metadata has a SingleSignOnService with HTTP Redirect.
    ///
    /// ## Why
    /// The official validation service refuses an identity provider without it: "IDPSSODescriptor must have a SingleSignOnService
    /// endpoint using the HTTP-Redirect binding."
    ///
    /// ## What to do
    /// Add a `SingleSignOnService` with the binding `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect`.
    pub IdpSsoHttpRedirect {
        id: "metadata.idp-sso-http-redirect",
        family: Metadata,
        title: da "En identitetsudbyder har SingleSignOnService med HTTP-Redirect", en "An identity provider has a SingleSignOnService with HTTP-Redirect",
        rows: [],
        basis: Norm,
        method: Inspected,
        sources: [("KOMBIT metadata validation, Postman collection (Safewhere/kombit 7cdcbfd)", "IdentityProviderSamlMetadata, 400")],
        remediation: da "Tilføj en SingleSignOnService med HTTP-Redirect.", en "Add a SingleSignOnService with HTTP-Redirect.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for IdpSsoHttpRedirect {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_identity_provider(subject, |p| offers_binding(&p.single_sign_on, "SingleSignOnService", binding::REDIRECT))
    }
}

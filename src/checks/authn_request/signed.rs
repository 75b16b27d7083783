//! See [`Signed`].

use super::{each, recorded};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TrialSubject;

check! {
    /// Every AuthnRequest is signed with a key of the system's SP metadata: in a query over the exact octets that were sent,
    /// in a form by an XML signature.
    ///
    /// ## Why
    /// The Context Handler's metadata says `WantAuthnRequestsSigned="true"`. An unsigned request lets anybody start logins in
    /// the system's name, with a level or an address of his choice.
    ///
    /// ## What to do
    /// Switch signing on (`authnRequestsSigned`, `sign_authn_req`, `SignAuthnRequest`), with the key whose certificate stands
    /// in the metadata. Sign the query as it is sent: a proxy or framework that encodes it again breaks the signature.
    pub Signed {
        id: "authn-request.signed",
        family: AuthnRequest,
        title: da "AuthnRequest er signeret med en nøgle fra SP-metadata",
               en "The AuthnRequest is signed with a key of the SP metadata",
        rows: ["FKI-ARQ-01", "SP-REQ-03"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Context Handler 2 IdP metadata (Safewhere/kombit 7cdcbfd)", "WantAuthnRequestsSigned=\"true\""),
            ("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.4.4.1: signature over the query (Redirect), 3.5.4 (POST)"),
        ],
        remediation: da "Signér hver AuthnRequest med nøglen til certifikatet i SP-metadata, og lad intet ændre forespørgslen bagefter.",
                     en "Sign every AuthnRequest with the key of the certificate in the SP metadata, and let nothing change the query afterwards.",
        parameters: [],
    }
}

impl Check<TrialSubject> for Signed {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        each(subject, "a signed AuthnRequest", |request| recorded::signed(subject, request))
    }
}

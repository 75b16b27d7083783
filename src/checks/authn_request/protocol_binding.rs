//! See [`ProtocolBinding`].

use super::each;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::binding;
use crate::subject::TrialSubject;

check! {
    /// ProtocolBinding of every AuthnRequest is HTTP-POST, or absent.
    ///
    /// ## Why
    /// Assertions are sent by HTTP-POST; they are too long and too secret for a query.
    ///
    /// ## What to do
    /// Leave ProtocolBinding out, or write `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST`.
    pub ProtocolBinding {
        id: "authn-request.protocol-binding",
        family: AuthnRequest,
        title: da "AuthnRequest beder om svaret via HTTP-POST",
               en "The AuthnRequest asks for the answer by HTTP-POST",
        rows: ["FKI-ARQ-08", "SP-REQ-10"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.2: the Response is not sent by HTTP Redirect"),
            ("Kantara SAML2Int", "SDP-SP08: Response by HTTP-POST"),
        ],
        remediation: da "Udelad ProtocolBinding, eller sæt den til HTTP-POST.",
                     en "Leave ProtocolBinding out, or set it to HTTP-POST.",
        parameters: [],
    }
}

impl Check<TrialSubject> for ProtocolBinding {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        each(subject, binding::POST, |request| match request.message.protocol_binding.as_deref() {
            None => Outcome::pass(binding::POST, "none"),
            Some(found) => Outcome::when(found == binding::POST, Reason::Different, binding::POST, found),
        })
    }
}

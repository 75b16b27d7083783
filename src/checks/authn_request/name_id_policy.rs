//! See [`NameIdPolicy`].

use super::each;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;

check! {
    /// NameIDPolicy, when there is one, asks for a Format that the identity provider offers, or for none.
    ///
    /// ## Why
    /// A Format that is not offered is answered with the status InvalidNameIDPolicy, and nobody can log in. Which Format a
    /// system gets follows from its registration.
    ///
    /// ## What to do
    /// Leave NameIDPolicy out, or write `AllowCreate="true"` without Format. Some libraries ask for `emailAddress` by default
    /// (`wantNameIdFormat`, `identifierFormat: null` in node-saml).
    pub NameIdPolicy {
        id: "authn-request.name-id-policy",
        family: AuthnRequest,
        title: da "AuthnRequest beder om et NameID-format, der tilbydes, eller om intet",
               en "The AuthnRequest asks for a NameID format that is offered, or for none",
        rows: ["FKI-ARQ-11", "SP-REQ-12"],
        basis: Inference,
        method: Measured,
        sources: [
            ("Context Handler 2 IdP metadata (Safewhere/kombit 7cdcbfd)", "NameIDFormat"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.4.1.1"),
            ("Kantara SAML2Int", "SDP-SP04"),
        ],
        remediation: da "Udelad NameIDPolicy, eller lad være med at angive Format.",
                     en "Leave NameIDPolicy out, or give no Format.",
        parameters: [
            (
                "formats",
                List(&[
                    "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
                    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
                    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
                    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                ]),
                "formats that the identity provider offers"
            ),
        ],
    }
}

impl Check<TrialSubject> for NameIdPolicy {
    fn judge(&self, subject: &TrialSubject, parameters: &Parameters) -> Outcome {
        let offered = parameters.list("formats");
        let expected = offered.join(", ");
        each(subject, &expected, |request| {
            match request.message.name_id_policy.as_ref().and_then(|policy| policy.format.as_ref()) {
                None => Outcome::pass(&expected, "none"),
                Some(format) => Outcome::when(offered.contains(format), Reason::Different, &expected, format),
            }
        })
    }
}

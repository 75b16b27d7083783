//! See [`Readable`].

use super::authn_requests;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TrialSubject;

check! {
    /// Every AuthnRequest can be read: DEFLATE, base64 and URL encoding in a query, base64 in a form, well-formed XML without
    /// a DTD inside.
    ///
    /// ## Why
    /// A request that the Context Handler cannot read ends the login before it has begun. A DTD has no place in a SAML
    /// message.
    ///
    /// ## What to do
    /// Leave the encoding to the SAML library. By hand: raw DEFLATE (RFC 1951, no zlib header), then base64, then URL
    /// encoding, each once.
    pub Readable {
        id: "authn-request.readable",
        family: AuthnRequest,
        title: da "AuthnRequest kan læses",
               en "The AuthnRequest can be read",
        rows: ["FKI-ARQ-13", "SP-REQ-02"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.4.4.1 (Redirect), 3.5.4 (POST)"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.4.1"),
            ("Kantara SAML2Int", "SDP-G03: no DTD"),
        ],
        remediation: da "Lad SAML-biblioteket kode beskeden: DEFLATE, base64 og URL-kodning, hver én gang.",
                     en "Let the SAML library encode the message: DEFLATE, base64 and URL encoding, each once.",
        parameters: [],
    }
}

impl Check<TrialSubject> for Readable {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "an AuthnRequest without a DTD";
        match authn_requests(subject) {
            Ok(requests) => Outcome::pass(EXPECTED, format!("{} read", requests.len())),
            Err(nothing) => nothing.demanded(EXPECTED),
        }
    }
}

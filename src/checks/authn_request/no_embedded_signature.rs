//! See [`NoEmbeddedSignature`].

use super::each;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;

check! {
    /// An AuthnRequest in a query carries no XML signature inside the message.
    ///
    /// ## Why
    /// The Redirect binding signs the query. A second signature inside makes the address too long for some browsers and
    /// proxies, and the standard forbids it.
    ///
    /// ## What to do
    /// Let the library sign for the binding that is used; do not sign the XML first and encode it then.
    pub NoEmbeddedSignature {
        id: "authn-request.no-embedded-signature",
        family: AuthnRequest,
        title: da "AuthnRequest via Redirect har ingen XML-signatur indeni",
               en "An AuthnRequest by Redirect has no XML signature inside",
        rows: ["SP-REQ-05"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Bindings (saml-bindings-2.0-os)", "3.4.4.1: any signature on the SAML message itself is removed"),
        ],
        remediation: da "Signér kun forespørgslen (query), ikke XML-beskeden, når Redirect bruges.",
                     en "Sign the query only, not the XML message, when Redirect is used.",
        parameters: [],
    }
}

impl Check<TrialSubject> for NoEmbeddedSignature {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "no ds:Signature inside the message";
        each(subject, EXPECTED, |request| match (&request.redirect, request.message.header.signed_inside) {
            (None, _) => Outcome::not_applicable("HTTP-Redirect", "HTTP-POST"),
            (Some(_), inside) => {
                Outcome::when(!inside, Reason::Forbidden, EXPECTED, if inside { "ds:Signature" } else { "none" })
            }
        })
    }
}

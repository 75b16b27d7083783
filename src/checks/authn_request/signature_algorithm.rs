//! See [`SignatureAlgorithm`].

use super::{each, recorded};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TrialSubject;

check! {
    /// Every signature of an AuthnRequest uses rsa-sha256 or something stronger.
    ///
    /// ## Why
    /// SHA-1 no longer protects a signature. The state's reference implementation and KOMBIT's sample system sign with
    /// rsa-sha256.
    ///
    /// ## What to do
    /// Set the signature algorithm to `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256`. Old versions of several libraries
    /// default to rsa-sha1.
    pub SignatureAlgorithm {
        id: "authn-request.signature-algorithm",
        family: AuthnRequest,
        title: da "AuthnRequest er signeret med rsa-sha256 eller stærkere",
               en "The AuthnRequest is signed with rsa-sha256 or stronger",
        rows: ["FKI-ARQ-02", "SP-REQ-04"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Kantara SAML2Int", "SDP-ALG01"),
            ("OIOSAML.Java 1ac36de", "AuthnRequestService: default rsa-sha256"),
        ],
        remediation: da "Sæt signaturalgoritmen til rsa-sha256.",
                     en "Set the signature algorithm to rsa-sha256.",
        parameters: [],
    }
}

impl Check<TrialSubject> for SignatureAlgorithm {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        each(subject, "rsa-sha256 or stronger", recorded::strongly_signed)
    }
}

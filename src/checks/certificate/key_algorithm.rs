use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::PublicKey;
use crate::pki::signature_algorithm::algorithm_name;
use crate::subject::CertificateSubject;

check! {
    /// The key is an RSA key.
    ///
    /// ## Why
    ///
    /// Every OCES3 certificate that was measured has an rsaEncryption key, and FKI's peers sign SAML messages with
    /// rsa-sha256. Elliptic curves were not seen, so nothing is known about them.
    ///
    /// ## What to do
    ///
    /// Order a certificate with an RSA key.
    pub KeyAlgorithm {
        id: "certificate.key-algorithm",
        family: Certificate,
        title: da "Certifikatets nøgle er en RSA-nøgle",
            en "The key is an RSA key",
        rows: ["CRT-24", "FKI-CRT-08"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for KeyAlgorithm {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let found = algorithm_name(&c.key_algorithm);
            match &c.key {
                PublicKey::Rsa { .. } => Outcome::pass("rsaEncryption", found),
                PublicKey::Ec { curve, .. } => {
                    Outcome::inconclusive(Reason::Different, "rsaEncryption", format!("{found} {curve}"))
                }
                PublicKey::Other => Outcome::fail(Reason::Different, "rsaEncryption", found),
            }
        })
    }
}

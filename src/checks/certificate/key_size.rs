use super::{count, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::PublicKey;
use crate::pki::signature_algorithm::algorithm_name;
use crate::subject::CertificateSubject;

check! {
    /// The key is long enough.
    ///
    /// ## Why
    ///
    /// SAML2Int demands 2048 bits; every OCES3 certificate that was measured has 3072.
    ///
    /// ## What to do
    ///
    /// Make a new key pair.
    pub KeySize {
        id: "certificate.key-size",
        family: Certificate,
        title: da "Certifikatets nøgle er lang nok",
            en "The key is long enough",
        rows: ["CRT-25", "FKI-CRT-08"],
        basis: Norm,
        method: Inspected,
        sources: [("SAML2Int", "SDP-MD06"), ("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Lav et nyt nøglepar på mindst 3072 bit, og bestil et certifikat til det.",
            en "Make a new key pair of at least 3072 bits and order a certificate for it.",
        parameters: [("minimum_bits", Integer(3072), "Shortest RSA modulus in bits."), ("minimum_curve_bits", Integer(256), "Shortest elliptic-curve field in bits.")],
    }
}

impl Check<CertificateSubject> for KeySize {
    fn judge(&self, subject: &CertificateSubject, parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let minimum = match &c.key {
                PublicKey::Rsa { .. } => count(parameters, "minimum_bits"),
                PublicKey::Ec { .. } => count(parameters, "minimum_curve_bits"),
                PublicKey::Other => {
                    return Outcome::inconclusive(
                        Reason::Malformed,
                        "RSA or elliptic-curve key",
                        algorithm_name(&c.key_algorithm),
                    );
                }
            };
            let bits = c.key.bits();
            let holds = u64::try_from(bits).is_ok_and(|bits| bits >= minimum);
            Outcome::when(holds, Reason::TooSmall, format!("at least {minimum} bits"), format!("{bits} bits"))
        })
    }
}

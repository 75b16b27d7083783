use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::PublicKey;
use crate::pki::signature_algorithm::algorithm_name;
use crate::subject::CertificateSubject;

check! {
    /// The public exponent of the RSA key is 65537.
    ///
    /// ## Why
    ///
    /// Small exponents have made many attacks possible; every OCES3 key that was measured has 65537.
    ///
    /// ## What to do
    ///
    /// Make a new key pair with a current tool.
    pub PublicExponent {
        id: "certificate.public-exponent",
        family: Certificate,
        title: da "RSA-nøglens offentlige eksponent er 65537",
            en "The public exponent of the RSA key is 65537",
        rows: ["CRT-26"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Lav et nyt nøglepar med eksponenten 65537, og bestil et certifikat til det.",
            en "Make a new key pair with the exponent 65537 and order a certificate for it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for PublicExponent {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let PublicKey::Rsa { exponent, .. } = &c.key else {
                return Outcome::not_applicable("65537", algorithm_name(&c.key_algorithm));
            };
            let value = exponent.iter().try_fold(0u64, |n, b| n.checked_mul(256).map(|n| n + u64::from(*b)));
            let observed = value.map_or_else(|| format!("{} octets", exponent.len()), |n| n.to_string());
            Outcome::when(value == Some(65_537), Reason::Different, "65537", observed)
        })
    }
}

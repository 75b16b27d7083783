use super::on_path;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::Certificate;
use crate::pki::signature_algorithm::Strength;
use crate::subject::CertificateSubject;

check! {
    /// No signature in the chain uses SHA-1 or MD5.
    ///
    /// ## Why
    ///
    /// Certificates with the same SHA-1 or MD5 digest can be forged.
    ///
    /// ## What to do
    ///
    /// Replace the certificate or the supplied chain that the observed value names.
    pub NoWeakDigest {
        id: "certificate.no-weak-digest",
        family: Certificate,
        title: da "Ingen signatur i certifikatkæden bruger SHA-1 eller MD5",
            en "No signature in the chain uses SHA-1 or MD5",
        rows: ["CRT-08", "FKI-CRT-08"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("ETSI TS 119 312", "hash functions"), ("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for NoWeakDigest {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let expected = "SHA-256 or stronger";
            let with = |wanted| {
                path.certificates
                    .iter()
                    .enumerate()
                    .find(|(_, c)| c.outer_algorithm.strength() == wanted || c.inner_algorithm.strength() == wanted)
            };
            let observed =
                |(n, c): (usize, &Certificate)| format!("certificate {n} of the chain: {}", c.outer_algorithm);
            if let Some(weak) = with(Strength::Weak) {
                return Outcome::fail(Reason::Weak, expected, observed(weak));
            }
            match with(Strength::Unknown) {
                Some(unknown) => Outcome::inconclusive(Reason::Different, expected, observed(unknown)),
                None => Outcome::pass(
                    expected,
                    format!("{} certificates, leaf {}", path.certificates.len(), leaf.outer_algorithm),
                ),
            }
        })
    }
}

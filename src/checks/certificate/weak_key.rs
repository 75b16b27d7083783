use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::PublicKey;
use crate::pki::signature_algorithm::algorithm_name;
use crate::pki::weak_key::weakness;
use crate::subject::CertificateSubject;

check! {
    /// The key has no known weakness.
    ///
    /// ## Why
    ///
    /// Keys made by a faulty library (ROCA) or with a small factor can be factored. Keys of Debian's broken OpenSSL
    /// (CVE-2008-0166) are not recognised: their lists are not shipped.
    ///
    /// ## What to do
    ///
    /// Make a new key pair and have the old certificate revoked.
    pub WeakKey {
        id: "certificate.weak-key",
        family: Certificate,
        title: da "Nøglen har ingen kendt svaghed",
            en "The key has no known weakness",
        rows: ["CRT-27"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("CVE-2017-15361", "ROCA")],
        remediation: da "Lav et nyt nøglepar med et andet værktøj eller kort, og bestil et certifikat til det.",
            en "Make a new key pair with another tool or card and order a certificate for it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for WeakKey {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let PublicKey::Rsa { modulus, .. } = &c.key else {
                return Outcome::not_applicable("RSA key", algorithm_name(&c.key_algorithm));
            };
            match weakness(modulus) {
                Some(found) => Outcome::fail(Reason::Weak, "neither ROCA nor a small factor", found.to_string()),
                None => Outcome::pass("neither ROCA nor a small factor", "none found"),
            }
        })
    }
}

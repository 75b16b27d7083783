use super::{listed, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The key is not used in another certificate of the target.
    ///
    /// ## Why
    ///
    /// When two certificates share a key, a leak in one place breaks both, and revoking one leaves the key in use.
    ///
    /// ## What to do
    ///
    /// Renew one of the certificates with a new key pair.
    pub KeyNotShared {
        id: "certificate.key-not-shared",
        family: Certificate,
        title: da "Nøglen bruges ikke i et andet af målfilens certifikater",
            en "The key is not used in another certificate of the target",
        rows: ["CRT-27"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("General practice", "one key pair for each certificate")],
        remediation: da "Lav et nyt nøglepar til hvert certifikat.",
            en "Make a new key pair for each certificate.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for KeyNotShared {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let sharing: Vec<&str> = subject
                .others
                .iter()
                .filter(|o| o.spki_sha256 == c.spki_sha256 && o.sha256 != c.sha256)
                .map(|o| o.name.as_str())
                .collect();
            let observed = format!("{} (of {} compared)", listed(&sharing), subject.others.len());
            Outcome::when(sharing.is_empty(), Reason::Duplicate, "none", observed)
        })
    }
}

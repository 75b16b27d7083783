use super::{Source, judge_sources, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::CertificateSubject;

check! {
    /// The OCSP service answers that the certificate is good.
    ///
    /// ## Why
    ///
    /// A revoked certificate must not be trusted, and OIO WS-Trust demands that relying parties check. An answer
    /// counts when the issuer or its responder signed it and it is fresh; no answer is inconclusive, never a pass.
    ///
    /// ## What to do
    ///
    /// See the observed value for what each source answered.
    pub Ocsp {
        id: "certificate.ocsp",
        family: Certificate,
        title: da "OCSP-tjenesten svarer, at certifikatet er gyldigt",
            en "The OCSP service answers that the certificate is good",
        rows: ["CRT-48"],
        basis: Norm,
        method: Inspected,
        sources: [("OIO WS-Trust Deployment Profile 1.1", "revocation check"), ("RFC 6960", "3.2")],
        remediation: da "Er certifikatet spærret, så tag det ud af brug, og bestil et nyt. Er svaret ubrugeligt, så gentag prøven.",
            en "If the certificate is revoked, stop using it and order a new one. If the answer was unusable, repeat the check.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Ocsp {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| judge_sources(subject, leaf, path, &[Source::Ocsp]))
    }
}

use super::{Source, judge_sources, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::CertificateSubject;

check! {
    /// The certificate is not on the issuer's CRL.
    ///
    /// ## Why
    ///
    /// The CRL is the second way to learn of a revocation. It counts when the issuer signed it, it is complete and
    /// its period covers the instant.
    ///
    /// ## What to do
    ///
    /// See the observed value for what each source answered.
    pub Crl {
        id: "certificate.crl",
        family: Certificate,
        title: da "Certifikatet står ikke på udstederens spærreliste",
            en "The certificate is not on the issuer's CRL",
        rows: ["CRT-49"],
        basis: Norm,
        method: Inspected,
        sources: [("OIO WS-Trust Deployment Profile 1.1", "revocation check"), ("RFC 5280", "6.3")],
        remediation: da "Er certifikatet spærret, så tag det ud af brug, og bestil et nyt. Er listen ubrugelig, så gentag prøven.",
            en "If the certificate is revoked, stop using it and order a new one. If the list was unusable, repeat the check.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Crl {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| judge_sources(subject, leaf, path, &[Source::Crl]))
    }
}

use super::{Source, judge_sources, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::CertificateSubject;

check! {
    /// OCSP or CRL shows that the certificate is not revoked.
    ///
    /// ## Why
    ///
    /// KOMBIT's validation answers 503 when neither OCSP nor CRL can be reached: one good source is needed, none is
    /// not enough, and one that says revoked decides.
    ///
    /// ## What to do
    ///
    /// See the observed value for what each source answered.
    pub Revocation {
        id: "certificate.revocation",
        family: Certificate,
        title: da "OCSP eller spærreliste viser, at certifikatet ikke er spærret",
            en "OCSP or CRL shows that the certificate is not revoked",
        rows: ["CRT-48", "CRT-49", "CRT-50", "FKI-CRT-04"],
        basis: Norm,
        method: Inspected,
        sources: [("OIO WS-Trust Deployment Profile 1.1", "revocation check"), ("KOMBIT Context Handler Provisioning service 2.0.1", "metadata validation")],
        remediation: da "Er certifikatet spærret, så tag det ud af brug, og bestil et nyt.",
            en "If the certificate is revoked, stop using it and order a new one.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Revocation {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| judge_sources(subject, leaf, path, &[Source::Ocsp, Source::Crl]))
    }
}

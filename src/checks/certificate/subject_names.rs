use super::{on_certificate, subject_value};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::name;
use crate::subject::CertificateSubject;

check! {
    /// The certificate names the organisation and the system.
    ///
    /// ## Why
    ///
    /// People recognise a certificate by its O and CN; an empty one is mixed up.
    ///
    /// ## What to do
    ///
    /// Order a certificate with a CN that names the system and its environment.
    pub SubjectNames {
        id: "certificate.subject-names",
        family: Certificate,
        title: da "Certifikatet navngiver organisation og system",
            en "The certificate names the organisation and the system",
        rows: ["CRT-41"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("Digitaliseringskataloget", "teknik/certifikater")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for SubjectNames {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let given = |oid| c.subject.single(oid).is_some_and(|v| !v.trim().is_empty());
            let shown = |oid| c.subject.single(oid).unwrap_or("none").to_owned();
            let observed = format!("CN={}, O={}", shown(name::COMMON_NAME), shown(name::ORGANIZATION));
            Outcome::when(
                given(name::COMMON_NAME) && given(name::ORGANIZATION),
                Reason::Missing,
                "one CN and one O, not empty",
                subject_value(c, &observed),
            )
        })
    }
}

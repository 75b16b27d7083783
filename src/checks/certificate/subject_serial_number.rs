use super::{listed, on_certificate, subject_value};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::name;
use crate::subject::CertificateSubject;

check! {
    /// The subject's serialNumber is UI:DK-O:G: and a UUID.
    ///
    /// ## Why
    ///
    /// UI:DK-O marks a legal entity; UI:DK-E an employee.
    ///
    /// ## What to do
    ///
    /// Order a system or organisation certificate.
    pub SubjectSerialNumber {
        id: "certificate.subject-serial-number",
        family: Certificate,
        title: da "Certifikatindehaverens SerialNumber er UI:DK-O:G: og et UUID",
            en "The subject's serialNumber is UI:DK-O:G: and a UUID",
        rows: ["CRT-40"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for SubjectSerialNumber {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let found: Vec<&str> = c.subject.values(name::SERIAL_NUMBER).collect();
            let uuid = |text: &str| text.len() == 36 && uuid::Uuid::try_parse(text).is_ok();
            let holds = matches!(found.as_slice(), [only] if only.strip_prefix("UI:DK-O:G:").is_some_and(uuid));
            let reason = match found.first() {
                None => Reason::Missing,
                Some(value) if value.starts_with("UI:DK-E:") => Reason::WrongKind,
                Some(_) => Reason::Malformed,
            };
            Outcome::when(holds, reason, "UI:DK-O:G:<uuid>", subject_value(c, &listed(&found)))
        })
    }
}

use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The serial number is positive and at most 20 octets.
    ///
    /// ## Why
    ///
    /// Revocation is looked up by serial number; one that software reads differently cannot be revoked reliably.
    ///
    /// ## What to do
    ///
    /// Use a certificate issued by Den Danske Stat.
    pub SerialNumberBounds {
        id: "certificate.serial-number-bounds",
        family: Certificate,
        title: da "Certifikatets serienummer er positivt og højst 20 oktetter",
            en "The serial number is positive and at most 20 octets",
        rows: ["CRT-03"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "4.1.2.2")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for SerialNumberBounds {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let positive = c.serial.first().is_some_and(|b| b & 0x80 == 0) && c.serial.iter().any(|b| *b != 0);
            let reason = if positive { Reason::TooLarge } else { Reason::Malformed };
            let holds = positive && c.serial.len() <= 20;
            Outcome::when(
                holds,
                reason,
                "positive, 1 to 20 octets",
                format!("{} octets, {}", c.serial.len(), c.serial_hex()),
            )
        })
    }
}

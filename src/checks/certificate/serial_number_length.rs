use super::{count, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The serial number has 20 octets.
    ///
    /// ## Why
    ///
    /// Every OCES3 certificate that was measured has 20 octets; another length hints at another issuer.
    ///
    /// ## What to do
    ///
    /// Nothing, if the chain is in order; otherwise see `certificate.chain`.
    pub SerialNumberLength {
        id: "certificate.serial-number-length",
        family: Certificate,
        title: da "Certifikatets serienummer er på 20 oktetter",
            en "The serial number has 20 octets",
        rows: ["CRT-03"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Afklar med leverandøren, hvor certifikatet kommer fra.",
            en "Clarify with the vendor where the certificate comes from.",
        parameters: [("octets", Integer(20), "Length in octets.")],
    }
}

impl Check<CertificateSubject> for SerialNumberLength {
    fn judge(&self, subject: &CertificateSubject, parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let octets = count(parameters, "octets");
            let holds = u64::try_from(c.serial.len()).is_ok_and(|n| n == octets);
            Outcome::when(holds, Reason::Different, octets.to_string(), c.serial.len().to_string())
        })
    }
}

use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate is X.509 version 3.
    ///
    /// ## Why
    ///
    /// Extensions, and with them every rule about use and revocation, exist in version 3 alone.
    ///
    /// ## What to do
    ///
    /// Use a certificate issued by Den Danske Stat; it is always version 3.
    pub Version {
        id: "certificate.version",
        family: Certificate,
        title: da "Certifikatet er X.509 version 3",
            en "The certificate is X.509 version 3",
        rows: ["CRT-02"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "4.1.2.1"), ("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Version {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| Outcome::when(c.version == 3, Reason::Different, "3", c.version.to_string()))
    }
}

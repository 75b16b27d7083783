use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::extension;
use crate::subject::CertificateSubject;

check! {
    /// basicConstraints is critical and says that the certificate is no CA.
    ///
    /// ## Why
    ///
    /// A certificate that may act as a CA can issue certificates for anybody.
    ///
    /// ## What to do
    ///
    /// Use the system's own certificate, not a CA certificate.
    pub BasicConstraints {
        id: "certificate.basic-constraints",
        family: Certificate,
        title: da "BasicConstraints er kritisk og siger, at certifikatet ikke er en CA",
            en "basicConstraints is critical and says that the certificate is no CA",
        rows: ["CRT-28"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("RFC 5280", "4.2.1.9")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for BasicConstraints {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let expected = "critical, CA:FALSE";
            match (c.extension(extension::BASIC_CONSTRAINTS), c.basic_constraints) {
                (Some(_), Some(b)) if b.ca => Outcome::fail(Reason::Forbidden, expected, "CA:TRUE"),
                (Some(e), Some(_)) => Outcome::when(
                    e.critical,
                    Reason::Different,
                    expected,
                    if e.critical { "critical, CA:FALSE" } else { "not critical, CA:FALSE" },
                ),
                _ => Outcome::fail(Reason::Missing, expected, "none"),
            }
        })
    }
}

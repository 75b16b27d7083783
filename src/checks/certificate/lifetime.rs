use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate was issued for three years.
    ///
    /// ## Why
    ///
    /// Every OCES3 certificate that was measured lasts 1095 days; another length hints at another issuer.
    ///
    /// ## What to do
    ///
    /// Nothing, if the chain is in order; otherwise see `certificate.chain`.
    pub Lifetime {
        id: "certificate.lifetime",
        family: Certificate,
        title: da "Certifikatet er udstedt for tre år",
            en "The certificate was issued for three years",
        rows: ["CRT-21"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("FoxIDs: Connect to Context Handler", "certificates")],
        remediation: da "Afklar med leverandøren, hvor certifikatet kommer fra.",
            en "Clarify with the vendor where the certificate comes from.",
        parameters: [("days", Integer(1095), "Length of the period in days."), ("tolerance_days", Integer(1), "Days that it may be longer or shorter.")],
    }
}

impl Check<CertificateSubject> for Lifetime {
    fn judge(&self, subject: &CertificateSubject, parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            // notAfter belongs to the period (RFC 5280 4.1.2.5), hence one second more.
            let seconds = c.not_after.as_second() - c.not_before.as_second() + 1;
            let days = parameters.integer("days");
            let tolerance = parameters.integer("tolerance_days");
            let expected = format!("{days} days, tolerance {tolerance}");
            let observed = format!("{} days", seconds.div_euclid(86_400));
            let difference = seconds.saturating_sub(days.saturating_mul(86_400));
            let reason = if difference < 0 { Reason::TooSmall } else { Reason::TooLarge };
            Outcome::when(difference.saturating_abs() <= tolerance.saturating_mul(86_400), reason, expected, observed)
        })
    }
}

use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::days_left;
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate does not expire soon.
    ///
    /// ## Why
    ///
    /// OCES3 certificates are renewed by hand and must be registered again; systems stop when that is forgotten.
    ///
    /// ## What to do
    ///
    /// Renew the certificate and register it in the Administrationsmodul.
    pub RemainingLife {
        id: "certificate.remaining-life",
        family: Certificate,
        title: da "Certifikatet udløber ikke foreløbig",
            en "The certificate does not expire soon",
        rows: ["CRT-22", "FKI-CRT-03"],
        basis: Inference,
        method: Inspected,
        sources: [("FoxIDs: Connect to Context Handler", "certificates")],
        remediation: da "Bestil det nye certifikat nu, og aftal, hvornår det skal tages i brug.",
            en "Order the new certificate now and agree when it takes over.",
        parameters: [("days", Integer(30), "Days that must be left, and one second more.")],
    }
}

impl Check<CertificateSubject> for RemainingLife {
    fn judge(&self, subject: &CertificateSubject, parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let days = parameters.integer("days");
            let left = c.not_after.as_second().saturating_sub(subject.at.as_second());
            let reason = if left < 0 { Reason::Expired } else { Reason::ExpiresSoon };
            let observed = format!("{}, until {}", days_left(left), c.not_after);
            Outcome::when(left > days.saturating_mul(86_400), reason, format!("more than {days} days"), observed)
        })
    }
}

//! The certificate is valid for some time yet.

use super::leaf;
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::days_left;
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;

check! {
    /// ## Why
    ///
    /// A certificate that ends soon stops the integration on a known day. FKI's texts set no number for the server
    /// certificate; the limit is the profile's.
    ///
    /// ## What to do
    ///
    /// Renew the certificate and register the new one before the old one ends.
    pub CertificateRemainingValidity {
        id: "tls.certificate-remaining-validity",
        family: Tls,
        title: da "Servercertifikatet udløber ikke inden for det fastsatte antal dage", en "The server certificate does not expire within the time limit",
        rows: ["BFO-PUSH-20"],
        basis: GoodPractice,
        method: Measured,
        sources: [("SF1461 Beskedfordeler, integrationsbeskrivelse", "5")],
        remediation: da "Forny certifikatet, og registrér det nye i Administrationsmodulet, før det gamle udløber.", en "Renew the certificate, and register the new one in Administrationsmodulet before the old one expires.",
        parameters: [("days", Integer(30), "Fewest days left")],
    }
}

impl Check<TlsSubject> for CertificateRemainingValidity {
    fn judge(&self, subject: &TlsSubject, parameters: &Parameters) -> Outcome {
        let days = parameters.integer("days");
        let expected = format!(">= {days} days");
        let certificate = match leaf(subject, &expected) {
            Ok(certificate) => certificate,
            Err(outcome) => return outcome,
        };
        let left = certificate.validity().not_after.timestamp() - subject.at.as_second();
        let reason = if left < 0 { Reason::Expired } else { Reason::ExpiresSoon };
        Outcome::when(left >= days.saturating_mul(86_400), reason, expected, days_left(left))
    }
}

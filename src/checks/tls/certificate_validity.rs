//! The certificate is valid now.

use super::leaf;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;

check! {
    /// ## Why
    ///
    /// Callers refuse a server whose certificate has expired or is not yet valid.
    ///
    /// ## What to do
    ///
    /// Renew the certificate, and let a machine do it before it expires.
    pub CertificateValidity {
        id: "tls.certificate-validity",
        family: Tls,
        title: da "Servercertifikatet er inden for sin gyldighedsperiode", en "The server certificate is within its period of validity",
        rows: ["SP-REQ-21"],
        basis: Norm,
        method: Measured,
        sources: [("RFC 5280", "section 4.1.2.5")],
        remediation: da "Forny certifikatet, og lad fornyelsen ske automatisk i god tid.", en "Renew the certificate, and let renewal happen by itself in good time.",
        parameters: [],
    }
}

impl Check<TlsSubject> for CertificateValidity {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let expected = subject.at.to_string();
        let certificate = match leaf(subject, &expected) {
            Ok(certificate) => certificate,
            Err(outcome) => return outcome,
        };
        let (from, to) = (certificate.validity().not_before, certificate.validity().not_after);
        let at = subject.at.as_second();
        let observed = format!("{from} - {to}");
        if at < from.timestamp() {
            return Outcome::fail(Reason::NotYetValid, expected, observed);
        }
        Outcome::when(at <= to.timestamp(), Reason::Expired, expected, observed)
    }
}

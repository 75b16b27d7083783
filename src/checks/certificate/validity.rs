use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate is within its period of validity.
    ///
    /// ## Why
    ///
    /// KOMBIT's validation refuses an expired certificate, and every relying party must.
    ///
    /// ## What to do
    ///
    /// Renewal is manual: order the new certificate before the old one ends, and register it.
    pub Validity {
        id: "certificate.validity",
        family: Certificate,
        title: da "Certifikatet er inden for sin gyldighedsperiode",
            en "The certificate is within its period of validity",
        rows: ["CRT-20", "FKI-CRT-03"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "4.1.2.5"), ("KOMBIT Context Handler Provisioning service 2.0.1", "metadata validation")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Validity {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            const EXPECTED: &str = "valid at the instant of judgement";
            if subject.at < c.not_before {
                Outcome::fail(Reason::NotYetValid, EXPECTED, format!("begins {}", c.not_before))
            } else if subject.at > c.not_after {
                Outcome::fail(Reason::Expired, EXPECTED, format!("ended {}", c.not_after))
            } else {
                Outcome::pass(EXPECTED, format!("{} to {}", c.not_before, c.not_after))
            }
        })
    }
}

use super::{listed, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate names ETSI's policy NCP.
    ///
    /// ## Why
    ///
    /// OCES3 policies are built on the normalised certificate policy of ETSI EN 319 411-1.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub EtsiPolicy {
        id: "certificate.etsi-policy",
        family: Certificate,
        title: da "Certifikatet nævner ETSI's politik NCP",
            en "The certificate names ETSI's policy NCP",
        rows: ["CRT-33"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("ETSI EN 319 411-1", "NCP")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for EtsiPolicy {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let reason = if c.policies.is_empty() { Reason::Missing } else { Reason::Different };
            Outcome::when(
                c.policies.iter().any(|p| p == "0.4.0.2042.1.1"),
                reason,
                "0.4.0.2042.1.1",
                listed(&c.policies),
            )
        })
    }
}

use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::signature_algorithm::RSASSA_PSS;
use crate::subject::CertificateSubject;

check! {
    /// The certificate is signed with RSASSA-PSS.
    ///
    /// ## Why
    ///
    /// Every OCES3 certificate is signed with RSASSA-PSS; OCES2 and most other CAs sign with PKCS#1 v1.5.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub SignatureAlgorithm {
        id: "certificate.signature-algorithm",
        family: Certificate,
        title: da "Certifikatet er signeret med RSASSA-PSS",
            en "The certificate is signed with RSASSA-PSS",
        rows: ["CRT-05"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("FoxIDs: Connect to Context Handler", "certificates")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for SignatureAlgorithm {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            Outcome::when(
                c.outer_algorithm.oid == RSASSA_PSS,
                Reason::Different,
                "RSASSA-PSS",
                c.outer_algorithm.to_string(),
            )
        })
    }
}

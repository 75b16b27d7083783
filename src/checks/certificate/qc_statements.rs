use super::{listed, masked, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::QCS_COMPLIANCE;
use crate::subject::CertificateSubject;
use crate::subject::certificate::CertificateKind;

check! {
    /// qcStatements names the semantics of the identifiers and no qualified certificate.
    ///
    /// ## Why
    ///
    /// OCES3 states that identifiers come from uid.gov.dk. QcCompliance would mark a qualified certificate, which
    /// OCES3 never is.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub QcStatements {
        id: "certificate.qc-statements",
        family: Certificate,
        title: da "QCStatements angiver typen af identifikation og ikke et kvalificeret certifikat",
            en "qcStatements names the semantics of the identifiers and no qualified certificate",
        rows: ["CRT-36"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("ETSI EN 319 412-1", "5.1")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for QcStatements {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let semantics = if c.kind() == CertificateKind::Employee { "0.4.0.194121.1.1" } else { "0.4.0.194121.1.2" };
            let expected = format!("semantics {semantics}, https://uid.gov.dk, no QcCompliance");
            let Some(found) = &c.qc_statements else { return Outcome::fail(Reason::Missing, expected, "none") };
            let observed = format!(
                "semantics {}, {}, statements {}",
                found.semantics.as_deref().unwrap_or("none"),
                masked(&listed(&found.registration_authorities)),
                listed(&found.statements)
            );
            if found.statements.iter().any(|s| s == QCS_COMPLIANCE) {
                return Outcome::fail(Reason::WrongHierarchy, expected, observed);
            }
            let holds = found.semantics.as_deref() == Some(semantics)
                && found.registration_authorities.iter().any(|a| a == "https://uid.gov.dk");
            Outcome::when(holds, Reason::Different, expected, observed)
        })
    }
}

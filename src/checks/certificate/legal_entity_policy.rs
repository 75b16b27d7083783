use super::{listed, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::LEGAL_ENTITY_ARC;
use crate::pki::certificate::OCES_ARC;
use crate::pki::certificate::is_policy_or_below;
use crate::subject::CertificateSubject;

check! {
    /// The certificate policy is an OCES policy for legal entities.
    ///
    /// ## Why
    ///
    /// Policies under 1.2.208.169.1.1.1.3 are those for organisations and systems; those under .2 are for employees.
    ///
    /// ## What to do
    ///
    /// Order a system or organisation certificate.
    pub LegalEntityPolicy {
        id: "certificate.legal-entity-policy",
        family: Certificate,
        title: da "Certifikatpolitikken er en OCES-politik for virksomheder",
            en "The certificate policy is an OCES policy for legal entities",
        rows: ["FKI-CRT-02"],
        basis: Inference,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for LegalEntityPolicy {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let oces: Vec<&String> = c.policies.iter().filter(|p| is_policy_or_below(p, OCES_ARC)).collect();
            let holds = oces.iter().any(|p| is_policy_or_below(p, LEGAL_ENTITY_ARC));
            let reason = if oces.is_empty() { Reason::Missing } else { Reason::WrongKind };
            Outcome::when(holds, reason, format!("{LEGAL_ENTITY_ARC}.x"), listed(&c.policies))
        })
    }
}

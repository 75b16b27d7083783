use super::{listed, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::EMPLOYEE_ARC;
use crate::pki::certificate::LEGAL_ENTITY_ARC;
use crate::pki::certificate::OCES_ARC;
use crate::pki::certificate::is_policy_or_below;
use crate::subject::CertificateSubject;

check! {
    /// The certificate policy is OCES version 7 for the kind of certificate.
    ///
    /// ## Why
    ///
    /// Version 7 is OCES3; earlier versions are OCES1 and OCES2. Further arcs below it are later issues of the same
    /// policy.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub PolicyOid {
        id: "certificate.policy-oid",
        family: Certificate,
        title: da "Certifikatpolitikken er OCES version 7 for certifikatets slags",
            en "The certificate policy is OCES version 7 for the kind of certificate",
        rows: ["CRT-34"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("Digitaliseringsstyrelsen: certifikatpolitikker", "version 7")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for PolicyOid {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let arc = if c.has_serial_prefix("UI:DK-E:") { EMPLOYEE_ARC } else { LEGAL_ENTITY_ARC };
            let expected = format!("{arc}.7 or {arc}.7.x");
            let oces: Vec<&String> = c.policies.iter().filter(|p| is_policy_or_below(p, OCES_ARC)).collect();
            let reason = match oces.first() {
                None => Reason::Missing,
                Some(p)
                    if !is_policy_or_below(p, &format!("{EMPLOYEE_ARC}.7"))
                        && !is_policy_or_below(p, &format!("{LEGAL_ENTITY_ARC}.7")) =>
                {
                    Reason::WrongHierarchy
                }
                Some(_) => Reason::WrongKind,
            };
            let holds = matches!(oces.as_slice(), [only] if is_policy_or_below(only, &format!("{arc}.7")));
            Outcome::when(holds, reason, expected, listed(&c.policies))
        })
    }
}

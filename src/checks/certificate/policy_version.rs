use super::{listed, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::EMPLOYEE_ARC;
use crate::pki::certificate::LEGAL_ENTITY_ARC;
use crate::pki::certificate::is_policy_or_below;
use crate::subject::CertificateSubject;

check! {
    /// The issue of the certificate policy is known.
    ///
    /// ## Why
    ///
    /// The last arc moved once already (from 2025-07). A new issue may bring new rules that are not checked here.
    ///
    /// ## What to do
    ///
    /// Nothing at the vendor.
    pub PolicyVersion {
        id: "certificate.policy-version",
        family: Certificate,
        title: da "Certifikatpolitikkens udgave er kendt",
            en "The issue of the certificate policy is known",
        rows: ["CRT-34"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Kontrollér hos Digitaliseringsstyrelsen, hvad den nye udgave ændrer, og opdatér værktøjet.",
            en "See at Digitaliseringsstyrelsen what the new issue changes, and update the tool.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for PolicyVersion {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let version7 = |p: &&String| {
                [LEGAL_ENTITY_ARC, EMPLOYEE_ARC].iter().any(|arc| is_policy_or_below(p, &format!("{arc}.7")))
            };
            let known = |p: &String| {
                [LEGAL_ENTITY_ARC, EMPLOYEE_ARC]
                    .iter()
                    .any(|arc| *p == format!("{arc}.7") || *p == format!("{arc}.7.1"))
            };
            match c.policies.iter().find(version7) {
                Some(policy) => Outcome::when(known(policy), Reason::Different, "7 or 7.1", policy.clone()),
                // certificate.policy-oid judges that.
                None => Outcome::not_applicable("an OCES policy of version 7", listed(&c.policies)),
            }
        })
    }
}

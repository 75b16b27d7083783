use super::{cvr_of, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::anchors::Hierarchy;
use crate::subject::CertificateSubject;

check! {
    /// CVR numbers that begin with 9 stand in test certificates alone.
    ///
    /// ## Why
    ///
    /// CVR numbers that begin with 9 are fictitious test organisations.
    ///
    /// ## What to do
    ///
    /// Check which organisation the certificate was ordered for.
    pub TestOrganization {
        id: "certificate.test-organization",
        family: Certificate,
        title: da "CVR-numre, der begynder med 9, står kun i testcertifikater",
            en "CVR numbers that begin with 9 stand in test certificates alone",
        rows: ["CRT-42"],
        basis: Inference,
        method: Inspected,
        sources: [("Digitaliseringskataloget", "teknik/certifikater")],
        remediation: da "Bestil et certifikat til den rigtige part.",
            en "Order a certificate for the real party.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for TestOrganization {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let Some(cvr) = cvr_of(leaf) else {
                return Outcome::not_applicable("a CVR number", "none in organizationIdentifier");
            };
            let in_production = path.hierarchy() == Some(Hierarchy::Production)
                || (path.hierarchy().is_none()
                    && Hierarchy::of_environment(subject.environment) == Some(Hierarchy::Production));
            Outcome::when(
                !(cvr.starts_with('9') && in_production),
                Reason::WrongEnvironment,
                "no CVR 9xxxxxxx outside test",
                cvr,
            )
        })
    }
}

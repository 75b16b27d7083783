use super::{listed, on_certificate, shared_with};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// Neither the certificate nor its key is used by another system of the target.
    ///
    /// ## Why
    ///
    /// KOMBIT refuses a certificate that another BrugervendtSystem uses. A shared key lets one system act as the
    /// other.
    ///
    /// ## What to do
    ///
    /// Order a certificate of its own for each system.
    pub UniqueSystem {
        id: "certificate.unique-system",
        family: Certificate,
        title: da "Certifikatet og dets nøgle bruges ikke af et andet af målfilens systemer",
            en "Neither the certificate nor its key is used by another system of the target",
        rows: ["CRT-52", "FKI-CRT-05"],
        basis: Norm,
        method: Inspected,
        sources: [("KOMBIT Context Handler Provisioning service 2.0.1", "metadata validation"), ("Digitaliseringskataloget", "teknik/certifikater"), ("FoxIDs: Connect to Context Handler", "certificates")],
        remediation: da "Bestil et certifikat til hvert system.",
            en "Order a certificate for each system.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for UniqueSystem {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let shared = shared_with(subject, c, |o| o.system != subject.system);
            Outcome::when(
                shared.is_empty(),
                Reason::Duplicate,
                "none",
                format!("{} (of {} compared)", listed(&shared), subject.others.len()),
            )
        })
    }
}

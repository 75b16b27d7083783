use super::{listed, on_certificate, shared_with};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// Neither the certificate nor its key is used in another environment.
    ///
    /// ## Why
    ///
    /// Test environments are less protected; a key that is used there too is no production key any more.
    ///
    /// ## What to do
    ///
    /// Make a new key pair and order a certificate for each environment.
    pub UniqueEnvironment {
        id: "certificate.unique-environment",
        family: Certificate,
        title: da "Certifikatet og dets nøgle bruges ikke i et andet miljø",
            en "Neither the certificate nor its key is used in another environment",
        rows: ["CRT-52", "CRT-53", "FKI-CRT-12"],
        basis: Norm,
        method: Inspected,
        sources: [("FoxIDs: Connect to Context Handler", "certificates"), ("Digitaliseringskataloget", "teknik/certifikater")],
        remediation: da "Bestil et certifikat med sit eget nøglepar til hvert miljø.",
            en "Order a certificate with a key pair of its own for each environment.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for UniqueEnvironment {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let shared = shared_with(subject, c, |o| o.environment != subject.environment);
            Outcome::when(
                shared.is_empty(),
                Reason::Duplicate,
                "none",
                format!("{} (of {} compared)", listed(&shared), subject.others.len()),
            )
        })
    }
}

use super::{cvr_of, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate belongs to the registered party.
    ///
    /// ## Why
    ///
    /// Whoever holds the certificate acts for the CVR number in it; it must be the party that the agreement names.
    ///
    /// ## What to do
    ///
    /// Compare the certificate's CVR with the registration.
    pub Cvr {
        id: "certificate.cvr",
        family: Certificate,
        title: da "Certifikatet tilhører den registrerede part",
            en "The certificate belongs to the registered party",
        rows: ["CRT-39", "FKI-CRT-06"],
        basis: Inference,
        method: Inspected,
        sources: [("KOMBIT Context Handler Provisioning service 2.0.1", "BrugervendtSystem, Cvr")],
        remediation: da "Bestil et certifikat til den part, der er registreret i Administrationsmodulet, eller ret registreringen.",
            en "Order a certificate for the party that is registered in the Administrationsmodul, or correct the registration.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Cvr {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let found = cvr_of(c);
            let Some(declared) = subject.declared.cvr.as_deref() else {
                return Outcome::not_tested(Reason::NotDeclared, "declared CVR", found.unwrap_or("none"));
            };
            match found {
                Some(cvr) => Outcome::when(cvr == declared, Reason::WrongParty, declared, cvr),
                None => Outcome::inconclusive(Reason::Malformed, declared, "none in organizationIdentifier"),
            }
        })
    }
}

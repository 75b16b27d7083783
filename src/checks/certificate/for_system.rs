use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::LEGAL_ENTITY_ARC;
use crate::pki::certificate::is_policy_or_below;
use crate::subject::CertificateSubject;
use crate::subject::certificate::CertificateKind;

check! {
    /// The certificate is a system or organisation certificate and not an employee's.
    ///
    /// ## Why
    ///
    /// An employee certificate speaks for a person; a system that holds its key can act as that person.
    ///
    /// ## What to do
    ///
    /// Replace it, and consider having the employee certificate revoked.
    pub ForSystem {
        id: "certificate.for-system",
        family: Certificate,
        title: da "Certifikatet er et system- eller organisationscertifikat og ikke en medarbejders",
            en "The certificate is a system or organisation certificate and not an employee's",
        rows: ["CRT-31"],
        basis: Inference,
        method: Inspected,
        sources: [("Digitaliseringskataloget", "teknik/certifikater")],
        remediation: da "Bestil et systemcertifikat i MitID Erhverv, og få medarbejdercertifikatet ud af systemet.",
            en "Order a system certificate in MitID Erhverv and take the employee's certificate out of the system.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for ForSystem {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let expected = "system or organisation";
            let legal_policy = c.policies.iter().any(|p| is_policy_or_below(p, LEGAL_ENTITY_ARC));
            if c.has_mark_of_employee() {
                Outcome::fail(Reason::WrongKind, expected, CertificateKind::Employee.name())
            } else if c.has_serial_prefix("UI:DK-O:") || legal_policy {
                Outcome::pass(expected, c.kind().name())
            } else {
                Outcome::inconclusive(Reason::Missing, expected, "neither an OCES policy nor a UI:DK serialNumber")
            }
        })
    }
}

use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate is of the declared kind.
    ///
    /// ## Why
    ///
    /// System and organisation certificates differ by the nonRepudiation bit alone; an employee certificate is a
    /// person's.
    ///
    /// ## What to do
    ///
    /// Declare the kind that was ordered, or replace the certificate.
    pub DeclaredKind {
        id: "certificate.declared-kind",
        family: Certificate,
        title: da "Certifikatet er af den oplyste slags",
            en "The certificate is of the declared kind",
        rows: ["CRT-30"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Ret oplysningen i målfilen, eller brug et certifikat af den oplyste slags.",
            en "Correct the target or use a certificate of the declared kind.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for DeclaredKind {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let Some(declared) = subject.declared.kind else {
                return Outcome::not_tested(Reason::NotDeclared, "declared kind", c.kind().name());
            };
            let expected = declared.name();
            if c.key_usage.is_none() {
                return Outcome::fail(Reason::Missing, expected, "no keyUsage");
            }
            Outcome::when(c.kind() == declared, Reason::WrongKind, expected, c.kind().name())
        })
    }
}

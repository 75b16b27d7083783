use super::{listed, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::name;
use crate::subject::CertificateSubject;
use crate::subject::certificate::CertificateKind;

check! {
    /// The subject has the attributes of OCES3 in their fixed order.
    ///
    /// ## Why
    ///
    /// Every OCES3 certificate that was measured has the same order, one attribute in each RDN; software that
    /// compares names as text relies on it.
    ///
    /// ## What to do
    ///
    /// Nothing, if the chain is in order; otherwise see `certificate.chain`.
    pub SubjectOrder {
        id: "certificate.subject-order",
        family: Certificate,
        title: da "Certifikatindehaverens navn har OCES3's attributter i fast rækkefølge",
            en "The subject has the attributes of OCES3 in their fixed order",
        rows: ["CRT-43"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Afklar med leverandøren, hvor certifikatet kommer fra.",
            en "Clarify with the vendor where the certificate comes from.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for SubjectOrder {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            const LEGAL: &[&str] = &[
                name::COMMON_NAME,
                name::SERIAL_NUMBER,
                name::ORGANIZATION,
                name::ORGANIZATION_IDENTIFIER,
                name::COUNTRY,
            ];
            const EMPLOYEE: &[&str] = &[
                name::COMMON_NAME,
                name::GIVEN_NAME,
                name::SURNAME,
                name::SERIAL_NUMBER,
                name::ORGANIZATION,
                name::ORGANIZATION_IDENTIFIER,
                name::COUNTRY,
            ];
            let wanted = if c.kind() == CertificateKind::Employee { EMPLOYEE } else { LEGAL };
            let found: Vec<Vec<&str>> =
                c.subject.rdns.iter().map(|rdn| rdn.iter().map(|a| a.oid.as_str()).collect()).collect();
            let holds =
                found.len() == wanted.len() && found.iter().zip(wanted).all(|(rdn, oid)| rdn.as_slice() == [*oid]);
            let shown: Vec<String> = found
                .iter()
                .map(|rdn| rdn.iter().map(|oid| name::short_name(oid)).collect::<Vec<_>>().join("+"))
                .collect();
            let expected: Vec<&str> = wanted.iter().map(|oid| name::short_name(oid)).collect();
            Outcome::when(holds, Reason::Different, listed(&expected), listed(&shown))
        })
    }
}

use super::{hierarchy_reason, issuer_missing, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::signature_algorithm::PssParameters;
use crate::pki::signature_algorithm::SHA512;
use crate::subject::CertificateSubject;

check! {
    /// The CA certificates are signed with RSASSA-PSS, SHA-512 and a salt of 64 octets.
    ///
    /// ## Why
    ///
    /// The root and the issuing CA of OCES3 are signed so; another algorithm shows another hierarchy.
    ///
    /// ## What to do
    ///
    /// Supply the chain published at ca1.gov.dk.
    pub AuthoritySignatureParameters {
        id: "certificate.authority-signature-parameters",
        family: Certificate,
        title: da "CA-certifikaterne er signeret med RSASSA-PSS, SHA-512 og salt på 64 oktetter",
            en "The CA certificates are signed with RSASSA-PSS, SHA-512 and a salt of 64 octets",
        rows: ["CRT-07"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("RFC 4055", "3.1")],
        remediation: da "Brug den rigtige certifikatkæde fra Den Danske Stat.",
            en "Use the genuine chain of Den Danske Stat.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for AuthoritySignatureParameters {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let expected =
                PssParameters { hash: SHA512.to_owned(), mgf_hash: SHA512.to_owned(), salt_length: 64, trailer: 1 };
            if path.authorities().is_empty() {
                return issuer_missing(&expected.to_string(), leaf);
            }
            let other = path.authorities().iter().find(|ca| ca.outer_algorithm.pss.as_ref() != Some(&expected));
            match other {
                Some(ca) => Outcome::fail(
                    hierarchy_reason(path, Reason::Different),
                    expected.to_string(),
                    ca.outer_algorithm.to_string(),
                ),
                None => Outcome::pass(expected.to_string(), format!("{} CA certificates", path.authorities().len())),
            }
        })
    }
}

use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::signature_algorithm::PssParameters;
use crate::pki::signature_algorithm::RSASSA_PSS;
use crate::pki::signature_algorithm::SHA256;
use crate::subject::CertificateSubject;

check! {
    /// The RSASSA-PSS parameters are SHA-256, MGF1 with SHA-256 and a salt of 32 octets.
    ///
    /// ## Why
    ///
    /// Weak parameters make the signature weak even though the algorithm is right; the defaults are SHA-1.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub SignatureParameters {
        id: "certificate.signature-parameters",
        family: Certificate,
        title: da "Certifikatets RSASSA-PSS-parametre er SHA-256, MGF1 med SHA-256 og salt på 32 oktetter",
            en "The RSASSA-PSS parameters are SHA-256, MGF1 with SHA-256 and a salt of 32 octets",
        rows: ["CRT-06"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("RFC 4055", "3.1")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for SignatureParameters {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let expected =
                PssParameters { hash: SHA256.to_owned(), mgf_hash: SHA256.to_owned(), salt_length: 32, trailer: 1 };
            if c.outer_algorithm.oid != RSASSA_PSS {
                // certificate.signature-algorithm judges that.
                return Outcome::not_applicable(expected.to_string(), c.outer_algorithm.to_string());
            }
            match &c.outer_algorithm.pss {
                Some(found) => {
                    Outcome::when(*found == expected, Reason::Different, expected.to_string(), found.to_string())
                }
                None => Outcome::fail(Reason::Malformed, expected.to_string(), "unreadable parameters"),
            }
        })
    }
}

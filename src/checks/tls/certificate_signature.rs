//! No certificate below the root is signed with MD5 or SHA-1.

use super::leaf;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Signature algorithms with a broken hash.
const WEAK: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.3.14.3.2.29", "sha1WithRSASignature"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10040.4.3", "dsa-with-sha1"),
];

check! {
    /// ## Why
    ///
    /// Collisions of MD5 and SHA-1 allow forged certificates. A root's own signature proves nothing and does not
    /// count.
    ///
    /// ## What to do
    ///
    /// Order new certificates that are signed with SHA-256 or better, and send the issuer's current intermediates.
    pub CertificateSignature {
        id: "tls.certificate-signature",
        family: Tls,
        title: da "Ingen certifikater i den sendte kæde er signeret med MD5 eller SHA-1", en "No certificate of the chain that is sent is signed with MD5 or SHA-1",
        rows: ["SP-REQ-21"],
        basis: Norm,
        method: Measured,
        sources: [("RFC 9325 (BCP 195)", "section 4.5")],
        remediation: da "Få certifikatet udstedt på ny med SHA-256 eller stærkere, og send udstederens gældende mellemliggende CA-certifikater.", en "Have the certificate issued again with SHA-256 or stronger, and send the issuer's current intermediates.",
        parameters: [],
    }
}

impl Check<TlsSubject> for CertificateSignature {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let expected = "SHA-256 or stronger";
        if let Err(outcome) = leaf(subject, expected) {
            return outcome;
        }
        let mut seen = Vec::new();
        for blob in &subject.served_chain {
            let Ok((_, certificate)) = X509Certificate::from_der(blob.data()) else {
                return Outcome::not_tested(Reason::SubjectUnreadable, expected, "a served certificate cannot be read");
            };
            let is_leaf = seen.is_empty();
            if is_leaf || certificate.subject() != certificate.issuer() {
                seen.push(certificate.signature_algorithm.algorithm.to_id_string());
            }
        }
        let weak: Vec<&str> =
            seen.iter().filter_map(|oid| WEAK.iter().find(|(o, _)| o == oid)).map(|(_, name)| *name).collect();
        if !weak.is_empty() {
            return Outcome::fail(Reason::Weak, expected, weak.join(", "));
        }
        seen.dedup();
        Outcome::pass(expected, seen.join(", "))
    }
}

//! See [`SignatureAlgorithms`].

use super::on_signature;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// Signature and digest use SHA-256 or stronger.
    ///
    /// ## Why
    /// SHA-1 no longer protects against a second document with the same digest. SAML2Int demands SHA-256; KOMBIT's signed
    /// example uses rsa-sha256 with sha256.
    ///
    /// ## What to do
    /// Configure the signing library for `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256` and
    /// `http://www.w3.org/2001/04/xmlenc#sha256`. Mind that many libraries set the two apart.
    pub SignatureAlgorithms {
        id: "metadata.signature-algorithms",
        family: Metadata,
        title: da "Signaturen bruger SHA-256 eller stærkere", en "The signature uses SHA-256 or stronger",
        rows: ["FKI-MD-03", "SP-MD-07"],
        basis: Norm,
        method: Inspected,
        sources: [("Kantara SAML2Int", "SDP-ALG01"), ("KOMBIT metadata validation, Postman collection (Safewhere/kombit 7cdcbfd)", "signed example")],
        remediation: da "Brug rsa-sha256 som signaturalgoritme og sha256 som digestalgoritme.",
                     en "Use rsa-sha256 as signature algorithm and sha256 as digest algorithm.",
        parameters: [
            ("signature_methods", List(&[
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
                "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
                "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
                "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
            ]), "Accepted SignatureMethod identifiers"),
            ("digest_methods", List(&[
                "http://www.w3.org/2001/04/xmlenc#sha256",
                "http://www.w3.org/2001/04/xmldsig-more#sha384",
                "http://www.w3.org/2001/04/xmlenc#sha512",
            ]), "Accepted DigestMethod identifiers"),
        ],
    }
}

impl Check<MetadataSubject> for SignatureAlgorithms {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_signature(subject, |signature| {
            let (methods, digests) = (parameters.list("signature_methods"), parameters.list("digest_methods"));
            let method = signature.signature_method.as_deref().unwrap_or_default();
            let used: Vec<&str> =
                signature.references.iter().map(|r| r.digest_method.as_deref().unwrap_or_default()).collect();
            let holds = methods.iter().any(|m| m == method)
                && !used.is_empty()
                && used.iter().all(|d| digests.iter().any(|accepted| accepted == d));
            let expected = format!("{} | {}", methods.first().map_or("", |m| m), digests.first().map_or("", |d| d));
            Outcome::when(holds, Reason::Weak, expected, format!("{method} | {}", used.join(", ")))
        })
    }
}

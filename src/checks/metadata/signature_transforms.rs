//! See [`SignatureTransforms`].

use super::on_signature;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::signature::algorithm;
use crate::subject::MetadataSubject;

check! {
    /// The reference has only the transforms that SAML names: enveloped-signature and exclusive canonicalisation.
    ///
    /// ## Why
    /// Other transforms (XSLT, XPath, base64) can leave parts of the document unsigned or run code in the reader; SAML says that
    /// a verifier may refuse them. Inclusive canonicalisation breaks when the document is put into another.
    ///
    /// ## What to do
    /// Sign with the transforms `xmldsig#enveloped-signature` and `xml-exc-c14n#`, and canonicalise SignedInfo with
    /// `xml-exc-c14n#`.
    pub SignatureTransforms {
        id: "metadata.signature-transforms",
        family: Metadata,
        title: da "Signaturen bruger kun enveloped-signature og eksklusiv kanonisering", en "The signature uses enveloped-signature and exclusive canonicalisation only",
        rows: ["SP-MD-07"],
        basis: Norm,
        method: Inspected,
        sources: [("SAML V2.0 Core (saml-core-2.0-os)", "5.4.3 Canonicalization Method, 5.4.4 Transforms")],
        remediation: da "Signér med transformationerne enveloped-signature og xml-exc-c14n og ingen andre.",
                     en "Sign with the transforms enveloped-signature and xml-exc-c14n and no others.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for SignatureTransforms {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
        on_signature(subject, |signature| {
            let transforms: Vec<&str> =
                signature.references.iter().flat_map(|r| &r.transforms).map(String::as_str).collect();
            let canonicalization = signature.canonicalization.as_deref().unwrap_or_default();
            let exclusive = |uri: &str| uri == algorithm::EXCLUSIVE_C14N || uri == WITH_COMMENTS;
            let holds = exclusive(canonicalization)
                && transforms.contains(&algorithm::ENVELOPED)
                && transforms.iter().any(|t| exclusive(t))
                && transforms.iter().all(|t| *t == algorithm::ENVELOPED || exclusive(t));
            let expected =
                format!("{} | {}, {}", algorithm::EXCLUSIVE_C14N, algorithm::ENVELOPED, algorithm::EXCLUSIVE_C14N);
            Outcome::when(holds, Reason::Forbidden, expected, format!("{canonicalization} | {}", transforms.join(", ")))
        })
    }
}

//! See [`SignatureValid`].

use super::on_signature;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::signature::SignatureProblem;
use crate::subject::MetadataSubject;

check! {
    /// Digest and signature value verify over the document element with the certificate in the signature's KeyInfo.
    ///
    /// ## Why
    /// A file that was formatted, converted or edited after signing no longer carries a valid signature and is refused.
    /// Whether the signer's certificate may be trusted is judged apart.
    ///
    /// ## What to do
    /// Sign as the last step and deliver the bytes unchanged. Use one signature of the document element with one reference, the transforms
    /// enveloped-signature and exclusive canonicalisation, and the signing certificate in KeyInfo.
    pub SignatureValid {
        id: "metadata.signature-valid",
        family: Metadata,
        title: da "Signaturen på metadata kan verificeres", en "The signature on the metadata verifies",
        rows: ["FKI-MD-02", "SP-MD-07"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: metadata signature validation"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "5.4"),
            ("W3C XML Signature Syntax and Processing", "3.2 Core Validation"),
        ],
        remediation: da "Signér som det sidste trin, og aflevér filen uændret.",
                     en "Sign as the last step, and deliver the file unchanged.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for SignatureValid {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "valid";
        if let Some(attested) = &subject.attested {
            return match &attested.signature {
                Ok(()) => Outcome::pass(EXPECTED, "valid"),
                Err(why) if *why == SignatureProblem::Absent.to_string() => {
                    Outcome::not_tested(Reason::Missing, EXPECTED, why)
                }
                Err(why) => Outcome::fail(Reason::SignatureInvalid, EXPECTED, why),
            };
        }
        on_signature(subject, |signature| match &signature.verified {
            Ok(()) => Outcome::pass(EXPECTED, "valid"),
            Err(problem) => Outcome::fail(Reason::SignatureInvalid, EXPECTED, problem.to_string()),
        })
    }
}

//! See [`SignaturePresent`].

use super::on_reading;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The document element carries an XML signature of its own.
    ///
    /// ## Why
    /// The official validation service refuses unsigned metadata: "Signature missing: SAML metadata must include a valid XML
    /// digital signature." Without a signature anyone on the way can put in other keys or endpoints. A signature on the role
    /// descriptor beside it is allowed and does not count; two in the document element leave open which one a reader believes.
    ///
    /// ## What to do
    /// Sign the whole `EntityDescriptor` with an enveloped XML signature by the system's OCES3 certificate.
    pub SignaturePresent {
        id: "metadata.signature-present",
        family: Metadata,
        title: da "Metadata er signeret", en "Metadata is signed",
        rows: ["FKI-MD-02", "SP-MD-07"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("KOMBIT metadata validation, Postman collection (Safewhere/kombit 7cdcbfd)", "400: Signature missing"),
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: metadata signature validation"),
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.3.2 and 2.4.1 <ds:Signature> [Optional]"),
        ],
        remediation: da "Signér hele EntityDescriptor med en indlejret XML-signatur (enveloped signature).",
                     en "Sign the whole EntityDescriptor with an enveloped XML signature.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for SignaturePresent {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_reading(subject, |reading| {
            let count = reading.signature.count;
            let reason = if count == 0 { Reason::Missing } else { Reason::Duplicate };
            let observed = match reading.signature.elsewhere {
                0 => count.to_string(),
                elsewhere => format!("{count}, and {elsewhere} elsewhere"),
            };
            Outcome::when(count == 1, reason, "1 ds:Signature in the document element", observed)
        })
    }
}

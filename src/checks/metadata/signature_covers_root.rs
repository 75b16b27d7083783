//! See [`SignatureCoversRoot`].

use super::on_signature;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// One signature stands in the document element, and its one reference names the document element by its ID.
    ///
    /// ## Why
    /// A signature over a part proves nothing about the rest; a reference elsewhere is how signatures are wrapped around
    /// foreign content. SAML demands a single reference to the ID of the signed root.
    ///
    /// ## What to do
    /// Give `EntityDescriptor` an `ID` and sign with one reference to `#` and that ID.
    pub SignatureCoversRoot {
        id: "metadata.signature-covers-root",
        family: Metadata,
        title: da "Signaturen dækker hele EntityDescriptor ved dens ID", en "The signature covers the whole EntityDescriptor by its ID",
        rows: ["FKI-MD-02", "SP-MD-07"],
        basis: Norm,
        method: Inspected,
        sources: [("SAML V2.0 Core (saml-core-2.0-os)", "5.4.2 References"), ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "3.1 XML Signature Profile")],
        remediation: da "Giv EntityDescriptor et ID, og lad signaturens eneste reference pege på det.",
                     en "Give EntityDescriptor an ID, and let the signature's only reference point to it.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for SignatureCoversRoot {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_signature(subject, |signature| {
            let uris: Vec<String> = signature
                .references
                .iter()
                .map(|r| format!("URI={:?}", r.uri.as_deref().unwrap_or_default()))
                .collect();
            let observed = match (signature.count, signature.elsewhere) {
                (0, elsewhere) => format!("{elsewhere} signature(s), elsewhere, {}", uris.join(", ")),
                (count, _) => format!("{count} signature(s), in the document element, {}", uris.join(", ")),
            };
            Outcome::when(
                signature.covers_root(),
                Reason::SignatureScope,
                "1 reference to the document element's ID",
                observed,
            )
        })
    }
}

//! See [`SchemaValid`].

use super::on_reading;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The document is valid against the SAML 2.0 metadata schema.
    ///
    /// ## Why
    /// The official validation service begins with the schema. Elements in another order, missing attributes and misspelt
    /// names make the Context Handler refuse the file or skip what it does not understand.
    ///
    /// ## What to do
    /// Correct the elements at the lines and columns that are named. A frequent cause is the order of elements: in
    /// `SPSSODescriptor` the order is Extensions, KeyDescriptor, SingleLogoutService, NameIDFormat,
    /// AssertionConsumerService, AttributeConsumingService.
    pub SchemaValid {
        id: "metadata.schema-valid",
        family: Metadata,
        title: da "Metadata overholder SAML 2.0-metadataskemaet", en "Metadata is valid against the SAML 2.0 metadata schema",
        rows: ["FKI-MD-01", "SP-MD-02"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: schema compliance"),
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2 and saml-schema-metadata-2.0.xsd"),
        ],
        remediation: da "Ret elementerne på de angivne linjer, så filen følger skemaet, og signér den igen.",
                     en "Correct the elements on the lines that are named so that the file follows the schema, and sign it again.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for SchemaValid {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "saml-schema-metadata-2.0.xsd";
        let verdict = |errors: &[String]| {
            let shown = errors.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("; ");
            Outcome::when(
                errors.is_empty(),
                Reason::SchemaInvalid,
                EXPECTED,
                if errors.is_empty() { "valid" } else { &shown },
            )
        };
        if let Some(attested) = &subject.attested {
            return verdict(&attested.schema_errors);
        }
        on_reading(subject, |reading| match &reading.schema_errors {
            Ok(errors) => verdict(errors),
            Err(fault) => Outcome::error(fault.clone()),
        })
    }
}

//! Validation against the SAML 2.0 metadata schema with its usual extensions.

use std::sync::LazyLock;
use uppsala::{Document, XsdValidator};

/// The schema documents, as `schemas/saml/ORIGIN.md` lists them; the entry point comes first.
const SCHEMAS: [(&str, &str); 8] = [
    ("metadata-entry.xsd", include_str!("../../schemas/saml/metadata-entry.xsd")),
    ("saml-schema-metadata-2.0.xsd", include_str!("../../schemas/saml/saml-schema-metadata-2.0.xsd")),
    ("saml-schema-assertion-2.0.xsd", include_str!("../../schemas/saml/saml-schema-assertion-2.0.xsd")),
    ("xenc-schema.xsd", include_str!("../../schemas/saml/xenc-schema.xsd")),
    ("xenc-schema-11.xsd", include_str!("../../schemas/saml/xenc-schema-11.xsd")),
    ("xml.xsd", include_str!("../../schemas/saml/xml.xsd")),
    ("xmldsig-core-schema.xsd", include_str!("../../schemas/saml/xmldsig-core-schema.xsd")),
    ("xmldsig11-schema.xsd", include_str!("../../schemas/saml/xmldsig11-schema.xsd")),
];

/// Errors kept of one document; the first ones tell the reader what to change.
const MAX_ERRORS: usize = 20;

static METADATA: LazyLock<Result<XsdValidator, String>> = LazyLock::new(compile);

/// The schema compiler follows `schemaLocation` on disk only, so the embedded schemas are laid out once in a private
/// temporary directory, compiled, and removed again.
fn compile() -> Result<XsdValidator, String> {
    let directory = tempfile::tempdir().map_err(|error| format!("no temporary directory for the schemas: {error}"))?;
    for (name, content) in SCHEMAS {
        std::fs::write(directory.path().join(name), content)
            .map_err(|error| format!("the schema {name} cannot be laid out: {error}"))?;
    }
    let entry = uppsala::parse(SCHEMAS[0].1).map_err(|error| error.to_string())?;
    let mut validator = XsdValidator::from_schema_with_base_path(&entry, Some(directory.path()))
        .map_err(|error| format!("the schemas cannot be compiled: {error}"))?;
    // As libxml2 and .NET do: a space in an anyURI is judged by the endpoint checks, which say more about it.
    validator.set_lenient(true);
    Ok(validator)
}

/// Schema errors of a metadata document with their places, empty when it is valid. `Err` is a fault of the program.
pub fn validate_metadata(document: &Document<'_>) -> Result<Vec<String>, String> {
    let validator = METADATA.as_ref().map_err(Clone::clone)?;
    Ok(validator.validate(document).iter().take(MAX_ERRORS).map(ToString::to_string).collect())
}

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
pub const MAX_ERRORS: usize = 20;

static METADATA: LazyLock<Result<XsdValidator, String>> = LazyLock::new(|| {
    let mut validator = compile(&SCHEMAS)?;
    // As libxml2 and .NET do: a space in an anyURI is judged by the endpoint checks, which say more about it.
    validator.set_lenient(true);
    Ok(validator)
});

/// Compiles embedded schemas, each with its path from the folder of the first one, which is the entry point. The schema
/// compiler follows `schemaLocation` on disk only, so they are laid out once in a private temporary directory, compiled, and
/// removed again.
pub fn compile(schemas: &[(&str, &str)]) -> Result<XsdValidator, String> {
    let directory = tempfile::tempdir().map_err(|error| format!("no temporary directory for the schemas: {error}"))?;
    for (name, content) in schemas {
        let file = directory.path().join(name);
        file.parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(file, content))
            .map_err(|error| format!("the schema {name} cannot be laid out: {error}"))?;
    }
    let (_, entry) = schemas.first().ok_or("no schema to compile")?;
    let entry = uppsala::parse(entry).map_err(|error| error.to_string())?;
    XsdValidator::from_schema_with_base_path(&entry, Some(directory.path()))
        .map_err(|error| format!("the schemas cannot be compiled: {error}"))
}

/// Schema errors of a metadata document with their places, empty when it is valid. `Err` is a fault of the program.
pub fn validate_metadata(document: &Document<'_>) -> Result<Vec<String>, String> {
    let validator = METADATA.as_ref().map_err(Clone::clone)?;
    Ok(validator.validate(document).iter().take(MAX_ERRORS).map(ToString::to_string).collect())
}

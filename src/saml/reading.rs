//! Everything that can be read from one metadata document, computed once and shared by its checks.

use super::metadata::{self, Metadata};
use super::signature::{self, SignatureFacts};
use super::{XmlProblem, schema, xml};

/// A document that could be parsed.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The typed content.
    pub metadata: Metadata,
    /// The XML signature.
    pub signature: SignatureFacts,
    /// Schema errors with their places, empty when valid; `Err` when the program could not validate.
    pub schema_errors: Result<Vec<String>, String>,
}

/// Reads a metadata document.
pub fn read(bytes: &[u8]) -> Result<Reading, XmlProblem> {
    let text = xml::decode(bytes)?;
    let document = xml::parse(text)?;
    Ok(Reading {
        metadata: metadata::read(&document),
        signature: signature::verify_enveloped(text, &document),
        schema_errors: schema::validate_metadata(&document),
    })
}

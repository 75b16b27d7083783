//! RFC 8785 canonical JSON: the one byte form that is hashed and sealed.

use crate::error::{Error, Result};
use serde::Serialize;

/// Canonical bytes of a value (JCS, RFC 8785).
pub fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json_canonicalizer::to_vec(value).map_err(|e| Error::Internal(format!("canonical JSON: {e}")))
}

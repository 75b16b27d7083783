//! The JSON Schema of a report (draft 2020-12), made from the frozen structs. Reports are checked against it before they
//! are written and when they are verified.

use super::v1::Report;
use crate::error::{Error, Result};
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Most mistakes that one error names.
const MOST: usize = 10;

/// The schema of a file format, named `urn:kravprobe:schema:NAME:1`.
#[must_use]
pub fn of<T: JsonSchema>(name: &str) -> Schema {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<T>();
    remove_null.transform(&mut schema);
    schema.insert("$id".to_owned(), format!("urn:kravprobe:schema:{name}:1").into());
    schema
}

/// Files of this program have no `null`: what is absent is left out (I-JSON and TOML alike).
fn remove_null(schema: &mut Schema) {
    transform_subschemas(&mut remove_null, schema);
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| *choice != json!({ "type": "null" }));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            only.into_iter().for_each(|(key, value)| {
                schema.insert(key, value);
            });
        }
    }
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
}

static VALIDATOR: LazyLock<std::result::Result<jsonschema::Validator, String>> =
    LazyLock::new(|| jsonschema::draft202012::new(of::<Report>("report").as_value()).map_err(|e| e.to_string()));

/// Checks the bytes of a `report.json` against the schema. The error names each place, never the value there.
pub fn validate(bytes: &[u8]) -> Result<()> {
    let report: Value =
        serde_json::from_slice(bytes).map_err(|e| Error::file("report.json", format!("is not JSON: {e}")))?;
    let validator = VALIDATOR.as_ref().map_err(|e| Error::Internal(format!("schema of the report: {e}")))?;
    let mistakes: Vec<_> = validator
        .iter_errors(&report)
        .take(MOST)
        .map(|error| format!("at `{}`: {}", error.instance_path(), error.masked()))
        .collect();
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(Error::file("report.json", format!("does not follow the schema of reports: {}", mistakes.join("; "))))
    }
}

//! What a check is: one id, one title, its sources, its parameters, and a pure function from a subject to an outcome.

use crate::language::Text;
use crate::outcome::Outcome;
use crate::subject::Family;
use crate::verdict::{Basis, Method};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a rule can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Document, with version where it has one.
    pub document: &'static str,
    /// Clause, section or table.
    pub clause: &'static str,
}

/// A parameter that profiles may set.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Key in the profile's `params` table.
    pub name: &'static str,
    /// Value when the profile says nothing; its variant is the parameter's type.
    pub default: Default,
    /// One line for the docs, with the unit.
    pub doc: &'static str,
}

/// Type and default of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// A whole number.
    Integer(i64),
    /// A string.
    Text(&'static str),
    /// True or false.
    Boolean(bool),
    /// A list of strings.
    List(&'static [&'static str]),
}

impl Default {
    /// Name of the type, as error messages and docs write it.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Integer(_) => "integer",
            Self::Text(_) => "string",
            Self::Boolean(_) => "boolean",
            Self::List(_) => "list of strings",
        }
    }

    /// The default as a value.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Integer(n) => Value::Integer(*n),
            Self::Text(s) => Value::Text((*s).to_owned()),
            Self::Boolean(b) => Value::Boolean(*b),
            Self::List(items) => Value::List(items.iter().map(|s| (*s).to_owned()).collect()),
        }
    }

    /// Whether `value` has this parameter's type.
    #[must_use]
    pub const fn accepts(&self, value: &Value) -> bool {
        matches!(
            (self, value),
            (Self::Integer(_), Value::Integer(_))
                | (Self::Text(_), Value::Text(_))
                | (Self::Boolean(_), Value::Boolean(_))
                | (Self::List(_), Value::List(_))
        )
    }
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A string.
    Text(String),
    /// A list of strings.
    List(Vec<String>),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Value;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a boolean, an integer, a string or a list of strings")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Boolean(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Integer(value))
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
                i64::try_from(value).map(Value::Integer).map_err(|_| E::custom("integer is too large"))
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Text(value.to_owned()))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Value::List(list))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The parameters of one planned check, complete: what the profile set, and the defaults for the rest.
#[derive(Clone, Debug, std::default::Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Parameters(pub BTreeMap<String, Value>);

impl Parameters {
    /// The defaults of a check.
    #[must_use]
    pub fn defaults(meta: &Meta) -> Self {
        Self(meta.parameters.iter().map(|p| (p.name.to_owned(), p.default.value())).collect())
    }

    /// The value of an integer parameter. Falls back to 0 for a name the check did not declare, which a test forbids.
    #[must_use]
    pub fn integer(&self, name: &str) -> i64 {
        match self.0.get(name) {
            Some(Value::Integer(n)) => *n,
            _ => 0,
        }
    }

    /// The value of a string parameter.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.0.get(name) {
            Some(Value::Text(s)) => s,
            _ => "",
        }
    }

    /// The value of a boolean parameter.
    #[must_use]
    pub fn boolean(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Value::Boolean(true)))
    }

    /// The value of a list parameter.
    #[must_use]
    pub fn list(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }
}

/// Everything about a check but its logic. `kravprobe explain`, the docs and the report all read it from here.
#[derive(Debug)]
pub struct Meta {
    /// `family.what-is-required`, kebab-case; also the place of the file.
    pub id: &'static str,
    /// The kind of subject it judges.
    pub family: Family,
    /// The requirement as a fact that holds.
    pub title: Text,
    /// Rows of the fact sheets' tables that it decides, such as `CRT-05`.
    pub rows: &'static [&'static str],
    /// What the rule rests on.
    pub basis: Basis,
    /// How the verdict is reached.
    pub method: Method,
    /// Where the rule can be read.
    pub sources: &'static [Source],
    /// What the vendor does about a failure.
    pub remediation: Text,
    /// What profiles may set.
    pub parameters: &'static [Parameter],
    /// The doc comment, line by line.
    pub doc: &'static [&'static str],
    /// Source file, relative to the package root.
    pub file: &'static str,
}

/// A check's data; implemented by `check!`.
pub trait Described: Sync {
    /// The check's data.
    fn meta(&self) -> &'static Meta;
}

/// A pure function from a subject and parameters to an outcome. Never touches network, clock or files.
pub trait Check<S>: Described {
    /// Judges one subject.
    fn judge(&self, subject: &S, parameters: &Parameters) -> Outcome;
}

/// Declares a check's data over its doc comment. The logic is a plain `impl Check<...> for ...` below it, because rustfmt
/// does not format code inside a braced macro call.
#[macro_export]
macro_rules! check {
    (
        $(#[doc = $doc:literal])+
        pub $name:ident {
            id: $id:literal,
            family: $family:ident,
            title: da $da:literal, en $en:literal,
            rows: [$($row:literal),* $(,)?],
            basis: $basis:ident,
            method: $method:ident,
            sources: [$(($document:literal, $clause:literal)),+ $(,)?],
            remediation: da $rda:literal, en $ren:literal,
            parameters: [$(($pname:literal, $pkind:ident($pdefault:expr), $pdoc:literal)),* $(,)?] $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub struct $name;

        impl $crate::check::Described for $name {
            fn meta(&self) -> &'static $crate::check::Meta {
                static META: $crate::check::Meta = $crate::check::Meta {
                    id: $id,
                    family: $crate::subject::Family::$family,
                    title: $crate::language::Text { da: $da, en: $en },
                    rows: &[$($row),*],
                    basis: $crate::verdict::Basis::$basis,
                    method: $crate::verdict::Method::$method,
                    sources: &[$($crate::check::Source { document: $document, clause: $clause }),+],
                    remediation: $crate::language::Text { da: $rda, en: $ren },
                    parameters: &[$($crate::check::Parameter {
                        name: $pname,
                        default: $crate::check::Default::$pkind($pdefault),
                        doc: $pdoc,
                    }),*],
                    doc: &[$($doc),+],
                    file: file!(),
                };
                &META
            }
        }
    };
}

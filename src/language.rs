//! The two languages of everything a user reads in a report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Language of a rendering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Danish, the default.
    #[default]
    Da,
    /// English.
    En,
}

impl Language {
    /// BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Da => "da",
            Self::En => "en",
        }
    }
}

/// A sentence of the program, in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Danish.
    pub da: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The sentence in one language.
    #[must_use]
    pub const fn get(&self, language: Language) -> &'static str {
        match language {
            Language::Da => self.da,
            Language::En => self.en,
        }
    }

    /// The owned form, as files carry it.
    #[must_use]
    pub fn to_localised(&self) -> Localised {
        Localised { da: self.da.to_owned(), en: self.en.to_owned() }
    }
}

/// A sentence of a profile or a report, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Localised {
    /// Danish.
    pub da: String,
    /// English.
    pub en: String,
}

impl Localised {
    /// The sentence in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Da => &self.da,
            Language::En => &self.en,
        }
    }
}

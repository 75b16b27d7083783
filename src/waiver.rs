//! Waivers (dispensationer): an overlay with authority, scope and expiry. Never erases the raw verdict.

use crate::document::{Document, Step, read_text};
use crate::error::{Error, Result};
use crate::judge::CheckResult;
use crate::verdict::Verdict;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A waiver file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waivers {
    /// Version of this file format: 1.
    pub schema: u32,
    /// The waivers.
    #[serde(default)]
    pub waiver: Vec<Waiver>,
}

/// One waiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Its id, such as `D-7`.
    pub id: String,
    /// The requirement it covers.
    pub requirement: String,
    /// Only failures on this subject; all, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Only failures for this reason; all, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who granted it.
    pub authority: String,
    /// First day it counts.
    #[schemars(with = "String")]
    pub granted: Date,
    /// Last day it counts.
    #[schemars(with = "String")]
    pub expires: Date,
    /// What it is about, in words.
    pub scope: String,
    /// SHA-256 of the document it rests on, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_sha256: Option<String>,
}

impl Waivers {
    /// Reads a waiver file. Returns its text too, for the bundle.
    pub fn load(path: &Path) -> Result<(Self, String)> {
        let text = read_text(path)?;
        Ok((Self::parse(&path.display().to_string(), &text)?, text))
    }

    /// Parses a waiver file.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let document = Document::new(name, text);
        let waivers: Self = document.parse()?;
        let mut problems = Vec::new();
        if waivers.schema != 1 {
            problems.push(document.mistake(
                &[Step::Key("schema")],
                format!("waiver format {} is unknown", waivers.schema),
                None,
            ));
        }
        for (index, waiver) in waivers.waiver.iter().enumerate() {
            let at = |key| [Step::Key("waiver"), Step::Index(index), Step::Key(key)];
            if waiver.expires < waiver.granted {
                problems.push(document.mistake(&at("expires"), "the waiver ends before it begins", None));
            }
            if waiver.authority.trim().is_empty() {
                problems.push(document.mistake(&at("authority"), "a waiver needs to say who granted it", None));
            }
            if waivers.waiver[..index].iter().any(|w| w.id == waiver.id) {
                problems.push(document.mistake(&at("id"), format!("waiver `{}` stands twice", waiver.id), None));
            }
            if let Some(reason) = &waiver.reason
                && !crate::outcome::Reason::ALL.iter().any(|r| r.code() == reason)
            {
                problems.push(document.mistake(&at("reason"), format!("no reason is called `{reason}`"), None));
            }
        }
        if problems.is_empty() { Ok(waivers) } else { Err(Error::Diagnostics(problems)) }
    }

    /// The active waiver that covers one failing result, if any.
    #[must_use]
    pub fn covering(&self, result: &CheckResult, day: Date) -> Option<&Waiver> {
        self.waiver.iter().find(|w| w.is_active(day) && w.covers(result))
    }

    /// The waivers that had no effect, with the reason: expired, not begun, or nothing failed in their scope.
    #[must_use]
    pub fn without_effect(&self, results: &[CheckResult], day: Date) -> Vec<(&Waiver, &'static str)> {
        self.waiver
            .iter()
            .filter_map(|waiver| {
                if day > waiver.expires {
                    Some((waiver, "expired"))
                } else if day < waiver.granted {
                    Some((waiver, "not-begun"))
                } else if results.iter().any(|r| waiver.covers(r)) {
                    None
                } else {
                    Some((waiver, "nothing-failed-in-scope"))
                }
            })
            .collect()
    }
}

impl Waiver {
    fn is_active(&self, day: Date) -> bool {
        self.granted <= day && day <= self.expires
    }

    fn covers(&self, result: &CheckResult) -> bool {
        result.outcome.verdict == Verdict::Fail
            && result.requirement == self.requirement
            && self.subject.as_ref().is_none_or(|s| result.subject.as_ref() == Some(s))
            && self.reason.as_ref().is_none_or(|r| result.outcome.reason.code() == r)
    }
}

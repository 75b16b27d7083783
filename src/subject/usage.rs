//! Whether the system is used: what logs of calls say in numbers, and what others say about it.
//!
//! The logs themselves never enter a bundle: they are large and hold persons' data. Their digests do, with the mapping and the summary,
//! so that whoever has the logs can count again.

use super::Blob;
use crate::target::usage::{Covers, Keeper, Usage};
use crate::verdict::Environment;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Media type of a [`crate::usage::summary::Summary`] and of the other forms below (see [`crate::evidence::redact::FIGURES`]).
pub const JSON: &str = "application/json; content=figures";

/// Media type of a mapping.
pub const TOML: &str = "application/toml";

/// The one subject's id.
pub const ID: &str = "usage:calls";

/// Logs of calls, with what they are held against.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageSubject {
    /// `usage:calls`.
    pub id: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant of the run.
    pub at: Timestamp,
    /// The system's names in the logs.
    pub systems: Vec<String>,
    /// CVR numbers of the authorities that must use it.
    pub municipalities: Vec<String>,
    /// First day of operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go_live: Option<Date>,
    /// The logs.
    pub logs: Vec<UsageLog>,
    /// A [`Vec`] of [`Reported`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Blob>,
    /// A [`Vec`] of [`Claimed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<Blob>,
    /// A [`Relations`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portfolio: Option<Blob>,
}

/// What is known of a log beside its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogFacts {
    /// Name in the target.
    pub name: String,
    /// Who kept it.
    pub kept_by: Keeper,
    /// What it holds completely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Covers>,
    /// Most bad lines of a hundred thousand at which it still shows that something did not happen.
    pub bad_lines_per_100000: u32,
    /// Its files.
    pub files: Vec<LogFile>,
    /// The mapping (TOML).
    pub mapping: Blob,
}

impl LogFacts {
    /// Whether so many bad lines of so many are more than leave it able to show that something did not happen.
    #[must_use]
    pub fn has_too_many_bad(&self, bad: u64, lines: u64) -> bool {
        u128::from(bad) * 100_000 > u128::from(self.bad_lines_per_100000) * u128::from(lines)
    }
}

/// A file of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogFile {
    /// Name, as the target reaches it.
    pub name: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// SHA-256 of the bytes on disk, hex.
    pub sha256: String,
}

/// A log of calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageLog {
    /// What is known of it.
    pub facts: LogFacts,
    /// The [`crate::usage::summary::Summary`] of the system's lines; its overview speaks of every line.
    pub summary: Blob,
    /// Calls of other systems, which were left out.
    pub other_calls: u64,
    /// Calls whose line names no system, in a log that somebody else than the vendor kept, when the target names the system's names: they
    /// may be anybody's and are left out. While there are any, the log does not show that a call is absent.
    #[serde(default)]
    pub calls_without_system: u64,
    /// Newest line, whosever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_line: Option<Timestamp>,
}

/// A count that somebody reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// Integration.
    pub integration: String,
    /// CVR number; every municipality together, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality_cvr: Option<String>,
    /// First day, in Denmark.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "String")]
    pub until: Date,
    /// Calls.
    pub calls: u64,
}

/// A fulfilment that somebody claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claimed {
    /// Package.
    pub package: String,
    /// Its integrations.
    pub integrations: Vec<String>,
    /// CVR number.
    pub municipality_cvr: String,
    /// Fulfilment, percent.
    pub percent: u32,
}

/// What a portfolio says about the system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relations {
    /// The system's name there.
    pub system: String,
    /// Names of the interfaces that its relations use; the UUID where the name could name a person.
    pub interfaces: Vec<String>,
    /// Integration numbers recognised in those names.
    pub integrations: Vec<String>,
    /// Why nothing is known: the API did not answer, or not with a portfolio. Nothing else says anything then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<String>,
}

impl UsageSubject {
    /// Whether it says what the target says.
    #[must_use]
    pub fn agrees(&self, table: &Usage) -> bool {
        let logs = self.logs.iter().map(|log| &log.facts);
        (&self.systems, &self.municipalities, self.go_live) == (&table.systems, &table.municipalities, table.go_live)
            && agree(logs, &table.log)
            && self.reported.is_some() == table.reported.is_some()
            && self.claimed.is_some() == table.claimed.is_some()
            && (self.portfolio.is_none() || table.portfolio.is_some())
    }

    /// Every blob, for storing and filling.
    pub fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        let logs = self.logs.iter_mut().flat_map(|log| [&mut log.facts.mapping, &mut log.summary]);
        logs.chain(&mut self.reported).chain(&mut self.claimed).chain(&mut self.portfolio).collect()
    }
}

/// Whether the facts of logs are what the target says about them.
pub(super) fn agree<'a>(facts: impl Iterator<Item = &'a LogFacts>, entries: &[crate::target::usage::LogEntry]) -> bool {
    facts
        .map(|f| (&f.name, f.kept_by, &f.covers, f.bad_lines_per_100000))
        .eq(entries.iter().map(|e| (&e.name, e.kept_by, &e.covers, e.bad_lines_per_100000)))
}

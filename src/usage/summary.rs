//! What a set of logs says in numbers: a frozen form that checks and people read.

use super::mapping::{KEY_ROLES, Role};
use super::reader::BadPiece;
use super::time::Problem;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A summary of usage logs. Days are calendar days in Denmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Everything but the groups.
    #[serde(flatten)]
    pub overview: Overview,
    /// The groups, by key.
    pub groups: Vec<Group>,
}

/// What was read, and what was wrong with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Overview {
    /// Version of this form: 1.
    pub format: u32,
    /// Name of the mapping.
    pub mapping: String,
    /// How precise durations and gaps are.
    pub precision: Precision,
    /// Rows that were counted.
    pub rows: u64,
    /// Lines that could not be used, whatever the reason.
    pub bad_lines: u64,
    /// Rows left out because a row with the same log id and the same content was counted already.
    pub duplicates: u64,
    /// Log ids that stand on rows of different content. Each of these rows was counted.
    pub conflicting_ids: u64,
    /// Rows without a log id, when other rows have one.
    pub without_log_id: u64,
    /// Whether any row has a log id.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_log_ids: bool,
    /// Rows in which no integration number was recognised.
    pub without_integration: u64,
    /// Rows that were not UTF-8 and were read as Windows-1252.
    pub windows_1252: u64,
    /// Bad lines by kind.
    pub bad: Vec<Bad>,
    /// CPR numbers and secrets that were found, by column. Their values are nowhere in the summary.
    pub found: Vec<Found>,
    /// The files, in the order of reading.
    pub files: Vec<File>,
    /// How many groups there are.
    pub group_count: usize,
}

/// How precise durations and gaps are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Percentiles by nearest rank over every duration (in tenths of a millisecond); the largest gap to the second.
    Exact,
    /// The memory limit was passed: percentiles are at most 1.6 % above the true value and never below it (counts, maximum and
    /// calls per day stay exact); gaps within one calendar day are not seen.
    Bounded,
}

/// Bad lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bad {
    /// Kind.
    pub kind: BadKind,
    /// How many.
    pub count: u64,
    /// The first few, redacted and cut.
    pub samples: Vec<Sample>,
}

/// A line, for people to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The line, redacted and cut.
    pub text: String,
}

/// A place in a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// File.
    pub file: String,
    /// Line, from 1, of the record's beginning; the row of a workbook's sheet.
    pub line: u64,
}

/// Why a line cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BadKind {
    /// More or fewer columns than the header.
    ColumnCount,
    /// A quotation mark that is never closed.
    UnclosedQuote,
    /// Longer than 16 MiB.
    TooLong,
    /// The file ends within it.
    CutOff,
    /// No JSON object.
    NotJson,
    /// Not in the encoding that the mapping names.
    Encoding,
    /// No time.
    TimeMissing,
    /// A time in no known form, or a date that does not exist.
    TimeUnreadable,
    /// Day and month could be exchanged; the mapping does not name the form.
    TimeAmbiguous,
    /// A date without a time of day.
    TimeOfDayMissing,
    /// A time without zone, and the mapping gives none.
    TimeWithoutZone,
    /// A time in the hour that the clock shows twice; the mapping does not say which.
    TimeRepeatedHour,
    /// A time in the hour that the clock skips.
    TimeSkippedHour,
    /// A time before 2000 or after 2099.
    TimeOutOfRange,
    /// A duration that is no number, negative, or longer than two days.
    Duration,
    /// A number of delivery attempts that is no number.
    Attempts,
    /// Another time of the line, such as that of delivery or acknowledgement, that cannot be read.
    MessageTime,
    /// A size that is no number.
    Size,
    /// A name longer than 1000 bytes where a short one belongs.
    NameTooLong,
}

impl From<BadPiece> for BadKind {
    fn from(piece: BadPiece) -> Self {
        match piece {
            BadPiece::UnclosedQuote => Self::UnclosedQuote,
            BadPiece::TooLong => Self::TooLong,
            BadPiece::CutOff => Self::CutOff,
        }
    }
}

impl From<Problem> for BadKind {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Missing => Self::TimeMissing,
            Problem::Unreadable => Self::TimeUnreadable,
            Problem::Ambiguous => Self::TimeAmbiguous,
            Problem::NoTimeOfDay => Self::TimeOfDayMissing,
            Problem::NoZone => Self::TimeWithoutZone,
            Problem::Repeated => Self::TimeRepeatedHour,
            Problem::Skipped => Self::TimeSkippedHour,
            Problem::OutOfRange => Self::TimeOutOfRange,
        }
    }
}

/// CPR numbers or secrets in one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// `cpr`, `token`, `jwt`, `cookie`, `saml-message`, `secret`, `private-key`; `ten-digits`: numbers of ten digits that are no date
    /// and so no CPR number. Where a column has many of those, its "CPR numbers" are likely serial numbers.
    pub kind: String,
    /// Column, as the header names it.
    pub column: String,
    /// How many.
    pub count: u64,
    /// The first few places.
    pub places: Vec<Place>,
    /// How many on each day, where lines of the system told it; of logs of events alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<DayFinds>,
}

/// Finds of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DayFinds {
    /// The day, in Denmark.
    #[schemars(with = "String")]
    pub date: Date,
    /// How many.
    pub count: u64,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// Name as given.
    pub name: String,
    /// Its form: `csv ;`, `json-lines`, `xlsx`, with `gzip` or `zstd` before it.
    pub form: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// Lines or rows with content, the header aside.
    pub records: u64,
    /// How reading it ended.
    pub ended: Ended,
    /// Rows whose time is earlier than that of the row before.
    pub backward: u64,
}

/// How reading a file ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It was read to its end.
    Complete,
    /// It holds no byte.
    Empty,
    /// It holds a header alone.
    HeaderOnly,
    /// It could not be read to its end; what came before counts.
    Damaged(String),
}

/// What calls have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// Environment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub environment: String,
    /// Number of the integration; empty when none was recognised.
    pub integration: String,
    /// Version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// CVR number of the municipality.
    pub municipality: String,
    /// Service.
    pub service: String,
    /// System.
    pub system: String,
    /// Direction.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub direction: String,
    /// Dueslag.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mailbox: String,
}

impl Key {
    /// A key from its parts, in the order of [`Role::ALL`].
    #[must_use]
    pub fn from_parts(parts: [String; KEY_ROLES]) -> Self {
        let [environment, integration, version, municipality, service, system, direction, mailbox] = parts;
        Self { environment, integration, version, municipality, service, system, direction, mailbox }
    }

    /// The part of a role.
    #[must_use]
    pub fn part(&self, role: Role) -> &str {
        match role {
            Role::Environment => &self.environment,
            Role::Integration => &self.integration,
            Role::Version => &self.version,
            Role::Municipality => &self.municipality,
            Role::Service => &self.service,
            Role::System => &self.system,
            Role::Direction => &self.direction,
            Role::Mailbox => &self.mailbox,
            _ => "",
        }
    }
}

/// Calls of one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// What they have in common.
    #[serde(flatten)]
    pub key: Key,
    /// How many.
    pub calls: u64,
    /// How many failed.
    pub errors: u64,
    /// How many of which it is not known.
    pub unknown: u64,
    /// Failed calls in percent of those of which it is known, to four decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_percent: Option<f64>,
    /// First call.
    #[schemars(with = "String")]
    pub first: Timestamp,
    /// Newest call.
    #[schemars(with = "String")]
    pub newest: Timestamp,
    /// Newest call that succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub newest_success: Option<Timestamp>,
    /// Durations; absent when no line has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Distribution>,
    /// Longest time between two calls in a row, seconds; absent with one call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub largest_gap_seconds: Option<u32>,
    /// Calls per day, for days that have any.
    pub days: Vec<Day>,
    /// Service agreements, at most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<String>,
    /// Whether there are more agreements.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_agreements: bool,
    /// Messages; absent when the mapping names no message column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<Messages>,
}

/// A distribution of durations, milliseconds, by nearest rank.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distribution {
    /// How many values.
    pub count: u64,
    /// The median.
    pub p50: f64,
    /// 95 % are no longer.
    pub p95: f64,
    /// The longest.
    pub max: f64,
}

/// Calls of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Day {
    /// The day, in Denmark.
    #[schemars(with = "String")]
    pub date: Date,
    /// Calls.
    pub calls: u32,
    /// Failed calls.
    pub errors: u32,
    /// First call of the day, seconds since midnight on a clock that runs evenly.
    pub first: u32,
    /// Last call of the day.
    pub last: u32,
}

/// Messages of a group.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Messages {
    /// Lines with a BeskedId.
    pub with_id: u64,
    /// Lines with a time of delivery.
    pub delivered: u64,
    /// Lines with a time of acknowledgement.
    pub acked: u64,
    /// Lines with more than one delivery attempt.
    pub redelivered: u64,
    /// Most delivery attempts on a line.
    pub most_attempts: u32,
    /// Lines acknowledged before they were delivered, by their own times.
    pub acked_early: u64,
    /// From delivery to acknowledgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ack_delay: Option<Distribution>,
    /// From delivery to the line's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receive_delay: Option<Distribution>,
}

impl Summary {
    /// Whether every file was read to its end and something was counted.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.overview.is_complete()
    }
}

impl Overview {
    /// Whether every file was read to its end and something was counted.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.rows > 0 && self.files.iter().all(|file| !matches!(file.ended, Ended::Damaged(_)))
    }

    /// Bad lines by kind.
    #[must_use]
    pub fn bad_counts(&self) -> BTreeMap<BadKind, u64> {
        self.bad.iter().map(|bad| (bad.kind, bad.count)).collect()
    }
}

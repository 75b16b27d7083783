//! Which column of an extract is what. No format of FKI Forbrug is public, so the user of an extract maps it.

use crate::document::{Document, Step, read_text};
use crate::error::{Error, Result};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The mappings that ship, by name.
pub const SHIPPED: &[(&str, &str)] = &[
    ("kravprobe", include_str!("mappings/canonical.toml")),
    ("sapa-revisionslog", include_str!("mappings/sapa-revisionslog.toml")),
];

/// A mapping as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Name of the mapping, as summaries show it.
    pub name: String,
    /// How the file is written.
    #[serde(default)]
    pub file: FileForm,
    /// When a call happened.
    pub time: TimeColumn,
    /// Columns by what they hold.
    #[serde(default)]
    pub columns: Columns,
    /// What is the same on every line and stands in no column.
    #[serde(default)]
    pub fixed: Fixed,
    /// Whether a call succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusColumn>,
    /// How long a call took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<DurationColumn>,
    /// Columns of logs of Beskedfordeler messages.
    #[serde(default)]
    pub message: MessageColumns,
}

/// How the file is written. Compression, byte order mark and UTF-16 are seen without help.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FileForm {
    /// Character between columns; the one that the header fits, when absent.
    pub delimiter: Option<char>,
    /// Character encoding.
    pub encoding: Encoding,
    /// Sheet of a workbook; the first, when absent.
    pub sheet: Option<String>,
    /// What becomes of columns that the mapping names and a file lacks. The time column must always be there.
    pub missing_columns: MissingColumns,
}

impl FileForm {
    /// What is wrong with the delimiter.
    #[must_use]
    pub fn problem(&self) -> Option<&'static str> {
        self.delimiter
            .is_some_and(|delimiter| !delimiter.is_ascii() || matches!(delimiter, '"' | '\n' | '\r' | '\0'))
            .then_some("a delimiter is one ASCII character, and no quote or line break")
    }
}

/// Character encoding of a text file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, and Windows-1252 for each line that is not UTF-8 (the summary counts them).
    #[default]
    Auto,
    /// UTF-8; any other line is a bad line.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252, which Danish programs of Windows write.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What becomes of columns that a file lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MissingColumns {
    /// The file is refused.
    #[default]
    Error,
    /// They are taken as empty.
    Empty,
}

/// When a call happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeColumn {
    /// Column with date and time.
    pub column: String,
    /// Column with the time of day, when `column` holds the date alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_of_day: Option<String>,
    /// How days and months stand. A year first and a month by name are understood in every form.
    #[serde(default)]
    pub form: DateForm,
    /// Zone of times that carry none: `Europe/Copenhagen`, `UTC`, or an offset such as `+01:00`. Without it such times are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The hour that the clock shows twice when summer time ends.
    #[serde(default)]
    pub repeated_hour: RepeatedHour,
}

/// How days and months stand in a date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DateForm {
    /// Year first; or day first where that is certain. `03/04/2026` and `03-04-2026` are refused, `03.04.2026` is Danish.
    #[default]
    Auto,
    /// Day first.
    DayMonthYear,
    /// Month first.
    MonthDayYear,
    /// Seconds since 1970, with or without decimals.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
}

/// What becomes of a time in the hour that the clock shows twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RepeatedHour {
    /// It is a bad line.
    #[default]
    Refuse,
    /// It is taken as summer time.
    Earlier,
    /// It is taken as standard time.
    Later,
}

/// Columns by what they hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Environment: production, test.
    pub environment: Option<String>,
    /// Integration. Its number (`SF1461`, `SF1320_A`) is recognised inside longer text; text without one counts as unnamed.
    pub integration: Option<String>,
    /// Version of the integration or service.
    pub version: Option<String>,
    /// Service or operation.
    pub service: Option<String>,
    /// Direction: in or out.
    pub direction: Option<String>,
    /// CVR number of the municipality.
    pub municipality: Option<String>,
    /// The system that calls (anvendersystem): name or UUID.
    pub system: Option<String>,
    /// Service agreement (serviceaftale).
    pub agreement: Option<String>,
    /// Transaction id.
    pub transaction: Option<String>,
    /// Id of the line, unique over every extract: lines with the same id and content count once.
    pub log_id: Option<String>,
}

/// What is the same on every line and stands in no column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fixed {
    /// Environment.
    pub environment: Option<String>,
    /// Integration.
    pub integration: Option<String>,
    /// Version.
    pub version: Option<String>,
    /// Service.
    pub service: Option<String>,
    /// Direction.
    pub direction: Option<String>,
    /// CVR number of the municipality.
    pub municipality: Option<String>,
    /// System.
    pub system: Option<String>,
}

/// Whether a call succeeded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusColumn {
    /// Column.
    pub column: String,
    /// Values that mean success. `2xx` stands for 200 to 299; case does not matter.
    pub success: Vec<String>,
    /// Values that mean failure. When absent, every other value does; when given, other values count as unknown. Empty is always unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Vec<String>>,
}

/// How long a call took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DurationColumn {
    /// Column.
    pub column: String,
    /// Unit.
    pub unit: Unit,
}

/// Unit of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Unit {
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Microseconds.
    #[serde(rename = "us")]
    Microseconds,
    /// Nanoseconds.
    #[serde(rename = "ns")]
    Nanoseconds,
    /// Hours, minutes and seconds with colons: `00:00:01.250`.
    #[serde(rename = "clock")]
    Clock,
}

/// Columns of logs of Beskedfordeler messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MessageColumns {
    /// Dueslag.
    pub mailbox: Option<String>,
    /// BeskedId.
    pub id: Option<String>,
    /// AntalLeveranceforsøg.
    pub attempts: Option<String>,
    /// When Beskedfordeler delivered the message (LeveranceTidspunkt).
    pub delivered: Option<String>,
    /// When the receiver acknowledged it.
    pub acked: Option<String>,
}

/// What a column can be, in the order in which lines carry them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Environment.
    Environment,
    /// Integration.
    Integration,
    /// Version.
    Version,
    /// Municipality.
    Municipality,
    /// Service.
    Service,
    /// System.
    System,
    /// Direction.
    Direction,
    /// Dueslag.
    Mailbox,
    /// Time.
    Time,
    /// Time of day.
    TimeOfDay,
    /// Status.
    Status,
    /// Duration.
    Duration,
    /// Agreement.
    Agreement,
    /// Transaction id.
    Transaction,
    /// Id of the line.
    LogId,
    /// BeskedId.
    MessageId,
    /// AntalLeveranceforsøg.
    Attempts,
    /// LeveranceTidspunkt.
    Delivered,
    /// Acknowledged.
    Acked,
}

/// How many roles there are.
pub const ROLES: usize = 19;

/// How many roles make the key of a group: the first of [`Role::ALL`].
pub const KEY_ROLES: usize = 8;

impl Role {
    /// Every role; the index is `role as usize`.
    pub const ALL: [Self; ROLES] = [
        Self::Environment,
        Self::Integration,
        Self::Version,
        Self::Municipality,
        Self::Service,
        Self::System,
        Self::Direction,
        Self::Mailbox,
        Self::Time,
        Self::TimeOfDay,
        Self::Status,
        Self::Duration,
        Self::Agreement,
        Self::Transaction,
        Self::LogId,
        Self::MessageId,
        Self::Attempts,
        Self::Delivered,
        Self::Acked,
    ];
}

/// A mapping that has been checked, ready for reading.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The mapping as written.
    pub mapping: Mapping,
    /// Column name of each role.
    pub columns: [Option<String>; ROLES],
    /// Text of roles that are the same on every line.
    pub fixed: [Option<String>; KEY_ROLES],
    /// Zone of times that carry none.
    pub zone: Option<TimeZone>,
}

impl Mapping {
    /// The mapping of this name, or in this file.
    pub fn load(name: &str) -> Result<Ready> {
        Self::read(&text_of(SHIPPED, name, Path::new(""))?)
    }

    /// Reads and checks a mapping.
    pub fn read(document: &Document) -> Result<Ready> {
        let mapping: Self = document.parse()?;
        let mistake = |path: &[Step<'_>], message: String, help: &str| -> Result<Ready> {
            Err(document.mistake(path, message, Some(help.to_owned())).into())
        };
        if mapping.schema != 1 {
            return mistake(
                &[Step::Key("schema")],
                "this program reads mappings of schema 1".into(),
                "write `schema = 1`",
            );
        }
        let zone = match &mapping.time.zone {
            None => None,
            Some(text) => match zone(text) {
                Some(zone) => Some(zone),
                None => {
                    return mistake(
                        &[Step::Key("time"), Step::Key("zone")],
                        format!("there is no zone `{text}`"),
                        "write `Europe/Copenhagen`, `UTC` or an offset such as `+01:00`",
                    );
                }
            },
        };
        if let Some(problem) = mapping.file.problem() {
            return mistake(
                &[Step::Key("file"), Step::Key("delimiter")],
                problem.into(),
                "most files have `;`, `,` or `\\t`",
            );
        }
        let columns = mapping.by_role();
        let fixed = mapping.fixed_by_role();
        for (role, (column, fixed)) in Role::ALL.iter().zip(columns.iter().zip(&fixed)) {
            if column.is_some() && fixed.is_some() {
                return mistake(
                    &[Step::Key("fixed")],
                    format!("{role:?} is both a column and fixed"),
                    "keep the one that holds",
                );
            }
        }
        if mapping.status.as_ref().is_some_and(|status| status.success.is_empty()) {
            return mistake(
                &[Step::Key("status"), Step::Key("success")],
                "no value means success, so every call would be an error".into(),
                "name the values, such as [\"2xx\"] or [\"OK\"]",
            );
        }
        Ok(Ready { mapping, columns, fixed, zone })
    }

    /// Column name of each role.
    fn by_role(&self) -> [Option<String>; ROLES] {
        let (columns, message) = (&self.columns, &self.message);
        Role::ALL.map(|role| match role {
            Role::Environment => columns.environment.clone(),
            Role::Integration => columns.integration.clone(),
            Role::Version => columns.version.clone(),
            Role::Municipality => columns.municipality.clone(),
            Role::Service => columns.service.clone(),
            Role::System => columns.system.clone(),
            Role::Direction => columns.direction.clone(),
            Role::Mailbox => message.mailbox.clone(),
            Role::Time => Some(self.time.column.clone()),
            Role::TimeOfDay => self.time.time_of_day.clone(),
            Role::Status => self.status.as_ref().map(|status| status.column.clone()),
            Role::Duration => self.duration.as_ref().map(|duration| duration.column.clone()),
            Role::Agreement => columns.agreement.clone(),
            Role::Transaction => columns.transaction.clone(),
            Role::LogId => columns.log_id.clone(),
            Role::MessageId => message.id.clone(),
            Role::Attempts => message.attempts.clone(),
            Role::Delivered => message.delivered.clone(),
            Role::Acked => message.acked.clone(),
        })
    }

    fn fixed_by_role(&self) -> [Option<String>; KEY_ROLES] {
        let fixed = &self.fixed;
        [
            fixed.environment.clone(),
            fixed.integration.clone(),
            fixed.version.clone(),
            fixed.municipality.clone(),
            fixed.service.clone(),
            fixed.system.clone(),
            fixed.direction.clone(),
            None,
        ]
    }
}

impl Ready {
    /// Whether the role must have a column in every file.
    #[must_use]
    pub fn demands(&self, role: Role) -> bool {
        role == Role::Time || self.mapping.file.missing_columns == MissingColumns::Error
    }
}

/// The text of a mapping: one that ships, by its name, or a file, by its path from `base`.
pub fn text_of(shipped: &[(&str, &str)], name: &str, base: &Path) -> Result<Document> {
    if let Some((name, text)) = shipped.iter().find(|(shipped, _)| *shipped == name) {
        return Ok(Document::new(*name, *text));
    }
    let path = base.join(name);
    if !path.exists() {
        let names: Vec<_> = shipped.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        return Err(Error::Usage(format!(
            "there is no mapping `{name}`: neither the file {} nor one of {names}",
            path.display()
        )));
    }
    Ok(Document::new(path.display().to_string(), read_text(&path)?))
}

/// A zone by name or offset.
#[must_use]
pub fn zone(text: &str) -> Option<TimeZone> {
    if text.starts_with(['+', '-']) {
        let minutes = super::time::offset_minutes(text.as_bytes())?;
        return jiff::tz::Offset::from_seconds(minutes * 60).ok().map(TimeZone::fixed);
    }
    crate::denmark::zone(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_mappings_are_right() {
        for (name, _) in SHIPPED {
            let ready = Mapping::load(name).unwrap();
            assert_eq!(ready.mapping.name, *name);
        }
        assert!(Role::ALL.iter().enumerate().all(|(index, role)| *role as usize == index));
    }

    #[test]
    fn mistakes_are_placed() {
        let say = |text: &str| Mapping::read(&Document::new("m.toml", text)).unwrap_err().to_string();
        let zone = say("schema = 1\nname = \"x\"\n[time]\ncolumn = \"t\"\nzone = \"Europe/Kopenhagen\"\n");
        assert!(zone.contains("m.toml:5") && zone.contains("no zone"), "{zone}");
        let key = say("schema = 1\nname = \"x\"\n[time]\ncolumn = \"t\"\nzon = \"UTC\"\n");
        assert!(key.contains("did you mean `zone`"), "{key}");
        let both = say("schema=1\nname=\"x\"\n[time]\ncolumn=\"t\"\n[columns]\nsystem=\"s\"\n[fixed]\nsystem=\"A\"\n");
        assert!(both.contains("both"), "{both}");
    }
}

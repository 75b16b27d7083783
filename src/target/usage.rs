//! The `[usage]` table of a target: logs that show whether the system is used, and what others say about it.

use super::{SecretReference, is_cvr, is_name, is_plain_web_address};
use crate::document::{Document, Step};
use crate::error::Diagnostic;
use crate::usage::event::EventKind;
use crate::usage::is_of;
use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use url::Url;

/// Logs that show whether the system is used, and what others say about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// The system's names in the logs (name or UUID). Lines of other systems are counted and left out. Without a name every line is the system's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub systems: Vec<String>,
    /// CVR numbers of the authorities that must use it, eight digits each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub municipalities: Vec<String>,
    /// First day of operation, in Denmark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub go_live: Option<Date>,
    /// Logs of calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<LogEntry>,
    /// Logs in which each line is an event of one message, item, token or login.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<LogEntry>,
    /// Bundle of an earlier run whose login trials the event logs cover. The trials of the run itself always count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_run: Option<PathBuf>,
    /// Counts that somebody reported (CSV: `integration,municipality_cvr,from,until,calls`), to be counted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<PathBuf>,
    /// Fulfilment that somebody claims (CSV: `package,integrations,municipality_cvr,percent`), such as from FKI Potentiale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<PathBuf>,
    /// What the municipality's portfolio in KITOS says about the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portfolio: Option<Portfolio>,
}

/// A log of one origin and form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogEntry {
    /// Name, unique among the logs.
    pub name: String,
    /// Files, folders or patterns; paths start from the target file.
    pub files: Vec<String>,
    /// A shipped mapping, or a mapping file.
    pub mapping: String,
    /// Who kept the log.
    pub kept_by: Keeper,
    /// What the extract holds completely. Without it the log can show that something happened, never that it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Covers>,
    /// For a log of events: the kinds that it holds, whether they occur or not. When empty, it holds those that occur: a kind without any line is
    /// then not tested, for a log may never have had it. A log with lines on logins is taken to hold refusals and logouts too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<EventKind>,
    /// Most bad lines of a hundred thousand at which the log still shows that something did not happen.
    #[serde(default = "one_in_ten_thousand")]
    pub bad_lines_per_100000: u32,
}

const fn one_in_ten_thousand() -> u32 {
    10
}

/// Who kept a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keeper {
    /// The common infrastructure, such as an extract of FKI Forbrug.
    Infrastructure,
    /// The vendor.
    Supplier,
    /// The municipality.
    Customer,
}

/// What an extract holds completely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Covers {
    /// From this instant,
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// until before this one.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// The integrations whose calls would stand in it; every one, when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub integrations: Vec<String>,
    /// CVR numbers of the municipalities whose calls would stand in it; every one, when empty. For logs of calls alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub municipalities: Vec<String>,
}

impl Covers {
    /// Whether calls of an integration would stand in it.
    #[must_use]
    pub fn holds(&self, integration: &str) -> bool {
        self.integrations.is_empty() || self.integrations.iter().any(|held| is_of(held, integration))
    }
}

/// What a portfolio says: an export file, or the API to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Portfolio {
    /// An export: the JSON of an it-system-usage and its interfaces as KITOS API v2 answers them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The API's address, such as `https://kitos.dk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub url: Option<Url>,
    /// UUID of the it-system-usage to ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// Bearer token for the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<SecretReference>,
}

/// A captured request: one XML file that the system sent to an index or to Organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestEntry {
    /// Name, unique in the target.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// What it was sent to.
    pub service: RequestService,
}

/// What a request was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequestService {
    /// Sagsindeks (SF1470).
    Sagsindeks,
    /// Dokumentindeks (SF1470).
    Dokumentindeks,
    /// Organisation (SF1500).
    Organisation,
}

impl Usage {
    /// Every address that is named, for the list of hosts.
    pub fn urls(&self) -> impl Iterator<Item = Url> {
        self.portfolio.iter().filter_map(|p| p.url.clone())
    }

    /// What is wrong with it, with places.
    pub(super) fn problems(&self, document: &Document) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let table = Step::Key("usage");
        let mut wrong = |place: &[Step], what: &str| problems.push(document.mistake(place, what, None));
        for (index, cvr) in self.municipalities.iter().enumerate() {
            if !is_cvr(cvr) {
                wrong(&[table, Step::Key("municipalities"), Step::Index(index)], "a CVR number has eight digits");
            }
        }
        let mut names = BTreeSet::new();
        let logs = self.log.iter().enumerate().map(|(i, l)| ("log", i, l));
        for (list, index, log) in logs.chain(self.events.iter().enumerate().map(|(i, l)| ("events", i, l))) {
            let at = |key| [table, Step::Key(list), Step::Index(index), Step::Key(key)];
            if !is_name(&log.name) {
                wrong(&at("name"), "a name is letters, digits, hyphens, dots and underscores");
            }
            if !names.insert(&log.name) {
                wrong(&at("name"), "another log has this name");
            }
            if log.files.is_empty() {
                wrong(&at("files"), "a log needs a file");
            }
            if list == "log" && !log.holds.is_empty() {
                wrong(&at("holds"), "only a log of events holds kinds of events");
            }
            if log.covers.as_ref().is_some_and(|c| c.until <= c.from) {
                wrong(&at("covers"), "the period ends before it begins");
            }
            let municipalities = log.covers.as_ref().map_or(&[][..], |covers| &covers.municipalities);
            if list == "events" && !municipalities.is_empty() {
                wrong(&at("covers"), "only a log of calls says which municipalities it covers");
            }
            if municipalities.iter().any(|cvr| !is_cvr(cvr)) {
                wrong(&at("covers"), "a CVR number has eight digits");
            }
        }
        if let Some(portfolio) = &self.portfolio {
            let place = [table, Step::Key("portfolio")];
            if portfolio.file.is_some() == portfolio.url.is_some() {
                wrong(&place, "a portfolio is either a `file` or a `url`");
            }
            if portfolio.url.is_some() && (portfolio.usage.is_none() || portfolio.token.is_none()) {
                wrong(&place, "asking KITOS needs `usage` and `token`");
            }
            let is_plain = |url: &Url| is_plain_web_address(url) && url.query().is_none() && url.fragment().is_none();
            if portfolio.url.as_ref().is_some_and(|url| !is_plain(url)) {
                wrong(
                    &place,
                    "the address of KITOS is http(s) with a host, without user information and without `?` and `#`",
                );
            }
        }
        problems
    }
}

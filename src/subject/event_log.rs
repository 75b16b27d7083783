//! What happened to single messages, items, tokens and logins, as logs say.

use super::Blob;
use super::usage::{LogFacts, agree};
use crate::target::usage::Usage;
use crate::usage::event::EventKind;
use crate::verdict::Environment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The one event subject's id.
pub const ID: &str = "event-log:events";

/// The one trace subject's id.
pub const TRACE_ID: &str = "trace:logins";

/// Events of every event log of a target.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventLogSubject {
    /// `event-log:events`, or `trace:logins`.
    pub id: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant of the run.
    pub at: Timestamp,
    /// CVR numbers of the authorities that must use the system.
    pub municipalities: Vec<String>,
    /// First day of operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go_live: Option<Date>,
    /// The logs.
    pub logs: Vec<EventLog>,
    /// The logins, refusals and logouts that trials provoked; for the trace alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
}

/// A log of events.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventLog {
    /// What is known of it.
    pub facts: LogFacts,
    /// The kinds of event that it holds, whether they occur or not; when empty, those that occur.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<EventKind>,
    /// A [`crate::usage::event::Events`].
    pub events: Blob,
}

/// A login or logout that a trial provoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attempt {
    /// The trial: a subject of the same bundle, or of the earlier run's.
    pub trial: String,
    /// SHA-256 of the earlier bundle's report; absent for trials of the same run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// What the system did.
    pub did: Did,
    /// When the message was handed over.
    pub sent: Timestamp,
    /// When the system's answer was there.
    pub answered: Timestamp,
    /// ID of the Assertion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion: Option<String>,
    /// Digest of the NameID (see [`crate::usage::event::digest`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_id: Option<String>,
    /// CVR number in the Assertion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvr: Option<String>,
}

/// What the system did with a trial's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Did {
    /// Logged the user in.
    Login,
    /// Refused the login.
    Refusal,
    /// Logged the user out.
    Logout,
}

impl EventLogSubject {
    /// Whether it says what the target says.
    #[must_use]
    pub fn agrees(&self, table: &Usage) -> bool {
        (&self.municipalities, self.go_live) == (&table.municipalities, table.go_live)
            && agree(self.logs.iter().map(|log| &log.facts), &table.events)
            && self.logs.iter().map(|log| &log.holds).eq(table.events.iter().map(|entry| &entry.holds))
    }

    /// Every blob, for storing and filling.
    pub fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        self.logs.iter_mut().flat_map(|log| [&mut log.facts.mapping, &mut log.events]).collect()
    }
}

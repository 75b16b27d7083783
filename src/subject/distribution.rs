//! A trial with messages as it was recorded: pushed to the system, fetched by it from the emulated Beskedfordeler, or sent by it.
//! What the recordings show is computed by pure functions and by the checks, never stored.

pub mod effects;
pub mod recording;
pub mod sessions;

use super::Blob;
use crate::besked::TEST_TYPE;
use crate::target::beskedfordeler::Beskedfordeler;
use crate::verdict::Environment;
use jiff::Timestamp;
use recording::Recording;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Media type of a recording. The probe's own test messages are in it, and what the system sends is redacted.
pub const RECORDING: &str = "application/json; subject=probe";

/// One trial, with what must be known to judge it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DistributionSubject {
    /// `push:CASE`, `pull:CASE`, `token:CASE`, `send:CASE` or `value-list:CASE`.
    pub id: String,
    /// The case.
    pub case: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant of the run. Recordings carry the real time.
    pub at: Timestamp,
    /// What both sides are registered as.
    pub setting: Setting,
    /// Why it was not made; then there is no recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_made: Option<NotMade>,
    /// The good message before the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Blob>,
    /// The trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Blob>,
    /// The good message after the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Blob>,
}

/// What both sides of a trial are registered as.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Setting {
    /// CVR number of the authority.
    pub cvr: String,
    /// CVR numbers of further authorities that the system serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_cvr: Vec<String>,
    /// Beskedtype of the good messages.
    pub message_type: String,
    /// The push endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<String>,
    /// Dueslag ident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dueslag: Option<String>,
    /// SHA-256 of the function certificate that the system is registered with, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// How stored effects are counted; `None` when the target gives no read-back page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_back: Option<Counting>,
}

impl Setting {
    /// What the target says. The registered certificate is known only when its file has been read.
    #[must_use]
    pub fn of(table: &Beskedfordeler, client_certificate: Option<String>) -> Self {
        Self {
            cvr: table.cvr.clone(),
            other_cvr: table.other_cvr.clone(),
            message_type: table.message_type.clone().unwrap_or_else(|| TEST_TYPE.to_owned()),
            push: table.push.as_ref().map(|p| p.url.to_string()),
            dueslag: table.pull.as_ref().map(|p| p.dueslag.clone()),
            client_certificate,
            read_back: table
                .read_back
                .as_ref()
                .map(|r| Counting { pointer: r.count.clone(), by_authority: r.url.contains("{cvr}") }),
        }
    }

    /// Whether it says what the target says.
    #[must_use]
    pub fn agrees(&self, table: &Beskedfordeler) -> bool {
        *self == Self::of(table, self.client_certificate.clone())
    }
}

/// How stored effects are counted on the read-back page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counting {
    /// JSON pointer to a number or a list; without it, occurrences of the BeskedId count, against what one good message leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Whether the page can be asked for one authority.
    pub by_authority: bool,
}

/// Why a trial was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotMade {
    /// Nobody authorised active trials for this instant, or the system is in production.
    NotAuthorised,
    /// The run was offline.
    Offline,
    /// The target names no push endpoint.
    NeedsPush,
    /// The target names no pull client.
    NeedsPull,
    /// The target names no sender.
    NeedsSender,
    /// The target says nothing of the system's maintenance of value lists.
    NeedsValueLists,
    /// The target gives no page that shows stored messages.
    NeedsReadBack,
    /// The read-back page cannot be asked for one authority.
    NeedsReadBackByAuthority,
    /// The target names no way to stop the system's store.
    NeedsStoreSwitch,
    /// The target names no canary listener.
    NeedsCanary,
    /// The target names fewer than two authorities.
    NeedsSecondAuthority,
    /// The run was ended, or gave up, before this trial.
    NotReached,
}

impl DistributionSubject {
    /// Every blob, for storing and filling.
    pub fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        [&mut self.before, &mut self.trial, &mut self.after].into_iter().flatten().collect()
    }

    /// A recording; `None` when it is not there or cannot be read.
    #[must_use]
    pub fn read(blob: Option<&Blob>) -> Option<Recording> {
        serde_json::from_slice(blob?.data()).ok()
    }
}

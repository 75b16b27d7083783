//! The form of an event log: what happened to one message, item, token or login, a line each.

use super::summary::{Ended, Found, Sample};
use crate::digest::sha256_hex;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The events of one log. Persons' identifiers stand as digests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Events {
    /// Version of this form: 1.
    pub format: u32,
    /// Which fields the mapping names a column for. A field without one is never missed in a line.
    pub fields: Vec<Field>,
    /// Events in the order of reading.
    pub events: Vec<Event>,
    /// Lines whose event the mapping does not name.
    pub unnamed_lines: u64,
    /// Lines of other systems.
    pub other_lines: u64,
    /// Lines that name no system, in a log that somebody else than the vendor kept, when the target names the system's names: they may be
    /// anybody's and are left out. While there are any, the log does not show that an event is absent.
    #[serde(default)]
    pub lines_without_system: u64,
    /// Lines left out because a line with the same log id and the same content was taken already.
    #[serde(default)]
    pub repeated_lines: u64,
    /// Lines that could not be used.
    pub bad_lines: u64,
    /// The first few, redacted and cut.
    pub bad_samples: Vec<Sample>,
    /// CPR numbers and secrets that were found, by column.
    pub found: Vec<Found>,
    /// How reading each file ended, in the order of the files.
    pub ended: Vec<Ended>,
}

/// A field of an event that a mapping can name a column for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// [`Event::id`].
    Id,
    /// [`Event::transaction`].
    Transaction,
    /// [`Event::integration`].
    Integration,
    /// [`Event::service`].
    Service,
    /// [`Event::municipality`].
    Municipality,
    /// [`Event::token_municipality`].
    TokenMunicipality,
    /// [`Event::outcome`].
    Outcome,
    /// [`Event::reason`].
    Reason,
    /// [`Event::assertion`].
    Assertion,
    /// [`Event::account`].
    Account,
    /// [`Event::name_id`].
    NameId,
    /// [`Event::attempts`].
    Attempts,
    /// [`Event::delivered`].
    Delivered,
    /// [`Event::bytes`].
    Bytes,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Event {
    /// When.
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// What.
    pub kind: EventKind,
    /// Number of the file, from 0.
    pub file: u32,
    /// Line, from 1.
    pub line: u64,
    /// BeskedId, or the id of the item (case, post, file) that it happened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// TransaktionsId or TransaktionsUUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// Number of the integration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<String>,
    /// Service; for a token, its AppliesTo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// CVR number of the municipality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
    /// CVR number in the token that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_municipality: Option<String>,
    /// Whether it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<EventOutcome>,
    /// Reason, redacted and cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// ID of the Assertion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion: Option<String>,
    /// Digest of the internal account; what holds a CPR number or a secret is numbered instead, here and in every id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Digest of the NameID as the line writes it, which may itself be a hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_id: Option<String>,
    /// AntalLeveranceforsøg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// LeveranceTidspunkt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub delivered: Option<Timestamp>,
    /// Size of what was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// What happened. A mapping says which values of a column mean which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A user was logged in.
    Login,
    /// A login was refused.
    LoginRefused,
    /// A user was logged out.
    Logout,
    /// A message arrived.
    Received,
    /// A message was stored.
    Stored,
    /// A message was acknowledged.
    Acknowledged,
    /// A message had its effect in the system.
    Processed,
    /// A token was requested.
    TokenRequested,
    /// A service was called.
    Called,
    /// A case or document changed in the system.
    Changed,
    /// The change was delivered to the index.
    Indexed,
    /// A case or document was deleted in the system.
    Deleted,
    /// It was removed from the index.
    Removed,
    /// Post was sent.
    Sent,
    /// The status of sent post came (PKO); `outcome` says whether it is a closing success or a failure.
    PostStatus,
    /// A failed status was handled: a case or task was made.
    Handled,
    /// A distributed file or message (SF2900) arrived.
    Distributed,
    /// Its forretningskvittering was sent.
    BusinessReceipt,
}

impl EventKind {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LoginRefused => "login-refused",
            Self::Logout => "logout",
            Self::Received => "received",
            Self::Stored => "stored",
            Self::Acknowledged => "acknowledged",
            Self::Processed => "processed",
            Self::TokenRequested => "token-requested",
            Self::Called => "called",
            Self::Changed => "changed",
            Self::Indexed => "indexed",
            Self::Deleted => "deleted",
            Self::Removed => "removed",
            Self::Sent => "sent",
            Self::PostStatus => "post-status",
            Self::Handled => "handled",
            Self::Distributed => "distributed",
            Self::BusinessReceipt => "business-receipt",
        }
    }
}

/// Whether it succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventOutcome {
    /// It did.
    Success,
    /// It did not.
    Failure,
    /// Not closed yet.
    Pending,
}

/// The form in which identifiers of persons stand: enough to find one that is known, nothing to read.
#[must_use]
pub fn digest(value: &str) -> String {
    let mut hex = sha256_hex(value.as_bytes());
    hex.truncate(32);
    format!("sha256/128:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_as_in_files() {
        for name in ["login", "login-refused", "token-requested", "post-status", "business-receipt"] {
            let kind: EventKind = serde_json::from_str(&format!("\"{name}\"")).unwrap();
            assert_eq!(kind.name(), name);
        }
    }

    #[test]
    fn a_digest_shows_nothing_but_whether_two_values_are_the_same() {
        assert_eq!(digest("en bruger"), digest("en bruger"));
        assert_ne!(digest("en bruger"), digest("en anden"));
        assert_eq!(digest("x").len(), "sha256/128:".len() + 32);
    }
}

//! What is set up for a system in the Beskedfordeler, as somebody exported or declared it.

use super::Blob;
use crate::target::beskedfordeler::Beskedfordeler;
use crate::verdict::Environment;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An export with the messages that its expressions are tried on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailboxSubject {
    /// `mailbox:configuration`.
    pub id: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant of the run.
    pub at: Timestamp,
    /// The export (JSON), as it was handed over.
    pub export: Blob,
    /// Messages of the target, for trying expressions on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Blob>,
    /// CVR number of the authority.
    pub cvr: String,
    /// CVR numbers of further authorities that the system serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_cvr: Vec<String>,
    /// UUID of the IT-system in the Administrationsmodul.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Whether the target names a push endpoint.
    pub pushes: bool,
    /// Whether the target names a pull client.
    pub pulls: bool,
}

impl MailboxSubject {
    /// Whether it says what the target says.
    #[must_use]
    pub fn agrees(&self, table: &Beskedfordeler) -> bool {
        (&self.cvr, &self.other_cvr, &self.system) == (&table.cvr, &table.other_cvr, &table.system)
            && (self.pushes, self.pulls) == (table.push.is_some(), table.pull.is_some())
    }

    /// Every blob, for storing and filling.
    pub fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        std::iter::once(&mut self.export).chain(&mut self.messages).collect()
    }
}

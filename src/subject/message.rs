//! One message (Haendelsesbesked), from a file or as the system sent it.

use super::Blob;
use crate::target::beskedfordeler::{Beskedfordeler, MessageDirection};
use crate::verdict::Environment;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Media type of a message.
pub const MESSAGE: &str = "application/xml";

/// A message with its neighbours.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageSubject {
    /// `message:NAME`; one that the system sent in a trial is `message:sent/N`.
    pub id: String,
    /// Name in the target.
    pub name: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant of the run.
    pub at: Timestamp,
    /// Who made it.
    pub direction: MessageDirection,
    /// CVR numbers of the authorities that the system serves.
    pub cvr: Vec<String>,
    /// UUID of the IT-system in the Administrationsmodul.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The message.
    pub message: Blob,
    /// The other messages of the target, for uniqueness of BeskedId.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Blob>,
}

impl MessageSubject {
    /// The authorities of a target, as a subject names them.
    #[must_use]
    pub fn authorities(table: &Beskedfordeler) -> Vec<String> {
        std::iter::once(&table.cvr).chain(&table.other_cvr).cloned().collect()
    }

    /// Whether it says what the target says.
    #[must_use]
    pub fn agrees(&self, table: &Beskedfordeler) -> bool {
        self.cvr == Self::authorities(table) && self.system == table.system
    }

    /// Every blob, for storing and filling.
    pub fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        std::iter::once(&mut self.message).chain(&mut self.others).collect()
    }
}

//! One request that the system sent to an index or to Organisation, from a file.

use super::Blob;
use crate::target::usage::RequestService;
use crate::verdict::Environment;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Media type of a request.
pub const REQUEST: &str = "application/xml";

/// A request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestSubject {
    /// `request:NAME`.
    pub id: String,
    /// Name in the target.
    pub name: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant of the run.
    pub at: Timestamp,
    /// What it was sent to.
    pub service: RequestService,
    /// The request, redacted.
    pub request: Blob,
    /// The target's other requests, for uniqueness of TransaktionsUUID.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Blob>,
}

impl RequestSubject {
    /// Every blob, for storing and filling.
    pub fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        std::iter::once(&mut self.request).chain(&mut self.others).collect()
    }
}

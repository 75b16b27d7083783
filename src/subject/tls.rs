//! A TLS endpoint as the TLS checks see it.

use super::Blob;
use crate::verdict::Environment;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the endpoint is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TlsPurpose {
    /// Browsers come here.
    Browser,
    /// FKI calls it with a client certificate (Beskedfordeler push, Serviceplatformen callback).
    Callback,
    /// Other systems call it.
    Service,
}

/// One TLS endpoint with everything that was seen on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsSubject {
    /// `tls:<name>`.
    pub id: String,
    /// Name in the target.
    pub name: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant all time-dependent checks use.
    pub at: Timestamp,
    /// Host asked.
    pub host: String,
    /// Port asked.
    pub port: u16,
    /// Server name sent and expected in the certificate.
    pub server_name: String,
    /// What it is for.
    pub purpose: TlsPurpose,
    /// SHA-256 (hex) of the certificate registered for the endpoint, when the target names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_certificate: Option<String>,
    /// Roots that the target adds for TLS servers (DER), beside the program's list.
    pub added_roots: Vec<Blob>,
}

impl TlsSubject {
    pub(super) fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        self.added_roots.iter_mut().collect()
    }
}

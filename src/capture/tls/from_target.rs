//! From a target's `[[tls]]` entry to what the capture needs: reads the files and the key that the entry names.

use super::{ClientIdentity, TlsSpec};
use crate::capture::certificate::{MAX_FILE, anchors, open};
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::target::{AnchorUse, ClientCertificate, LoadedTarget, TlsEntry};
use jiff::Timestamp;
use std::time::Duration;

/// The whole endpoint may take as long as this many connections that all time out.
const SLOW_CONNECTIONS: u32 = 12;

impl ClientIdentity {
    /// Reads the files that the target names.
    pub(crate) fn from_target(loaded: &LoadedTarget, client: &ClientCertificate) -> Result<Self> {
        let path = loaded.path(&client.certificate);
        let certificate = read_bounded(&path, MAX_FILE)?;
        let key = client.key.read(&loaded.base)?;
        Self::from_pem(&certificate, key.as_bytes()).map_err(|why| Error::file(&path, why))
    }
}

impl TlsSpec {
    /// What the target says about one endpoint.
    pub fn from_target(loaded: &LoadedTarget, entry: &TlsEntry, at: Timestamp) -> Result<Self> {
        let target = &loaded.target;
        let mut spec = Self::new(&entry.name, target.environment, &entry.host, entry.port, entry.purpose);
        if let Some(server_name) = &entry.server_name {
            spec.server_name.clone_from(server_name);
        }
        if let Some(path) = &entry.path {
            spec.path.clone_from(path);
        }
        if let Some(file) = &entry.registered_certificate {
            spec.registered_certificate = open(&loaded.path(file), None)?.into_iter().next();
        }
        spec.added_roots = anchors(loaded, AnchorUse::Tls)?;
        let identity = |client: &ClientCertificate| ClientIdentity::from_target(loaded, client);
        spec.client = entry.client_certificate.as_ref().map(identity).transpose()?;
        spec.other_environment_client = entry.other_environment_client.as_ref().map(identity).transpose()?;
        spec.other_system_client = entry.other_system_client.as_ref().map(identity).transpose()?;
        spec.foreign_clients = target.permits_trials(at);
        let politeness = &target.politeness;
        spec.timeout = Duration::from_secs(u64::from(politeness.timeout_seconds));
        spec.overall_timeout = spec.timeout.saturating_mul(SLOW_CONNECTIONS);
        spec.requests_per_second = f64::from(politeness.requests_per_second);
        Ok(spec)
    }
}

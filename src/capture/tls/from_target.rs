//! From a target's `[[tls]]` entry to what the capture needs: reads the files and the key that the entry names.

use super::{ClientIdentity, TlsSpec};
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::pki::input::read_certificates;
use crate::target::{AnchorUse, LoadedTarget, TlsEntry};
use std::path::Path;
use std::time::Duration;

/// No certificate file is larger.
const LARGEST_FILE: u64 = 1024 * 1024;
/// The whole endpoint may take as long as this many connections that all time out.
const SLOW_CONNECTIONS: u32 = 12;

impl TlsSpec {
    /// What the target says about one endpoint.
    pub fn from_target(loaded: &LoadedTarget, entry: &TlsEntry) -> Result<Self> {
        let target = &loaded.target;
        let mut spec = Self::new(&entry.name, target.environment, &entry.host, entry.port, entry.purpose);
        if let Some(server_name) = &entry.server_name {
            spec.server_name.clone_from(server_name);
        }
        if let Some(file) = &entry.registered_certificate {
            spec.registered_certificate = certificates(&loaded.path(file))?.into_iter().next();
        }
        for anchor in target.anchor.iter().filter(|a| a.purpose == AnchorUse::Tls) {
            spec.added_roots.extend(certificates(&loaded.path(&anchor.file))?);
        }
        if let Some(client) = &entry.client_certificate {
            let path = loaded.path(&client.certificate);
            let certificate = read_bounded(&path, LARGEST_FILE)?;
            let key = client.key.read(&loaded.base)?;
            let identity = ClientIdentity::from_pem(&certificate, key.as_bytes());
            spec.client = Some(identity.map_err(|why| Error::file(&path, why))?);
        }
        let politeness = &target.politeness;
        spec.timeout = Duration::from_secs(u64::from(politeness.timeout_seconds));
        spec.overall_timeout = spec.timeout.saturating_mul(SLOW_CONNECTIONS);
        spec.requests_per_second = f64::from(politeness.requests_per_second);
        Ok(spec)
    }
}

fn certificates(path: &Path) -> Result<Vec<Vec<u8>>> {
    let bytes = read_bounded(path, LARGEST_FILE)?;
    read_certificates(&bytes, None).map_err(|why| Error::file(path, why))
}

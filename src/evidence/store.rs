//! The evidence of one run: redacted, content-addressed files under `evidence/`, and their list.

use super::redact::redact;
use crate::digest::sha256_hex;
use crate::report::v1::{Direction, EvidenceEntry};
use crate::subject::Blob;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Folder of the evidence inside a bundle.
pub const FOLDER: &str = "evidence";

/// Where bytes came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Which way they went.
    pub direction: Direction,
    /// The other side: a URL, `host:port`, or a file's name without its folders.
    pub peer: String,
    /// When they were captured.
    pub captured_at: Timestamp,
    /// What the capture had already redacted, by type.
    pub redactions: BTreeMap<String, u32>,
}

/// What [`Store::put`] kept.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The line in the list.
    pub item: EvidenceEntry,
    /// The bytes as kept. They differ from those given when something was redacted.
    pub bytes: Vec<u8>,
}

/// Bounds of one run's evidence.
#[derive(Clone, Copy, Debug)]
pub struct StoreLimits {
    /// Largest single item, in bytes.
    pub item_bytes: u64,
    /// Largest sum, in bytes.
    pub total_bytes: u64,
    /// Most items.
    pub items: usize,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { item_bytes: 96 << 20, total_bytes: 1 << 30, items: 50_000 }
    }
}

/// Why evidence was not kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// One item is too large.
    #[error("evidence from {peer} is {bytes} bytes; at most {limit} bytes are kept of one item")]
    ItemTooLarge {
        /// The other side.
        peer: String,
        /// Its size.
        bytes: u64,
        /// The bound.
        limit: u64,
    },
    /// The run has too much.
    #[error("the run's evidence exceeds {limit}; split the target into smaller ones")]
    TooMuch {
        /// The bound, with its unit.
        limit: String,
    },
    /// The file system refused.
    #[error("cannot write evidence {path}: {source}; check that the folder is writable and the disk not full")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
}

/// The evidence of one run. Everything that goes in is redacted first; there is no way around it.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    limits: StoreLimits,
    files: BTreeSet<String>,
    items: BTreeSet<EvidenceEntry>,
    /// Blobs that were kept as they were, by digest and media type: several subjects share one conversation.
    unchanged: BTreeSet<(String, String)>,
    total: u64,
}

impl Store {
    /// A store that writes below `directory`, in its folder `evidence`.
    pub fn create(directory: &Path, limits: StoreLimits) -> Result<Self, StoreError> {
        let folder = directory.join(FOLDER);
        std::fs::create_dir_all(&folder).map_err(|source| StoreError::Write { path: folder, source })?;
        Ok(Self {
            directory: directory.to_owned(),
            limits,
            files: BTreeSet::new(),
            items: BTreeSet::new(),
            unchanged: BTreeSet::new(),
            total: 0,
        })
    }

    /// Redacts and keeps bytes.
    pub fn put(&mut self, bytes: &[u8], media_type: &str, provenance: Provenance) -> Result<Stored, StoreError> {
        let size = bytes.len() as u64;
        if size > self.limits.item_bytes {
            return Err(StoreError::ItemTooLarge { peer: provenance.peer, bytes: size, limit: self.limits.item_bytes });
        }
        if self.items.len() >= self.limits.items {
            return Err(StoreError::TooMuch { limit: format!("{} items", self.limits.items) });
        }
        let redacted = redact(bytes, media_type);
        // The peer can be a URL with a token in its query.
        let peer = redact(provenance.peer.as_bytes(), "text/plain").bytes;
        let sha256 = sha256_hex(&redacted.bytes);
        let mut redactions = provenance.redactions;
        for (kind, count) in redacted.counts {
            *redactions.entry(kind).or_default() += count;
        }
        let path = format!("{FOLDER}/{sha256}.{}", extension(media_type));
        let length = redacted.bytes.len() as u64;
        if !self.files.contains(&path) {
            let total = self.total.saturating_add(length);
            if total > self.limits.total_bytes {
                return Err(StoreError::TooMuch { limit: format!("{} bytes", self.limits.total_bytes) });
            }
            self.write(&path, &redacted.bytes)?;
            self.files.insert(path.clone());
            self.total = total;
        }
        let item = EvidenceEntry {
            path,
            media_type: media_type.to_owned(),
            bytes: length,
            sha256,
            captured_at: provenance.captured_at,
            direction: provenance.direction,
            peer: String::from_utf8_lossy(&peer).into_owned(),
            redactions,
        };
        self.items.insert(item.clone());
        Ok(Stored { item, bytes: redacted.bytes })
    }

    /// Keeps a subject's blob, and makes the blob refer to the bytes as kept. True when redaction changed them.
    pub fn put_blob(&mut self, blob: &mut Blob, provenance: Provenance) -> Result<bool, StoreError> {
        let known = (blob.sha256.clone(), blob.media_type.clone());
        let again = self.items.iter().find(|i| i.sha256 == known.0 && i.media_type == known.1);
        if self.unchanged.contains(&known)
            && again.is_some_and(|i| i.direction == provenance.direction && i.peer == provenance.peer)
        {
            return Ok(false);
        }
        let stored = self.put(blob.data(), &blob.media_type, provenance)?;
        let changed = stored.item.sha256 != blob.sha256;
        if !changed {
            self.unchanged.insert(known);
        }
        if changed {
            *blob = Blob::new(&blob.media_type, stored.bytes);
        }
        Ok(changed)
    }

    /// The list, sorted by path and then by the other fields.
    pub fn items(&self) -> impl Iterator<Item = &EvidenceEntry> {
        self.items.iter()
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let target = self.directory.join(path);
        let fault = |source| StoreError::Write { path: target.clone(), source };
        let mut file =
            tempfile::Builder::new().prefix(".writing-").tempfile_in(self.directory.join(FOLDER)).map_err(fault)?;
        file.write_all(bytes).map_err(fault)?;
        file.as_file().sync_all().map_err(fault)?;
        // Create-new: evidence is never overwritten.
        file.persist_noclobber(&target).map_err(|e| fault(e.error))?;
        readable(&target).map_err(fault)
    }
}

/// Temporary files are private to their owner; a bundle's members are ordinary files.
#[cfg(unix)]
fn readable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "same signature as on Unix")]
fn readable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// File extension of a media type, so that a reader's own programs open the file.
fn extension(media_type: &str) -> &'static str {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/pkix-cert" | "application/x-x509-ca-cert" => "cer",
        "application/pkix-crl" => "crl",
        "application/ocsp-response" => "ocsp",
        "application/pem-certificate-chain" | "application/x-pem-file" => "pem",
        "application/json" => "json",
        "application/pdf" => "pdf",
        "text/html" => "html",
        "text/csv" => "csv",
        "message/http" => "http",
        other if other.ends_with("/xml") || other.ends_with("+xml") => "xml",
        other if other.ends_with("+json") => "json",
        other if other.starts_with("text/") => "txt",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str) -> Provenance {
        Provenance {
            direction: Direction::In,
            peer: peer.to_owned(),
            captured_at: "2026-11-20T10:00:00Z".parse().unwrap(),
            redactions: BTreeMap::from([("token".to_owned(), 1)]),
        }
    }

    #[test]
    fn keeps_redacted_bytes_under_their_digest_and_lists_them_sorted() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), StoreLimits::default()).unwrap();
        let stored = store.put(b"<a>010170-1234</a>", "text/xml", from("https://x/?client_secret=hunter2x")).unwrap();
        assert_eq!(std::fs::read(folder.path().join(&stored.item.path)).unwrap(), stored.bytes);
        assert_eq!(stored.item.sha256, sha256_hex(&stored.bytes));
        assert_eq!(stored.item.redactions.get("cpr"), Some(&1));
        assert_eq!(stored.item.redactions.get("token"), Some(&1), "what the capture redacted is listed too");
        assert!(!stored.item.peer.contains("hunter2x"));
        assert!(std::path::Path::new(&stored.item.path).extension().is_some_and(|e| e == "xml"));
        store.put(b"same", "text/plain", from("b")).unwrap();
        store.put(b"same", "text/plain", from("a")).unwrap();
        store.put(b"same", "text/plain", from("a")).unwrap();
        let items: Vec<_> = store.items().cloned().collect();
        assert_eq!(items.len(), 3, "one file, and one line for each place it came from");
        assert!(items.is_sorted());
        assert_eq!(std::fs::read_dir(folder.path().join(FOLDER)).unwrap().count(), 2);
    }

    #[test]
    fn a_redacted_blob_refers_to_what_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), StoreLimits::default()).unwrap();
        let mut blob = Blob::new("text/plain", b"cpr 0101701234".to_vec());
        assert!(store.put_blob(&mut blob, from("a")).unwrap());
        assert_eq!(blob.data(), "cpr «redacted:cpr»".as_bytes());
        assert!(!store.put_blob(&mut blob, from("a")).unwrap());
    }

    #[test]
    fn bounds_hold() {
        let folder = tempfile::tempdir().unwrap();
        let limits = StoreLimits { item_bytes: 10, total_bytes: 15, items: 2 };
        let mut store = Store::create(folder.path(), limits).unwrap();
        assert!(matches!(store.put(&[b'a'; 11], "text/plain", from("a")), Err(StoreError::ItemTooLarge { .. })));
        store.put(&[b'a'; 10], "text/plain", from("a")).unwrap();
        assert!(matches!(store.put(&[b'b'; 10], "text/plain", from("a")), Err(StoreError::TooMuch { .. })));
        store.put(b"c", "text/plain", from("a")).unwrap();
        assert!(matches!(store.put(b"d", "text/plain", from("a")), Err(StoreError::TooMuch { .. })));
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), StoreLimits::default()).unwrap();
        let path = folder.path().join(FOLDER).join(format!("{}.txt", sha256_hex(b"x")));
        std::fs::write(&path, b"other").unwrap();
        assert!(matches!(store.put(b"x", "text/plain", from("a")), Err(StoreError::Write { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"other");
        assert_eq!(std::fs::read_dir(folder.path().join(FOLDER)).unwrap().count(), 1, "no temporary file is left");
    }
}

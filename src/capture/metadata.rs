//! Reads metadata from files and from answers of the metadata URL, and makes subjects that are fit for the bundle.

use super::http::{HttpClient, HttpError, Request};
use crate::evidence::redact;
use crate::saml::metadata::Certificate;
use crate::saml::reading::{self, Reading};
use crate::saml::xml;
use crate::subject::certificate::CertificateRole;
use crate::subject::metadata::{AttestedMetadata, OtherMetadata, Retrieval};
use crate::subject::{Blob, MetadataSubject};
use crate::verdict::Environment;
use jiff::Timestamp;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use thiserror::Error;
use url::Url;

/// Media type of SAML metadata (saml-metadata-2.0-os, appendix A).
pub const MEDIA_TYPE: &str = "application/samlmetadata+xml";

/// Why a metadata file cannot be taken. Each names the file and what to do.
#[derive(Debug, Error)]
pub enum MetadataFileError {
    /// No such file.
    #[error("{0}: no such file; correct the path of the metadata file")]
    NotFound(PathBuf),
    /// A directory.
    #[error("{0}: is a directory; name the metadata file in it")]
    Directory(PathBuf),
    /// A named pipe, a device or a socket.
    #[error("{0}: is no ordinary file (a pipe or a device?); save its content to a file first")]
    NotAFile(PathBuf),
    /// Nothing in it.
    #[error("{0}: is empty; export the metadata again")]
    Empty(PathBuf),
    /// Larger than is read.
    #[error("{0}: has more than {limit} bytes; metadata of one system is far smaller", limit = xml::MAX_BYTES)]
    TooLarge(PathBuf),
    /// No XML of any encoding.
    #[error("{0}: is not XML; name the metadata file itself, not an archive or a certificate")]
    NotXml(PathBuf),
    /// The operating system refused.
    #[error("{0}: cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
}

/// Reads a metadata file, never more than [`xml::MAX_BYTES`] of it. Whether it is good XML is for the checks to say; what is
/// not XML at all is the user's mistake and refused here.
pub fn read_file(path: &Path) -> Result<Vec<u8>, MetadataFileError> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => MetadataFileError::NotFound(path.to_owned()),
        std::io::ErrorKind::IsADirectory => MetadataFileError::Directory(path.to_owned()),
        _ => MetadataFileError::Unreadable(path.to_owned(), error),
    };
    let size = std::fs::metadata(path).map_err(unreadable)?;
    if size.is_dir() {
        return Err(MetadataFileError::Directory(path.to_owned()));
    }
    // Opening a named pipe waits for a writer, and a device never ends.
    if !size.is_file() {
        return Err(MetadataFileError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(unreadable)?;
    let limit = xml::MAX_BYTES as u64;
    if size.len() > limit {
        return Err(MetadataFileError::TooLarge(path.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(MetadataFileError::TooLarge(path.to_owned()));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(MetadataFileError::Empty(path.to_owned()));
    }
    if !begins_like_xml(&bytes) {
        return Err(MetadataFileError::NotXml(path.to_owned()));
    }
    Ok(bytes)
}

/// Whether the first character is `<` in any encoding that XML files come in.
pub(super) fn begins_like_xml(bytes: &[u8]) -> bool {
    let without_mark = [&b"\xEF\xBB\xBF"[..], b"\xFE\xFF", b"\xFF\xFE"].iter().find_map(|m| bytes.strip_prefix(*m));
    let first = without_mark.unwrap_or(bytes).iter().find(|b| !b.is_ascii_whitespace() && **b != 0);
    first == Some(&b'<')
}

/// What came of asking the metadata URL.
#[derive(Debug)]
pub enum Fetched {
    /// An HTTP answer.
    Answered {
        /// The URL asked.
        url: String,
        /// HTTP status code.
        status: u16,
        /// Content-Type header, empty when absent.
        content_type: String,
        /// The body, bounded by the client.
        body: Vec<u8>,
    },
    /// No answer.
    Unreachable {
        /// The URL asked.
        url: String,
        /// Why, one line.
        why: String,
    },
    /// Offline, or a host that may not be asked.
    NotAsked {
        /// The URL.
        url: String,
    },
}

/// Asks a metadata URL; nobody is asked without a client.
pub async fn fetch(url: &Url, client: Option<&HttpClient>) -> Fetched {
    let url_text = url.to_string();
    let Some(client) = client else { return Fetched::NotAsked { url: url_text } };
    match client.send(&Request { url, limit: xml::MAX_BYTES, post: None, oces: false }).await {
        Ok(response) => Fetched::Answered {
            url: url_text,
            status: response.status.as_u16(),
            content_type: response.content_type.unwrap_or_default(),
            body: response.body,
        },
        Err(HttpError::NotAllowed { .. }) => Fetched::NotAsked { url: url_text },
        Err(error) => Fetched::Unreachable { url: url_text, why: error.to_string() },
    }
}

/// Makes the subject of a document. Where redaction changes it, the facts that only the original can show are computed
/// here and attested.
#[must_use]
pub fn subject(
    name: &str,
    environment: Environment,
    at: Timestamp,
    document: &[u8],
    fetched: Option<Fetched>,
) -> MetadataSubject {
    let redacted = redact(document, MEDIA_TYPE);
    let changed = redacted.bytes != document;
    let attested = changed.then(|| match reading::read(document) {
        Ok(read) => AttestedMetadata {
            signature: read.signature.verified.map_err(|problem| problem.to_string()),
            schema_errors: read.schema_errors.unwrap_or_else(|fault| vec![fault]),
            redacted: redacted.counts,
        },
        Err(problem) => AttestedMetadata {
            signature: Err(problem.to_string()),
            schema_errors: vec![problem.to_string()],
            redacted: redacted.counts,
        },
    });
    let mut subject = MetadataSubject::new(name, environment, at, Blob::new(MEDIA_TYPE, redacted.bytes));
    subject.attested = attested;
    subject.retrieval = fetched.map(|fetched| match fetched {
        Fetched::Answered { url, status, content_type, body } => {
            let media_type = if content_type.is_empty() { MEDIA_TYPE } else { &content_type };
            let body = Blob::new(MEDIA_TYPE, redact(&body, media_type).bytes);
            Retrieval::Answered { url, status, content_type, body }
        }
        Fetched::Unreachable { url, why } => Retrieval::Unreachable { url, why },
        Fetched::NotAsked { url } => Retrieval::NotAsked { url },
    });
    subject
}

/// What uniqueness checks need to know of another metadata document of the vendor.
#[must_use]
pub fn neighbour(name: &str, environment: Environment, document: &[u8]) -> OtherMetadata {
    let entity = reading::read(document).ok().and_then(|read| read.metadata.entity).unwrap_or_default();
    let mut certificates: Vec<String> =
        entity.keys.iter().flat_map(|key| &key.certificates).filter_map(Certificate::sha256).collect();
    certificates.sort_unstable();
    certificates.dedup();
    OtherMetadata { name: name.to_owned(), environment, entity_id: entity.entity_id, certificates }
}

/// A certificate inside a metadata document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCertificate {
    /// `NAME/signing-1`, `NAME/encryption-1`, `NAME/metadata-signature`.
    pub name: String,
    /// What it is used for.
    pub role: CertificateRole,
    /// The base64-decoded bytes, whether or not they are a certificate.
    pub bytes: Vec<u8>,
    /// Other certificates of the signature's KeyInfo, at most [`MAX_HELPERS`]. Untrusted helpers for path building.
    pub supplied: Vec<Vec<u8>>,
}

/// Most certificates of a signature's KeyInfo that help to build the signer's path.
const MAX_HELPERS: usize = 8;

/// Every certificate of a document, for the certificate checks. A key without `use` is listed for both uses. What is not
/// base64 is left to `metadata.key-descriptors`.
#[must_use]
pub fn certificates(subject: &MetadataSubject) -> Vec<FoundCertificate> {
    let Ok(Reading { metadata, signature, .. }) = subject.reading() else { return Vec::new() };
    let keys = metadata.entity.iter().flat_map(|entity| &entity.keys);
    let mut found = Vec::new();
    let (mut signing, mut encryption) = (0, 0);
    for key in keys {
        for bytes in key.certificates.iter().filter_map(|c| c.bytes.clone()) {
            if key.signs() {
                signing += 1;
                let name = format!("{}/signing-{signing}", subject.name);
                found.push(FoundCertificate {
                    name,
                    role: CertificateRole::Signing,
                    bytes: bytes.clone(),
                    supplied: Vec::new(),
                });
            }
            if key.encrypts() {
                encryption += 1;
                let name = format!("{}/encryption-{encryption}", subject.name);
                found.push(FoundCertificate { name, role: CertificateRole::Encryption, bytes, supplied: Vec::new() });
            }
        }
    }
    if let Some(bytes) = signature.certificate.as_ref().and_then(|c| c.bytes.clone()) {
        let name = format!("{}/metadata-signature", subject.name);
        let helpers = signature.helpers.iter().filter_map(|c| c.bytes.clone()).take(MAX_HELPERS).collect();
        found.push(FoundCertificate { name, role: CertificateRole::MetadataSignature, bytes, supplied: helpers });
    }
    found
}

//! A SAML metadata document as the metadata checks see it.

use super::Blob;
use crate::saml::reading::{self, Reading};
use crate::saml::xml::XmlProblem;
use crate::verdict::Environment;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// One metadata document of a brugervendt system with everything its checks need.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetadataSubject {
    /// `metadata:<name>`.
    pub id: String,
    /// Name in the target, or the file's name.
    pub name: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant all time-dependent checks use.
    pub at: Timestamp,
    /// The document, redacted where it held a secret or a CPR number.
    pub document: Blob,
    /// Facts computed on the original bytes at capture; present only when redaction changed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attested: Option<AttestedMetadata>,
    /// How the metadata URL answered, when the target names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retrieval: Option<Retrieval>,
    /// What is declared about the registration.
    pub registered: Registered,
    /// The vendor's other metadata documents, for uniqueness.
    pub others: Vec<OtherMetadata>,
    /// What the document says, read once for all checks.
    #[serde(skip)]
    reading: Cached,
}

/// Computed from the document on first use. A clone starts empty, so that a changed copy is read again.
#[derive(Debug, Default)]
struct Cached(OnceLock<Result<Arc<Reading>, XmlProblem>>);

impl Clone for Cached {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Facts that only the unredacted bytes can show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestedMetadata {
    /// Whether the XML signature verified over the original bytes; the error otherwise.
    pub signature: Result<(), String>,
    /// Schema errors of the original, empty when valid.
    pub schema_errors: Vec<String>,
    /// What was redacted, by type (`cpr`, `private-key`, `token`), with counts.
    pub redacted: std::collections::BTreeMap<String, u32>,
}

/// How the metadata URL answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Retrieval {
    /// An HTTP answer came.
    Answered {
        /// The URL asked.
        url: String,
        /// HTTP status code.
        status: u16,
        /// Content-Type header, empty when absent.
        content_type: String,
        /// The body, bounded and redacted.
        body: Blob,
    },
    /// No HTTP answer (connection, TLS, time-out, too large).
    Unreachable {
        /// The URL asked.
        url: String,
        /// Why, one line.
        why: String,
    },
    /// The host is not on the allow-list, or the run is offline, so nothing was sent.
    NotAsked {
        /// The URL.
        url: String,
    },
}

/// Declared registration in the Administrationsmodul, as far as metadata must agree with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registered {
    /// Declared `oiosaml-profile`: `OIOSAML2` or `OIOSAML3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oiosaml_profile: Option<String>,
    /// Declared `attribute-profile`: `KOMBIT`, `SEB` or `KOMBIT_WITHOUT_PERSONAL_DATA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_profile: Option<String>,
    /// Declared `nsis-level` (`Low`, `Substantial`, `High`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nsis_level: Option<String>,
    /// Declared `entity-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Declared `personal-attributes`: attribute names the system's purpose needs. None when nothing is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_attributes: Option<Vec<String>>,
    /// Hosts that the target names (allowed_hosts and endpoints).
    pub hosts: Vec<String>,
}

/// Another metadata document of the same vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OtherMetadata {
    /// Name in the target.
    pub name: String,
    /// Environment it belongs to.
    pub environment: Environment,
    /// Its entityID, when readable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// SHA-256 of the certificates in its KeyDescriptors, hex.
    pub certificates: Vec<String>,
}

impl MetadataSubject {
    /// A subject of a document alone; what else is known is added to its fields.
    #[must_use]
    pub fn new(name: &str, environment: Environment, at: Timestamp, document: Blob) -> Self {
        Self {
            id: format!("metadata:{name}"),
            name: name.to_owned(),
            environment,
            at,
            document,
            attested: None,
            retrieval: None,
            registered: Registered::default(),
            others: Vec::new(),
            reading: Cached::default(),
        }
    }

    /// What the document says, or why it cannot be read.
    pub fn reading(&self) -> Result<&Reading, &XmlProblem> {
        let read = self.reading.0.get_or_init(|| reading::read(self.document.data()).map(Arc::new));
        read.as_ref().map(Arc::as_ref)
    }

    pub(super) fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        let mut blobs = vec![&mut self.document];
        if let Some(Retrieval::Answered { body, .. }) = &mut self.retrieval {
            blobs.push(body);
        }
        blobs
    }
}

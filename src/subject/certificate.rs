//! A certificate as the certificate checks see it.

use super::Blob;
use crate::verdict::Environment;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Kind of OCES3 certificate, by its MitID Erhverv name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateKind {
    /// systemcertifikat: digitalSignature and keyEncipherment, no nonRepudiation.
    System,
    /// organisationscertifikat: with nonRepudiation.
    Organisation,
    /// medarbejdercertifikat: for people, never for systems.
    Employee,
}

impl CertificateKind {
    /// The kind's name in every file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Organisation => "organisation",
            Self::Employee => "employee",
        }
    }
}

/// What the system uses the certificate for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateRole {
    /// Signs SAML messages.
    Signing,
    /// Decrypts assertions.
    Encryption,
    /// Signs the metadata document.
    MetadataSignature,
    /// Client certificate towards FKI services.
    TlsClient,
    /// Presented by the system's own TLS endpoint.
    TlsServer,
    /// Not said.
    Unspecified,
}

/// One certificate with everything its checks need.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateSubject {
    /// `certificate:<name>`.
    pub id: String,
    /// Name in the target, or the file's name.
    pub name: String,
    /// Environment whose rules apply.
    pub environment: Environment,
    /// The instant all time-dependent checks use.
    pub at: Timestamp,
    /// What the system uses it for.
    pub role: CertificateRole,
    /// System that uses it, as [`OtherCertificate::system`] names the others.
    pub system: String,
    /// What the target says about it.
    pub declared: DeclaredCertificate,
    /// The certificate's bytes exactly as supplied after PEM or PKCS#12 was opened (DER, perhaps with trailing bytes).
    pub certificate: Blob,
    /// Other certificates supplied with it (DER), in the order supplied. Untrusted helpers for path building.
    pub supplied: Vec<Blob>,
    /// Anchors that the target adds (DER). They count in environment `local` alone.
    pub local_anchors: Vec<Blob>,
    /// What OCSP and CRL sources answered.
    pub revocation: Revocation,
    /// The target's other certificates, for uniqueness.
    pub others: Vec<OtherCertificate>,
}

/// What the target says about a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclaredCertificate {
    /// Kind it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<CertificateKind>,
    /// CVR of the party it should belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cvr: Option<String>,
}

/// Another certificate of the same target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OtherCertificate {
    /// Name in the target.
    pub name: String,
    /// System that uses it; equal names mean the same system.
    pub system: String,
    /// Environment it is used in.
    pub environment: Environment,
    /// What it is used for.
    pub role: CertificateRole,
    /// SHA-256 of the DER certificate, hex.
    pub sha256: String,
    /// SHA-256 of the SubjectPublicKeyInfo, hex.
    pub spki_sha256: String,
}

/// The revocation answers, leaf only (the CA above it is pinned through its root).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revocation {
    /// True when the run was told not to ask (`--offline`) and nothing was supplied.
    pub set_aside: bool,
    /// OCSP answers.
    pub ocsp: Vec<RevocationAnswer>,
    /// Certificate revocation lists.
    pub crl: Vec<RevocationAnswer>,
}

/// One source of revocation information and what came of asking it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevocationAnswer {
    /// URL or file name.
    pub source: String,
    /// What came.
    pub answer: Answer,
}

/// What came of asking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Answer {
    /// DER bytes of an OCSPResponse or CertificateList.
    Received {
        /// The bytes.
        bytes: Blob,
    },
    /// Nobody answered, or not usefully (time-out, HTTP status, too large).
    Unreachable {
        /// Why, one line.
        why: String,
    },
    /// The host is not on the allow-list, so nothing was sent.
    NotAllowed,
}

impl CertificateSubject {
    pub(super) fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        let answers =
            self.revocation.ocsp.iter_mut().chain(&mut self.revocation.crl).filter_map(|a| match &mut a.answer {
                Answer::Received { bytes } => Some(bytes),
                Answer::Unreachable { .. } | Answer::NotAllowed => None,
            });
        std::iter::once(&mut self.certificate)
            .chain(&mut self.supplied)
            .chain(&mut self.local_anchors)
            .chain(answers)
            .collect()
    }
}

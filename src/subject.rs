//! What a capture produced and a check judges. A subject holds its own clock and everything that its checks need, so that
//! a verdict can be computed again years later from the bundle alone.

pub mod certificate;
pub mod distribution;
pub mod event_log;
pub mod mailbox;
pub mod message;
pub mod metadata;
pub mod request;
pub mod tls;
pub mod trial;
pub mod usage;

pub use certificate::CertificateSubject;
pub use distribution::DistributionSubject;
pub use event_log::EventLogSubject;
pub use mailbox::MailboxSubject;
pub use message::MessageSubject;
pub use metadata::MetadataSubject;
pub use request::RequestSubject;
pub use tls::TlsSubject;
pub use trial::TrialSubject;
pub use usage::UsageSubject;

use crate::verdict::Environment;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The kinds of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// One certificate with its chain, revocation answers and neighbours.
    Certificate,
    /// One SAML metadata document.
    Metadata,
    /// One TLS endpoint.
    Tls,
    /// The AuthnRequests of one system.
    AuthnRequest,
    /// One login trial.
    Login,
    /// One logout trial.
    Logout,
    /// Messages pushed to the system.
    Push,
    /// Messages that the system fetches.
    Pull,
    /// The tokens that the system asks for.
    Token,
    /// Messages that the system sends.
    Send,
    /// The value lists that the system maintains.
    ValueList,
    /// What is set up for the system: dueslag, subscriptions, agreements, value lists.
    Mailbox,
    /// One message.
    Message,
    /// One request to an index or to Organisation.
    Request,
    /// Logs of calls.
    Usage,
    /// Logs of what happened to single messages, items and tokens.
    EventLog,
    /// What the system's log says about the logins of trials.
    Trace,
}

impl Family {
    /// Every family, in report order.
    pub const ALL: [Self; 17] = [
        Self::Certificate,
        Self::Metadata,
        Self::Tls,
        Self::AuthnRequest,
        Self::Login,
        Self::Logout,
        Self::Push,
        Self::Pull,
        Self::Token,
        Self::Send,
        Self::ValueList,
        Self::Mailbox,
        Self::Message,
        Self::Request,
        Self::Usage,
        Self::EventLog,
        Self::Trace,
    ];

    /// The family's name: first part of its checks' ids, folder of its check files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Metadata => "metadata",
            Self::Tls => "tls",
            Self::AuthnRequest => "authn-request",
            Self::Login => "login",
            Self::Logout => "logout",
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Token => "token",
            Self::Send => "send",
            Self::ValueList => "value-list",
            Self::Mailbox => "mailbox",
            Self::Message => "message",
            Self::Request => "request",
            Self::Usage => "usage",
            Self::EventLog => "event-log",
            Self::Trace => "trace",
        }
    }

    /// The family's folder and module under `checks`.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::AuthnRequest => "authn_request",
            Self::ValueList => "value_list",
            Self::EventLog => "event_log",
            other => other.name(),
        }
    }

    /// Whether its subjects are trials, which need the target's `[saml]` table.
    #[must_use]
    pub const fn is_trial(self) -> bool {
        matches!(self, Self::AuthnRequest | Self::Login | Self::Logout)
    }

    /// Whether its subjects are trials with messages, which need the target's `[beskedfordeler]` table.
    #[must_use]
    pub const fn is_distribution(self) -> bool {
        matches!(self, Self::Push | Self::Pull | Self::Token | Self::Send | Self::ValueList)
    }
}

/// Bytes that live in the evidence store; a subject's file carries only their digest.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Blob {
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// Media type, such as `application/pkix-cert`.
    pub media_type: String,
    #[serde(skip)]
    data: Option<Arc<[u8]>>,
}

impl Blob {
    /// Takes bytes that the evidence store will keep.
    pub fn new(media_type: &str, data: impl Into<Arc<[u8]>>) -> Self {
        let data = data.into();
        Self { sha256: crate::digest::sha256_hex(&data), media_type: media_type.to_owned(), data: Some(data) }
    }

    /// The bytes; empty before [`Blob::fill`], which every loader calls.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.data.as_deref().unwrap_or_default()
    }

    /// Gives a blob read from a subject file its bytes. False when they do not have the digest.
    #[must_use]
    pub fn fill(&mut self, data: impl Into<Arc<[u8]>>) -> bool {
        let data = data.into();
        let same = crate::digest::sha256_hex(&data) == self.sha256;
        if same {
            self.data = Some(data);
        }
        same
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({}, {}, {} bytes)", self.media_type, self.sha256, self.data().len())
    }
}

impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}
impl Eq for Blob {}

/// Any subject, as bundles store it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "kebab-case")]
pub enum Subject {
    /// A certificate.
    Certificate(CertificateSubject),
    /// SAML metadata.
    Metadata(MetadataSubject),
    /// A TLS endpoint.
    Tls(TlsSubject),
    /// The AuthnRequests of a system.
    AuthnRequest(TrialSubject),
    /// A login trial.
    Login(TrialSubject),
    /// A logout trial.
    Logout(TrialSubject),
    /// A push trial.
    Push(DistributionSubject),
    /// A pull trial.
    Pull(DistributionSubject),
    /// The tokens asked for.
    Token(DistributionSubject),
    /// A send trial.
    Send(DistributionSubject),
    /// A value-list trial.
    ValueList(DistributionSubject),
    /// What is set up.
    Mailbox(MailboxSubject),
    /// A message.
    Message(MessageSubject),
    /// A request.
    Request(RequestSubject),
    /// Logs of calls.
    Usage(UsageSubject),
    /// Logs of events.
    EventLog(EventLogSubject),
    /// Logs held against the logins of trials.
    Trace(EventLogSubject),
}

impl Subject {
    /// The kind of subject.
    #[must_use]
    pub const fn family(&self) -> Family {
        match self {
            Self::Certificate(_) => Family::Certificate,
            Self::Metadata(_) => Family::Metadata,
            Self::Tls(_) => Family::Tls,
            Self::AuthnRequest(_) => Family::AuthnRequest,
            Self::Login(_) => Family::Login,
            Self::Logout(_) => Family::Logout,
            Self::Push(_) => Family::Push,
            Self::Pull(_) => Family::Pull,
            Self::Token(_) => Family::Token,
            Self::Send(_) => Family::Send,
            Self::ValueList(_) => Family::ValueList,
            Self::Mailbox(_) => Family::Mailbox,
            Self::Message(_) => Family::Message,
            Self::Request(_) => Family::Request,
            Self::Usage(_) => Family::Usage,
            Self::EventLog(_) => Family::EventLog,
            Self::Trace(_) => Family::Trace,
        }
    }

    /// Unique within one run, such as `certificate:signing` or `certificate:sp-metadata/encryption-1`.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Certificate(s) => &s.id,
            Self::Metadata(s) => &s.id,
            Self::Tls(s) => &s.id,
            Self::AuthnRequest(s) | Self::Login(s) | Self::Logout(s) => &s.id,
            Self::Push(s) | Self::Pull(s) | Self::Token(s) | Self::Send(s) | Self::ValueList(s) => &s.id,
            Self::Mailbox(s) => &s.id,
            Self::Message(s) => &s.id,
            Self::Request(s) => &s.id,
            Self::Usage(s) => &s.id,
            Self::EventLog(s) | Self::Trace(s) => &s.id,
        }
    }

    /// The instant it is judged at, and the environment whose rules apply.
    #[must_use]
    pub const fn setting(&self) -> (Timestamp, Environment) {
        match self {
            Self::Certificate(s) => (s.at, s.environment),
            Self::Metadata(s) => (s.at, s.environment),
            Self::Tls(s) => (s.at, s.environment),
            Self::AuthnRequest(s) | Self::Login(s) | Self::Logout(s) => (s.at, s.environment),
            Self::Push(s) | Self::Pull(s) | Self::Token(s) | Self::Send(s) | Self::ValueList(s) => {
                (s.at, s.environment)
            }
            Self::Mailbox(s) => (s.at, s.environment),
            Self::Message(s) => (s.at, s.environment),
            Self::Request(s) => (s.at, s.environment),
            Self::Usage(s) => (s.at, s.environment),
            Self::EventLog(s) | Self::Trace(s) => (s.at, s.environment),
        }
    }

    /// Every blob the subject refers to, for storing and filling.
    pub fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        match self {
            Self::Certificate(s) => s.blobs_mut(),
            Self::Metadata(s) => s.blobs_mut(),
            Self::Tls(s) => s.blobs_mut(),
            Self::AuthnRequest(s) | Self::Login(s) | Self::Logout(s) => s.blobs_mut(),
            Self::Push(s) | Self::Pull(s) | Self::Token(s) | Self::Send(s) | Self::ValueList(s) => s.blobs_mut(),
            Self::Mailbox(s) => s.blobs_mut(),
            Self::Message(s) => s.blobs_mut(),
            Self::Request(s) => s.blobs_mut(),
            Self::Usage(s) => s.blobs_mut(),
            Self::EventLog(s) | Self::Trace(s) => s.blobs_mut(),
        }
    }

    /// Whether verdicts on it rest on facts attested at capture, because redaction changed the bytes.
    #[must_use]
    pub const fn is_attested(&self) -> bool {
        match self {
            Self::Metadata(s) => s.attested.is_some(),
            _ => false,
        }
    }
}

//! A TLS endpoint as the TLS checks see it: what was sent, what came back, and the loopback controls that show what this
//! client can negotiate at all. What follows from it is computed in [`conclusions`], never stored.

pub mod conclusions;
pub mod flight;
pub mod suites;

use super::Blob;
use crate::verdict::Environment;
use flight::Flight;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use suites::SuiteGroup;

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

impl TlsPurpose {
    /// The purpose's name in every file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Callback => "callback",
            Self::Service => "service",
        }
    }
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
    /// Path of the HTTP request.
    pub path: String,
    /// Hellos of the probe's own making, in the order sent: versions first, then the cipher inventory.
    pub raw: Vec<RawTrial>,
    /// Whole handshakes by OpenSSL, in the order made.
    pub library: Vec<LibraryTrial>,
    /// The first raw hello that the endpoint took, sent again after all else: shows that it was alive to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bracket: Option<RawTrial>,
    /// The same client code against servers of the probe's own on 127.0.0.1.
    pub controls: Controls,
    /// The certificates the endpoint sent (DER), in the order sent. Empty when none was seen.
    pub served_chain: Vec<Blob>,
    /// Plain HTTP sent to the same host and port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain_http: Option<HttpExchange>,
}

/// Protocol versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum TlsVersion {
    /// SSL 3.0.
    #[serde(rename = "SSL 3.0")]
    Ssl3,
    /// TLS 1.0.
    #[serde(rename = "TLS 1.0")]
    Tls10,
    /// TLS 1.1.
    #[serde(rename = "TLS 1.1")]
    Tls11,
    /// TLS 1.2.
    #[serde(rename = "TLS 1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "TLS 1.3")]
    Tls13,
}

impl TlsVersion {
    /// Every version, newest first: the order of probing.
    pub const NEWEST_FIRST: [Self; 5] = [Self::Tls13, Self::Tls12, Self::Tls11, Self::Tls10, Self::Ssl3];

    /// The version's number on the wire.
    #[must_use]
    pub const fn wire(self) -> u16 {
        match self {
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// The version with this number.
    #[must_use]
    pub fn from_wire(number: u16) -> Option<Self> {
        Self::NEWEST_FIRST.into_iter().find(|v| v.wire() == number)
    }

    /// The version's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssl3 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }
}

/// One ClientHello of the probe's own making and what came back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawTrial {
    /// The only version (TLS 1.3) or the highest version (before) that the hello offers.
    pub version: TlsVersion,
    /// The suites it offers.
    pub suites: SuiteGroup,
    /// What the server sent, as far as it consists of TLS records; of anything else the first 16 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Blob>,
    /// Why reading ended.
    pub ended: Ended,
}

/// Why reading ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Ended {
    /// Enough was read.
    Enough,
    /// The peer closed or reset the connection.
    Closed,
    /// The time was over.
    TimedOut,
    /// The peer sent more than the probe takes.
    TooMuch,
    /// No connection came about.
    Unreachable {
        /// Why, one line.
        why: String,
    },
}

/// The client certificate that was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Presented {
    /// None.
    None,
    /// A self-signed one that nobody knows, made for this run.
    Stranger,
    /// The one the target names as good.
    Registered,
    /// One of another environment, which the target supplies.
    OtherEnvironment,
    /// One of another system of the same environment, which the target supplies.
    OtherSystem,
}

/// One whole handshake by OpenSSL, with an HTTP request where the handshake came through.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LibraryTrial {
    /// The only version offered.
    pub version: TlsVersion,
    /// The client certificate presented when asked.
    pub presented: Presented,
    /// What the server sent, as far as it consists of TLS records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Blob>,
    /// How the handshake ended. Alerts of TLS 1.3 are encrypted, so this is OpenSSL's word.
    pub handshake: Handshake,
    /// The HTTP exchange inside, when a request was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpExchange>,
}

/// How a handshake ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Handshake {
    /// It came through, as this side sees it (a TLS 1.3 server may still refuse the client certificate).
    Completed {
        /// Name of the cipher suite.
        cipher: String,
    },
    /// The server sent an alert.
    Alert {
        /// Its description.
        description: u8,
    },
    /// The peer closed or reset the connection.
    Closed,
    /// The time was over.
    TimedOut,
    /// The peer sent more than the probe takes.
    TooMuch,
    /// This client gave up; says nothing about the endpoint.
    ClientCannot {
        /// Why, one line.
        why: String,
    },
    /// No connection came about.
    Unreachable {
        /// Why, one line.
        why: String,
    },
}

/// What became of an HTTP request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum HttpExchange {
    /// An HTTP answer came. Only these facts are kept of it.
    #[serde(rename_all = "camelCase")]
    Answered {
        /// Status code.
        status: u16,
        /// The header Strict-Transport-Security.
        #[serde(skip_serializing_if = "Option::is_none")]
        strict_transport_security: Option<String>,
        /// The header Location begins with `https://`.
        redirects_to_https: bool,
        /// The answer is nginx' own page about a missing or bad client certificate.
        blames_client_certificate: bool,
    },
    /// A TLS alert came instead.
    Alert {
        /// Its description.
        description: u8,
    },
    /// The peer closed or reset the connection.
    Closed,
    /// The time was over.
    TimedOut,
    /// Something came that is not HTTP.
    NotHttp,
    /// No connection came about.
    Unreachable {
        /// Why, one line.
        why: String,
    },
}

/// What this client can do against servers of its own.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Controls {
    /// Hellos of the probe's own making, to a responder of the probe's own.
    pub raw: Vec<RawTrial>,
    /// OpenSSL to OpenSSL, security level 0.
    pub library: Vec<LibraryTrial>,
}

/// What a trial came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The server chose a version and a suite.
    Negotiated {
        /// The version.
        version: TlsVersion,
        /// The suite's code.
        cipher: u16,
    },
    /// The server refused by an alert.
    Alert {
        /// 1 warning, 2 fatal.
        level: u8,
        /// Its description.
        description: u8,
    },
    /// The peer closed or reset the connection without a word.
    Closed,
    /// The time was over.
    TimedOut,
    /// The answer is not TLS, too long, or contradicts the hello.
    Malformed,
    /// This client gave up.
    ClientCannot {
        /// Why.
        why: String,
    },
    /// No connection came about.
    Unreachable {
        /// Why.
        why: String,
    },
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Negotiated { version, cipher } => write!(f, "{} {}", version.name(), suites::name_of(*cipher)),
            Self::Alert { description, .. } => write!(f, "alert {}", flight::alert_name(*description)),
            Self::Closed => f.write_str("connection closed"),
            Self::TimedOut => f.write_str("time-out"),
            Self::Malformed => f.write_str("not TLS"),
            Self::ClientCannot { why } => write!(f, "client: {why}"),
            Self::Unreachable { why } => write!(f, "unreachable: {why}"),
        }
    }
}

impl RawTrial {
    /// The peer answered the hello in HTTP, as a server without TLS does.
    #[must_use]
    pub fn answers_in_http(&self) -> bool {
        self.answer.as_ref().is_some_and(|b| b.data().starts_with(b"HTTP/1."))
    }

    /// The server's flight.
    #[must_use]
    pub fn flight(&self) -> Flight {
        self.answer.as_ref().map(|b| flight::parse(b.data())).unwrap_or_default()
    }

    /// What the trial came to.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let flight = self.flight();
        if let Some(hello) = flight.server_hello {
            // A server may choose only what was offered; anything else is no proof of anything.
            return match TlsVersion::from_wire(hello.version) {
                Some(version) if version <= self.version && self.suites.holds(hello.cipher) => {
                    Seen::Negotiated { version, cipher: hello.cipher }
                }
                _ => Seen::Malformed,
            };
        }
        if let Some(alert) = flight.alert {
            return Seen::Alert { level: alert.level, description: alert.description };
        }
        match &self.ended {
            Ended::Unreachable { why } => Seen::Unreachable { why: why.clone() },
            Ended::TimedOut => Seen::TimedOut,
            Ended::Closed if self.answer.is_none() => Seen::Closed,
            Ended::Closed | Ended::Enough | Ended::TooMuch => Seen::Malformed,
        }
    }
}

impl LibraryTrial {
    /// The server's flight.
    #[must_use]
    pub fn flight(&self) -> Flight {
        self.answer.as_ref().map(|b| flight::parse(b.data())).unwrap_or_default()
    }

    /// What the negotiation came to, whatever became of the handshake afterwards.
    #[must_use]
    pub fn seen(&self) -> Seen {
        if let Some(hello) = self.flight().server_hello {
            return match TlsVersion::from_wire(hello.version) {
                Some(version) if version <= self.version => Seen::Negotiated { version, cipher: hello.cipher },
                _ => Seen::Malformed,
            };
        }
        match &self.handshake {
            Handshake::Alert { description } => Seen::Alert { level: 2, description: *description },
            Handshake::Closed if self.answer.is_none() => Seen::Closed,
            Handshake::TimedOut => Seen::TimedOut,
            Handshake::ClientCannot { why } => Seen::ClientCannot { why: why.clone() },
            Handshake::Unreachable { why } => Seen::Unreachable { why: why.clone() },
            Handshake::Completed { .. } | Handshake::TooMuch | Handshake::Closed => Seen::Malformed,
        }
    }
}

impl TlsSubject {
    pub(super) fn blobs_mut(&mut self) -> Vec<&mut Blob> {
        let raw = self.raw.iter_mut().chain(&mut self.bracket).chain(&mut self.controls.raw);
        let library = self.library.iter_mut().chain(&mut self.controls.library);
        let answers = raw.filter_map(|t| t.answer.as_mut()).chain(library.filter_map(|t| t.answer.as_mut()));
        self.added_roots.iter_mut().chain(&mut self.served_chain).chain(answers).collect()
    }
}

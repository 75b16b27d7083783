//! What happened between the probe and the system: as the Beskedfordeler that pushes, as its broker and token service, as its
//! value-list service, and on the page where the system shows what it stored.

use crate::subject::trial::transcript::Stop;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A recording. Text in it is redacted, field by field, before it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recording {
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The messages of the probe, in the order they were made.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// Everything that happened, in order of time.
    pub events: Vec<Event>,
    /// Why it ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
}

/// A message of the probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    /// What it is in its case, such as `good`, `again`, `poison`, `following`.
    pub label: String,
    /// BeskedId; that of a message without one is what it would have been.
    pub besked_id: String,
    /// ObjektId that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// SHA-256 of the body, hex.
    pub sha256: String,
    /// Length of the body, bytes.
    pub bytes: usize,
    /// The body; left out when it is large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
// Unknown fields cannot be denied beside a flattened one: its own would count as unknown.
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Which connection to the broker, counted from 1; 0 for what belongs to none.
    #[serde(default)]
    pub connection: u32,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Happening {
    /// The probe posted a message to the push endpoint.
    Pushed {
        /// Index into [`Recording::messages`].
        message: usize,
        /// Which client certificate was presented.
        presented: Presented,
        /// Milliseconds until the answer was complete.
        took_ms: u64,
        /// What came of it.
        answer: Answer,
    },
    /// The read-back page was asked.
    ReadBack {
        /// The BeskedId asked for.
        besked_id: String,
        /// The authority asked for, when the page takes one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cvr: Option<String>,
        /// What came of it.
        answer: Answer,
    },
    /// The system's store was told to stop (`on` is false) or to start again.
    StoreSwitched {
        /// Whether it should be on now.
        on: bool,
        /// What came of it.
        answer: Answer,
    },
    /// The dueslag had been empty for so long; from now on messages lie in it.
    QuietEnded {
        /// How long, seconds.
        seconds: u64,
    },
    /// A trigger of the target was called: the system should now send a message, or change a value list.
    Triggered {
        /// What came of it; `None` when a person is to do it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
    },
    /// Somebody contacted the canary listener.
    CanaryContacted {
        /// Whether with the path of the control.
        control: bool,
        /// The path as sent, at most 200 characters.
        path: String,
    },
    /// The control of the canary listener was asked for; a contact with `control` must follow.
    CanaryControlAsked,
    /// A token was asked for.
    TokenAsked {
        /// `rest` or `ws-trust`.
        way: TokenWay,
        /// AppliesTo.
        applies_to: String,
        /// CVR number asked for; empty when there was none.
        cvr: String,
        /// SHA-256 of the certificate that asked (mutual TLS, or the signature of the RST), hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        certificate: Option<String>,
        /// SHA-256 of the certificate to bind the token to (UseKey), hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        use_key: Option<String>,
        /// What is wrong with the request, as the token service sees it; empty when nothing is.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        faults: Vec<String>,
        /// What it got.
        answer: TokenAnswer,
    },
    /// A TLS connection to the broker is open.
    Connected {
        /// Such as `TLSv1.3`.
        tls: String,
        /// SHA-256 of the client certificate, hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        certificate: Option<String>,
    },
    /// A TLS handshake with the broker failed.
    HandshakeFailed {
        /// Why.
        reason: String,
    },
    /// `connection.start-ok`.
    StartOk {
        /// SASL mechanism.
        mechanism: String,
        /// Length of the response, bytes.
        response_bytes: usize,
        /// What the response was, whatever the mechanism; `None` when it is no SAML assertion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<TokenSeen>,
        /// `product` and `version` of the client's properties.
        client: String,
    },
    /// The login came to nothing.
    LoginRefused {
        /// `ordered` when the trial wanted it so; else what is wrong.
        because: String,
    },
    /// `connection.tune-ok`.
    TuneOk {
        /// Heartbeat, seconds; 0 for none.
        heartbeat: u16,
        /// Largest frame, bytes.
        frame_max: u32,
    },
    /// `connection.open`.
    Opened {
        /// vhost.
        vhost: String,
    },
    /// `basic.qos`.
    Qos {
        /// Prefetch count.
        prefetch: u16,
    },
    /// `basic.consume`.
    Consumed {
        /// Queue.
        queue: String,
        /// Whether messages count as delivered without an acknowledgement.
        no_ack: bool,
    },
    /// `basic.get`.
    Got {
        /// Queue.
        queue: String,
        /// Whether the message counts as delivered without an acknowledgement.
        no_ack: bool,
        /// Whether nothing was there.
        empty: bool,
    },
    /// A queue that does not exist, or that the token gives no access to, was named.
    QueueRefused {
        /// Queue.
        queue: String,
    },
    /// A message was handed over.
    Delivered {
        /// Index into [`Recording::messages`].
        message: usize,
        /// Delivery tag.
        tag: u64,
        /// Which delivery of this message it is, from 1.
        attempt: u32,
    },
    /// `basic.ack`, one event a message.
    Acked {
        /// Index into [`Recording::messages`].
        message: usize,
        /// Delivery tag.
        tag: u64,
    },
    /// `basic.ack` that does not count: the trial wanted the connection lost then, so the message comes again.
    AckDiscarded {
        /// Index into [`Recording::messages`].
        message: usize,
        /// Delivery tag.
        tag: u64,
    },
    /// `basic.nack`, `basic.reject` or `basic.recover`, one event a message.
    Rejected {
        /// Index into [`Recording::messages`].
        message: usize,
        /// Delivery tag.
        tag: u64,
        /// Whether it shall come again.
        requeue: bool,
    },
    /// `confirm.select`.
    ConfirmSelected,
    /// `basic.publish` with its content.
    Published {
        /// Exchange.
        exchange: String,
        /// Routing key.
        routing_key: String,
        /// Whether an unroutable message must come back.
        mandatory: bool,
        /// Names of the headers.
        headers: Vec<String>,
        /// The token in the header `token`; `None` when there is none or it is no SAML assertion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<TokenSeen>,
        /// Property reply-to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<String>,
        /// Property message-id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_id: Option<String>,
        /// Property correlation-id, or the header correlationId.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        correlation_id: Option<String>,
        /// BeskedId of the envelope, when it can be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        besked_id: Option<String>,
        /// SHA-256 of the body, hex.
        sha256: String,
        /// Whether channel confirms were on.
        confirmed: bool,
        /// StatusKode of the reply that followed; `None` when none was sent, on order or because the exchange takes no messages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replied: Option<u16>,
    },
    /// An operation of the value-list service.
    ValueListCalled {
        /// Operation, such as `TilfoejVaerdier`.
        operation: String,
        /// SHA-256 of the client certificate, hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        certificate: Option<String>,
        /// Whether a token was in the message.
        token: bool,
        /// Name or UUID of the list, when given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
        /// How many values it carried, and the different prefixes before their last colon, such as `urn:oio:cpr`.
        values: usize,
        /// Prefixes of the values.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        prefixes: Vec<String>,
        /// StatusKode of the answer.
        status: u16,
    },
    /// The client broke the protocol; the connection was closed with this.
    ProtocolError {
        /// What was wrong.
        reason: String,
    },
    /// The broker ended the connection.
    Ended {
        /// Why.
        because: End,
    },
    /// The client ended the connection, or it was lost.
    ClientLeft {
        /// Whether with `connection.close`.
        orderly: bool,
    },
}

/// Why the broker ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The token expired.
    TokenExpired,
    /// The trial wanted it so.
    Ordered,
    /// The client sent nothing for two heartbeats.
    HeartbeatMissed,
    /// The run is over.
    Over,
}

/// Which client certificate the probe presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presented {
    /// The one that the target names as the Beskedfordeler's.
    Registered,
    /// None.
    Nothing,
}

/// How a token was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenWay {
    /// JSON over mutual TLS.
    Rest,
    /// A signed WS-Trust RequestSecurityToken.
    WsTrust,
}

/// What a token request got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum TokenAnswer {
    /// A token.
    Issued {
        /// ID of the assertion.
        id: String,
        /// Its end.
        not_on_or_after: Timestamp,
    },
    /// A refusal, with the code that was sent.
    Refused {
        /// Fault code or HTTP status.
        code: String,
        /// Whether the trial wanted it so.
        ordered: bool,
    },
}

/// A token as the broker or the exchange saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenSeen {
    /// ID of the assertion.
    pub id: String,
    /// Whether the probe's token service issued it, unchanged (its signature verifies).
    pub ours: bool,
    /// Audience.
    pub audience: String,
    /// CVR number.
    pub cvr: String,
    /// Its end; `None` when it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_on_or_after: Option<Timestamp>,
    /// SHA-256 of the holder-of-key certificate, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
}

/// What came of an HTTP request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Answer {
    /// A complete answer.
    Answered {
        /// HTTP status.
        status: u16,
        /// Content-Type as sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content_type: Option<String>,
        /// The body as text.
        body: String,
    },
    /// No complete answer that may be used.
    Failed(Stop),
}

/// Why a recording ended early. None of them says anything about the system's quality.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Stopped {
    /// The system did not do what was waited for in time.
    Waited {
        /// What was waited for.
        what: String,
        /// How long, seconds.
        seconds: u64,
    },
    /// More happened than is kept.
    TooMuch {
        /// The limit, events.
        limit: usize,
    },
    /// The probe is at fault.
    ProbeFault {
        /// What went wrong.
        reason: String,
    },
}

impl Answer {
    /// Whether a whole answer came.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self, Self::Answered { .. })
    }

    /// Whether a whole answer came with a status of success.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Answered { status: 200..=299, .. })
    }
}

impl Recording {
    /// Whether the system's store was stopped, and nothing said that it was started again: somebody must look after it.
    #[must_use]
    pub fn leaves_store_stopped(&self) -> bool {
        let switched = self.events.iter().rev().find_map(|event| match &event.what {
            Happening::StoreSwitched { on, answer } => Some(!*on || !answer.is_success()),
            _ => None,
        });
        switched.unwrap_or(false)
    }

    /// Index of the message with a label.
    #[must_use]
    pub fn labelled(&self, label: &str) -> Option<usize> {
        self.messages.iter().position(|m| m.label == label)
    }
}

//! A recorded conversation between the probe's browsers, the system under test, and the emulated identity provider, which the
//! browsers never really contact: a request to it ends the navigation and is answered by the probe itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A recorded conversation. Text in it is redacted, field by field, before it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transcript {
    /// When it began.
    pub started: Timestamp,
    /// What the identity provider vouched for, so that a session can be known again.
    #[serde(default)]
    pub genuine: Vec<Marker>,
    /// What the attacker put in without anybody vouching for it.
    #[serde(default)]
    pub forged: Vec<Marker>,
    /// The messages that the identity provider made, in the order of delivery.
    #[serde(default)]
    pub sent: Vec<Sent>,
    /// Everything that happened, in order.
    pub exchanges: Vec<Exchange>,
    /// Why it ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stop>,
}

/// A value that shows whose session a page belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// Which field carries it: `common-name`, `email`, `serial`, `canary-attribute`, `shown`.
    pub field: String,
    /// The value.
    pub value: String,
}

/// A message of the identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sent {
    /// `Response`, `LogoutRequest` or `LogoutResponse`.
    pub message: String,
    /// Its ID.
    pub id: String,
    /// NameID as sent: value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_id: Option<String>,
    /// NameID as sent: Format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_id_format: Option<String>,
    /// SessionIndex as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_index: Option<String>,
    /// ID of the Assertion that the identity provider made, which an encrypted message does not show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion: Option<String>,
    /// CVR number of the user's organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvr: Option<String>,
    /// The whole message as it was sent, before any binding (for an encrypted one: encrypted).
    pub xml: String,
}

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exchange {
    /// Which of the trial's browsers: 0 is the user's, 1 the other one.
    pub browser: u8,
    /// Which navigation it belongs to: one address with the redirects and automatic forms that follow, counted from 0.
    pub visit: u32,
    /// What it was for.
    pub step: Step,
    /// When it was sent.
    pub at: Timestamp,
    /// `GET` or `POST`.
    pub method: String,
    /// The address, with the query exactly as it was sent.
    pub url: String,
    /// Form fields as they were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<(String, String)>,
    /// Names of the cookies that were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A step of the way to login.
    Login,
    /// A message of the identity provider is handed over.
    Deliver,
    /// A message is handed over a second time.
    Replay,
    /// A step of the way to logout.
    Logout,
    /// The page that shows who is logged in is asked for, or the protected one, after the login.
    WitnessLogin,
    /// ... after a logout that is followed by more.
    WitnessLogout,
    /// ... at the end of the trial.
    Witness,
    /// ... at the end of the trial, with the cookies from before a logout.
    WitnessOldCookies,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields, tag = "is")]
pub enum Outcome {
    /// A complete answer.
    Answered {
        /// HTTP status.
        status: u16,
        /// Headers worth keeping, names in lower case. Cookies stand in `set`.
        headers: Vec<(String, String)>,
        /// Cookies that it set, without their values.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        set: Vec<SetCookie>,
        /// The body as text.
        body: String,
    },
    /// It was addressed to the identity provider: nothing was sent, the probe took it up.
    ToIdentityProvider,
    /// No complete answer that may be used.
    Failed(Stop),
}

/// A cookie that was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetCookie {
    /// Its name.
    pub name: String,
    /// Its attributes as written, such as `Path=/; Secure; HttpOnly`.
    pub attributes: String,
    /// Why the browser did not keep it, as browsers do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Why a navigation or a whole conversation ended early. None of them says anything about the system's security.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "why")]
pub enum Stop {
    /// No connection.
    Unreachable {
        /// What the system said.
        reason: String,
    },
    /// TLS failed.
    Tls {
        /// What was said.
        reason: String,
    },
    /// No complete answer in time.
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// A body larger than is read.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A compressed body though none was asked for.
    Encoded,
    /// The exchange broke off.
    Broken {
        /// What was said.
        reason: String,
    },
    /// More redirects and automatic forms than are followed.
    TooManyHops {
        /// The limit.
        limit: usize,
    },
    /// The way leads to a host that the target does not name; nothing was sent there.
    ForeignHost {
        /// The host.
        host: String,
    },
    /// An address that cannot be used.
    BadAddress,
    /// A step of the target's way found nothing to take on the page.
    NoWay {
        /// The step.
        step: String,
    },
    /// The way ended without a request to the identity provider.
    NoRequest,
    /// The request to the identity provider cannot be read.
    BadRequest {
        /// What is wrong.
        reason: String,
    },
    /// The probe could not make its message.
    ProbeFault {
        /// What went wrong.
        reason: String,
    },
}

impl Transcript {
    /// The exchanges of one step.
    pub fn of_step(&self, step: Step) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(move |e| e.step == step)
    }

    /// The exchanges in which the system sent a message to the identity provider.
    pub fn to_identity_provider(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(|e| e.outcome == Outcome::ToIdentityProvider)
    }
}

//! What the trials do in which the system calls the probe, as data: which messages lie in the dueslag, and what the broker does.
//!
//! Every case ends with good messages, so that one recording shows the adversity and, behind it, that the system still works.

use super::push::LARGE;

/// Label of a message that any working system takes. It is the control.
pub const GOOD: &str = "good";

/// One case in which the system fetches messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Unique; the trial's subject is `pull:ID`.
    pub id: &'static str,
    /// The messages, in the order they lie in the dueslag.
    pub messages: &'static [Letter],
    /// What the broker does.
    pub adversity: Adversity,
}

/// A message and what it is called in its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its label.
    pub label: &'static str,
    /// What stands in it.
    pub content: Content,
}

/// What stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A good message about an object of its own.
    Good,
    /// A good message about the object with this number.
    About(u8),
    /// Octet for octet the message before it.
    Again,
    /// No well-formed XML.
    Malformed,
    /// An envelope without BeskedId, which its schema forbids.
    WithoutId,
    /// A good envelope with a Beskedtype that nobody knows.
    UnknownType,
    /// A good envelope whose Beskeddata is not what its type promises.
    DeviatingPayload,
    /// A good message with a text of so many bytes: dozens of the largest frames.
    Large(usize),
}

/// What the broker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adversity {
    /// Nothing: it is a good broker.
    None,
    /// The connection is lost when the first acknowledgement arrives, before it counts: the system has the message, and it comes again.
    BreakAtAck,
    /// Every connection is lost, and logins are refused as if the token were for another service, for so many seconds.
    RefuseLogins(u64),
    /// Nothing more is said on open connections, for so many seconds at most.
    Silence(u64),
    /// The token with which the system logged in lives so many seconds: enough for a client whose clock is a little off.
    ShortToken(u64),
    /// The dueslag is empty for so many seconds before the messages are put into it.
    Quiet(u64),
    /// The system's store is stopped while the first message is delivered, for so many seconds.
    StoreStopped(u64),
}

const fn letter(label: &'static str, content: Content) -> Letter {
    Letter { label, content }
}

const TRAILER: Letter = letter(GOOD, Content::Good);

/// The plain good messages: the control of every other case, and all that is delivered without an authorisation.
pub const PLAIN: Fetch =
    Fetch { id: "good", messages: &[TRAILER, TRAILER, TRAILER, TRAILER, TRAILER], adversity: Adversity::None };

/// Every case but the plain one, in the order they are made. The short token must come first, because a system keeps the long
/// one that follows it; what breaks connections comes last.
pub const ADVERSE: &[Fetch] = &[
    Fetch { id: "expiry", messages: &[TRAILER], adversity: Adversity::ShortToken(60) },
    Fetch {
        id: "duplicate",
        messages: &[letter("first", Content::Good), letter("again", Content::Again), TRAILER],
        adversity: Adversity::None,
    },
    Fetch {
        id: "order",
        messages: &[
            letter("object-1", Content::About(1)),
            letter("object-2", Content::About(2)),
            letter("object-1", Content::About(1)),
            letter("object-2", Content::About(2)),
            letter("object-1", Content::About(1)),
            letter("object-2", Content::About(2)),
            TRAILER,
        ],
        adversity: Adversity::None,
    },
    Fetch {
        id: "deviating-payload",
        messages: &[letter("poison", Content::DeviatingPayload), TRAILER],
        adversity: Adversity::None,
    },
    Fetch {
        id: "unknown-type",
        messages: &[letter("poison", Content::UnknownType), TRAILER],
        adversity: Adversity::None,
    },
    Fetch { id: "without-id", messages: &[letter("poison", Content::WithoutId), TRAILER], adversity: Adversity::None },
    Fetch { id: "malformed", messages: &[letter("poison", Content::Malformed), TRAILER], adversity: Adversity::None },
    Fetch { id: "large", messages: &[letter("poison", Content::Large(LARGE)), TRAILER], adversity: Adversity::None },
    Fetch { id: "late", messages: &[letter("late", Content::Good), TRAILER], adversity: Adversity::Quiet(40) },
    Fetch {
        id: "unacked",
        messages: &[letter("interrupted", Content::Good), TRAILER],
        adversity: Adversity::BreakAtAck,
    },
    Fetch {
        id: "store-stopped",
        messages: &[letter("held", Content::Good), TRAILER],
        adversity: Adversity::StoreStopped(20),
    },
    Fetch { id: "refused", messages: &[TRAILER], adversity: Adversity::RefuseLogins(60) },
    Fetch { id: "silent", messages: &[TRAILER], adversity: Adversity::Silence(240) },
];

/// One case in which the system sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// Unique; the trial's subject is `send:ID`.
    pub id: &'static str,
    /// What the exchange answers.
    pub answer: DispatchAnswer,
}

/// What the exchange answers a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DispatchAnswer {
    /// StatusKode 20.
    Accepted,
    /// StatusKode 41 once: the token has expired.
    TokenExpired,
    /// Another StatusKode, for so many seconds after the first message.
    Error(u16, u64),
    /// Nothing, for so many seconds after the first message.
    Nothing(u64),
}

/// Every case of sending; the plain one first.
pub const DISPATCHES: &[Dispatch] = &[
    Dispatch { id: "good", answer: DispatchAnswer::Accepted },
    Dispatch { id: "token-expired", answer: DispatchAnswer::TokenExpired },
    Dispatch { id: "error", answer: DispatchAnswer::Error(50, 60) },
    Dispatch { id: "no-reply", answer: DispatchAnswer::Nothing(60) },
];

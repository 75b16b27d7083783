//! How trials are judged in which the system calls the probe: it fetches messages, asks for tokens, sends, or maintains value
//! lists.
//!
//! Positive evidence only: a system that was not seen proves nothing, whatever was waited for. A demonstrated breach counts in
//! any case.

use crate::checks::distributed::{not_made, without};
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::effects::{self, Effects};
use crate::subject::distribution::recording::{Happening, Recording, Stopped, TokenAnswer};
use crate::subject::distribution::sessions::{self, Delivery, Settled};
use crate::subject::distribution::{Counting, NotMade};
use crate::trial::pull::GOOD;
use jiff::{SignedDuration, Timestamp};

/// A value, or the outcome when there is nothing to judge.
pub type Judged<T> = Result<T, Box<Outcome>>;

/// The outcome, however it was reached.
#[must_use]
pub fn unbox(judged: Judged<Outcome>) -> Outcome {
    judged.unwrap_or_else(|outcome| *outcome)
}

/// The recordings of a trial that was made.
#[derive(Debug)]
pub struct Trial {
    /// The good messages before it.
    pub before: Recording,
    /// The trial.
    pub trial: Recording,
    /// The good messages after it.
    pub after: Option<Recording>,
}

impl Trial {
    /// Reads them; the outcome when there is nothing to judge.
    pub fn of(subject: &DistributionSubject) -> Judged<Self> {
        if let Some(outcome) = not_made(subject) {
            return Err(Box::new(outcome));
        }
        let control = |why: String| Box::new(Outcome::inconclusive(Reason::ControlFailed, "a good message", why));
        let before = DistributionSubject::read(subject.before.as_ref())
            .ok_or_else(|| control("nothing is recorded before the trial".to_owned()))?;
        // Not made because the control before it failed: its own words say why.
        let trial = DistributionSubject::read(subject.trial.as_ref()).ok_or_else(|| control(state(&before)))?;
        Ok(Self { before, trial, after: DistributionSubject::read(subject.after.as_ref()) })
    }

    /// The messages before the trial came through, so the system fetches from the probe.
    pub fn fetched_before(&self) -> Judged<()> {
        fetched(&self.before).map_err(|why| {
            Box::new(Outcome::inconclusive(Reason::ControlFailed, "a good message before the trial", why))
        })
    }

    /// The messages after the trial came through; a system that has stopped working proves nothing by its silence.
    pub fn fetched_after(&self) -> Judged<()> {
        let failed =
            |why| Box::new(Outcome::inconclusive(Reason::ControlFailed, "a good message after the trial", why));
        let after = self.after.as_ref().ok_or_else(|| failed("nothing is recorded after the trial".to_owned()))?;
        fetched(after).map_err(failed)
    }
}

/// Whether every good message was taken; else what became of the first that was not.
pub fn fetched(recording: &Recording) -> Result<(), String> {
    let deliveries = sessions::deliveries(recording);
    let mut good = recording.messages.iter().enumerate().filter(|(_, m)| m.label == GOOD).peekable();
    if good.peek().is_none() {
        return Err(state(recording));
    }
    match good.find(|(index, _)| sessions::taken(&deliveries, *index).is_none()) {
        None => Ok(()),
        Some(_) => Err(state(recording)),
    }
}

/// How far the system came, for a reader who wonders why nothing is shown.
#[must_use]
pub fn state(recording: &Recording) -> String {
    let last = recording.events.iter().rev().find_map(|event| match &event.what {
        Happening::HandshakeFailed { reason } => Some(format!("the TLS handshake failed: {reason}")),
        Happening::TokenAsked { faults, answer: TokenAnswer::Refused { code, ordered: false }, .. } => {
            Some(format!("the token service refused ({code}): {}", faults.join(", ")))
        }
        Happening::LoginRefused { because } => Some(format!("the broker refused the login: {because}")),
        Happening::QueueRefused { queue } => {
            Some(format!("the queue {queue} was refused: there is none, or the token is for another service"))
        }
        Happening::ProtocolError { reason } => Some(format!("the client broke the protocol: {reason}")),
        Happening::Delivered { .. } => Some("the last delivery was not acknowledged".to_owned()),
        _ => None,
    });
    let waited = match &recording.stopped {
        Some(Stopped::Waited { what, seconds }) => format!("waited {seconds} s for {what}"),
        Some(Stopped::TooMuch { limit }) => format!("more than {limit} events"),
        Some(Stopped::ProbeFault { reason }) => format!("the probe failed: {reason}"),
        None => "the system did not do what was waited for".to_owned(),
    };
    match last {
        Some(last) => format!("{waited}; {last}"),
        None if !sessions::contact(recording) => format!("{waited}; the system made no contact"),
        None => waited,
    }
}

/// The outcome when what was to be judged did not happen.
#[must_use]
pub fn unreached(recording: &Recording, expected: impl Into<String>) -> Outcome {
    Outcome::inconclusive(Reason::Unreachable, expected, state(recording))
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Taken, by an acknowledgement or because the client asks for none.
    Taken,
    /// Refused for good: it does not come again.
    Rejected,
    /// Delivered on a connection that is still open, and not settled for so long.
    Held(SignedDuration),
    /// Delivered and given back, or lost with its connection; nothing shows what would have become of it.
    Open,
    /// Never delivered.
    NotDelivered,
}

/// What became of the message with this index.
#[must_use]
pub fn fate(recording: &Recording, deliveries: &[Delivery], message: usize) -> Fate {
    if sessions::taken(deliveries, message).is_some() {
        return Fate::Taken;
    }
    let Some(last) = deliveries.iter().rfind(|d| d.message == message) else { return Fate::NotDelivered };
    match last.settled {
        Some((_, Settled::Rejected)) => Fate::Rejected,
        None if is_open(recording, last.connection) => Fate::Held(recording.ended.duration_since(last.at)),
        _ => Fate::Open,
    }
}

fn is_open(recording: &Recording, connection: u32) -> bool {
    sessions::connections(recording).iter().any(|c| c.number == connection && c.end.is_none())
}

/// A connection was lost, or a login refused, at `since`: whether the system came back within `max_seconds`, to a broker that let
/// it in. Without a sign of life its silence proves nothing: it may have been stopped.
#[must_use]
pub fn came_back(recording: &Recording, since: Timestamp, back: Option<Timestamp>, max_seconds: i64) -> Outcome {
    let limit = SignedDuration::from_secs(max_seconds);
    let expected = format!("a login that is let in within {max_seconds} s{UNOFFICIAL}");
    if let Some(at) = back {
        let took = at.duration_since(since);
        if took > limit {
            return Outcome::fail(Reason::TooLarge, expected, seconds(took));
        }
        // Let in is not yet at work: the message behind it must have been fetched.
        return match fetched(recording) {
            Ok(()) => Outcome::pass(expected, seconds(took)),
            Err(why) => Outcome::inconclusive(Reason::ControlFailed, "a good message afterwards", why),
        };
    }
    let waited = recording.ended.duration_since(since);
    if waited > limit && sessions::sign_of_life(recording, since) {
        return Outcome::fail(Reason::Missing, expected, format!("no login that is let in for {}", seconds(waited)));
    }
    unreached(recording, expected)
}

/// What is added to a threshold that no official document gives.
pub const UNOFFICIAL: &str = " (threshold of the profile; no official number exists)";

/// A duration as reports show it.
#[must_use]
pub fn seconds(duration: SignedDuration) -> String {
    let tenths = duration.as_millis() / 100;
    format!("{}.{} s", tenths / 10, tenths.rem_euclid(10))
}

/// How stored effects are counted; not tested without a read-back page.
pub fn counting(subject: &DistributionSubject) -> Judged<&Counting> {
    subject.setting.read_back.as_ref().ok_or_else(|| Box::new(without(NotMade::NeedsReadBack)))
}

/// When the read-back page was asked about a message, and how much it showed.
pub type Reads = Vec<(Timestamp, u64)>;

/// What the read-back page showed of a message, each time it was asked; inconclusive when an answer cannot be counted.
pub fn reads(recording: &Recording, counting: &Counting, besked_id: &str) -> Judged<Reads> {
    let mut reads = Vec::new();
    for event in &recording.events {
        if let Happening::ReadBack { besked_id: asked, answer, .. } = &event.what
            && asked == besked_id
        {
            let shown = effects::count(answer, besked_id, counting.pointer.as_deref());
            reads.push((event.at, shown.map_err(|why| Box::new(uncounted(&why)))?));
        }
    }
    Ok(reads)
}

fn uncounted(why: &effects::Uncounted) -> Outcome {
    Outcome::inconclusive(Reason::AnswerUnusable, "a read-back page that can be counted", why.to_string())
}

/// From which delivery of a message on a check judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The first.
    First,
    /// The one after the system's acknowledgement was lost with the connection. Without one nothing shows that the system ever had
    /// the delivery before it.
    LostAck,
}

impl Since {
    /// The attempt; the outcome when no acknowledgement was lost.
    pub fn attempt(self, recording: &Recording, message: usize) -> Judged<u32> {
        match self {
            Self::First => Ok(1),
            Self::LostAck => sessions::acked_in_vain(recording, message)
                .map(|attempt| attempt + 1)
                .ok_or_else(|| Box::new(unreached(recording, "an acknowledgement that is lost with the connection"))),
        }
    }
}

/// The message with this label, delivered and taken from this delivery on, has left exactly one effect.
pub fn one_effect(subject: &DistributionSubject, label: &str, since: Since) -> Judged<Outcome> {
    const EXPECTED: &str = "one effect";
    let counting = counting(subject)?;
    let trial = Trial::of(subject)?;
    trial.fetched_before()?;
    let good = trial.before.labelled(GOOD).map(|index| &trial.before.messages[index]);
    let effects = Effects::learn_from(counting, &trial.before, good).map_err(|why| Box::new(uncounted(&why)))?;
    let trial = trial.trial;
    let deliveries = sessions::deliveries(&trial);
    let Some(message) = trial.labelled(label) else { return Ok(unreached(&trial, EXPECTED)) };
    let first = since.attempt(&trial, message)?;
    if !deliveries.iter().any(|d| d.message == message && d.attempt >= first)
        || sessions::taken(&deliveries, message).is_none()
    {
        return Ok(unreached(&trial, EXPECTED));
    }
    let left = effects.of(&trial, &trial.messages[message].besked_id, None).map_err(|why| Box::new(uncounted(&why)))?;
    Ok(match left {
        1 => Outcome::pass(EXPECTED, "one effect"),
        0 => Outcome::fail(Reason::Missing, EXPECTED, "acknowledged, and nothing is stored"),
        more => Outcome::fail(Reason::Repeated, EXPECTED, format!("{more} effects")),
    })
}

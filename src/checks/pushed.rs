//! How trials are judged in which the probe posts messages to the system. StatusKode counts, not the HTTP status alone: the
//! Beskedfordeler removes a message when StatusKode is 20, and stops sending at 51, 53 and 55.
//!
//! Positive evidence only: that something was refused counts when good messages around it were confirmed, and a demonstrated
//! breach counts in any case. No answer at all is never the system's breach.

use crate::besked::reply;
use crate::check::Parameters;
use crate::checks::distributed::{not_made, without};
use crate::outcome::{Outcome, Reason};
use crate::subject::distribution::effects::{Effects, Uncounted};
use crate::subject::distribution::recording::{Answer, Happening, Recording, Stopped};
use crate::subject::distribution::{DistributionSubject, NotMade};
use crate::subject::trial::transcript::Stop;
use crate::trial::push::GOOD;
use std::fmt;

const CONFIRMED: &str = "StatusKode 20";
const NOT_CONFIRMED: &str = "an answer without StatusKode 20";
const ONE: &str = "one stored effect";

/// A value, or the outcome when there is nothing to judge.
pub type Judged<T> = Result<T, Box<Outcome>>;

/// What an answer says to the Beskedfordeler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status<'a> {
    /// A StandardRetur with this StatusKode.
    Code {
        /// StatusKode.
        code: u16,
        /// HTTP status.
        http: u16,
    },
    /// A complete answer without one.
    None {
        /// HTTP status.
        http: u16,
        /// Whether the body is empty.
        empty: bool,
    },
    /// No complete answer that may be used.
    Failed(&'a Stop),
}

impl<'a> Status<'a> {
    /// Reads an answer.
    #[must_use]
    pub fn of(answer: &'a Answer) -> Self {
        match answer {
            Answer::Failed(why) => Self::Failed(why),
            Answer::Answered { status, body, .. } => match reply::read(body).and_then(|r| r.code()) {
                Some(code) => Self::Code { code, http: *status },
                None => Self::None { http: *status, empty: body.trim().is_empty() },
            },
        }
    }

    /// Whether the message counts as delivered.
    #[must_use]
    pub const fn is_confirmed(self) -> bool {
        matches!(self, Self::Code { code: 20, http: 200..=299 })
    }

    /// Whether sending from the dueslag stops (D.09.02, 5.2).
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(self, Self::Code { code: 51 | 53 | 55, .. })
    }

    /// Whether the answer is rather a gateway's, or one for too many requests, than the receiver's.
    const fn is_from_before(self) -> bool {
        matches!(self, Self::None { http: 407 | 408 | 429 | 502 | 503 | 504, .. })
    }

    /// Whether the probe may not have come through to the receiver: it is not let in, or the address is another one.
    const fn is_no_entry(self) -> bool {
        matches!(self, Self::None { http: 300..=399 | 401 | 403 | 404 | 405 | 421, .. })
    }
}

impl fmt::Display for Status<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code { code, http: 200 } => write!(f, "StatusKode {code}"),
            Self::Code { code, http } => write!(f, "StatusKode {code} with HTTP {http}"),
            Self::None { http, empty: true } => write!(f, "HTTP {http} with an empty body"),
            Self::None { http, .. } => write!(f, "HTTP {http} without a StatusKode"),
            Self::Failed(why) => f.write_str(&why.describe()),
        }
    }
}

/// The recordings of a trial that was made.
#[derive(Debug)]
pub struct Trial<'a> {
    subject: &'a DistributionSubject,
    before: Recording,
    /// The trial.
    pub recording: Recording,
    after: Option<Recording>,
}

impl<'a> Trial<'a> {
    /// Reads them; the outcome when there is nothing to judge.
    pub fn of(subject: &'a DistributionSubject) -> Judged<Self> {
        if let Some(outcome) = not_made(subject) {
            return Err(Box::new(outcome));
        }
        let before = DistributionSubject::read(subject.before.as_ref())
            .ok_or_else(|| control_failed("", "nothing is recorded before the trial"))?;
        // Not made because the control before it failed: its own words say why.
        let recording = DistributionSubject::read(subject.trial.as_ref()).ok_or_else(|| {
            confirmed_in(&before, "").err().unwrap_or_else(|| Box::new(control_failed("", "the trial is not recorded")))
        })?;
        Ok(Self { subject, before, recording, after: DistributionSubject::read(subject.after.as_ref()) })
    }

    /// As [`Self::of`], and the good message before the trial was confirmed.
    pub fn controlled(subject: &'a DistributionSubject) -> Judged<Self> {
        let trial = Self::of(subject)?;
        confirmed_in(&trial.before, " before the trial")?;
        Ok(trial)
    }

    /// The good message after the trial was confirmed; a system that has stopped working proves nothing.
    pub fn control_after(&self) -> Judged<()> {
        const WHEN: &str = " after the trial";
        confirmed_in(self.after.as_ref().ok_or_else(|| control_failed(WHEN, "it is not recorded"))?, WHEN)
    }

    /// Every recording: of the good messages around the trial, and of the trial.
    pub fn all(&self) -> impl Iterator<Item = &Recording> {
        [&self.before, &self.recording].into_iter().chain(&self.after)
    }

    /// Whether the good message is the trial.
    fn is_plain(&self) -> bool {
        self.subject.case == GOOD
    }

    /// What every post of the trial came to, in order.
    #[must_use]
    pub fn statuses(&self) -> Vec<Status<'_>> {
        answers(&self.recording).map(|(_, answer)| Status::of(answer)).collect()
    }

    /// What the post with this number came to.
    pub fn status(&self, number: usize) -> Judged<Status<'_>> {
        let missing =
            || Box::new(Outcome::inconclusive(Reason::Unreachable, "an answer", "the message was not posted"));
        answers(&self.recording).nth(number).map(|(_, answer)| Status::of(answer)).ok_or_else(missing)
    }

    /// The page that shows effects, once a good message has shown what one looks like there.
    fn effects(&self) -> Judged<Effects<'_>> {
        let counting = self.subject.setting.read_back.as_ref();
        let counting = counting.ok_or_else(|| Box::new(without(NotMade::NeedsReadBack)))?;
        Ok(Effects::learn(counting, &self.before).map_err(|why| uncounted(" before the trial", &why))?)
    }

    /// What the first message of the trial left. Nothing counts only when a good message after the trial left something.
    fn effects_of_first(&self, cvr: Option<&str>) -> Judged<u64> {
        let effects = self.effects()?;
        let counting = self.subject.setting.read_back.as_ref();
        if cvr.is_some() && !counting.is_some_and(|c| c.by_authority) {
            return Err(Box::new(without(NotMade::NeedsReadBackByAuthority)));
        }
        let besked_id = self.recording.messages.first().map_or("", |m| m.besked_id.as_str());
        let count = effects
            .of(&self.recording, besked_id, cvr)
            .map_err(|why| Box::new(Outcome::inconclusive(Reason::Unclear, ONE, why.to_string())))?;
        if count == 0 {
            self.control_after()?;
            let after = self.after.as_ref().zip(counting);
            let learnt = after.map_or(Err(Uncounted::ControlLeftNothing), |(after, c)| Effects::learn(c, after));
            learnt.map_err(|why| uncounted(" after the trial", &why))?;
        }
        Ok(count)
    }
}

fn control_failed(when: &str, why: impl Into<String>) -> Outcome {
    Outcome::inconclusive(Reason::ControlFailed, format!("StatusKode 20 to a good message{when}"), why)
}

fn uncounted(when: &str, why: &Uncounted) -> Outcome {
    let expected = format!("one stored effect of a good message{when}");
    Outcome::inconclusive(Reason::ControlFailed, expected, why.to_string())
}

/// Every post of a recording, in order, with its place.
fn answers(recording: &Recording) -> impl Iterator<Item = (usize, &Answer)> {
    recording.events.iter().enumerate().filter_map(|(at, event)| match &event.what {
        Happening::Pushed { answer, .. } => Some((at, answer)),
        _ => None,
    })
}

/// The good message of a control was confirmed.
fn confirmed_in(recording: &Recording, when: &str) -> Judged<()> {
    let (_, answer) = answers(recording).last().ok_or_else(|| control_failed(when, "it was not posted"))?;
    let status = Status::of(answer);
    if status.is_confirmed() { Ok(()) } else { Err(Box::new(control_failed(when, status.to_string()))) }
}

fn unreachable(expected: &str, status: Status<'_>) -> Outcome {
    Outcome::inconclusive(Reason::Unreachable, expected, status.to_string())
}

/// A complete answer of the receiver itself.
fn answered<'a>(status: Status<'a>, expected: &str) -> Judged<Status<'a>> {
    if matches!(status, Status::Failed(_)) || status.is_from_before() {
        Err(Box::new(unreachable(expected, status)))
    } else {
        Ok(status)
    }
}

/// The outcome, however it was reached.
#[must_use]
pub fn unbox(judged: Judged<Outcome>) -> Outcome {
    judged.unwrap_or_else(|outcome| *outcome)
}

/// The answer to the good message: HTTP status, Content-Type and body, when the receiver itself gave it.
pub fn plain_answer<'a>(trial: &'a Trial<'_>, expected: &str) -> Judged<(u16, Option<&'a str>, &'a str)> {
    let status = trial.status(0)?;
    answered(status, expected)?;
    match answers(&trial.recording).next() {
        Some((_, Answer::Answered { status: http, content_type, body })) if !status.is_no_entry() => {
            Ok((*http, content_type.as_deref(), body))
        }
        _ => Err(Box::new(unreachable(expected, status))),
    }
}

/// Every post of the trial is confirmed.
#[must_use]
pub fn confirmed(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox((|| {
        let trial = Trial::of(subject)?;
        if trial.is_plain() {
            // The plain good message is its own control.
            const EXPECTED: &str = "HTTP 200 and StatusKode 20";
            plain_answer(&trial, EXPECTED)?;
            let status = trial.status(0)?;
            let holds = matches!(status, Status::Code { code: 20, http: 200 });
            return Ok(Outcome::when(holds, Reason::Refused, EXPECTED, status.to_string()));
        }
        let trial = Trial::controlled(subject)?;
        // In a row of posts, the first that was not confirmed decides.
        let refused = trial.statuses().into_iter().find(|status| !status.is_confirmed());
        match refused {
            None => Ok(Outcome::pass(CONFIRMED, trial.status(0)?.to_string())),
            Some(status) => {
                answered(status, CONFIRMED)?;
                trial.control_after()?;
                Ok(Outcome::fail(Reason::Refused, CONFIRMED, status.to_string()))
            }
        }
    })())
}

/// The second post is confirmed as the first was.
#[must_use]
pub fn again_confirmed(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "StatusKode 20 both times";
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        let first = trial.status(0)?;
        if !first.is_confirmed() {
            return Err(Box::new(control_failed(", the first time", first.to_string())));
        }
        let second = trial.status(1)?;
        if second.is_confirmed() {
            return Ok(Outcome::pass(EXPECTED, format!("{first}, then {second}")));
        }
        answered(second, EXPECTED)?;
        trial.control_after()?;
        Ok(Outcome::fail(Reason::Refused, EXPECTED, format!("{first}, then {second}")))
    })())
}

/// No post of the trial is confirmed.
#[must_use]
pub fn never_confirmed(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        let status = trial.status(0)?;
        refused(&trial, status, NOT_CONFIRMED)
    })())
}

/// A second message with the BeskedId of the first is not confirmed.
#[must_use]
pub fn second_never_confirmed(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        let first = trial.status(0)?;
        if !first.is_confirmed() {
            return Err(Box::new(control_failed(", the first one", first.to_string())));
        }
        let second = trial.status(1)?;
        refused(&trial, second, NOT_CONFIRMED)
    })())
}

fn refused(trial: &Trial<'_>, status: Status<'_>, expected: &str) -> Judged<Outcome> {
    if status.is_confirmed() {
        return Ok(Outcome::fail(Reason::Accepted, expected, status.to_string()));
    }
    answered(status, expected)?;
    if matches!(status, Status::Code { code: 20, .. }) {
        return Ok(Outcome::inconclusive(Reason::Unclear, expected, status.to_string()));
    }
    trial.control_after()?;
    Ok(Outcome::pass(expected, status.to_string()))
}

/// No answer stops the dueslag.
#[must_use]
pub fn never_stops(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "an answer without StatusKode 51, 53 or 55";
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        let status = trial.status(0)?;
        if status.stops() {
            return Ok(Outcome::fail(Reason::Forbidden, EXPECTED, status.to_string()));
        }
        answered(status, EXPECTED)?;
        trial.control_after()?;
        Ok(Outcome::pass(EXPECTED, status.to_string()))
    })())
}

/// The message is answered with HTTP 200 and StatusKode 40, or 41 as the official sample does.
#[must_use]
pub fn answered_40_or_41(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    answered_with(subject, &[40, 41], "HTTP 200 and StatusKode 40 (41 as the official sample)")
}

/// The message is answered with HTTP 200 and StatusKode 40.
#[must_use]
pub fn answered_40(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    answered_with(subject, &[40], "HTTP 200 and StatusKode 40")
}

fn answered_with(subject: &DistributionSubject, codes: &[u16], expected: &str) -> Outcome {
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        let status = answered(trial.status(0)?, expected)?;
        trial.control_after()?;
        let holds = matches!(status, Status::Code { code, http: 200 } if codes.contains(&code));
        Ok(Outcome::when(holds, Reason::Different, expected, status.to_string()))
    })())
}

/// Every one of the posts made at once is answered in a way that the Beskedfordeler understands, and none by a server error.
#[must_use]
pub fn all_answered(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "StatusKode 20 or 40 to each, 20 to one at least, no HTTP 5xx";
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        let statuses = trial.statuses();
        let wrong = |status: &&Status<'_>| !matches!(status, Status::Code { code: 20 | 40, http: 200..=299 });
        if let Some(failed) = statuses.iter().find(|s| matches!(s, Status::Failed(_) | Status::None { http: 429, .. }))
        {
            return Err(Box::new(unreachable(EXPECTED, *failed)));
        }
        let confirmed = statuses.iter().filter(|s| s.is_confirmed()).count();
        let observed = if let Some(status) = statuses.iter().find(wrong) {
            status.to_string()
        } else if confirmed > 0 {
            return Ok(Outcome::pass(EXPECTED, format!("StatusKode 20 to {confirmed} of {}", statuses.len())));
        } else {
            "StatusKode 20 to none".to_owned()
        };
        trial.control_after()?;
        Ok(Outcome::fail(Reason::Different, EXPECTED, observed))
    })())
}

/// A message that was confirmed, once or more often, has left one effect.
#[must_use]
pub fn one_effect(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        // What the target lacks is said first: it needs no answer.
        trial.effects()?;
        let statuses = trial.statuses();
        if let Some(failed) = statuses.iter().find(|s| matches!(s, Status::Failed(_))) {
            return Err(Box::new(unreachable(ONE, *failed)));
        }
        if !statuses.iter().any(|s| s.is_confirmed()) {
            let first = statuses.first().map_or_else(|| "it was not posted".to_owned(), ToString::to_string);
            return Err(Box::new(Outcome::inconclusive(Reason::Unclear, "a confirmed message", first)));
        }
        Ok(counted(trial.effects_of_first(None)?))
    })())
}

fn counted(count: u64) -> Outcome {
    match count {
        1 => Outcome::pass(ONE, "1"),
        0 => Outcome::fail(Reason::Missing, ONE, "0"),
        more => Outcome::fail(Reason::Repeated, ONE, more.to_string()),
    }
}

/// A message that was confirmed has been carried out for the system's authority.
#[must_use]
pub fn processed_for_authority(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "one effect for the authority";
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        trial.effects()?;
        let status = trial.status(0)?;
        if !status.is_confirmed() {
            return Err(Box::new(Outcome::inconclusive(Reason::Unclear, "a confirmed message", status.to_string())));
        }
        Ok(match trial.effects_of_first(Some(&subject.setting.cvr))? {
            0 => Outcome::fail(Reason::Missing, EXPECTED, "0"),
            count => Outcome::pass(EXPECTED, count.to_string()),
        })
    })())
}

/// A message for another authority has been carried out for that one, and not for the first.
#[must_use]
pub fn not_processed_for_others(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "no effect for the authority that TilladtModtager lacks";
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        let count = trial.effects_of_first(Some(&subject.setting.cvr))?;
        if count > 0 {
            return Ok(Outcome::fail(Reason::Accepted, EXPECTED, count.to_string()));
        }
        let status = trial.status(0)?;
        let other = subject.setting.other_cvr.first().map(String::as_str);
        let other = other.ok_or_else(|| Box::new(without(NotMade::NeedsSecondAuthority)))?;
        if !status.is_confirmed() || trial.effects_of_first(Some(other))? == 0 {
            let observed = format!("{status}, and no effect for any authority");
            return Ok(Outcome::inconclusive(Reason::Unclear, "an effect for the other authority", observed));
        }
        Ok(Outcome::pass(EXPECTED, "an effect for the other authority alone"))
    })())
}

/// Whether the switch said that it did as it was told; the place of the event.
fn switched(recording: &Recording, wanted: bool) -> Option<usize> {
    recording.events.iter().position(
        |event| matches!(&event.what, Happening::StoreSwitched { on, answer } if *on == wanted && answer.is_success()),
    )
}

/// Whether the store was stopped before the first post and started after it.
fn store_was_down(recording: &Recording) -> Judged<()> {
    let failed =
        |why: &str| Box::new(Outcome::inconclusive(Reason::ControlFailed, "a store that stops and starts", why));
    let stopped = switched(recording, false).ok_or_else(|| failed("the switch did not say that the store stopped"))?;
    let (posted, _) = answers(recording).next().ok_or_else(|| failed("no message was posted"))?;
    if stopped > posted {
        return Err(failed("the message was posted before the store was stopped"));
    }
    match switched(recording, true) {
        Some(started) if started < posted => Err(failed("the store was started before the message was posted")),
        _ => Ok(()),
    }
}

/// While the store is down, nothing is confirmed. A broken connection is as good as a refusal: the message stays.
#[must_use]
pub fn never_confirmed_without_store(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "StatusKode 40 or no answer, never 20";
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        store_was_down(&trial.recording)?;
        let status = trial.status(0)?;
        match status {
            status if status.is_confirmed() => Ok(Outcome::fail(Reason::Accepted, EXPECTED, status.to_string())),
            Status::Code { code: 20, .. } => Ok(Outcome::inconclusive(Reason::Unclear, EXPECTED, status.to_string())),
            Status::Failed(why) if !matches!(why, Stop::Unreachable { .. } | Stop::Broken { .. }) => {
                Err(Box::new(unreachable(EXPECTED, status)))
            }
            _ => {
                trial.control_after()?;
                Ok(Outcome::pass(EXPECTED, status.to_string()))
            }
        }
    })())
}

/// A message that was not confirmed while the store was down is taken when it comes again, and once.
#[must_use]
pub fn taken_once_after_store(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        trial.effects()?;
        store_was_down(&trial.recording)?;
        let (first, second) = (trial.status(0)?, trial.status(1)?);
        if first.is_confirmed() {
            let observed = format!("{first} while the store was down");
            return Ok(Outcome::inconclusive(Reason::Unclear, ONE, observed));
        }
        if switched(&trial.recording, true).is_none() {
            let observed = "the switch did not say that the store started";
            return Ok(Outcome::inconclusive(Reason::ControlFailed, ONE, observed));
        }
        if !second.is_confirmed() {
            answered(second, CONFIRMED)?;
            trial.control_after()?;
            return Ok(Outcome::fail(Reason::Refused, CONFIRMED, second.to_string()));
        }
        Ok(counted(trial.effects_of_first(None)?))
    })())
}

/// Nobody came to the canary's address that the message names. A control has shown that the system can come there.
#[must_use]
pub fn not_fetched(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "no request to the address in the message";
    unbox((|| {
        let trial = Trial::of(subject)?;
        let events = || trial.recording.events.iter().map(|event| &event.what);
        let body = trial.recording.messages.first().and_then(|m| m.body.as_deref()).unwrap_or_default();
        let fetched = events().find_map(|what| match what {
            Happening::CanaryContacted { control: false, path } if path.len() > 1 && body.contains(path.as_str()) => {
                Some(path)
            }
            _ => None,
        });
        if let Some(path) = fetched {
            return Ok(Outcome::fail(Reason::Forbidden, EXPECTED, format!("a request for {path}")));
        }
        let failed = |why: String| {
            Box::new(Outcome::inconclusive(Reason::ControlFailed, "a listener that the system reaches", why))
        };
        match &trial.recording.stopped {
            Some(Stopped::ProbeFault { reason }) => return Err(failed(reason.clone())),
            Some(Stopped::TooMuch { limit }) => return Err(failed(format!("{limit} requests came to it"))),
            Some(Stopped::Waited { .. }) | None => {}
        }
        if !events().any(|what| matches!(what, Happening::CanaryContacted { control: true, .. })) {
            return Err(failed("the control request did not come".to_owned()));
        }
        let trial = Trial::controlled(subject)?;
        let status = answered(trial.status(0)?, EXPECTED)?;
        trial.control_after()?;
        Ok(Outcome::pass(EXPECTED, format!("none; {status}")))
    })())
}

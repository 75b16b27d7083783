//! How many effects a message has left in the system, counted on the pages that the target names for reading back. Pure.

use super::Counting;
use super::recording::{Answer, Happening, Message, Recording};
use serde_json::Value;
use std::ops::Range;

/// Largest number that is believed; a page that says more is no count of effects.
const MOST: u64 = 1_000_000;

/// Why there is no number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncounted {
    /// The page was not asked for this message.
    #[error("the read-back page was not asked {0}")]
    NotAsked(&'static str),
    /// It did not answer.
    #[error("the read-back page: {0}")]
    Unanswered(String),
    /// It answered with nothing that can be counted.
    #[error("the read-back page: {0}")]
    Unreadable(String),
    /// It showed something for a message that had not been sent.
    #[error("the read-back page showed {0} for a message before it was sent")]
    NotEmptyBefore(u64),
    /// A good message left nothing, so nothing is shown by what others leave.
    #[error("the read-back page showed nothing for a good message")]
    ControlLeftNothing,
    /// A good message left another number than one where effects themselves are counted.
    #[error("the read-back page counts {0} effects of one good message")]
    ControlLeftMore(u64),
    /// The count is no multiple of what one good message leaves.
    #[error("the read-back page shows {count}, and one good message leaves {unit}")]
    Uneven {
        /// What was counted.
        count: u64,
        /// What one good message leaves.
        unit: u64,
    },
}

/// What is counted on one answer of the page: the number or the length of the list that the pointer leads to; without a pointer,
/// occurrences of the BeskedId, whatever their case. A 404 counts as nothing.
pub fn count(answer: &Answer, besked_id: &str, pointer: Option<&str>) -> Result<u64, Uncounted> {
    let body = match answer {
        Answer::Failed(why) => return Err(Uncounted::Unanswered(why.describe())),
        Answer::Answered { status: 404 | 410, .. } => return Ok(0),
        Answer::Answered { status: 200..=299, body, .. } => body,
        Answer::Answered { status, .. } => return Err(Uncounted::Unanswered(format!("HTTP {status}"))),
    };
    let number = match pointer {
        Some(pointer) => at_pointer(body, pointer).map_err(Uncounted::Unreadable)?,
        None if besked_id.is_empty() => return Err(Uncounted::Unreadable("the message has no BeskedId".to_owned())),
        None => body.to_ascii_lowercase().matches(&besked_id.to_ascii_lowercase()).count() as u64,
    };
    if number > MOST {
        return Err(Uncounted::Unreadable(format!("more than {MOST} effects")));
    }
    Ok(number)
}

fn at_pointer(body: &str, pointer: &str) -> Result<u64, String> {
    let value: Value = serde_json::from_str(body).map_err(|why| format!("no JSON ({why})"))?;
    match value.pointer(pointer) {
        Some(Value::Array(items)) => Ok(items.len() as u64),
        Some(Value::Number(number)) => number.as_u64().ok_or_else(|| format!("{pointer} is {number}, no count")),
        Some(_) => Err(format!("{pointer} is neither a number nor a list")),
        None => Err(format!("there is no {pointer}")),
    }
}

/// Counts the effects of messages in one trial.
#[derive(Clone, Copy, Debug)]
pub struct Effects<'a> {
    counting: &'a Counting,
    unit: u64,
}

impl<'a> Effects<'a> {
    /// Learns what one good message leaves from the recording of a good message, the first of its messages that the page was asked
    /// about.
    pub fn learn(counting: &'a Counting, good: &Recording) -> Result<Self, Uncounted> {
        let asked = good.messages.iter().find(|m| answers(good, &m.besked_id, None).next().is_some());
        Self::learn_from(counting, good, asked)
    }

    /// The same from this message of the recording.
    pub fn learn_from(counting: &'a Counting, good: &Recording, message: Option<&Message>) -> Result<Self, Uncounted> {
        let message = message.ok_or(Uncounted::NotAsked("about a good message"))?;
        let unit = raw(counting, good, &message.besked_id, None)?;
        match unit {
            0 => Err(Uncounted::ControlLeftNothing),
            1 => Ok(Self { counting, unit }),
            more if counting.pointer.is_some() => Err(Uncounted::ControlLeftMore(more)),
            _ => Ok(Self { counting, unit }),
        }
    }

    /// Effects of a message, by the last answer of the page in a recording in which it was asked before, too. `cvr` names the
    /// authority; without one, the first that was asked for.
    pub fn of(&self, recording: &Recording, besked_id: &str, cvr: Option<&str>) -> Result<u64, Uncounted> {
        let count = raw(self.counting, recording, besked_id, cvr)?;
        if count.is_multiple_of(self.unit) {
            Ok(count / self.unit)
        } else {
            Err(Uncounted::Uneven { count, unit: self.unit })
        }
    }
}

/// The answers of the page for one message, oldest first. Without an authority: those for the first that was asked for.
fn answers<'a>(
    recording: &'a Recording,
    besked_id: &'a str,
    cvr: Option<&'a str>,
) -> impl Iterator<Item = (usize, &'a Answer)> {
    let mut wanted = cvr.map(|cvr| Some(cvr.to_owned()));
    recording.events.iter().enumerate().filter_map(move |(at, event)| match &event.what {
        Happening::ReadBack { besked_id: asked, cvr, answer } if asked == besked_id => {
            let wanted = wanted.get_or_insert_with(|| cvr.clone());
            (wanted == cvr).then_some((at, answer))
        }
        _ => None,
    })
}

/// When the message was on its way: from the first event that hands it over to the last. `None` when it never was.
fn sending(recording: &Recording, besked_id: &str) -> Option<Range<usize>> {
    let is_it = |index: &usize| recording.messages.get(*index).is_some_and(|m| m.besked_id == besked_id);
    let mut places = recording.events.iter().enumerate().filter_map(|(at, event)| match &event.what {
        Happening::Pushed { message, .. } | Happening::Delivered { message, .. } if is_it(message) => Some(at),
        _ => None,
    });
    let first = places.next()?;
    Some(first..places.next_back().unwrap_or(first) + 1)
}

fn raw(counting: &Counting, recording: &Recording, besked_id: &str, cvr: Option<&str>) -> Result<u64, Uncounted> {
    let pointer = counting.pointer.as_deref();
    let sent = sending(recording, besked_id).unwrap_or(0..0);
    let asked: Vec<_> = answers(recording, besked_id, cvr).collect();
    let before = asked.iter().find(|(at, _)| *at < sent.start).ok_or(Uncounted::NotAsked("before the message"))?;
    match count(before.1, besked_id, pointer)? {
        0 => {}
        some => return Err(Uncounted::NotEmptyBefore(some)),
    }
    let after = asked.last().filter(|(at, _)| *at >= sent.end).ok_or(Uncounted::NotAsked("after the message"))?;
    count(after.1, besked_id, pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::distribution::recording::{Event, Presented};
    use crate::subject::trial::transcript::Stop;

    const ID: &str = "5f0c1f1e-9d6f-4d3a-9a53-000000000001";

    fn page(status: u16, body: &str) -> Answer {
        Answer::Answered { status, content_type: Some("application/json".into()), body: body.into() }
    }

    fn asked(cvr: Option<&str>, body: &str) -> Happening {
        Happening::ReadBack { besked_id: ID.into(), cvr: cvr.map(Into::into), answer: page(200, body) }
    }

    fn pushed() -> Happening {
        Happening::Pushed { message: 0, presented: Presented::Registered, took_ms: 1, answer: page(200, "") }
    }

    fn recording(events: Vec<Happening>) -> Recording {
        let at = "2026-11-21T08:00:00Z".parse().unwrap();
        let message = Message {
            label: "good".into(),
            besked_id: ID.into(),
            object: None,
            sha256: String::new(),
            bytes: 0,
            body: None,
        };
        let events = events.into_iter().map(|what| Event { at, connection: 0, what }).collect();
        Recording { started: at, ended: at, messages: vec![message], events, stopped: None }
    }

    fn by_pointer() -> Counting {
        Counting { pointer: Some("/effects".into()), by_authority: false }
    }

    fn by_occurrence() -> Counting {
        Counting { pointer: None, by_authority: true }
    }

    #[test]
    fn one_answer_is_counted() {
        let list = page(200, r#"{"effects":[{},{}]}"#);
        assert_eq!(count(&list, ID, Some("/effects")), Ok(2));
        assert_eq!(count(&page(200, r#"{"effects":3}"#), ID, Some("/effects")), Ok(3));
        assert_eq!(count(&page(404, "no such message"), ID, Some("/effects")), Ok(0));
        for (body, why) in [
            ("{}", "no /effects"),
            ("<p>", "no JSON"),
            (r#"{"effects":-1}"#, "no count"),
            (r#"{"effects":"2"}"#, "neither"),
        ] {
            let problem = count(&page(200, body), ID, Some("/effects")).unwrap_err().to_string();
            assert!(problem.contains(why), "{problem}");
        }
        assert!(count(&page(200, r#"{"effects":18446744073709551615}"#), ID, Some("/effects")).is_err());
        assert_eq!(count(&page(200, &format!("{ID} {}", ID.to_uppercase())), ID, None), Ok(2));
        assert!(count(&page(500, ID), ID, None).is_err());
        assert!(count(&Answer::Failed(Stop::TimedOut { seconds: 3 }), ID, None).is_err());
        assert!(count(&page(200, ID), "", None).is_err());
    }

    #[test]
    fn a_good_message_says_what_one_effect_looks_like() {
        let counting = by_pointer();
        let good = |after: &str| recording(vec![asked(None, r#"{"effects":0}"#), pushed(), asked(None, after)]);
        let effects = Effects::learn(&counting, &good(r#"{"effects":1}"#)).unwrap();
        assert_eq!(effects.of(&good(r#"{"effects":2}"#), ID, None), Ok(2));
        assert_eq!(Effects::learn(&counting, &good(r#"{"effects":0}"#)).unwrap_err(), Uncounted::ControlLeftNothing);
        assert_eq!(Effects::learn(&counting, &good(r#"{"effects":2}"#)).unwrap_err(), Uncounted::ControlLeftMore(2));

        let counting = by_occurrence();
        let times = |n: usize| recording(vec![asked(Some("1"), ""), pushed(), asked(Some("1"), &ID.repeat(n))]);
        let effects = Effects::learn(&counting, &times(2)).unwrap();
        assert_eq!(effects.of(&times(2), ID, Some("1")), Ok(1));
        assert_eq!(effects.of(&times(4), ID, None), Ok(2));
        assert_eq!(effects.of(&times(0), ID, Some("1")), Ok(0));
        assert_eq!(effects.of(&times(3), ID, Some("1")), Err(Uncounted::Uneven { count: 3, unit: 2 }));
        assert_eq!(effects.of(&times(2), ID, Some("2")), Err(Uncounted::NotAsked("before the message")));
    }

    #[test]
    fn the_page_must_be_asked_before_and_after_and_be_empty_before() {
        let counting = by_pointer();
        let (none, one) = (r#"{"effects":0}"#, r#"{"effects":1}"#);
        for (events, why) in [
            (vec![pushed(), asked(None, one)], Uncounted::NotAsked("before the message")),
            (vec![asked(None, none), pushed()], Uncounted::NotAsked("after the message")),
            (vec![asked(None, one), pushed(), asked(None, one)], Uncounted::NotEmptyBefore(1)),
            (vec![asked(None, none), pushed(), asked(None, one), pushed()], Uncounted::NotAsked("after the message")),
        ] {
            assert_eq!(Effects::learn(&counting, &recording(events)).unwrap_err(), why);
        }
        assert_eq!(
            Effects::learn(&counting, &recording(vec![pushed()])).unwrap_err(),
            Uncounted::NotAsked("about a good message")
        );
    }

    #[test]
    fn each_authority_has_its_own_effects() {
        let counting = by_occurrence();
        let trial = recording(vec![
            asked(Some("1"), ""),
            asked(Some("2"), ""),
            pushed(),
            asked(Some("1"), ""),
            asked(Some("2"), ID),
        ]);
        let good = recording(vec![asked(Some("1"), ""), pushed(), asked(Some("1"), ID)]);
        let effects = Effects::learn(&counting, &good).unwrap();
        assert_eq!(effects.of(&trial, ID, Some("1")), Ok(0));
        assert_eq!(effects.of(&trial, ID, Some("2")), Ok(1));
    }
}

//! What a report shows of the messages that went back and forth: how long the system took, and one session as it passed. Computed
//! from the recordings, so that a replay shows the same.

use super::v1::{Bar, Latency, LatencyOf, Moment, MomentOf, Session, Traffic};
use crate::percentile::nearest_rank;
use crate::subject::distribution::recording::{Happening, Recording};
use crate::subject::{DistributionSubject, Subject};
use std::collections::BTreeSet;

/// Upper ends of the histogram's bars, milliseconds; the last bar has none.
const BARS: [u64; 11] = [1, 2, 5, 10, 50, 100, 500, 1_000, 5_000, 60_000, 300_000];
/// Most moments of a session that are drawn.
const MOST_MOMENTS: usize = 120;

/// The section; `None` when no message went anywhere.
#[must_use]
pub fn traffic(subjects: &[Subject]) -> Option<Traffic> {
    let mut seen = BTreeSet::new();
    let mut recordings = Vec::new();
    for subject in subjects {
        let (Subject::Push(trial) | Subject::Pull(trial)) = subject else { continue };
        // Neighbours share their controls, and several checks a trial.
        for blob in [&trial.before, &trial.trial, &trial.after].into_iter().flatten() {
            if seen.insert(blob.sha256.as_str())
                && let Some(recording) = DistributionSubject::read(Some(blob))
            {
                recordings.push((trial.id.as_str(), recording));
            }
        }
    }
    let latencies: Vec<_> = [
        latency(LatencyOf::PushAnswer, recordings.iter().flat_map(|(_, r)| push_answers(r)).collect()),
        latency(LatencyOf::DeliveryToAck, recordings.iter().flat_map(|(_, r)| acknowledgements(r)).collect()),
    ]
    .into_iter()
    .flatten()
    .collect();
    // The session that shows most kinds of moments tells most; the first of equals.
    let sessions = recordings.iter().filter_map(|(id, recording)| session(id, recording));
    let kinds = |s: &Session| s.moments.iter().map(|m| m.what).collect::<BTreeSet<_>>().len();
    let session = sessions.reduce(|best, next| if kinds(&next) > kinds(&best) { next } else { best });
    (!latencies.is_empty() || session.is_some()).then_some(Traffic { latencies, session })
}

/// Milliseconds until each complete answer to a push.
fn push_answers(recording: &Recording) -> impl Iterator<Item = u64> {
    recording.events.iter().filter_map(|event| match &event.what {
        Happening::Pushed { took_ms, answer, .. } => answer.is_complete().then_some(*took_ms),
        _ => None,
    })
}

/// Milliseconds from each delivery to its acknowledgement.
fn acknowledgements(recording: &Recording) -> impl Iterator<Item = u64> {
    recording.events.iter().enumerate().filter_map(|(place, event)| {
        let Happening::Acked { tag, .. } = event.what else { return None };
        let delivered = recording.events[..place].iter().rev().find(|earlier| {
            earlier.connection == event.connection
                && matches!(earlier.what, Happening::Delivered { tag: of, .. } if of == tag)
        })?;
        u64::try_from(event.at.duration_since(delivered.at).as_millis()).ok()
    })
}

fn latency(of: LatencyOf, mut samples: Vec<u64>) -> Option<Latency> {
    samples.sort_unstable();
    let max_ms = *samples.last()?;
    let (mut bars, mut from) = (Vec::new(), 0);
    for up_to_ms in BARS.into_iter().map(Some).chain([None]) {
        let end = samples.partition_point(|s| up_to_ms.is_none_or(|limit| *s <= limit));
        bars.push(Bar { up_to_ms, count: (end - from) as u64 });
        from = end;
    }
    Some(Latency {
        of,
        count: samples.len() as u64,
        p50_ms: nearest_rank(&samples, 50)?,
        p95_ms: nearest_rank(&samples, 95)?,
        max_ms,
        bars,
    })
}

/// One session with the broker; `None` when nothing was delivered.
fn session(id: &str, recording: &Recording) -> Option<Session> {
    let moment = |event: &crate::subject::distribution::recording::Event| {
        let (what, message) = match event.what {
            Happening::Connected { .. } => (MomentOf::Connected, None),
            Happening::LoginRefused { .. } => (MomentOf::LoginRefused, None),
            Happening::Delivered { message, attempt: 1, .. } => (MomentOf::Delivered, Some(message)),
            Happening::Delivered { message, .. } => (MomentOf::Redelivered, Some(message)),
            Happening::Acked { message, .. } | Happening::AckDiscarded { message, .. } => {
                (MomentOf::Acked, Some(message))
            }
            Happening::Rejected { message, .. } => (MomentOf::Rejected, Some(message)),
            Happening::Ended { .. } => (MomentOf::EndedByBroker, None),
            Happening::ClientLeft { .. } => (MomentOf::ClientLeft, None),
            _ => return None,
        };
        let after_ms = u64::try_from(event.at.duration_since(recording.started).as_millis()).unwrap_or_default();
        let label = message.and_then(|index| recording.messages.get(index)).map(|m| m.label.clone());
        Some(Moment { after_ms, what, message: message.map(|m| m as u64 + 1), label })
    };
    let moments: Vec<_> = recording.events.iter().filter_map(moment).collect();
    if !moments.iter().any(|m| m.what == MomentOf::Delivered) {
        return None;
    }
    let left_out = moments.len().saturating_sub(MOST_MOMENTS) as u64;
    Some(Session {
        subject: id.to_owned(),
        started: recording.started,
        moments: moments.into_iter().take(MOST_MOMENTS).collect(),
        left_out,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::distribution::recording::{Event, Message};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn every_sample_is_in_one_bar() {
        let latency = latency(LatencyOf::PushAnswer, vec![0, 1, 2, 3, 7_000, 999_999]).unwrap();
        assert_eq!(latency.bars.iter().map(|b| b.count).sum::<u64>(), latency.count);
        assert_eq!(latency.bars[0], Bar { up_to_ms: Some(1), count: 2 });
        assert_eq!(latency.bars.last().unwrap(), &Bar { up_to_ms: None, count: 1 });
        assert_eq!(latency.max_ms, 999_999);
    }

    #[test]
    fn an_acknowledgement_belongs_to_the_delivery_on_its_own_connection() {
        let start: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        let event = |ms: i64, connection, what| Event { at: start + SignedDuration::from_millis(ms), connection, what };
        let message = Message {
            label: "good".to_owned(),
            besked_id: "x".to_owned(),
            object: None,
            sha256: String::new(),
            bytes: 0,
            body: None,
        };
        let recording = Recording {
            started: start,
            ended: start,
            messages: vec![message],
            events: vec![
                event(0, 1, Happening::Delivered { message: 0, tag: 1, attempt: 1 }),
                event(5, 1, Happening::ClientLeft { orderly: false }),
                event(90, 2, Happening::Delivered { message: 0, tag: 1, attempt: 2 }),
                event(100, 2, Happening::Acked { message: 0, tag: 1 }),
            ],
            stopped: None,
        };
        assert_eq!(acknowledgements(&recording).collect::<Vec<_>>(), [10]);
        let session = session("pull:x", &recording).unwrap();
        let what: Vec<_> = session.moments.iter().map(|m| m.what).collect();
        assert_eq!(what, [MomentOf::Delivered, MomentOf::ClientLeft, MomentOf::Redelivered, MomentOf::Acked]);
    }
}

//! What an acknowledgement of the system is worth.

use crate::check::Parameters;
use crate::checks::called::{Judged, Trial, UNOFFICIAL, counting, reads, seconds, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::recording::{Answer, Happening, Recording};
use crate::subject::distribution::sessions;
use jiff::{SignedDuration, Timestamp};

distribution_check! {
    /// The system asks for messages with explicit acknowledgement, never with automatic one.
    ///
    /// ## Why
    /// With automatic acknowledgement (`no-ack`) a message counts as received the moment it leaves the broker. If the system fails while
    /// it works on it, the message is gone. Some client libraries have it on by default.
    ///
    /// ## What to do
    /// Set `no-ack` (`auto_ack`, `noAck`, `autoAck`) to false in `basic.consume` and `basic.get`, and acknowledge each message when it is
    /// stored.
    pub NoAutoAck {
        id: "pull.no-auto-ack",
        family: Pull,
        case: "good",
        judged: no_auto_ack,
        title: da "Systemet kvitterer udtrykkeligt for hver besked", en "The system acknowledges every message explicitly",
        rows: ["BFO-PULL-04"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "5.3: acknowledgement by delivery tag"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, condition 2: the receiver acknowledges explicitly"),
        ],
        remediation: da "Slå automatisk kvittering fra, og kvittér, når beskeden er gemt.", en "Turn automatic acknowledgement off, and acknowledge when the message is stored.",
        parameters: [],
    }
}

distribution_check! {
    /// A message is on the system's read-back page at the moment its acknowledgement arrives.
    ///
    /// ## Why
    /// After the acknowledgement the Beskedfordeler has handed the message over for good. What is acknowledged before it is stored is lost
    /// when the system fails in between.
    ///
    /// A page that shows a message only some time after its acknowledgement decides nothing: it may be the page that is slow. A message
    /// that never shows, on a page that shows others, was lost.
    ///
    /// ## What to do
    /// Commit the message to the database first, then send `basic.ack`.
    pub StoredBeforeAck {
        id: "pull.stored-before-ack",
        family: Pull,
        case: "good",
        judged: stored,
        title: da "En besked er gemt, når den kvitteres", en "A message is stored when it is acknowledged",
        rows: ["BFO-PULL-05"],
        basis: Norm,
        method: Measured,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, conditions 2 and 3: delivered with the acknowledgement; then the receiver's responsibility")],
        remediation: da "Gem beskeden i databasen, før den kvitteres.", en "Store the message in the database before you acknowledge it.",
        parameters: [],
    }
}

distribution_check! {
    /// While its store is stopped, the system acknowledges no message, and takes it when the store is back.
    ///
    /// ## Why
    /// This is what persist-before-ack means when it matters: a database that is down. A message that is acknowledged then is lost.
    ///
    /// ## What to do
    /// Acknowledge only after the commit. When it fails, give the message back (`basic.nack` with requeue) after a pause, or end the
    /// connection.
    pub NoAckWithoutStore {
        id: "pull.no-ack-without-store",
        family: Pull,
        case: "store-stopped",
        judged: store_stopped,
        title: da "Systemet kvitterer ikke, mens dets lager er nede", en "The system does not acknowledge while its store is down",
        rows: ["BFO-PULL-05"],
        basis: Norm,
        method: Measured,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, conditions 2 and 3: delivered with the acknowledgement; then the receiver's responsibility")],
        remediation: da "Kvittér først, når beskeden er gemt; giv den tilbage, hvis lageret er nede.",
                     en "Acknowledge only when the message is stored; give it back if the store is down.",
        parameters: [],
    }
}

distribution_check! {
    /// A message is acknowledged within a minute after its delivery.
    ///
    /// ## Why
    /// The next message comes only after the acknowledgement, so slow handling makes messages pile up.
    ///
    /// ## What to do
    /// Store the message, acknowledge it, and do the work behind it afterwards.
    pub AckLatency {
        id: "pull.ack-latency",
        family: Pull,
        case: "good",
        judged: latency,
        title: da "Beskeder kvitteres straks efter levering", en "Messages are acknowledged soon after delivery",
        rows: ["BFO-PULL-11"],
        basis: Contract,
        method: Measured,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, condition 1: messages are received at once")],
        remediation: da "Gem beskeden, kvittér, og udfør arbejdet bagefter.", en "Store the message, acknowledge, and do the work afterwards.",
        parameters: [("max_seconds", Integer(60), "Longest time from delivery to acknowledgement, 95th percentile by nearest rank, seconds. No official number exists.")],
    }
}

fn no_auto_ack(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "explicit acknowledgements";
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let connections = sessions::connections(&trial);
        if let Some(look) = connections.iter().flat_map(|c| &c.looks).find(|look| look.no_ack) {
            let how = if look.stands { "basic.consume" } else { "basic.get" };
            return Ok(Outcome::fail(Reason::Forbidden, EXPECTED, format!("{how} with no-ack")));
        }
        let acks = sessions::ack_latencies(&sessions::deliveries(&trial)).len();
        Ok(match acks {
            0 => unreached(&trial, EXPECTED),
            _ => Outcome::pass(EXPECTED, format!("{acks} messages acknowledged")),
        })
    })())
}

fn stored(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox(stored_judged(subject))
}

fn stored_judged(subject: &DistributionSubject) -> Judged<Outcome> {
    const EXPECTED: &str = "on the page when the acknowledgement arrives";
    let counting = counting(subject)?;
    let trial = Trial::of(subject)?.trial;
    let deliveries = sessions::deliveries(&trial);
    let (mut at_once, mut late, mut never, mut longest) = (0_usize, 0_usize, 0_usize, SignedDuration::ZERO);
    for (index, message) in trial.messages.iter().enumerate() {
        let Some(acked) = sessions::acked(&deliveries, index) else { continue };
        let reads = reads(&trial, counting, &message.besked_id)?;
        let first_delivery = deliveries.iter().find(|d| d.message == index).map_or(acked, |d| d.at);
        if !reads.iter().any(|(at, n)| *at <= first_delivery && *n == 0) {
            let why = "the page did not show that nothing was there before the message";
            return Ok(Outcome::inconclusive(Reason::ControlFailed, EXPECTED, why));
        }
        let mut after = reads.iter().filter(|(at, _)| *at >= acked).peekable();
        match after.peek() {
            None => return Ok(unreached(&trial, EXPECTED)),
            Some((_, n)) if *n > 0 => at_once += 1,
            Some(_) => match after.find(|(_, n)| *n > 0) {
                Some((at, _)) => {
                    late += 1;
                    longest = longest.max(at.duration_since(acked));
                }
                None => never += 1,
            },
        }
    }
    Ok(match (at_once, late, never) {
        (0, 0, 0) => unreached(&trial, EXPECTED),
        (0, 0, _) => {
            let why = "the page showed none of the messages, so it may be the wrong page";
            Outcome::inconclusive(Reason::ControlFailed, EXPECTED, why)
        }
        (_, _, 1..) => {
            let observed = format!("{never} acknowledged messages never showed; {} did", at_once + late);
            Outcome::fail(Reason::Missing, EXPECTED, observed)
        }
        (_, 0, 0) => Outcome::pass(EXPECTED, format!("{at_once} of {at_once} messages")),
        (_, _, 0) => {
            let observed =
                format!("{late} messages showed up to {} later: stored later, or shown later", seconds(longest));
            Outcome::inconclusive(Reason::Unclear, EXPECTED, observed)
        }
    })
}

fn store_stopped(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox(store_stopped_judged(subject))
}

/// When the store was told to stop and to start; `None` when it did not say yes to both.
fn stopped_between(trial: &Recording) -> Option<(Timestamp, Timestamp)> {
    let switched = |wanted: bool| {
        trial.events.iter().find_map(|event| match &event.what {
            Happening::StoreSwitched { on, answer: Answer::Answered { status: 200..=299, .. } } if *on == wanted => {
                Some(event.at)
            }
            _ => None,
        })
    };
    Some((switched(false)?, switched(true)?))
}

fn store_stopped_judged(subject: &DistributionSubject) -> Judged<Outcome> {
    const EXPECTED: &str = "no acknowledgement while the store is stopped, and one when it is back";
    let trial = Trial::of(subject)?;
    trial.fetched_before()?;
    let trial = trial.trial;
    let Some((stopped, started)) = stopped_between(&trial) else {
        let why = "the store was not stopped and started again";
        return Ok(Outcome::inconclusive(Reason::ControlFailed, EXPECTED, why));
    };
    let deliveries = sessions::deliveries(&trial);
    let Some(held) = trial.labelled("held") else { return Ok(unreached(&trial, EXPECTED)) };
    if !deliveries.iter().any(|d| d.message == held && d.at >= stopped && d.at < started) {
        return Ok(unreached(&trial, "a delivery while the store is stopped"));
    }
    match sessions::taken(&deliveries, held) {
        Some(at) if at < started => {
            // Acknowledged without the store. Only if the message is not there afterwards is it certain that it was lost.
            let after = match counting(subject) {
                Ok(counting) => reads(&trial, counting, &trial.messages[held].besked_id)?,
                Err(_) => Vec::new(),
            };
            Ok(match after.iter().rfind(|(at, _)| *at > started) {
                Some((_, 0)) => {
                    Outcome::fail(Reason::Missing, EXPECTED, "acknowledged while the store was stopped, and lost")
                }
                Some(_) => Outcome::inconclusive(
                    Reason::Unclear,
                    EXPECTED,
                    "acknowledged while the store was stopped, and there afterwards: it is kept elsewhere too, or was in memory",
                ),
                None => Outcome::inconclusive(
                    Reason::Unclear,
                    EXPECTED,
                    "acknowledged while the store was stopped; no page shows whether it was lost",
                ),
            })
        }
        Some(_) => Ok(Outcome::pass(EXPECTED, "acknowledged when the store was back")),
        None => Ok(unreached(&trial, EXPECTED)),
    }
}

fn latency(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let limit = SignedDuration::from_secs(parameters.integer("max_seconds"));
    let expected = format!("at most {}{UNOFFICIAL}", seconds(limit));
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let deliveries = sessions::deliveries(&trial);
        let mut latencies = sessions::ack_latencies(&deliveries);
        // What still lies with the system has taken at least so long.
        let connections = sessions::connections(&trial);
        let open = |d: &&sessions::Delivery| connections.iter().any(|c| c.number == d.connection && c.end.is_none());
        let waiting = deliveries.iter().filter(|d| d.settled.is_none()).filter(open);
        latencies.extend(waiting.map(|d| trial.ended.duration_since(d.at)).filter(|age| *age > limit));
        let Some(p95) = sessions::percentile(&latencies, 95) else { return Ok(unreached(&trial, expected)) };
        let max = latencies.iter().max().copied().unwrap_or_default();
        let observed = format!("p95 {}, longest {}, of {} messages", seconds(p95), seconds(max), latencies.len());
        Ok(Outcome::when(p95 <= limit, Reason::TooLarge, expected, observed))
    })())
}

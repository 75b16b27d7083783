//! How long answers take.

use crate::check::Parameters;
use crate::checks::pushed::{Status, Trial, confirmed, unbox};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::percentile::nearest_rank;
use crate::subject::DistributionSubject;
use crate::subject::distribution::recording::Happening;

distribution_check! {
    /// Of good messages posted one after the other, the time until the answer is complete, connection and TLS included.
    /// The 95th percentile is the nearest rank.
    ///
    /// ## Why
    /// Messages are to be received at once, and those behind wait for each answer, since delivery is one by one. No
    /// official document gives a number: the limit is the contract's, and five seconds when it says nothing.
    ///
    /// ## What to do
    /// Store the message and answer; do the rest of the work afterwards.
    pub AnswerTime {
        id: "push.answer-time",
        family: Push,
        case: "answer-time",
        judged: answer_time,
        title: da "95 procent af beskederne kvitteres inden for den aftalte tid", en "95 percent of the messages are confirmed within the agreed time",
        rows: ["BFO-PUSH-22"],
        basis: Contract,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, condition 1: messages are received umiddelbart, without a number"),
            ("The contract", "the limit is a parameter; no official number exists"),
        ],
        remediation: da "Gem beskeden og kvittér; udfør resten af arbejdet bagefter. Grænsen er aftalens, for der findes intet officielt tal.",
                     en "Store the message and confirm it; do the rest of the work afterwards. The limit is the contract's, for no official number exists.",
        parameters: [
            ("p95_ms", Integer(5000), "Longest time for 95 percent of the answers, milliseconds. No official number exists."),
            ("samples", Integer(20), "Fewest answers that are judged by."),
        ],
    }
}

distribution_check! {
    /// A good message that comes in ten pieces within three seconds is confirmed.
    ///
    /// ## Why
    /// Lines are slow at times. A receiver that reads what comes first, or gives up after a second, loses no message, but
    /// holds up the dueslag.
    ///
    /// ## What to do
    /// Read the whole body as Content-Length says, with a time-out of several seconds between two pieces.
    pub SlowMessageConfirmed {
        id: "push.slow-message-confirmed",
        family: Push,
        case: "slow",
        judged: confirmed,
        title: da "En besked, der kommer langsomt, kvitteres", en "A message that arrives slowly is confirmed",
        rows: [],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "chapter 3, condition 1: every message is received"),
        ],
        remediation: da "Læs hele beskeden, som Content-Length angiver, med en tidsgrænse på flere sekunder mellem to stykker.",
                     en "Read the whole message as Content-Length says, with a time-out of several seconds between two pieces.",
        parameters: [],
    }
}

/// The 95th percentile of every good message of the trial, those around it included.
fn answer_time(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let limit = u64::try_from(parameters.integer("p95_ms")).unwrap_or(0);
    let fewest = usize::try_from(parameters.integer("samples")).unwrap_or(0).max(1);
    let expected = format!("at most {limit} ms (the contract's number)");
    unbox((|| {
        let trial = Trial::controlled(subject)?;
        let mut times = Vec::new();
        for recording in trial.all() {
            for event in &recording.events {
                let Happening::Pushed { took_ms, answer, .. } = &event.what else { continue };
                let status = Status::of(answer);
                if !status.is_confirmed() {
                    let observed = format!("a good message got {status}");
                    return Ok(Outcome::inconclusive(Reason::ControlFailed, &expected, observed));
                }
                times.push(*took_ms);
            }
        }
        times.sort_unstable();
        let count = times.len();
        match nearest_rank(&times, 95) {
            Some(p95) if count >= fewest => {
                let observed = format!("p95 of {count} answers is {p95} ms");
                Ok(Outcome::when(p95 <= limit, Reason::TooLarge, &expected, observed))
            }
            _ => Ok(Outcome::inconclusive(Reason::Unclear, &expected, format!("{count} answers of at least {fewest}"))),
        }
    })())
}

//! The same message more than once.

use crate::check::Parameters;
use crate::checks::called::{Fate, Judged, Since, Trial, fate, one_effect, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::sessions;
use jiff::SignedDuration;

distribution_check! {
    /// A message whose acknowledgement was lost with the connection is acknowledged when it comes again.
    ///
    /// ## Why
    /// A message whose acknowledgement does not arrive comes again, and stays first in the dueslag until one does. A system that
    /// refuses it because it has seen it before blocks itself.
    ///
    /// The connection is cut when the acknowledgement arrives, so that the system certainly had the first delivery.
    ///
    /// ## What to do
    /// Acknowledge a message that you have stored, however often it came.
    pub RedeliveredAcked {
        id: "pull.redelivered-acked",
        family: Pull,
        case: "unacked",
        judged: redelivered,
        title: da "En besked, hvis kvittering gik tabt, kvitteres ved næste levering", en "A message whose acknowledgement was lost is acknowledged at its next delivery",
        rows: ["BFO-PULL-06"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "5.3, 8.1: a message that is not acknowledged comes again")],
        remediation: da "Kvittér også for en besked, der allerede er gemt.", en "Acknowledge a message that is already stored, too.",
        parameters: [],
    }
}

distribution_check! {
    /// A message whose acknowledgement was lost with the connection has one stored effect after it came again.
    ///
    /// ## Why
    /// Who acknowledges has stored, or should have. Storing it again would pay out, notify or register twice.
    ///
    /// The connection is cut when the acknowledgement arrives, so that the system certainly had the first delivery.
    ///
    /// ## What to do
    /// Keep the BeskedId of what you have stored, in the same transaction, and let the database refuse a second one.
    pub RedeliveredOneEffect {
        id: "pull.redelivered-one-effect",
        family: Pull,
        case: "unacked",
        judged: redelivered_effect,
        title: da "En besked, hvis kvittering gik tabt, får én virkning", en "A message whose acknowledgement was lost has one effect",
        rows: ["BFO-PULL-06"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "5.3, 8.1"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, condition 4: the same message several times, by BeskedID"),
        ],
        remediation: da "Gør behandlingen idempotent på BeskedId.", en "Make the handling idempotent by BeskedId.",
        parameters: [],
    }
}

distribution_check! {
    /// A second copy of a message is acknowledged.
    ///
    /// ## Why
    /// A receiver must handle the same message several times. One that refuses the copy blocks its dueslag.
    ///
    /// ## What to do
    /// Recognise the BeskedId, do nothing more, and acknowledge.
    pub DuplicateAcked {
        id: "pull.duplicate-acked",
        family: Pull,
        case: "duplicate",
        judged: duplicate,
        title: da "En besked, der kommer igen, kvitteres", en "A message that comes a second time is acknowledged",
        rows: ["BFO-PULL-07"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "4: the same message several times without failing")],
        remediation: da "Genkend BeskedId, og kvittér uden at behandle beskeden igen.", en "Recognise the BeskedId and acknowledge without handling the message again.",
        parameters: [],
    }
}

distribution_check! {
    /// A second copy of a message has no second effect.
    ///
    /// ## Why
    /// The Beskedfordeler may deliver a message several times, and a supplier can move messages back from the kopikø. Each must count
    /// once.
    ///
    /// ## What to do
    /// Keep the BeskedId of what you have stored, in the same transaction, and let the database refuse a second one.
    pub DuplicateOneEffect {
        id: "pull.duplicate-one-effect",
        family: Pull,
        case: "duplicate",
        judged: duplicate_effect,
        title: da "En besked, der kommer igen, får ingen ny virkning", en "A message that comes a second time has no second effect",
        rows: ["BFO-PULL-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "4"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, condition 4: the same message several times, by BeskedID"),
        ],
        remediation: da "Gør behandlingen idempotent på BeskedId.", en "Make the handling idempotent by BeskedId.",
        parameters: [],
    }
}

fn redelivered(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox(settled(subject, "interrupted", Since::LostAck))
}

fn duplicate(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox(settled(subject, "again", Since::First))
}

/// Longest time that a message may lie unsettled on an open connection before it counts as held back.
const HELD: SignedDuration = SignedDuration::from_mins(1);

/// The message with this label is acknowledged, at this delivery or a later one.
fn settled(subject: &DistributionSubject, label: &str, since: Since) -> Judged<Outcome> {
    const EXPECTED: &str = "acknowledged";
    let trial = Trial::of(subject)?;
    trial.fetched_before()?;
    let trial = trial.trial;
    let deliveries = sessions::deliveries(&trial);
    let Some(message) = trial.labelled(label) else { return Ok(unreached(&trial, EXPECTED)) };
    let first = since.attempt(&trial, message)?;
    let times = deliveries.iter().filter(|d| d.message == message && d.attempt >= first).count();
    if times == 0 {
        return Ok(unreached(&trial, EXPECTED));
    }
    Ok(match fate(&trial, &deliveries, message) {
        Fate::Taken => Outcome::pass(EXPECTED, format!("acknowledged after {times} deliveries")),
        Fate::Rejected => Outcome::fail(Reason::Refused, EXPECTED, "refused"),
        Fate::Held(age) if age > HELD => {
            Outcome::fail(Reason::StillOpen, EXPECTED, "neither acknowledged nor given back")
        }
        // Given back so often on purpose is no accident of the connection.
        Fate::Open | Fate::Held(_) if times > 10 => {
            Outcome::fail(Reason::Refused, EXPECTED, format!("not after {times} deliveries"))
        }
        _ => unreached(&trial, EXPECTED),
    })
}

fn redelivered_effect(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox(one_effect(subject, "interrupted", Since::LostAck))
}

fn duplicate_effect(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox(one_effect(subject, "again", Since::First))
}

//! Whether messages flow: fetched soon, in order, and not held up by one that cannot be used.

use crate::check::Parameters;
use crate::checks::called::{Fate, Judged, Reads, Trial, UNOFFICIAL, counting, fate, reads, seconds, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::recording::{Happening, Recording};
use crate::subject::distribution::sessions::{self, Gap};
use crate::trial::pull::GOOD;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

distribution_check! {
    /// The system has a standing consumer, or asks for messages at least every five minutes.
    ///
    /// ## Why
    /// Messages must be received at once and must not pile up. SF1461 gives five minutes as the typical frequency of polling, so the
    /// limit is a parameter of the profile and no official number.
    ///
    /// ## What to do
    /// Keep a consumer open (`basic.consume`) until the token expires. If you poll (`basic.get`, or connect, fetch and leave), let no
    /// more time pass between two visits than the profile says.
    pub PollInterval {
        id: "pull.poll-interval",
        family: Pull,
        case: "good",
        judged: poll_interval,
        title: da "Systemet spørger løbende efter beskeder", en "The system asks for messages continuously",
        rows: ["BFO-PULL-10"],
        basis: Contract,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "2.1: typically with a fixed frequency, for instance every 5 minutes"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3: messages are received at once and must not pile up"),
        ],
        remediation: da "Hold en fast forbruger åben, eller hent beskeder mindst så ofte, som profilen siger.",
                     en "Keep a standing consumer, or fetch messages at least as often as the profile says.",
        parameters: [("max_seconds", Integer(300), "Longest time between two visits, 95th percentile by nearest rank, seconds. No official number exists; SF1461 gives five minutes as an example.")],
    }
}

distribution_check! {
    /// Messages about the same object are stored in the order in which they lie in the dueslag, as the read-back page shows.
    ///
    /// ## Why
    /// The Beskedfordeler delivers in order, and a later message about an object replaces an earlier one. A system that acknowledges first
    /// and works on several of them at the same time may end with the older state.
    ///
    /// ## What to do
    /// Store each message before you acknowledge it, or put messages about one ObjektId in one line before you work in parallel.
    pub OrderPerObject {
        id: "pull.order-per-object",
        family: Pull,
        case: "order",
        judged: order,
        title: da "Beskeder om samme objekt gemmes i rækkefølge", en "Messages about the same object are stored in order",
        rows: ["BFO-PULL-14"],
        basis: GoodPractice,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade (SF1461 2.0)", "5: delivered in distribution order")],
        remediation: da "Behandl beskeder om samme ObjektId én ad gangen.", en "Handle messages about the same ObjektId one at a time.",
        parameters: [],
    }
}

distribution_check! {
    /// A message with a good envelope whose Beskeddata is not what its type promises does not hold up the messages behind it.
    ///
    /// ## Why
    /// Real messages deviate from their own schemas: KOMBIT's PKO receipts do not validate against PKO_PostStatus.xsd. A message that is
    /// not received stays first in the dueslag, and nothing behind it can be fetched.
    ///
    /// ## What to do
    /// Judge the envelope strictly and Beskeddata tolerantly. Store what you cannot use where somebody looks at it, and acknowledge it.
    pub DeviatingPayloadDoesNotBlock {
        id: "pull.deviating-payload-does-not-block",
        family: Pull,
        case: "deviating-payload",
        judged: does_not_block,
        title: da "En besked med afvigende Beskeddata blokerer ikke dueslaget", en "A message with deviating Beskeddata does not block the dueslag",
        rows: ["BFO-PULL-12"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, condition 7: the receiver handles Beskeddata that breaks its specification"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "4.3.2: the oldest message must not block"),
        ],
        remediation: da "Læg beskeden til side, og kvittér for den, så de næste kan hentes.",
                     en "Put the message aside and acknowledge it, so that the next ones can be fetched.",
        parameters: [
            ("max_deliveries", Integer(10), "Most deliveries of the message before the next one must come through. No official number exists."),
            ("max_seconds", Integer(300), "Longest time that the message may lie with the system, or the system stay away because of it, seconds. No official number exists."),
        ],
    }
}

distribution_check! {
    /// A valid message of an unknown Beskedtype does not hold up the messages behind it.
    ///
    /// ## Why
    /// A receiver must handle messages that it cannot process although they are valid. A message that is not received stays first in
    /// the dueslag, and nothing behind it can be fetched.
    ///
    /// ## What to do
    /// Store the message where somebody looks at it, and acknowledge it.
    pub UnknownTypeDoesNotBlock {
        id: "pull.unknown-type-does-not-block",
        family: Pull,
        case: "unknown-type",
        judged: does_not_block,
        title: da "En besked af ukendt type blokerer ikke dueslaget", en "A message of an unknown type does not block the dueslag",
        rows: ["BFO-PULL-12"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, condition 8: the receiver handles messages that it cannot process"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "4.3.2: the oldest message must not block"),
        ],
        remediation: da "Læg beskeden til side, og kvittér for den, så de næste kan hentes.",
                     en "Put the message aside and acknowledge it, so that the next ones can be fetched.",
        parameters: [
            ("max_deliveries", Integer(10), "Most deliveries of the message before the next one must come through. No official number exists."),
            ("max_seconds", Integer(300), "Longest time that the message may lie with the system, or the system stay away because of it, seconds. No official number exists."),
        ],
    }
}

distribution_check! {
    /// An envelope without BeskedId does not hold up the messages behind it.
    ///
    /// ## Why
    /// A message that is not received stays first in the dueslag, and nothing behind it can be fetched. One message of one sender
    /// would stop everything.
    ///
    /// ## What to do
    /// Store what does not validate, as it came, where somebody looks at it, and acknowledge it.
    pub InvalidEnvelopeDoesNotBlock {
        id: "pull.invalid-envelope-does-not-block",
        family: Pull,
        case: "without-id",
        judged: does_not_block,
        title: da "En kuvert uden BeskedId blokerer ikke dueslaget", en "An envelope without BeskedId does not block the dueslag",
        rows: ["BFO-PULL-12"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "4.3.2: the oldest message must not block"),
            ("D.09.02 Besked-FåTilsendt-Snitflade (SF1461 2.0)", "app. 3: what is not received comes again and again"),
        ],
        remediation: da "Læg beskeden til side, og kvittér for den, så de næste kan hentes.",
                     en "Put the message aside and acknowledge it, so that the next ones can be fetched.",
        parameters: [
            ("max_deliveries", Integer(10), "Most deliveries of the message before the next one must come through. No official number exists."),
            ("max_seconds", Integer(300), "Longest time that the message may lie with the system, or the system stay away because of it, seconds. No official number exists."),
        ],
    }
}

distribution_check! {
    /// A message that is no XML does not hold up the messages behind it.
    ///
    /// ## Why
    /// A message that is not received stays first in the dueslag, and nothing behind it can be fetched. The parser's exception must not
    /// become an outage.
    ///
    /// ## What to do
    /// Catch errors of the parser, store the octets as they came where somebody looks at them, and acknowledge the message.
    pub MalformedDoesNotBlock {
        id: "pull.malformed-does-not-block",
        family: Pull,
        case: "malformed",
        judged: does_not_block,
        title: da "En ulæselig besked blokerer ikke dueslaget", en "An unreadable message does not block the dueslag",
        rows: ["BFO-PULL-12"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "4.3.2: the oldest message must not block"),
            ("D.09.02 Besked-FåTilsendt-Snitflade (SF1461 2.0)", "app. 3: what is not received comes again and again"),
        ],
        remediation: da "Læg beskeden til side, og kvittér for den, så de næste kan hentes.",
                     en "Put the message aside and acknowledge it, so that the next ones can be fetched.",
        parameters: [
            ("max_deliveries", Integer(10), "Most deliveries of the message before the next one must come through. No official number exists."),
            ("max_seconds", Integer(300), "Longest time that the message may lie with the system, or the system stay away because of it, seconds. No official number exists."),
        ],
    }
}

distribution_check! {
    /// A good message of ten megabytes does not hold up the messages behind it.
    ///
    /// ## Why
    /// Sooner or later a large message comes. It arrives as one delivery in dozens of frames, and a client with a small limit breaks
    /// its connection at each attempt, for ever. The message may be stored or put aside, but nothing behind it must wait for it.
    ///
    /// ## What to do
    /// Put what is above your own limit aside where somebody looks at it, and acknowledge it.
    pub LargeMessageDoesNotBlock {
        id: "pull.large-message-does-not-block",
        family: Pull,
        case: "large",
        judged: does_not_block,
        title: da "En meget stor besked blokerer ikke dueslaget", en "A very large message does not block the dueslag",
        rows: ["BFO-PULL-12"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "4.3.2: the oldest message must not block; no document gives a largest size"),
        ],
        remediation: da "Læg en besked over systemets grænse til side, og kvittér for den, så de næste kan hentes.",
                     en "Put a message above the system's limit aside and acknowledge it, so that the next ones can be fetched.",
        parameters: [
            ("max_deliveries", Integer(10), "Most deliveries of the message before the next one must come through. No official number exists."),
            ("max_seconds", Integer(300), "Longest time that the message may lie with the system, or the system stay away because of it, seconds. No official number exists."),
        ],
    }
}

distribution_check! {
    /// A message that comes after a time without messages is fetched.
    ///
    /// ## Why
    /// Most of the time nothing comes. A consumer that gives up then, or whose connection somebody between has closed, looks well and
    /// receives nothing more.
    ///
    /// ## What to do
    /// Keep the consumer open until the token expires, with heartbeats, and open it again whenever it ends.
    pub LateMessageFetched {
        id: "pull.late-message-fetched",
        family: Pull,
        case: "late",
        judged: late,
        title: da "En besked hentes også efter en tid uden beskeder", en "A message is fetched also after a time without messages",
        rows: ["BFO-PULL-10"],
        basis: Contract,
        method: Measured,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, condition 1: continuously and at once"),
            ("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "5: the consumer is open until the token expires"),
        ],
        remediation: da "Hold forbrugeren åben, også når der ingen beskeder er.", en "Keep the consumer open, also when there are no messages.",
        parameters: [("max_seconds", Integer(300), "Longest time from the message's arrival in the dueslag to its delivery, seconds. No official number exists.")],
    }
}

fn poll_interval(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let limit = parameters.integer("max_seconds");
        let expected = format!("a standing consumer, or at most {limit} s between two visits{UNOFFICIAL}");
        let watch = sessions::watch(&trial, subject.setting.dueslag.as_deref().unwrap_or_default());
        if watch.standing {
            return Ok(Outcome::pass(expected, "a standing consumer"));
        }
        let lengths: Vec<SignedDuration> = watch.gaps.iter().map(Gap::length).collect();
        let Some(p95) = sessions::percentile(&lengths, 95) else { return Ok(unreached(&trial, expected)) };
        let observed = format!("{} between {} visits", seconds(p95), watch.visits);
        if p95 > SignedDuration::from_secs(limit) {
            return Ok(Outcome::fail(Reason::TooLarge, expected, observed));
        }
        // Questions that each bring a message may all be of one visit.
        Ok(if watch.visits > 1 { Outcome::pass(expected, observed) } else { unreached(&trial, expected) })
    })())
}

fn order(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    unbox(order_judged(subject))
}

fn order_judged(subject: &DistributionSubject) -> Judged<Outcome> {
    const EXPECTED: &str = "stored in the order of the dueslag";
    let counting = counting(subject)?;
    let trial = Trial::of(subject)?;
    trial.fetched_before()?;
    let trial = trial.trial;
    let mut objects: BTreeMap<&str, Vec<(usize, Reads)>> = BTreeMap::new();
    for (index, message) in trial.messages.iter().enumerate().filter(|(_, m)| m.label != GOOD) {
        let Some(object) = message.object.as_deref() else { continue };
        objects.entry(object).or_default().push((index, reads(&trial, counting, &message.besked_id)?));
    }
    let (mut shown, mut all) = (0_usize, 0_usize);
    for messages in objects.values() {
        for (place, (index, read)) in messages.iter().enumerate() {
            all += 1;
            shown += usize::from(read.iter().any(|(_, n)| *n > 0));
            for (later, read_later) in &messages[place + 1..] {
                // A later message was there while this one, asked about afterwards, was not.
                let there = read_later.iter().find(|(_, n)| *n > 0).map(|(at, _)| *at);
                if there.is_some_and(|there| read.iter().any(|(at, n)| *at >= there && *n == 0)) {
                    let observed = format!("message {} before message {} about the same object", later + 1, index + 1);
                    return Ok(Outcome::fail(Reason::Different, EXPECTED, observed));
                }
            }
        }
    }
    if all == 0 || shown < all || objects.values().all(|messages| messages.len() < 2) {
        return Ok(unreached(&trial, EXPECTED));
    }
    Ok(Outcome::pass(EXPECTED, format!("{all} messages about {} objects", objects.len())))
}

fn does_not_block(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let longest = SignedDuration::from_secs(parameters.integer("max_seconds"));
    unbox(blocked_judged(subject, parameters.integer("max_deliveries"), longest))
}

fn blocked_judged(subject: &DistributionSubject, most: i64, longest: SignedDuration) -> Judged<Outcome> {
    let expected = format!("the next message after at most {most} deliveries of this one{UNOFFICIAL}");
    let trial = Trial::of(subject)?;
    trial.fetched_before()?;
    let trial = trial.trial;
    let deliveries = sessions::deliveries(&trial);
    let (Some(poison), Some(next)) = (trial.labelled("poison"), trial.labelled(GOOD)) else {
        return Ok(unreached(&trial, expected));
    };
    let times = deliveries.iter().filter(|d| d.message == poison).count();
    let tried = i64::try_from(times).unwrap_or(i64::MAX);
    let came = fate(&trial, &deliveries, next) == Fate::Taken;
    let observed = format!("{times} deliveries; the next message {}", if came { "was taken" } else { "was not" });
    if tried > most {
        return Ok(Outcome::fail(Reason::TooLarge, expected, observed));
    }
    Ok(match fate(&trial, &deliveries, poison) {
        Fate::Taken | Fate::Rejected if came => Outcome::pass(expected, observed),
        Fate::Held(age) if age > longest => {
            Outcome::fail(Reason::StillOpen, expected, format!("{observed}; it is neither acknowledged nor given back"))
        }
        Fate::Open if given_up(&trial, &deliveries, poison, longest) => {
            Outcome::fail(Reason::Missing, expected, format!("{observed}; the system does not fetch any more"))
        }
        _ => unreached(&trial, expected),
    })
}

fn late(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let limit = SignedDuration::from_secs(parameters.integer("max_seconds"));
    let expected = format!("fetched within {}{UNOFFICIAL}", seconds(limit));
    unbox((|| {
        let trial = Trial::of(subject)?;
        trial.fetched_before()?;
        let trial = trial.trial;
        let came = trial.events.iter().find(|e| matches!(e.what, Happening::QuietEnded { .. })).map(|e| e.at);
        let (Some(came), Some(message)) = (came, trial.labelled("late")) else {
            return Ok(unreached(&trial, expected));
        };
        let deliveries = sessions::deliveries(&trial);
        let waited = |until: Timestamp| until.duration_since(came);
        match deliveries.iter().find(|d| d.message == message).map(|d| waited(d.at)) {
            Some(took) if took > limit => Ok(Outcome::fail(Reason::TooLarge, expected, seconds(took))),
            Some(took) if sessions::taken(&deliveries, message).is_some() => Ok(Outcome::pass(expected, seconds(took))),
            None if waited(trial.ended) > limit && sessions::sign_of_life(&trial, came) => {
                let observed = format!("not for {}", seconds(waited(trial.ended)));
                Ok(Outcome::fail(Reason::Missing, expected, observed))
            }
            _ => Ok(unreached(&trial, expected)),
        }
    })())
}

/// Whether the system lives and has not fetched for `longest` since the message came to it last.
fn given_up(trial: &Recording, deliveries: &[sessions::Delivery], message: usize, longest: SignedDuration) -> bool {
    let last = deliveries.iter().rfind(|d| d.message == message).map(|d| d.at);
    last.is_some_and(|at| trial.ended.duration_since(at) > longest && sessions::sign_of_life(trial, at))
}

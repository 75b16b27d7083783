//! How a message is published.

use crate::check::Parameters;
use crate::checks::called::{Trial, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::sessions::{self, Publication};

/// The exchange that takes messages.
pub(super) const EXCHANGE: &str = "AFSEND_BESKED_EXCHANGE";
/// Direct reply-to, as the official sample writes it, and as RabbitMQ's documentation does.
const REPLY_TO: &str = "amq.rabbitmq.reply-to";

distribution_check! {
    /// The system publishes to the exchange `AFSEND_BESKED_EXCHANGE`, with an empty routing key.
    ///
    /// ## Why
    /// No other exchange takes messages for distribution.
    ///
    /// ## What to do
    /// Publish with exchange `AFSEND_BESKED_EXCHANGE`, routing key empty and `mandatory`, so that a message that nobody takes comes back.
    pub Exchange {
        id: "send.exchange",
        family: Send,
        case: "good",
        judged: exchange,
        title: da "Systemet sender til AFSEND_BESKED_EXCHANGE", en "The system publishes to AFSEND_BESKED_EXCHANGE",
        rows: ["BFO-SEND-07"],
        basis: Norm,
        method: Measured,
        sources: [("kombit/bfo_infrastructureSamples-java", "AfsendBesked: basicPublish with AFSEND_BESKED_EXCHANGE, empty routing key, mandatory")],
        remediation: da "Send til AFSEND_BESKED_EXCHANGE med tom routing key.", en "Publish to AFSEND_BESKED_EXCHANGE with an empty routing key.",
        parameters: [],
    }
}

distribution_check! {
    /// Every message carries the SAML token in the header `token`.
    ///
    /// ## Why
    /// The Beskedfordeler decides by it who sends, and for which authority. A message without it is refused.
    ///
    /// ## What to do
    /// Put the XML text of the assertion for service `bfo_afsend` into the header `token` of each message.
    pub TokenHeader {
        id: "send.token-header",
        family: Send,
        case: "good",
        judged: token,
        title: da "Hver besked bærer SAML-tokenet i headeren token", en "Every message carries the SAML token in the header token",
        rows: ["BFO-SEND-07"],
        basis: Norm,
        method: Measured,
        sources: [("kombit/bfo_infrastructureSamples-java", "AfsendBesked: header `token`")],
        remediation: da "Læg assertionens XML-tekst i headeren `token` på hver besked.", en "Put the XML text of the assertion into the header `token` of each message.",
        parameters: [],
    }
}

distribution_check! {
    /// The system asks for a reply (`reply-to`).
    ///
    /// ## Why
    /// The confirm of the broker says only that the message arrived. Whether the Beskedfordeler took it stands in the reply: 20, or why not.
    ///
    /// ## What to do
    /// Set `reply-to` to `amq.rabbitmq.reply-to`, consume from it on the same channel without acknowledgement before you publish, and read
    /// StatusKode of every reply.
    pub ReplyTo {
        id: "send.reply-to",
        family: Send,
        case: "good",
        judged: reply_to,
        title: da "Systemet beder om svar på hver besked", en "The system asks for a reply to every message",
        rows: ["BFO-SEND-07"],
        basis: Norm,
        method: Measured,
        sources: [("kombit/bfo_infrastructureSamples-java", "AfsendBesked: replyTo amq.rabbitmq.reply-to")],
        remediation: da "Sæt reply-to til amq.rabbitmq.reply-to, og læs svarets StatusKode.", en "Set reply-to to amq.rabbitmq.reply-to, and read StatusKode of the reply.",
        parameters: [],
    }
}

distribution_check! {
    /// The system publishes with publisher confirms.
    ///
    /// ## Why
    /// Without them, a message that was lost on the way to the broker looks like one that was sent.
    ///
    /// ## What to do
    /// Turn confirms on (`confirm.select`) before the first message, and keep the message until the confirm and the reply are there.
    pub Confirms {
        id: "send.publisher-confirms",
        family: Send,
        case: "good",
        judged: confirms,
        title: da "Systemet sender med publisher confirms", en "The system publishes with publisher confirms",
        rows: ["BFO-SEND-07"],
        basis: Norm,
        method: Measured,
        sources: [("kombit/bfo_infrastructureSamples-java", "AfsendBesked: confirmSelect")],
        remediation: da "Slå confirms til på kanalen, før der sendes.", en "Turn confirms on for the channel before publishing.",
        parameters: [],
    }
}

/// Judges every publication of the trial; the first that is not as it must be decides.
fn every(
    subject: &DistributionSubject,
    expected: &str,
    observe: impl Fn(&Publication<'_>) -> Result<String, (Reason, String)>,
) -> Outcome {
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let mut seen = None;
        for publication in sessions::publications(&trial) {
            match observe(&publication) {
                Ok(observed) => seen = Some(observed),
                Err((reason, observed)) => return Ok(Outcome::fail(reason, expected, observed)),
            }
        }
        Ok(seen.map_or_else(|| unreached(&trial, expected), |observed| Outcome::pass(expected, observed)))
    })())
}

fn exchange(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    every(subject, "AFSEND_BESKED_EXCHANGE, empty routing key", |publication| {
        if publication.exchange != EXCHANGE {
            return Err((Reason::Different, format!("exchange {:?}", publication.exchange)));
        }
        if !publication.routing_key.is_empty() {
            return Err((Reason::Different, format!("routing key {:?}", publication.routing_key)));
        }
        Ok(format!("{EXCHANGE}{}", if publication.mandatory { ", mandatory" } else { ", not mandatory" }))
    })
}

fn token(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    every(subject, "header token with a SAML assertion", |publication| match publication.token {
        Some(_) => Ok("a SAML assertion".to_owned()),
        None if publication.headers.iter().any(|h| h == "token") => {
            Err((Reason::Malformed, "header token without a SAML assertion".to_owned()))
        }
        None => Err((Reason::Missing, format!("headers {}", publication.headers.join(", ")))),
    })
}

fn reply_to(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    every(subject, REPLY_TO, |publication| match publication.reply_to {
        // A queue of its own serves the same end; the sample shows only the direct way.
        Some(queue) if !queue.is_empty() => {
            Ok(if queue.starts_with(REPLY_TO) { REPLY_TO.to_owned() } else { format!("a queue of its own: {queue}") })
        }
        _ => Err((Reason::Missing, "no reply-to".to_owned())),
    })
}

fn confirms(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    every(subject, "confirm.select before the message", |publication| {
        if publication.confirmed {
            Ok("confirms on".to_owned())
        } else {
            Err((Reason::Missing, "confirms off".to_owned()))
        }
    })
}

//! What the system does with the reply.

use super::publish::EXCHANGE;
use crate::check::Parameters;
use crate::checks::called::{Judged, Trial, UNOFFICIAL, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::recording::Recording;
use crate::subject::distribution::sessions::{self, Publication};
use jiff::SignedDuration;

distribution_check! {
    /// After StatusKode 41 the system renews its token and sends the same message again, with the same BeskedId.
    ///
    /// ## Why
    /// 41 says that the token has expired and that the message was not taken. Without a second try it is lost; with a new BeskedId,
    /// receivers cannot know it again if the first one came through after all.
    ///
    /// ## What to do
    /// Keep the message until the reply is 20. On 41, fetch a new token, do not read it from the cache, and publish the same envelope.
    pub ExpiredTokenRenewed {
        id: "send.expired-token-renewed",
        family: Send,
        case: "token-expired",
        judged: expired,
        title: da "Efter svar 41 sendes samme besked igen med et nyt token", en "After reply 41 the same message is sent again with a new token",
        rows: ["BFO-SEND-08"],
        basis: Norm,
        method: Measured,
        sources: [("kombit/bfo_infrastructureSamples-java", "AfsendBesked: StatusKode 41, renew the token")],
        remediation: da "Hent et nyt token ved 41, og send samme besked igen med samme BeskedId.",
                     en "Fetch a new token on 41, and send the same message again with the same BeskedId.",
        parameters: [("max_seconds", Integer(300), "Longest time until the message comes again, when others come meanwhile, seconds. No official number exists.")],
    }
}

distribution_check! {
    /// A message that was refused with an error is sent again with the same BeskedId.
    ///
    /// ## Why
    /// A message must be kept before it is sent, so that it is not lost. A system may instead tell somebody; that is to be seen inside it,
    /// and then this check says only that it was not shown.
    ///
    /// ## What to do
    /// Store outgoing messages (outbox), delete them on StatusKode 20 alone, and try again or put them before a person on anything else.
    pub KeptAfterError {
        id: "send.kept-after-error",
        family: Send,
        case: "error",
        judged: kept,
        title: da "En besked, der blev afvist med fejl, går ikke tabt", en "A message that was refused with an error is not lost",
        rows: ["BFO-SEND-09"],
        basis: Norm,
        method: Measured,
        sources: [("KMD-Bf-samples v1.4 (package 5.10)", "a message is saved before it is sent, so that it is not lost")],
        remediation: da "Gem udgående beskeder, indtil svaret er 20.", en "Keep outgoing messages until the reply is 20.",
        parameters: [],
    }
}

distribution_check! {
    /// A message without a reply is sent again with the same BeskedId.
    ///
    /// ## Why
    /// Without a reply nobody knows whether the message was taken. It must be kept and sent again; receivers recognise the BeskedId. A
    /// system may instead tell somebody; that is to be seen inside it, and then this check says only that it was not shown.
    ///
    /// ## What to do
    /// Wait for the reply with a limit, and send again what had none.
    pub KeptWithoutReply {
        id: "send.kept-without-reply",
        family: Send,
        case: "no-reply",
        judged: kept,
        title: da "En besked uden svar går ikke tabt", en "A message without a reply is not lost",
        rows: ["BFO-SEND-09"],
        basis: Norm,
        method: Measured,
        sources: [("KMD-Bf-samples v1.4 (package 5.10)", "a message is saved before it is sent, so that it is not lost")],
        remediation: da "Vent på svaret med en grænse, og send igen, hvad der intet svar fik.", en "Wait for the reply with a limit, and send again what had none.",
        parameters: [],
    }
}

distribution_check! {
    /// While messages are refused, the system pauses between its attempts.
    ///
    /// ## Why
    /// A sender that tries again at once burdens the Beskedfordeler, which all municipalities share, just when it is in trouble.
    ///
    /// ## What to do
    /// Let the pause between attempts grow, and stop after some of them with a message to somebody.
    pub NoRetryStorm {
        id: "send.no-retry-storm",
        family: Send,
        case: "error",
        judged: no_storm,
        title: da "Systemet holder pause mellem forsøg, når beskeder afvises", en "The system pauses between attempts when messages are refused",
        rows: ["BFO-SEND-09"],
        basis: GoodPractice,
        method: Measured,
        sources: [("KMD-Bf-samples v1.4 (package 5.10)", "a message is kept and sent again")],
        remediation: da "Indfør en voksende pause mellem forsøg på at sende.", en "Introduce a growing pause between attempts to send.",
        parameters: [("max_per_minute", Integer(20), "Most attempts with one message within one minute. No official number exists.")],
    }
}

/// The first message of the trial and every later publication. What went to another exchange got no answer of the trial's.
fn first_and_rest(trial: &Recording) -> Option<(Publication<'_>, Vec<Publication<'_>>)> {
    let mut all = sessions::publications(trial).into_iter().filter(|p| p.exchange == EXCHANGE);
    let first = all.next()?;
    Some((first, all.collect()))
}

/// Whether the system sent something else, and it was taken, in a time long enough for the first message to have come again.
fn went_on(trial: &Recording, first: &Publication<'_>, longest: SignedDuration) -> bool {
    trial.ended.duration_since(first.at) > longest
        && sessions::publications(trial)
            .iter()
            .any(|p| p.at > first.at && p.besked_id != first.besked_id && p.replied == Some(20))
}

fn expired(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    unbox(expired_judged(subject, SignedDuration::from_secs(parameters.integer("max_seconds"))))
}

fn expired_judged(subject: &DistributionSubject, longest: SignedDuration) -> Judged<Outcome> {
    const EXPECTED: &str = "the same BeskedId again, with a new token";
    let trial = Trial::of(subject)?.trial;
    let Some((first, rest)) = first_and_rest(&trial) else { return Ok(unreached(&trial, EXPECTED)) };
    if first.replied != Some(41) || first.besked_id.is_none() {
        return Ok(unreached(&trial, EXPECTED));
    }
    let again: Vec<_> = rest.iter().filter(|p| p.besked_id == first.besked_id).collect();
    let token = |p: &Publication<'_>| p.token.map(|t| t.id.clone());
    if again.iter().any(|p| token(p).is_some() && token(p) != token(&first)) {
        return Ok(Outcome::pass(EXPECTED, "sent again with a new token"));
    }
    Ok(if !again.is_empty() {
        Outcome::fail(Reason::Expired, EXPECTED, "sent again with the same token")
    } else if went_on(&trial, &first, longest) {
        Outcome::fail(Reason::Missing, EXPECTED, "another message was sent, and this one did not come again")
    } else {
        unreached(&trial, EXPECTED)
    })
}

fn kept(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "the same BeskedId again";
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let Some((first, rest)) = first_and_rest(&trial) else { return Ok(unreached(&trial, EXPECTED)) };
        if first.replied == Some(20) || first.besked_id.is_none() {
            return Ok(unreached(&trial, EXPECTED));
        }
        if let Some(again) = rest.iter().find(|p| p.besked_id == first.besked_id) {
            let after = crate::checks::called::seconds(again.at.duration_since(first.at));
            return Ok(Outcome::pass(EXPECTED, format!("sent again after {after}")));
        }
        let observed = "it did not come again; whether somebody was told is to be seen inside the system";
        Ok(Outcome::not_tested(Reason::NotSupplied, EXPECTED, observed))
    })())
}

fn no_storm(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let most = parameters.integer("max_per_minute");
    let expected = format!("at most {most} attempts within a minute{UNOFFICIAL}");
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let Some((first, rest)) = first_and_rest(&trial) else { return Ok(unreached(&trial, expected)) };
        if first.replied == Some(20) {
            return Ok(unreached(&trial, expected));
        }
        let same = rest.iter().filter(|p| p.besked_id == first.besked_id).map(|p| p.at);
        let attempts: Vec<_> = std::iter::once(first.at).chain(same).collect();
        let busiest = sessions::busiest(&attempts, SignedDuration::from_mins(1));
        let within = i64::try_from(busiest).is_ok_and(|n| n <= most);
        Ok(Outcome::when(within, Reason::TooLarge, expected, format!("{busiest} attempts within a minute")))
    })())
}

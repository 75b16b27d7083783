//! What the system does when a connection, a login or a token ends.

use crate::check::Parameters;
use crate::checks::called::{Judged, Trial, UNOFFICIAL, came_back, seconds, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::recording::{End, Happening, Recording};
use crate::subject::distribution::sessions::{self, Connection, Leave};
use jiff::{SignedDuration, Timestamp};

distribution_check! {
    /// When its token expires, the system comes back with a new one and goes on fetching.
    ///
    /// ## Why
    /// A consumer lives no longer than its token, eight hours at most. A system that does not renew it stops every day, and messages
    /// pile up until somebody restarts it.
    ///
    /// ## What to do
    /// Renew the token shortly before it expires, or when the broker ends the connection, and open the consumer again. Use the
    /// token's own `NotOnOrAfter`, not a lifetime that you assume.
    pub TokenExpiryRenewed {
        id: "pull.token-expiry-renewed",
        family: Pull,
        case: "expiry",
        judged: token_expiry,
        title: da "Når tokenet udløber, fortsætter systemet med et nyt", en "When the token expires, the system goes on with a new one",
        rows: ["BFO-PULL-08"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "5: the consumer is open until the token expires")],
        remediation: da "Forny tokenet før udløb, og åbn forbrugeren igen.", en "Renew the token before it expires, and open the consumer again.",
        parameters: [("max_seconds", Integer(300), "Longest time from the token's end to a login with a new one, seconds. No official number exists.")],
    }
}

distribution_check! {
    /// After a lost connection the system connects again within five minutes.
    ///
    /// ## Why
    /// Messages must be received continuously. The Beskedfordeler is restarted and networks fail; nobody should have to restart the
    /// receiver.
    ///
    /// ## What to do
    /// Connect again after an error with a growing pause of seconds, not hours, and open the consumer again.
    pub DroppedConnectionReconnected {
        id: "pull.dropped-connection-reconnected",
        family: Pull,
        case: "unacked",
        judged: dropped,
        title: da "Efter en afbrudt forbindelse forbinder systemet igen", en "After a lost connection the system connects again",
        rows: ["BFO-PULL-13"],
        basis: Contract,
        method: Measured,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3, condition 1: continuously and at once")],
        remediation: da "Forbind igen efter fejl med en voksende pause på få sekunder.", en "Connect again after errors with a growing pause of a few seconds.",
        parameters: [("max_seconds", Integer(300), "Longest time from the loss to a login that is let in, seconds. No official number exists.")],
    }
}

distribution_check! {
    /// After logins were refused for a while, the system logs in again and goes on fetching.
    ///
    /// ## Why
    /// The broker refuses a token for another service or one that it cannot read. When the cause is removed, the system must go on by
    /// itself. Whether it told anybody in the meantime is to be seen inside it, and not judged here.
    ///
    /// ## What to do
    /// Report a refused login, fetch a new token, and try again with a growing pause. Do not give up for good.
    pub RefusedLoginRecovered {
        id: "pull.refused-login-recovered",
        family: Pull,
        case: "refused",
        judged: refused_recovered,
        title: da "Efter afviste login kommer systemet på igen af sig selv", en "After refused logins the system logs in again by itself",
        rows: ["BFO-PULL-09"],
        basis: GoodPractice,
        method: Measured,
        sources: [("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "app. 2: \"Cannot read security of the token\" for a token of another service")],
        remediation: da "Prøv igen med et nyt token og en voksende pause, når login afvises.", en "Try again with a new token and a growing pause when a login is refused.",
        parameters: [("max_seconds", Integer(300), "Longest time from the last refusal to a login that is let in, seconds. No official number exists.")],
    }
}

distribution_check! {
    /// While logins are refused, the system pauses between its attempts.
    ///
    /// ## Why
    /// A client in a hot loop burdens the Beskedfordeler, which all municipalities share, and fills its own logs.
    ///
    /// ## What to do
    /// Pause after a refused login, and let the pause grow up to a few minutes.
    pub RefusedLoginNoHotLoop {
        id: "pull.refused-login-no-hot-loop",
        family: Pull,
        case: "refused",
        judged: no_hot_loop,
        title: da "Systemet holder pause mellem forsøg, når login afvises", en "The system pauses between attempts when logins are refused",
        rows: ["BFO-PULL-09", "BFO-PULL-13"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("D.09.03 Besked-Hent-Snitflade (SF1461 2.0)", "app. 2: faults at login"),
            ("SF1461 Modtag beskeder via Beskedfordeler v2.0", "3: conditions for a receiver"),
        ],
        remediation: da "Indfør en voksende pause mellem forsøg på at logge på.", en "Introduce a growing pause between attempts to log in.",
        parameters: [("max_per_minute", Integer(30), "Most attempts to connect within one minute. No official number exists.")],
    }
}

distribution_check! {
    /// The system notices when the broker has fallen silent, and connects again.
    ///
    /// ## Why
    /// A firewall that forgets a connection says nothing to either side. A consumer without heartbeats waits for ever, and messages
    /// pile up though everything looks well.
    ///
    /// ## What to do
    /// Take the heartbeat that the broker proposes (`connection.tune`), and treat two missing ones as a lost connection.
    pub SilenceNoticed {
        id: "pull.silence-noticed",
        family: Pull,
        case: "silent",
        judged: silence,
        title: da "Systemet opdager, at brokeren er tavs, og forbinder igen", en "The system notices that the broker is silent and connects again",
        rows: [],
        basis: GoodPractice,
        method: Measured,
        sources: [("AMQP 0-9-1 specification", "4.2.7: a peer that detects no traffic for two heartbeat intervals closes the connection")],
        remediation: da "Slå heartbeat til, og forbind igen, når det udebliver.", en "Turn heartbeats on, and connect again when they fail to come.",
        parameters: [("max_seconds", Integer(180), "Longest time from the broker's last word to a new connection, seconds. No official number exists.")],
    }
}

fn token_expiry(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let limit = parameters.integer("max_seconds");
    unbox(expiry_judged(subject, limit))
}

fn expiry_judged(subject: &DistributionSubject, limit: i64) -> Judged<Outcome> {
    let trial = Trial::of(subject)?;
    trial.fetched_before()?;
    let trial = trial.trial;
    let Some(expiry) = sessions::short_tokens(&trial).into_iter().filter(|end| *end < trial.ended).max() else {
        let observed = "the system did not log in with a token that ended during the trial";
        return Ok(Outcome::inconclusive(Reason::Unclear, "a login with a short token", observed));
    };
    Ok(came_back(&trial, expiry, sessions::renewed(&trial, expiry), limit))
}

fn dropped(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let limit = parameters.integer("max_seconds");
    unbox((|| {
        let trial = Trial::of(subject)?;
        trial.fetched_before()?;
        let trial = trial.trial;
        let Some(lost) = sessions::ended_by(&trial, End::Ordered).into_iter().min() else {
            return Ok(unreached(&trial, "a connection to break"));
        };
        Ok(came_back(&trial, lost, let_in_after(&trial, lost), limit))
    })())
}

/// The first login that was let in after `since`.
fn let_in_after(recording: &Recording, since: Timestamp) -> Option<Timestamp> {
    sessions::openings(recording).into_iter().map(|(at, _)| at).find(|at| *at > since)
}

/// When logins were refused because the trial wanted it so.
fn refusals(recording: &Recording) -> Vec<Timestamp> {
    let ordered = |what: &Happening| matches!(what, Happening::LoginRefused { because } if because == "ordered");
    recording.events.iter().filter(|e| ordered(&e.what)).map(|e| e.at).collect()
}

fn refused_recovered(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let limit = parameters.integer("max_seconds");
    unbox((|| {
        let trial = Trial::of(subject)?;
        trial.fetched_before()?;
        let trial = trial.trial;
        let Some(last) = refusals(&trial).into_iter().max() else {
            return Ok(unreached(&trial, "a login to refuse"));
        };
        Ok(came_back(&trial, last, let_in_after(&trial, last), limit))
    })())
}

fn no_hot_loop(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let most = parameters.integer("max_per_minute");
    let expected = format!("at most {most} attempts within a minute{UNOFFICIAL}");
    unbox((|| {
        let trial = Trial::of(subject)?;
        trial.fetched_before()?;
        let trial = trial.trial;
        if refusals(&trial).is_empty() {
            return Ok(unreached(&trial, expected));
        }
        let busiest = sessions::busiest(&sessions::attempts(&trial), SignedDuration::from_mins(1));
        let observed = format!("{busiest} attempts within a minute");
        let within = i64::try_from(busiest).is_ok_and(|n| n <= most);
        Ok(Outcome::when(within, Reason::TooLarge, expected, observed))
    })())
}

fn silence(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let limit = SignedDuration::from_secs(parameters.integer("max_seconds"));
    let expected = format!("a new connection within {}{UNOFFICIAL}", seconds(limit));
    unbox((|| {
        let trial = Trial::of(subject)?;
        trial.fetched_before()?;
        let after = trial.fetched_after();
        let trial = trial.trial;
        let connections = sessions::connections(&trial);
        // The recording begins with the broker's last word, and with what stood then.
        let standing: Vec<&Connection<'_>> =
            connections.iter().filter(|c| c.connected.is_some_and(|at| at < trial.started)).collect();
        if standing.is_empty() {
            return Ok(Outcome::not_applicable(expected, "no connection stands open between visits"));
        }
        let heartbeat = standing.iter().filter_map(|c| c.heartbeat).max().unwrap_or_default();
        let noticed = sessions::attempts(&trial).into_iter().min();
        let left =
            standing.iter().filter_map(|c| c.end).filter(|(_, end)| *end == Leave::Client).map(|(at, _)| at).min();
        if let Some(took) = noticed.map(|at| at.duration_since(trial.started)) {
            let observed = format!("{} (heartbeat {heartbeat} s)", seconds(took));
            return Ok(Outcome::when(took <= limit, Reason::TooLarge, expected, observed));
        }
        if trial.ended.duration_since(trial.started) > limit && left.is_none() && after.is_ok() {
            let observed = format!("it waited on the silent connection (heartbeat {heartbeat} s)");
            return Ok(Outcome::fail(Reason::Missing, expected, observed));
        }
        Ok(unreached(&trial, expected))
    })())
}

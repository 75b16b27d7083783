//! Tokens over time: used until they expire, and not after.

use crate::check::Parameters;
use crate::checks::called::{Trial, UNOFFICIAL, seconds, unbox, unreached};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::subject::DistributionSubject;
use crate::subject::distribution::sessions;
use jiff::SignedDuration;

distribution_check! {
    /// A token is used again until it expires; no new one is asked for while it counts.
    ///
    /// ## Why
    /// A SAML token lives eight hours and must be reused. A system that asks for one with every connection burdens the token service that
    /// all municipalities share, and stops when that service does.
    ///
    /// ## What to do
    /// Keep tokens in a cache whose key is authority (CVR), service (AppliesTo) and certificate, until shortly before `NotOnOrAfter`.
    /// Instances that each keep their own cache ask once each: then let the profile allow as many.
    pub Reused {
        id: "token.reused",
        family: Token,
        case: "use",
        judged: reused,
        title: da "Et token genbruges, indtil det udløber", en "A token is reused until it expires",
        rows: ["TOK-01", "FKI-STS-17"],
        basis: Norm,
        method: Measured,
        sources: [("SF1601 Programmer's Guide", "tokens: \"you must reuse them until they expire\"")],
        remediation: da "Gem tokenet pr. myndighed, service og certifikat, og brug det, til det snart udløber.",
                     en "Keep the token by authority, service and certificate, and use it until it is about to expire.",
        parameters: [
            ("margin_seconds", Integer(600), "How long before its end a token may be renewed, seconds. No official number exists."),
            ("spare", Integer(1), "Needless requests that are let pass, such as those of a second instance. No official number exists."),
        ],
    }
}

distribution_check! {
    /// The system makes no call with a token that has expired.
    ///
    /// ## Why
    /// A call with an expired token is refused: messages wait, and the system learns only from the error that it must renew.
    ///
    /// ## What to do
    /// Read `NotOnOrAfter` of the assertion, and renew the token before it. Keep the server's clock right (NTP).
    pub NotUsedExpired {
        id: "token.not-used-expired",
        family: Token,
        case: "expiry",
        judged: not_expired,
        title: da "Systemet bruger ikke udløbne tokens", en "The system uses no expired tokens",
        rows: ["TOK-02", "FKI-STS-19"],
        basis: Norm,
        method: Measured,
        sources: [("SF1601 Programmer's Guide", "tokens: reused until they expire, renewed shortly before")],
        remediation: da "Forny tokenet, før NotOnOrAfter er nået.", en "Renew the token before NotOnOrAfter is reached.",
        parameters: [("skew_seconds", Integer(30), "Difference of the clocks that is let pass, seconds. No official number exists.")],
    }
}

fn reused(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let margin = SignedDuration::from_secs(parameters.integer("margin_seconds"));
    let spare = usize::try_from(parameters.integer("spare")).unwrap_or_default();
    let expected =
        format!("at most {spare} requests while a token counts for more than {}{UNOFFICIAL}", seconds(margin));
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let needless = sessions::needless_requests(&trial, margin);
        let uses = sessions::tokens_used(&trial).iter().filter(|(_, token)| token.ours).count();
        let reuses = sessions::reuses(&trial, margin);
        let observed = format!(
            "{} tokens issued, {} of them needlessly; a good token used again {reuses} times",
            sessions::tokens_issued(&trial),
            needless.len()
        );
        if needless.len() > spare {
            return Ok(Outcome::fail(Reason::TooLarge, expected, observed));
        }
        // A system that logged in once had no occasion to ask needlessly, and none of the trial's own short tokens shows anything.
        if reuses <= spare {
            let why = format!("{observed}; too few to show whether a token is reused");
            return Ok(if uses == 0 {
                unreached(&trial, expected)
            } else {
                Outcome::inconclusive(Reason::Unclear, expected, why)
            });
        }
        Ok(Outcome::pass(expected, observed))
    })())
}

fn not_expired(subject: &DistributionSubject, parameters: &Parameters) -> Outcome {
    let skew = SignedDuration::from_secs(parameters.integer("skew_seconds"));
    let expected = format!("no call with a token that ended more than {} before{UNOFFICIAL}", seconds(skew));
    unbox((|| {
        let trial = Trial::of(subject)?.trial;
        let expired = sessions::expired_calls(&trial, skew);
        if let Some(worst) = expired.iter().max_by_key(|call| call.late) {
            let observed = format!("{} calls, the latest {} after the token's end", expired.len(), seconds(worst.late));
            return Ok(Outcome::fail(Reason::Expired, expected, observed));
        }
        // Positive: a token ended during the trial, and the system went on with another one.
        let ends = sessions::short_tokens(&trial).into_iter().filter(|end| *end < trial.ended);
        Ok(match ends.max().and_then(|end| sessions::renewed(&trial, end)) {
            Some(_) => Outcome::pass(expected, "the system went on with a new token"),
            None => unreached(&trial, expected),
        })
    })())
}

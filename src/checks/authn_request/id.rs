//! See [`Id`].

use super::authn_requests;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;

check! {
    /// ID of every AuthnRequest is an NCName, long enough for 128 random bits, and never used before.
    ///
    /// ## Why
    /// InResponseTo of the answer is compared with it. An ID that repeats, or can be guessed, lets an attacker have an answer
    /// ready. An ID that begins with a digit is no NCName, and strict readers refuse it.
    ///
    /// ## What to do
    /// Make it of at least 128 random bits and begin with a letter or underscore, such as `_` and 32 hexadecimal digits. The
    /// probe compares the logins it sees; it cannot measure randomness.
    pub Id {
        id: "authn-request.id",
        family: AuthnRequest,
        title: da "ID i AuthnRequest er gyldigt, langt nok og nyt hver gang",
               en "ID of the AuthnRequest is valid, long enough and new each time",
        rows: ["FKI-ARQ-05", "SP-REQ-06"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "1.3.4: probability of a collision at most 2^-128; 3.2.1: type xs:ID"),
        ],
        remediation: da "Lav et nyt ID af mindst 128 tilfældige bit for hver AuthnRequest, med bogstav eller understreg forrest.",
                     en "Make a new ID of at least 128 random bits for every AuthnRequest, with a letter or underscore in front.",
        parameters: [],
    }
}

impl Check<TrialSubject> for Id {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        /// 128 bits need 22 characters of the 65 that an ASCII NCName can have.
        const SHORTEST: usize = 22;
        const EXPECTED: &str = "an NCName of at least 22 characters, different in two logins";
        let requests = match authn_requests(subject) {
            Ok(requests) => requests,
            Err(nothing) => return nothing.outcome(EXPECTED),
        };
        let ids: Vec<&str> = requests.iter().map(|r| r.message.header.id.as_str()).collect();
        if let Some(id) = ids.iter().find(|id| !is_ncname(id)) {
            return Outcome::fail(Reason::Malformed, EXPECTED, *id);
        }
        if let Some(id) = ids.iter().find(|id| id.is_ascii() && id.len() < SHORTEST) {
            return Outcome::fail(Reason::TooSmall, EXPECTED, *id);
        }
        let observed = ids.join(", ");
        match ids.as_slice() {
            [] | [_] => Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, format!("one login only: {observed}")),
            [first, rest @ ..] if rest.contains(first) => Outcome::fail(Reason::Duplicate, EXPECTED, observed),
            _ => Outcome::pass(EXPECTED, observed),
        }
    }
}

/// Namespaces in XML 1.0, 3: a Name without a colon. Beyond ASCII, letters are taken on trust.
fn is_ncname(text: &str) -> bool {
    let starts = |c: char| c == '_' || c.is_ascii_alphabetic() || (!c.is_ascii() && c.is_alphabetic());
    let goes_on =
        |c: char| starts(c) || c.is_ascii_digit() || matches!(c, '-' | '.') || (!c.is_ascii() && c.is_alphanumeric());
    text.starts_with(starts) && text.chars().all(goes_on)
}

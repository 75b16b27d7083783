//! Browsers are told to stay with HTTPS.

use super::undecided;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::HttpExchange;

check! {
    /// ## Why
    ///
    /// With Strict-Transport-Security a browser never again tries the site in plain HTTP, so nobody can catch the
    /// first request.
    ///
    /// ## What to do
    ///
    /// Send Strict-Transport-Security with a max-age of some months.
    pub Hsts {
        id: "tls.hsts",
        family: Tls,
        title: da "Endepunktet sender Strict-Transport-Security til browsere", en "The endpoint sends Strict-Transport-Security to browsers",
        rows: ["SP-REQ-21"],
        basis: GoodPractice,
        method: Measured,
        sources: [("RFC 6797", "section 6.1")],
        remediation: da "Send headeren Strict-Transport-Security med en max-age på flere måneder.", en "Send the header Strict-Transport-Security with a max-age of some months.",
        parameters: [("days", Integer(1), "Fewest days of max-age")],
    }
}

impl Check<TlsSubject> for Hsts {
    fn judge(&self, subject: &TlsSubject, parameters: &Parameters) -> Outcome {
        let days = parameters.integer("days");
        let expected = format!("max-age >= {days} days");
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, &expected);
        }
        let Some(HttpExchange::Answered { strict_transport_security, .. }) = subject.https_answer() else {
            return Outcome::inconclusive(Reason::AnswerUnusable, expected, "no HTTP answer");
        };
        let Some(header) = strict_transport_security else {
            return Outcome::fail(Reason::Missing, expected, "no Strict-Transport-Security");
        };
        let age = header.split(';').find_map(|directive| {
            let (name, value) = directive.split_once('=')?;
            name.trim().eq_ignore_ascii_case("max-age").then(|| value.trim().trim_matches('"').parse::<i64>().ok())?
        });
        match age {
            None => Outcome::fail(Reason::Malformed, expected, header),
            // RFC 6797 section 6.1.1: max-age=0 switches it off.
            Some(age) => {
                Outcome::when(age > 0 && age >= days.saturating_mul(86_400), Reason::TooSmall, expected, header)
            }
        }
    }
}

//! Plain HTTP is not served on the port.

use super::undecided;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::HttpExchange;

check! {
    /// ## Why
    ///
    /// Whatever is sent in plain HTTP can be read and changed on its way. A 400 or 426, a redirect to https or a
    /// hang-up is a refusal, as long as the endpoint speaks TLS on the same port. Only the port that the target
    /// names is contacted.
    ///
    /// ## What to do
    ///
    /// Serve HTTPS alone on the port.
    pub NoPlainHttp {
        id: "tls.no-plain-http",
        family: Tls,
        title: da "Endepunktet besvarer ikke ukrypteret HTTP", en "The endpoint does not serve plain HTTP",
        rows: ["BFO-PUSH-21"],
        basis: Norm,
        method: Measured,
        sources: [("kombit/bfo_infrastructureSamples-java", "README 4.4")],
        remediation: da "Lad porten kun svare på HTTPS.", en "Let the port answer HTTPS alone.",
        parameters: [],
    }
}

impl Check<TlsSubject> for NoPlainHttp {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let expected = "no answer, 400, 426 or redirect to https";
        if let Some(HttpExchange::Answered { status, redirects_to_https, .. }) = &subject.plain_http {
            let refused = matches!(status, 400 | 426) || ((300..400).contains(status) && *redirects_to_https);
            // An answer in plain HTTP is proof by itself, also from a port that speaks no TLS at all.
            if !refused {
                return Outcome::fail(Reason::Accepted, expected, format!("HTTP {status}"));
            }
        }
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, expected);
        }
        match &subject.plain_http {
            None => Outcome::not_tested(Reason::NotAsked, expected, "plain HTTP was not tried"),
            Some(HttpExchange::Answered { status, .. }) => Outcome::pass(expected, format!("HTTP {status}")),
            Some(HttpExchange::Alert { .. } | HttpExchange::NotHttp) => Outcome::pass(expected, "answer is not HTTP"),
            Some(HttpExchange::Closed) => Outcome::pass(expected, "connection closed"),
            Some(HttpExchange::TimedOut) => Outcome::inconclusive(Reason::AnswerUnusable, expected, "time-out"),
            Some(HttpExchange::Unreachable { why }) => Outcome::inconclusive(Reason::Unreachable, expected, why),
        }
    }
}

//! See [`ReceiveDelay`].

use super::{judge_delay, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;

check! {
    /// Messages reach the system soon after their LeveranceTidspunkt, as its log says.
    ///
    /// ## Why
    /// Messages must be received at once; a pull client typically asks every five minutes. No official document sets a limit on the delay:
    /// the limits are the profile's. The 95th percentile of a dueslag over its whole log counts; logs do not say whether a dueslag is
    /// pull or push, so the profile does.
    ///
    /// ## What to do
    /// Let the pull client ask more often or stay connected; let the push endpoint answer while it is called.
    pub ReceiveDelay {
        id: "usage.receive-delay",
        family: Usage,
        title: da "Beskeder modtages inden for grænsen efter leverancetidspunktet, viser loggen", en "Messages are received within the limit after their delivery time, as the log shows",
        rows: ["BFO-Q-03"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.1"), ("Underbilag 2O - Beskedkuvert", "table 9")],
        remediation: da "Lad modtageren hente oftere eller holde forbindelsen åben.", en "Let the receiver fetch more often, or keep the connection open.",
        parameters: [
            ("mode", Text("pull"), "How the system receives: pull or push"),
            ("pull_seconds", Integer(300), "Longest delay of 95 % of the messages of a dueslag with pull, seconds; no official number exists"),
            ("push_seconds", Integer(60), "The same with push"),
            ("fewest", Integer(20), "Fewest messages that say anything"),
            ("fresh_days", Integer(30), "Age of the newest message at most, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for ReceiveDelay {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (pull, push) = (parameters.integer("pull_seconds"), parameters.integer("push_seconds"));
        let limit = match parameters.text("mode") {
            "pull" => pull,
            "push" => push,
            _ => {
                return Outcome::not_tested(Reason::NotSupplied, "", "`mode` of the profile is neither pull nor push");
            }
        };
        let rules = (limit, parameters.integer("fewest"), parameters.integer("fresh_days"));
        judge_delay(subject, &threshold(&format!("p95 <= {limit} s")), rules, |messages| {
            let known = messages.receive_delay.map(|delay| (delay.p95, delay.count));
            (known, messages.delivered.saturating_sub(known.map_or(0, |(_, count)| count)))
        })
    }
}

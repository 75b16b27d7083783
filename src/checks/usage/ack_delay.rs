//! See [`AckDelay`].

use super::{judge_delay, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::UsageSubject;

check! {
    /// Messages are acknowledged soon after their delivery, as the system's log says.
    ///
    /// ## Why
    /// The next message comes after the acknowledgement, so one that is held back holds back the queue. No official document sets a limit:
    /// it is the profile's. The 95th percentile of a dueslag over its whole log counts.
    ///
    /// ## What to do
    /// Store the message, acknowledge it, and process it afterwards.
    pub AckDelay {
        id: "usage.ack-delay",
        family: Usage,
        title: da "Beskeder kvitteres inden for grænsen efter leveringen, viser loggen", en "Messages are acknowledged within the limit after their delivery, as the log shows",
        rows: ["BFO-PULL-11"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, condition 1")],
        remediation: da "Gem beskeden, kvittér for den, og behandl den bagefter.", en "Store the message, acknowledge it, and process it afterwards.",
        parameters: [
            ("seconds", Integer(60), "Longest time from delivery to acknowledgement of 95 % of the messages of a dueslag, seconds; no official number exists"),
            ("fewest", Integer(20), "Fewest messages that say anything"),
            ("fresh_days", Integer(30), "Age of the newest message at most, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for AckDelay {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let seconds = parameters.integer("seconds");
        let rules = (seconds, parameters.integer("fewest"), parameters.integer("fresh_days"));
        judge_delay(subject, &threshold(&format!("p95 <= {seconds} s")), rules, |messages| {
            (messages.ack_delay.map(|delay| (delay.p95, delay.count)), messages.acked_early)
        })
    }
}

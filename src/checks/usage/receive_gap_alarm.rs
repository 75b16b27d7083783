//! See [`ReceiveGapAlarm`].

use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::UsageSubject;

check! {
    /// The system never pauses longer in receiving than the contract's limit, as its log says.
    ///
    /// ## Why
    /// Messages must be received continuously. A pause is counted as `usage.receive-gap` counts it; no official document sets a number, so
    /// the limit is the profile's.
    ///
    /// ## What to do
    /// Supervise reception, with an alarm before the limit.
    pub ReceiveGapAlarm {
        id: "usage.receive-gap-alarm",
        family: Usage,
        title: da "Modtagelsen holder ikke pause længere end aftalt, viser loggen", en "Reception does not pause longer than agreed, as the log shows",
        rows: ["BFO-Q-05"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, condition 1")],
        remediation: da "Overvåg modtagelsen med en alarm, der går før grænsen.", en "Supervise reception, with an alarm before the limit.",
        parameters: [
            ("hours", Integer(24), "Longest pause, hours, at least 24: a log's summary has no times within a day; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run the log may end, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for ReceiveGapAlarm {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        super::receive_gap::judge_gaps(subject, parameters.integer("hours"), parameters.integer("fresh_days"))
    }
}

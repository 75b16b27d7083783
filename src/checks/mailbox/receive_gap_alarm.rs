//! See [`ReceiveGapAlarm`].

use super::threshold;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::MailboxSubject;

check! {
    /// While messages wait in an active dueslag, the system never pauses longer than the contract's limit.
    ///
    /// ## Why
    /// Messages must be received continuously. A pause is counted as `mailbox.receive-gap` counts it; no official document sets a number, so
    /// the limit is the profile's.
    ///
    /// ## What to do
    /// Supervise that messages are received, with an alarm before the limit.
    pub ReceiveGapAlarm {
        id: "mailbox.receive-gap-alarm",
        family: Mailbox,
        title: da "Modtagelsen holder ikke pause længere end aftalt, mens beskeder venter", en "Reception does not pause longer than agreed while messages wait",
        rows: ["BFO-Q-05"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, condition 1")],
        remediation: da "Overvåg modtagelsen med en alarm, der går før grænsen.", en "Supervise reception, with an alarm before the limit.",
        parameters: [("hours", Integer(24), "Longest pause, hours; no official number exists")],
    }
}

impl Check<MailboxSubject> for ReceiveGapAlarm {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let hours = parameters.integer("hours");
        super::receive_gap::judge(subject, &threshold(&format!("< {hours} h")), |_, _| hours)
    }
}

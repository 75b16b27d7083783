//! See [`RedeliveredShare`].

use super::{Findings, earlier, mailboxes, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;

check! {
    /// Few messages need a second attempt at delivery, and none needs many, as the system's log says.
    ///
    /// ## Why
    /// AntalLeveranceforsoeg above 1 means that the system did not take the message when it was offered. A log may have a line for each
    /// attempt or one for each message; a share that would break the limit in one reading and keep it in the other is left open. The
    /// share is that of the whole log: `mailbox.delivery-attempts` judges single days, from an export.
    ///
    /// ## What to do
    /// Find out what failed at the first attempt: no answer, an empty answer, StatusKode 40, or a connection that closed before the
    /// acknowledgement.
    pub RedeliveredShare {
        id: "usage.redelivered-share",
        family: Usage,
        title: da "Få beskeder kræver mere end ét leveranceforsøg, viser loggen", en "Few messages need more than one attempt at delivery, as the log shows",
        rows: ["BFO-Q-04"],
        basis: Contract,
        method: Inspected,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "7.1"), ("Underbilag 2O - Beskedkuvert", "table 9")],
        remediation: da "Find ud af, hvad der fejlede ved første forsøg, og ret det.", en "Find out what failed at the first attempt, and correct it.",
        parameters: [
            ("per_mille", Integer(10), "Largest share of messages with more than one attempt, per mille; no official number exists"),
            ("attempts", Integer(10), "AntalLeveranceforsoeg that no message reaches; no official number exists"),
            ("fewest", Integer(100), "Fewest messages of which a share says anything"),
            ("fresh_days", Integer(30), "Age of the newest message at most, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for RedeliveredShare {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let share = parameters.integer("per_mille").clamp(0, 1000).unsigned_abs();
        let limit = parameters.integer("attempts").max(2).unsigned_abs();
        let fewest = parameters.integer("fewest").max(1).unsigned_abs();
        let fresh = parameters.integer("fresh_days");
        let expected = threshold(&format!("<= {share} per mille above 1, none at {limit}"));
        on_logs(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            for mailbox in mailboxes(view) {
                let most = mailbox.messages().map(|m| u64::from(m.most_attempts)).max().unwrap_or(0);
                let lines: u64 = mailbox.messages().map(|m| m.with_id).sum();
                let again: u64 = mailbox.messages().map(|m| m.redelivered).sum();
                if most == 0 {
                    continue;
                }
                let value = format!("{} {again}/{lines}", mailbox.title());
                // Of messages that came again there are at least so many, when every attempt has a line, and at most as many as lines.
                let fewest_again = again.div_ceil((most - 1).max(1));
                let is_fresh = mailbox.period().1 >= earlier(subject.at, fresh);
                if most >= limit && is_fresh {
                    // A number of attempts that was seen was seen, in whatever extract.
                    findings.broken(Reason::TooLarge, "attempts at one message", format!("{} {most}", mailbox.title()));
                } else if let Some((phrase, value)) = mailbox.doubt(view, fresh) {
                    findings.unclear(phrase, value);
                } else if lines < fewest {
                    findings.unclear("too few messages", value);
                } else if fewest_again * 1000 > share * lines {
                    findings.broken(Reason::TooLarge, "lines of messages that came again, of all", value);
                } else if again * 1000 <= share * lines.saturating_sub(again) {
                    findings.held("lines of messages that came again, of all", value);
                } else {
                    findings.unclear("the share depends on whether every attempt has a line", value);
                }
            }
            if findings.broken.is_empty() && findings.unclear.is_empty() && findings.held.is_empty() {
                findings.absent("no line has a number of attempts; let the mapping name its column", "");
            }
            findings.outcome(view)
        })
    }
}

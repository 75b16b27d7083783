//! See [`Retention`].

use super::{Findings, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

const DAY: i64 = 86_400;

check! {
    /// The retention of every dueslag is 7 to 30 days, and no shorter than the longest planned outage.
    ///
    /// ## Why
    /// Both queues are emptied after 7 days by default, which can be raised to 30. An outage that lasts longer loses messages.
    ///
    /// ## What to do
    /// Raise the retention in the Beskedfordeler's user interface before a planned outage, up to 30 days; split a longer one.
    pub Retention {
        id: "mailbox.retention",
        family: Mailbox,
        title: da "Dueslagets opbevaring er 7 til 30 dage og dækker planlagte afbrud", en "The mailbox keeps messages for 7 to 30 days, and as long as planned outages last",
        rows: ["BFO-Q-06"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.2")],
        remediation: da "Sæt dueslagets opbevaring op, højst til 30 dage, før et planlagt afbrud.", en "Raise the mailbox's retention, to at most 30 days, before a planned outage.",
        parameters: [("outage_days", Integer(0), "Longest planned outage, days; besides those that the export states")],
    }
}

impl Check<MailboxSubject> for Retention {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "7 to 30 days, and the longest planned outage";
        let longest = parameters.integer("outage_days");
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let seen = view.export.observations.as_ref();
            let planned: Vec<_> =
                seen.into_iter().flat_map(|o| o.outages.iter().flatten()).filter(|o| o.planned).collect();
            for dueslag in view.dueslag(&mut findings) {
                let name = dueslag.title();
                let Some(days) = dueslag.retention_days else {
                    findings.absent(format!("retention of {name}"));
                    continue;
                };
                let concerning = planned.iter().filter(|o| o.dueslag.as_ref().is_none_or(|d| *d == dueslag.ident));
                let seconds =
                    concerning.filter_map(|o| Some(o.until?.duration_since(o.from).as_secs())).max().unwrap_or(0);
                let outage = seconds.max(longest.saturating_mul(DAY));
                let of = format!("{name}: {days} days");
                if days < 7 {
                    findings.broken(Reason::TooSmall, of);
                } else if days > 30 {
                    findings.broken(Reason::TooLarge, of);
                } else if i64::from(days) * DAY < outage {
                    findings.broken(Reason::TooSmall, format!("{of}, planned outage {} h", outage / 3600));
                } else {
                    findings.held(of);
                }
            }
            findings.outcome()
        })
    }
}

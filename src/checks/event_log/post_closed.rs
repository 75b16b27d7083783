//! See [`PostClosed`].

use super::{Findings, View, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::chained::{Chain, Limit, walk};
use crate::outcome::Outcome;
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, EventOutcome, Field};

check! {
    /// Each sending of post gets a closing status, or an alarm that it did not.
    ///
    /// ## Why
    /// The post component answers a sending before it is validated: whether it arrived stands in the statuses (PKO_PostStatus) that come through
    /// the Beskedfordeler. A system that does not follow them up does not know what was never delivered. A line `post-status` with a success
    /// or a failure as outcome closes; a line `handled` is the alarm. No official document sets the time: the limit is the profile's.
    ///
    /// ## What to do
    /// Receive PKO_PostStatus, match it with the sending, and make a task when no closing status has come in time.
    pub PostClosed {
        id: "event-log.post-closed",
        family: EventLog,
        title: da "Hver forsendelse får en afsluttende status, eller der gives alarm", en "Each sending of post gets a closing status or raises an alarm",
        rows: ["POST-01"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("Integrationsbeskrivelse SF1601", "2.1, 2.2.3"), ("SF1601 Programmer's Guide", "receipts"), ("kravprobe default; the contract sets it", "hours")],
        remediation: da "Modtag PKO_PostStatus, knyt den til forsendelsen, og opret en opgave, når afsluttende status udebliver.", en "Receive PKO_PostStatus, match it with the sending, and make a task when no closing status comes.",
        parameters: [
            ("hours", Integer(24), "Longest time from sending to closing status or alarm, hours; no official number exists"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for PostClosed {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let hours = parameters.integer("hours").max(0);
        let expected = threshold(&format!("each sending closed within {hours} h"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Sent], &mut findings);
            // A status that is not known to close may have closed: without outcomes there is nothing to judge by.
            let statuses: Vec<_> = view.all().filter(|line| line.kind == EventKind::PostStatus).collect();
            let told = statuses.is_empty() || !View::with_field(statuses, Field::Outcome, &mut findings).is_empty();
            if !view.holds(EventKind::PostStatus, &mut findings) || !told {
                return findings;
            }
            let chain = Chain {
                start: |event| event.outcome != Some(EventOutcome::Failure),
                end: |event| match event.kind {
                    EventKind::Handled => event.outcome != Some(EventOutcome::Failure),
                    EventKind::PostStatus => {
                        matches!(event.outcome, Some(EventOutcome::Success | EventOutcome::Failure))
                    }
                    _ => false,
                },
                end_kinds: &[EventKind::PostStatus, EventKind::Handled],
                limit: Limit::Seconds(hours.saturating_mul(3600)),
                integration: "SF1601",
                each: true,
            };
            let blind = view.all().filter(|line| line.kind == EventKind::PostStatus && line.outcome.is_none()).count();
            let walk = walk(view, &lines, &chain);
            if blind > 0 && walk.closed.len() < walk.judged() {
                findings.unclear(format!("{blind} statuses without an outcome"));
                return findings;
            }
            walk.tell(view, "sendings", "without a closing status in time", &mut findings);
            findings
        })
    }
}

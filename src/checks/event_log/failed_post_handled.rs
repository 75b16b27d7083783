//! See [`FailedPostHandled`].

use super::{Findings, Line, View, may_be_of_one, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::chained::{Chain, Limit, walk};
use crate::outcome::Outcome;
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, EventOutcome, Field};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

check! {
    /// Each failed status of post leads to a case, a task, or a new sending.
    ///
    /// ## Why
    /// A sending with the status Fejlet was not delivered: somebody must know. Each line `post-status` with a failure as outcome is followed by
    /// a line `handled`, a new line `sent`, or a status of success, with the same id. No official document sets the time: the limit is
    /// the profile's, and its default reaches over a weekend.
    ///
    /// ## What to do
    /// Make a case or a task from each failed status, and write a line with the sending's id.
    pub FailedPostHandled {
        id: "event-log.failed-post-handled",
        family: EventLog,
        title: da "Hver fejlet forsendelse fører til en sag, en opgave eller en ny forsendelse", en "Each failed sending leads to a case, a task or a new sending",
        rows: ["POST-02"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, condition 8"), ("SF1601 Postkomponent - Beskedfordeler - PKO_PostStatus 1.00", "Fejlet"), ("kravprobe default; the contract sets it", "hours")],
        remediation: da "Opret en sag eller opgave for hver fejlet status, og log den med forsendelsens id.", en "Make a case or task from each failed status, and log it with the sending's id.",
        parameters: [
            ("hours", Integer(72), "Longest time from the failed status to its handling, hours; no official number exists"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for FailedPostHandled {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let hours = parameters.integer("hours").max(0);
        let expected = threshold(&format!("each failed sending handled within {hours} h"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let statuses = view.lines(&[EventKind::PostStatus], &mut findings);
            let mut lines = View::with_field(statuses, Field::Outcome, &mut findings);
            let had_any = !lines.is_empty();
            lines.retain(|line| line.outcome == Some(EventOutcome::Failure));
            if had_any && lines.is_empty() {
                findings.absent("no status of a failed sending");
            }
            if !view.holds(EventKind::Handled, &mut findings) {
                return findings;
            }
            let chain = Chain {
                start: |_| true,
                end: |event| match event.kind {
                    EventKind::Handled => event.outcome != Some(EventOutcome::Failure),
                    EventKind::PostStatus => event.outcome == Some(EventOutcome::Success),
                    _ => false,
                },
                end_kinds: &[EventKind::Handled],
                limit: Limit::Seconds(hours.saturating_mul(3600)),
                integration: "SF1601",
                each: true,
            };
            let mut walk = walk(view, &lines, &chain);
            // A new sending handles the failure of the one before.
            let mut sent: HashMap<String, Vec<(Timestamp, Option<&str>)>> = HashMap::new();
            let again = |line: &Line<'_>| line.kind == EventKind::Sent && line.outcome != Some(EventOutcome::Failure);
            for line in view.all().filter(again) {
                if let Some(id) = line.key() {
                    sent.entry(id).or_default().push((line.time, line.municipality_key()));
                }
            }
            let limit = SignedDuration::from_hours(hours);
            walk.settle(|line| {
                let sent = line.key().and_then(|id| sent.get(&id));
                let own = line.municipality_key();
                let follows = |(at, of): &(Timestamp, Option<&str>)| {
                    *at > line.time && at.duration_since(line.time) <= limit && may_be_of_one(own, *of)
                };
                sent.is_some_and(|times| times.iter().any(follows))
            });
            walk.tell(view, "failed sendings", "not handled in time", &mut findings);
            findings
        })
    }
}

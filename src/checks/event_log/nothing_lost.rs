//! See [`NothingLost`].

use super::{Findings, is_done, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::chained::{Chain, Limit, walk};
use crate::outcome::Outcome;
use crate::subject::EventLogSubject;
use crate::usage::event::EventKind;

check! {
    /// Each received message is acknowledged and processed within the limit.
    ///
    /// ## Why
    /// What was received and not acknowledged blocks the dueslag; what was acknowledged and never processed is lost. Counted by BeskedId and
    /// municipality, over all logs, in lines `received`, `acknowledged` and `processed`. A message that is filtered out or parked because it cannot be
    /// processed has its line too: `processed` with a failure as outcome. No official document sets the time: the limit is the profile's.
    ///
    /// ## What to do
    /// Find out what became of the messages that are named; write a line for each that is received, acknowledged and processed.
    pub NothingLost {
        id: "event-log.nothing-lost",
        family: EventLog,
        title: da "Modtagne, kvitterede og behandlede beskeder er de samme", en "The messages received, acknowledged and processed are the same",
        rows: ["BFO-Q-07"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, conditions 2 and 3"), ("kravprobe default; the contract sets it", "minutes")],
        remediation: da "Find ud af, hvad der blev af de nævnte beskeder, og kvittér og behandl hver modtaget besked.", en "Find out what became of the messages that are named, and acknowledge and process every received message.",
        parameters: [
            ("minutes", Integer(15), "Longest time from reception to acknowledgement and processing, minutes; no official number exists"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for NothingLost {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let minutes = parameters.integer("minutes").max(0);
        let expected = threshold(&format!("each received message acknowledged and processed within {minutes} min"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Received], &mut findings);
            let limit = Limit::Seconds(minutes.saturating_mul(60));
            let chain = Chain {
                start: is_done,
                end: |event| event.kind == EventKind::Acknowledged && is_done(event),
                end_kinds: &[EventKind::Acknowledged],
                limit,
                integration: "SF1461",
                each: false,
            };
            if view.holds(EventKind::Acknowledged, &mut findings) {
                walk(view, &lines, &chain).tell(view, "received messages", "not acknowledged in time", &mut findings);
            }
            // That a message could not be processed is a fate, and told.
            let chain =
                Chain { end: |event| event.kind == EventKind::Processed, end_kinds: &[EventKind::Processed], ..chain };
            if view.holds(EventKind::Processed, &mut findings) {
                walk(view, &lines, &chain).tell(view, "received messages", "not processed in time", &mut findings);
            }
            findings
        })
    }
}

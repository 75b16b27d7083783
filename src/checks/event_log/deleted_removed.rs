//! See [`DeletedRemoved`].

use super::{Findings, Line, View, is_done, may_be_of_one, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::chained::{Chain, Limit, walk};
use crate::outcome::Outcome;
use crate::subject::EventLogSubject;
use crate::usage::event::EventKind;
use jiff::Timestamp;
use std::collections::HashMap;

check! {
    /// What is deleted in the system is removed from the index.
    ///
    /// ## Why
    /// Data that is no longer available in the system must be physically deleted from the Sags- og Dokumentindeks; otherwise other systems
    /// show cases that are gone. Counted by id and municipality, in lines `deleted` and `removed`. That nothing was removed is a breach only for what the log
    /// shows in the index before (`indexed`): what was deleted before it came there has nothing to remove. No official document sets the
    /// time: the limit is the profile's.
    ///
    /// ## What to do
    /// Send the deletion (Slet with physical deletion) when the system deletes, and repeat it until the index confirms it.
    pub DeletedRemoved {
        id: "event-log.deleted-removed",
        family: EventLog,
        title: da "Det, der slettes i systemet, fjernes fra indekset", en "What is deleted in the system is removed from the index",
        rows: ["SDI-06"],
        basis: Norm,
        method: Inspected,
        sources: [("Digitaliseringskataloget, SF1470 Sags- og Dokumentindeks", "særlige vilkår: fysisk sletning"), ("kravprobe default; the contract sets it", "minutes")],
        remediation: da "Slet fysisk i indekset, når systemet sletter, og gentag, til indekset bekræfter det.", en "Delete physically in the index when the system deletes, and repeat it until the index confirms it.",
        parameters: [
            ("minutes", Integer(1440), "Longest time from deletion to removal, minutes; no official number exists"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for DeletedRemoved {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let minutes = parameters.integer("minutes").max(0);
        let expected = threshold(&format!("each deleted item removed within {minutes} min"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Deleted], &mut findings);
            let chain = Chain {
                start: is_done,
                end: |event| event.kind == EventKind::Removed && is_done(event),
                end_kinds: &[EventKind::Removed],
                limit: Limit::Seconds(minutes.saturating_mul(60)),
                integration: "SF1470",
                each: false,
            };
            if !view.holds(EventKind::Removed, &mut findings) {
                return findings;
            }
            let mut walk = walk(view, &lines, &chain);
            // What was removed before the system deleted it is gone; of what the log never shows in the index, nothing is known.
            let history = History::new(view);
            walk.settle(|line| history.last_before(line) == Some(EventKind::Removed));
            let all = walk.missing.len();
            walk.missing.retain(|line| history.last_before(*line).is_some());
            let unknown = all - walk.missing.len();
            if unknown > 0 {
                findings
                    .unclear(format!("{unknown} deleted items without removal, not shown to have been in the index"));
            }
            walk.tell(view, "deleted items", "not removed in time", &mut findings);
            findings
        })
    }
}

/// When items came into the index and were removed from it.
struct History<'a>(HashMap<String, Vec<Change<'a>>>);

/// When, what, and whose municipality's.
type Change<'a> = (Timestamp, EventKind, Option<&'a str>);

impl<'a> History<'a> {
    fn new(view: &'a View<'a>) -> Self {
        let mut history: HashMap<String, Vec<_>> = HashMap::new();
        let of_index = |line: &Line<'_>| matches!(line.kind, EventKind::Indexed | EventKind::Removed) && line.is_done();
        for line in view.all().filter(of_index) {
            if let Some(id) = line.key() {
                history.entry(id).or_default().push((line.time, line.kind, line.municipality_key()));
            }
        }
        for lines in history.values_mut() {
            lines.sort_unstable();
        }
        Self(history)
    }

    /// What happened last to an item before a line.
    fn last_before(&self, line: Line<'_>) -> Option<EventKind> {
        let lines = self.0.get(&line.key()?)?;
        let own = line.municipality_key();
        lines.iter().rev().find(|(at, _, of)| *at <= line.time && may_be_of_one(own, *of)).map(|(_, kind, _)| *kind)
    }
}

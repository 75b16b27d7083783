//! See [`IndexedWithinMinutes`].

use super::{Findings, is_done, on_logs, percentile_95, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::chained::{Chain, Limit, walk};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::EventKind;

check! {
    /// A change of a case or document reaches the index within minutes.
    ///
    /// ## Why
    /// The system must update the Sags- og Dokumentindeks at once, within a few minutes: other systems and SAPA show what stands in the index.
    /// The 95th percentile (nearest rank) over the lines `changed` counts, each to the next line `indexed` with the same id. A change that
    /// is never indexed lies above every limit. What "a few minutes" are is the profile's.
    ///
    /// ## What to do
    /// Deliver each change when it is made, not by a job at night; find out why those that are named were late or missing.
    pub IndexedWithinMinutes {
        id: "event-log.indexed-within-minutes",
        family: EventLog,
        title: da "Ændringer af sager og dokumenter når indekset inden for få minutter", en "Changes of cases and documents reach the index within a few minutes",
        rows: ["SDI-01"],
        basis: Contract,
        method: Inspected,
        sources: [("Digitaliseringskataloget, SF1470 Sags- og Dokumentindeks", "særlige vilkår: inden for få minutter"), ("kravprobe default; the contract sets it", "minutes")],
        remediation: da "Aflevér hver ændring, når den sker, og find ud af, hvorfor de nævnte var sene eller mangler.", en "Deliver each change when it is made, and find out why those that are named were late or missing.",
        parameters: [
            ("minutes", Integer(5), "Longest time to the index of 95 % of the changes, minutes; no official number exists"),
            ("fewest", Integer(20), "Fewest changes that say anything"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for IndexedWithinMinutes {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let minutes = parameters.integer("minutes").max(0);
        let limit = minutes.saturating_mul(60);
        let fewest = usize::try_from(parameters.integer("fewest")).unwrap_or(0).max(1);
        let expected = threshold(&format!("p95 <= {minutes} min"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Changed], &mut findings);
            let chain = Chain {
                start: is_done,
                end: |event| event.kind == EventKind::Indexed && is_done(event),
                end_kinds: &[EventKind::Indexed],
                limit: Limit::Seconds(limit),
                integration: "SF1470",
                each: true,
            };
            if !view.holds(EventKind::Indexed, &mut findings) || lines.is_empty() {
                return findings;
            }
            // A percentile needs all lines; a selection may hold the slow ones alone.
            let lines = view.covered(lines, &mut findings);
            let sound = findings.unclear.is_empty();
            let walk = walk(view, &lines, &chain);
            let known: Vec<_> = walk.closed.iter().chain(&walk.late).map(|(_, delay)| *delay).collect();
            let (never, unknown) = (walk.missing.len(), walk.open.len() + walk.nameless);
            let count = known.len() + never + unknown;
            let Some((best, worst)) = percentile_95(known, never, unknown).filter(|_| count >= fewest) else {
                findings.unclear(format!("{count} changes, fewer than {fewest}"));
                return findings;
            };
            if worst <= limit {
                findings.held(format!("{worst} s of {count} changes"));
            } else if best > limit && sound {
                let late: Vec<_> = walk.missing.iter().copied().chain(walk.late.iter().map(|(l, _)| *l)).collect();
                let what = format!("{} of {count} changes not in the index within {minutes} min", late.len());
                findings.broken(Reason::TooLarge, format!("{what}; {}", view.places(&late)));
            } else {
                walk.tell_open("changes", &mut findings);
            }
            findings
        })
    }
}

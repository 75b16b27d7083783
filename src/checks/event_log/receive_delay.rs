//! See [`ReceiveDelay`].

use super::{Findings, SKEW, View, on_logs, percentile_95, seconds, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, Field};
use jiff::Timestamp;
use std::collections::BTreeMap;

check! {
    /// Messages are received soon after their LeveranceTidspunkt.
    ///
    /// ## Why
    /// Messages must be received at once; a pull client typically asks every five minutes. No official document sets a limit: it is the
    /// profile's, and 60 seconds suit a system that messages are pushed to. The 95th percentile (nearest rank) of the lines `received` with
    /// the field `delivered` counts. A percentile needs all lines: only those in the period that the log covers count.
    ///
    /// ## What to do
    /// Let the pull client ask more often or stay connected; let the push endpoint answer while it is called.
    pub ReceiveDelay {
        id: "event-log.receive-delay",
        family: EventLog,
        title: da "Loggen viser, at beskeder modtages inden for grænsen efter leverancetidspunktet", en "The log shows that messages are received within the limit after their delivery time",
        rows: ["BFO-Q-03"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.1"), ("Underbilag 2O - Beskedkuvert", "table 9"), ("kravprobe default; the contract sets it", "seconds")],
        remediation: da "Lad modtageren hente oftere eller holde forbindelsen åben.", en "Let the receiver fetch more often, or keep the connection open.",
        parameters: [
            ("seconds", Integer(300), "Longest delay of 95 % of the messages, seconds; 60 suits push; no official number exists"),
            ("fewest", Integer(20), "Fewest messages that say anything"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for ReceiveDelay {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let limit = parameters.integer("seconds");
        let fewest = usize::try_from(parameters.integer("fewest")).unwrap_or(0).max(1);
        let expected = threshold(&format!("p95 <= {limit} s"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let mut lines = view.lines(&[EventKind::Received], &mut findings);
            lines.retain(super::Line::is_done);
            let lines = View::with_field(lines, Field::Delivered, &mut findings);
            let lines = view.covered(lines, &mut findings);
            // A delivery that stands in two logs is one, received when the first of them says so.
            let mut deliveries: BTreeMap<(String, Timestamp), Timestamp> = BTreeMap::new();
            let (mut delays, mut unknown) = (Vec::new(), 0);
            for line in &lines {
                match (line.key(), line.delivered) {
                    (_, None) => unknown += 1,
                    (None, Some(delivered)) => delays.push(seconds(delivered, line.time)),
                    (Some(id), Some(delivered)) => {
                        let first = deliveries.entry((id, delivered)).or_insert(line.time);
                        *first = line.time.min(*first);
                    }
                }
            }
            delays.extend(deliveries.iter().map(|((_, delivered), received)| seconds(*delivered, *received)));
            let count = delays.len() + unknown;
            if delays.iter().any(|delay| *delay < -SKEW) {
                findings.unclear("received before LeveranceTidspunkt; the clocks disagree");
            } else if !lines.is_empty() && count < fewest {
                findings.unclear(format!("{count} messages, fewer than {fewest}"));
            } else if let Some((best, worst)) = percentile_95(delays, 0, unknown) {
                match () {
                    () if worst <= limit => findings.held(format!("{worst} s of {count} messages")),
                    () if best > limit => whole_or_unclear(best, count, &mut findings),
                    () => findings.unclear(format!("{unknown} of {count} lines without LeveranceTidspunkt")),
                }
            }
            findings
        })
    }
}

/// A percentile above the limit is a breach of a log that is whole; of another it may come from what is missing.
fn whole_or_unclear(delay: i64, count: usize, findings: &mut Findings) {
    if findings.unclear.is_empty() {
        findings.broken(Reason::TooLarge, format!("{delay} s of {count} messages"));
    }
}

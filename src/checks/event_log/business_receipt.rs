//! See [`BusinessReceipt`].

use super::{Findings, is_done, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::chained::{Chain, Limit, walk};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::EventKind;

/// The receiver sends its receipt within so many days, and the sender rejects one after so many (SF2900).
const SENT: i64 = 30;
const REJECTED: i64 = 40;

check! {
    /// Each distributed file or message gets its business receipt within 30 days.
    ///
    /// ## Why
    /// The receiver must send the forretningskvittering within 30 days; the sender must reject one that comes after 40. Days are calendar days
    /// in Denmark. Counted by id, in lines `distributed` and `business-receipt`.
    ///
    /// ## What to do
    /// Send the receipt when the file or message has been taken over, and let an alarm go before the 30 days have passed.
    pub BusinessReceipt {
        id: "event-log.business-receipt",
        family: EventLog,
        title: da "Forretningskvitteringen sendes inden 30 dage", en "The business receipt is sent within 30 days",
        rows: ["FORD-01"],
        basis: Norm,
        method: Inspected,
        sources: [("SF2900 - Fordelingskomponent V2.4", "forretningskvittering: 30 days, rejected after 40")],
        remediation: da "Send forretningskvitteringen, når modtagelsen er behandlet, og giv alarm, før de 30 dage er gået.", en "Send the business receipt when what was received has been taken over, and raise an alarm before the 30 days have passed.",
        parameters: [("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists")],
    }
}

impl Check<EventLogSubject> for BusinessReceipt {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let expected = format!("a receipt within {SENT} days");
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Distributed], &mut findings);
            let chain = Chain {
                start: is_done,
                end: |event| event.kind == EventKind::BusinessReceipt && is_done(event),
                end_kinds: &[EventKind::BusinessReceipt],
                limit: Limit::Days(SENT),
                integration: "SF2900",
                each: false,
            };
            if !view.holds(EventKind::BusinessReceipt, &mut findings) {
                return findings;
            }
            let walk = walk(view, &lines, &chain);
            walk.tell(view, "distributions", "without a receipt in time", &mut findings);
            let rejected: Vec<_> =
                walk.late.iter().filter(|(_, delay)| *delay > REJECTED * 86_400).map(|(line, _)| *line).collect();
            if !rejected.is_empty() {
                let what = format!("{} receipts after {REJECTED} days, which the sender rejects", rejected.len());
                findings.broken(Reason::TooLarge, format!("{what}; {}", view.places(&rejected)));
            }
            findings
        })
    }
}

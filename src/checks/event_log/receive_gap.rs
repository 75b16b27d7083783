//! See [`ReceiveGap`].

use super::{Findings, View, on_logs, seconds, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::EventKind;

const HOUR: i64 = 3600;

check! {
    /// The reception of messages never pauses longer than the contract's limit while a message waits.
    ///
    /// ## Why
    /// Messages must be received continuously, and are deleted after the dueslag's retention (7 days unless it was changed). A pause counts from
    /// the moment that a message was waiting (`delivered` of the line `received` that ends it), for a pause in which no message came is none.
    /// A dueslag that was set inactive meanwhile stands in no log: `mailbox.receive-gap` judges with the export that says so.
    ///
    /// ## What to do
    /// Supervise that messages are received, also over holidays, with an alarm before the limit.
    pub ReceiveGap {
        id: "event-log.receive-gap",
        family: EventLog,
        title: da "Loggen viser, at modtagelsen ikke holder pause længere end aftalt, mens beskeder venter", en "The log shows that reception does not pause longer than agreed while messages wait",
        rows: ["BFO-Q-05"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.2; 3, condition 1"), ("kravprobe default; the contract sets it", "hours")],
        remediation: da "Overvåg modtagelsen, også i helligdage, med en alarm, der går før grænsen.", en "Supervise reception, also over holidays, with an alarm before the limit.",
        parameters: [
            ("hours", Integer(24), "Longest pause, hours; no official number exists"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for ReceiveGap {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let hours = parameters.integer("hours").max(1);
        let limit = hours.saturating_mul(HOUR);
        let expected = threshold(&format!("< {hours} h"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let mut lines = view.lines(&[EventKind::Received], &mut findings);
            if lines.is_empty() {
                return findings;
            }
            View::whole(&lines, &mut findings);
            // A line of any log ends a pause, so the period is the one that all of them cover.
            let periods: Vec<_> =
                view.logs_with(&[EventKind::Received]).filter_map(|log| view.period_of(log)).collect();
            let from = periods.iter().map(|(from, _)| *from).max().map_or(view.since, |from| from.max(view.since));
            let until = periods.iter().map(|(_, until)| *until).min().unwrap_or(from);
            if !findings.unclear.is_empty() {
                return findings;
            }
            if seconds(from, until) < limit {
                findings.unclear(format!("the covered period is shorter than {hours} h"));
                return findings;
            }
            lines.retain(|line| line.is_done() && from <= line.time && line.time < until);
            lines.sort_by_key(|line| line.time);
            let (mut last, mut longest) = (from, 0);
            for line in lines {
                // Messages come in their order, so the one that ends a pause is the one that waited longest.
                let pause = seconds(line.delivered.unwrap_or(last).max(last), line.time).max(0);
                match line.delivered {
                    Some(_) if pause >= limit => {
                        let what = format!("{} h without a received message while one waited", pause / HOUR);
                        findings.broken(Reason::TooLarge, format!("{what}; {}", view.places(&[line])));
                    }
                    None if pause >= limit => {
                        let what =
                            format!("{} h without a received message, and not known whether one waited", pause / HOUR);
                        findings.unclear(format!("{what}; {}", view.places(&[line])));
                    }
                    _ => longest = longest.max(pause),
                }
                last = last.max(line.time);
            }
            let rest = seconds(last, until);
            if rest >= limit {
                findings.unclear(format!(
                    "{} h without a received message at the end, and not known whether one waited",
                    rest / HOUR
                ));
            }
            findings.held(format!("at most {} h", longest / HOUR));
            findings
        })
    }
}

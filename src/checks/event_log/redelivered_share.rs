//! See [`RedeliveredShare`].

use super::{Findings, View, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::denmark::danish_day;
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, Field};
use jiff::civil::Date;
use std::collections::BTreeMap;

check! {
    /// Few messages of a day need a second attempt at delivery, and none needs many.
    ///
    /// ## Why
    /// AntalLeveranceforsoeg above 1 means that the system did not take the message when it was offered; each attempt holds back the messages
    /// behind it. No official document sets a number: the limits are the profile's. A share needs all lines: only Danish calendar days that
    /// the log covers from their beginning to their end count, and not those with few messages, where one message would decide.
    ///
    /// ## What to do
    /// Find out what failed at the first attempt: no answer, an empty answer, StatusKode 40, or a connection that closed before the
    /// acknowledgement.
    pub RedeliveredShare {
        id: "event-log.redelivered-share",
        family: EventLog,
        title: da "Loggen viser, at få beskeder kræver mere end ét leveranceforsøg", en "The log shows that few messages need more than one attempt at delivery",
        rows: ["BFO-Q-04"],
        basis: Contract,
        method: Inspected,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "7.1"), ("Underbilag 2O - Beskedkuvert", "table 9"), ("kravprobe default; the contract sets it", "per_mille, attempts")],
        remediation: da "Find ud af, hvad der fejlede ved første forsøg, og ret det.", en "Find out what failed at the first attempt, and correct it.",
        parameters: [
            ("per_mille", Integer(10), "Largest share of messages of a day with more than one attempt, per mille; no official number exists"),
            ("attempts", Integer(10), "AntalLeveranceforsoeg that no message reaches; no official number exists"),
            ("fewest", Integer(100), "Fewest messages of a day of which a share says anything"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

/// Messages of a day: all, those with more than one attempt, those of which it is not known.
#[derive(Default)]
struct Day {
    all: i64,
    again: i64,
    unknown: i64,
}

impl Check<EventLogSubject> for RedeliveredShare {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let (share, most) = (parameters.integer("per_mille"), parameters.integer("attempts"));
        let fewest = parameters.integer("fewest").max(1);
        let expected = threshold(&format!("<= {share} per mille of a day above 1, none at {most}"));
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Received], &mut findings);
            let lines = View::with_field(lines, Field::Attempts, &mut findings);
            let often: Vec<_> =
                lines.iter().copied().filter(|l| l.attempts.is_some_and(|a| i64::from(a) >= most)).collect();
            if !often.is_empty() {
                let many = format!("{} lines with {most} attempts or more", often.len());
                findings.broken(Reason::TooLarge, format!("{many}; {}", view.places(&often)));
            }
            let lines = view.covered(lines, &mut findings);
            // A message that came several times counts once, with its last attempt, on the day of its first one.
            let mut messages: BTreeMap<String, (Date, Option<u32>)> = BTreeMap::new();
            for line in &lines {
                let of_line = || format!("{} {} {}", line.log(), line.file, line.line);
                let id = line.key().unwrap_or_else(of_line);
                let day = danish_day(line.time);
                let entry = messages.entry(id).or_insert((day, line.attempts));
                *entry = (entry.0.min(day), entry.1.max(line.attempts));
            }
            let mut days: BTreeMap<Date, Day> = BTreeMap::new();
            for (date, attempts) in messages.values() {
                let day = days.entry(*date).or_default();
                day.all += 1;
                day.again += i64::from(attempts.is_some_and(|a| a > 1));
                day.unknown += i64::from(attempts.is_none());
            }
            let whole = view.whole_days(&lines);
            let sound = findings.unclear.is_empty();
            let (mut judged, mut total) = (0, 0);
            for (date, day) in days.iter().filter(|(date, day)| day.all >= fewest && whole(**date)) {
                judged += 1;
                total += day.all;
                let allowed = share.saturating_mul(day.all);
                if day.again * 1000 > allowed {
                    let many = format!("{date}; {} of {} messages more than once", day.again, day.all);
                    if sound { findings.broken(Reason::TooLarge, many) } else { findings.unclear(many) }
                } else if (day.again + day.unknown) * 1000 > allowed {
                    findings
                        .unclear(format!("{date}; {} of {} lines without AntalLeveranceforsoeg", day.unknown, day.all));
                }
            }
            if judged > 0 {
                findings.held(format!("{total} messages of {judged} days"));
            } else if !lines.is_empty() {
                findings.unclear(format!("{} messages, no whole day with {fewest}", messages.len()));
            }
            findings
        })
    }
}

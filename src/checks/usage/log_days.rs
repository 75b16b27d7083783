//! See [`LogDays`].

use super::{is_working_day, on_own_logs, threshold, whole_days};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use jiff::civil::Date;
use std::collections::BTreeSet;

check! {
    /// The vendor's log has lines on every day of the period that it is said to hold.
    ///
    /// ## Why
    /// A day without a line is a day on which the system did nothing, or a day whose lines were lost or taken out. Judged on logs that the
    /// vendor keeps, on whole days in Denmark. When the log also holds lines of other systems, a gap in this system's lines is no gap of
    /// the log.
    ///
    /// ## What to do
    /// Find the lines of the days that are named, or show why there were none.
    pub LogDays {
        id: "usage.log-days",
        family: Usage,
        title: da "Leverandørens log har linjer på hver dag i sin periode", en "The vendor's log has lines on every day of its period",
        rows: ["USE-07"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("kombit/sapa_revision", "daily extracts that overlap")],
        remediation: da "Find de nævnte dages linjer, eller vis, hvorfor der ingen var.", en "Find the lines of the days that are named, or show why there were none.",
        parameters: [
            ("gap_days", Integer(0), "Most days in a row without a line; no official number exists"),
            ("weekdays_only", Boolean(true), "Whether only working days of the Danish calendar count"),
        ],
    }
}

impl Check<UsageSubject> for LogDays {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let allowed = usize::try_from(parameters.integer("gap_days")).unwrap_or(0);
        let weekdays = parameters.boolean("weekdays_only");
        let expected = threshold(&format!("at most {allowed} days in a row without a line"));
        on_own_logs(subject, &expected, |view, log, findings| {
            let period = match log.period(None, view.subject.at) {
                Ok(period) => period,
                Err((phrase, value)) => return findings.unclear(phrase, value),
            };
            let with_lines: BTreeSet<Date> =
                log.summary.groups.iter().flat_map(|group| group.days.iter().map(|day| day.date)).collect();
            let days = whole_days(period).into_iter().filter(|day| !weekdays || is_working_day(*day) == Some(true));
            let days: Vec<Date> = days.collect();
            let mut gaps = 0;
            let mut gap: Vec<Date> = Vec::new();
            for day in days.iter().map(Some).chain([None]) {
                if let Some(day) = day.filter(|day| !with_lines.contains(day)) {
                    gap.push(*day);
                    continue;
                }
                if let (Some(first), Some(last)) = (gap.first(), gap.last())
                    && gap.len() > allowed
                {
                    gaps += 1;
                    let value = format!("{} {first}/{last}", log.facts.name);
                    findings.broken(Reason::Missing, "days without a line", value);
                }
                gap.clear();
            }
            if days.is_empty() {
                findings.unclear("no whole day in the period that the log holds", &log.facts.name);
            } else if gaps == 0 {
                findings.held("days with lines", days.len().to_string());
            }
        })
    }
}

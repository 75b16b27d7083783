//! See [`WeekdayEvents`].

use super::{Calls, Findings, begins, is_working_day, next, on_logs, threshold, whole_days};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;

check! {
    /// The day's CPR events have begun to arrive by the agreed hour on every weekday.
    ///
    /// ## Why
    /// The CPR replica is updated on all weekdays, typically before 02:00, and its events follow. A system that gets them late works on
    /// yesterday's persons. The source says "weekdays" and nothing about public holidays: they are not judged, nor are the days off of
    /// the shipped Danish calendar. The first event of the whole system counts, not that of each municipality, for a small one may have
    /// none on a day.
    ///
    /// ## What to do
    /// Find out why the events came late or not at all: the subscription, the dueslag, or the reception.
    pub WeekdayEvents {
        id: "usage.weekday-events",
        family: Usage,
        title: da "Dagens CPR-hændelser er begyndt at komme inden det aftalte klokkeslæt hver hverdag", en "The day's CPR events have begun to arrive by the agreed hour on every weekday",
        rows: ["USE-10"],
        basis: Contract,
        method: Inspected,
        sources: [("digitaliseringskataloget.dk: Personoplysninger", "CPR replica, updated all weekdays"), ("digitaliseringskataloget.dk: SF1320_A", "version 2.2")],
        remediation: da "Find ud af, hvorfor hændelserne kom sent eller udeblev.", en "Find out why the events came late or not at all.",
        parameters: [
            ("integration", Text("SF1320_A"), "Number of the integration"),
            ("agreed_hour", Integer(8), "Hour of the day in Denmark by which the first event has come; no official number exists"),
            ("days", Integer(30), "Days before the end of the log that are judged; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for WeekdayEvents {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let hour = parameters.integer("agreed_hour").clamp(0, 24);
        let integration = Some(parameters.text("integration"));
        let calls = Calls { integration, municipality: None };
        let expected = threshold(&format!("an event by {hour}:00 on every weekday"));
        on_logs(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            if let Some(missing) = view.lacks(false) {
                findings.absent(missing, "");
                return findings.outcome(view);
            }
            let period = match view.recent(calls, parameters.integer("days"), parameters.integer("fresh_days")) {
                Ok(period) => period,
                Err(causes) => {
                    findings.unclear.extend(causes);
                    return findings.outcome(view);
                }
            };
            let limit = u32::try_from(hour * 3600).unwrap_or(0);
            let mut judged = 0_u64;
            for day in whole_days(period).into_iter().filter(|day| is_working_day(*day) == Some(true)) {
                let of_day: Vec<_> = view
                    .all_groups()
                    .filter(|group| calls.has(group))
                    .flat_map(|group| group.days.iter().filter(|d| d.date == day).map(move |d| (group, d)))
                    .collect();
                // Lines whose outcome is known to be good, or that have none at all.
                let good = of_day
                    .iter()
                    .filter(|(group, d)| d.errors == 0 && (group.unknown == 0 || group.unknown == group.calls));
                let first_good = good.map(|(_, d)| d.first).min();
                let first = of_day.iter().map(|(_, d)| d.first).min();
                let clock = |seconds: u32| format!("{day} {:02}:{:02}", seconds / 3600, seconds / 60 % 60);
                judged += 1;
                if first_good.is_some_and(|first| first <= limit) {
                    continue;
                }
                let doubts = view.doubts(calls, (begins(day), begins(next(day))));
                if !doubts.is_empty() {
                    findings.unclear.extend(doubts);
                } else if let Some(first) = first.filter(|first| *first <= limit) {
                    findings.unclear("the first events failed, or may have", clock(first));
                } else if let Some(first) = first {
                    findings.broken(Reason::TooLarge, "the first event came late", clock(first));
                } else {
                    findings.broken(Reason::Missing, "no event on the day", day.to_string());
                }
            }
            if judged == 0 {
                findings.unclear("no weekday of the calendar in the period that the log holds", "");
            } else {
                findings.held("weekdays with an event in time", judged.to_string());
            }
            findings.outcome(view)
        })
    }
}

//! See [`ErrorShare`].

use super::{Findings, begins, earlier, is_of, next, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use jiff::civil::Date;
use std::collections::BTreeMap;

check! {
    /// Few calls of a service fail on any day.
    ///
    /// ## Why
    /// Calls that fail again and again load the common infrastructure and mean that somebody's work is not done. No official document sets
    /// a number. A day with few calls is not judged, where one call would decide; nor is a day that the log does not hold completely:
    /// an extract of errors alone would show nothing else. Where outcomes are not known, a day fails only when the known errors are too
    /// many by themselves.
    ///
    /// ## What to do
    /// Look at what the failed calls of the day have in common: an expired agreement or token, wrong data, a service that was down.
    pub ErrorShare {
        id: "usage.error-share",
        family: Usage,
        title: da "Få kald af en service fejler på en dag", en "Few calls of a service fail on any day",
        rows: ["USE-04"],
        basis: Contract,
        method: Inspected,
        sources: [("kravprobe default", "the contract sets it")],
        remediation: da "Find ud af, hvad dagens fejlede kald har til fælles, og ret det.", en "Find out what the failed calls of the day have in common, and correct it.",
        parameters: [
            ("integrations", List(&[]), "Numbers of the integrations that are judged; every one, when empty"),
            ("percent", Integer(2), "Largest share of failed calls of a service on a day, percent; no official number exists"),
            ("fewest_calls", Integer(100), "Fewest calls of a service on a day of which a share says anything"),
            ("days", Integer(30), "Days so far back count; no official number exists"),
        ],
    }
}

#[derive(Default)]
struct DayCount {
    calls: u64,
    errors: u64,
    /// Calls of which it may not be known.
    unknown: u64,
}

impl Check<UsageSubject> for ErrorShare {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let percent = parameters.integer("percent").clamp(0, 100).unsigned_abs();
        let fewest = parameters.integer("fewest_calls").max(1).unsigned_abs();
        let integrations = parameters.list("integrations");
        let expected = threshold(&format!("<= {percent} % of a day"));
        on_logs(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            if let Some(missing) = view.lacks(false).filter(|_| !integrations.is_empty()) {
                findings.absent(missing, "");
                return findings.outcome(view);
            }
            let from = earlier(subject.at, parameters.integer("days"));
            let (mut judged, mut few, mut any, mut known) = (0_u64, 0_u64, false, false);
            for log in &view.logs {
                // By integration and service, over municipalities and systems.
                let mut days: BTreeMap<(&str, &str, Date), DayCount> = BTreeMap::new();
                let wanted = |number: &str| integrations.is_empty() || integrations.iter().any(|i| is_of(i, number));
                for group in view.groups(log).filter(|group| wanted(&group.key.integration)) {
                    any = true;
                    known |= group.unknown < group.calls;
                    for day in group.days.iter().filter(|day| begins(day.date) >= from) {
                        let key = (group.key.integration.as_str(), group.key.service.as_str(), day.date);
                        let count = days.entry(key).or_default();
                        let (calls, errors) = (u64::from(day.calls), u64::from(day.errors));
                        count.calls += calls;
                        count.errors += errors;
                        count.unknown += group.unknown.min(calls.saturating_sub(errors));
                    }
                }
                for ((integration, service, date), count) in days {
                    let value = format!("{integration} {service} {date} {}/{}", count.errors, count.calls);
                    if count.calls < fewest {
                        few += 1;
                        continue;
                    }
                    let held = match log.period(Some(integration), subject.at) {
                        Err((phrase, value)) => Err((phrase, value)),
                        Ok((from, until)) if begins(date) < from || until < begins(next(date)) => Ok(false),
                        Ok(_) => Ok(true),
                    };
                    match held {
                        Err((phrase, value)) => findings.unclear(phrase, value),
                        // The first and the last day of an extract are there in part.
                        Ok(false) => {}
                        Ok(true) if count.errors * 100 > percent * count.calls => {
                            judged += 1;
                            findings.broken(Reason::TooLarge, "too many failed calls, failed/all", value);
                        }
                        Ok(true) if (count.errors + count.unknown) * 100 > percent * count.calls => {
                            judged += 1;
                            findings.unclear("the log does not say whether calls succeeded", value);
                        }
                        Ok(true) => judged += 1,
                    }
                }
            }
            if any && !known {
                findings.unclear.clear();
                findings.absent("no line says whether a call succeeded; let the mapping name its column", "");
            } else if judged > 0 {
                findings.held("days and services with few failed calls", judged.to_string());
            } else if few > 0 {
                findings.unclear("too few calls on every day", few.to_string());
            } else {
                findings.unclear("no whole day of calls close enough to the run", "");
            }
            findings.outcome(view)
        })
    }
}

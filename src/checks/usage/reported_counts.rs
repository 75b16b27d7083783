//! See [`ReportedCounts`].

use super::{Calls, Findings, begins, is_cvr, is_of, next, note, on_days, on_logs, read, touches};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use crate::subject::usage::Reported;

check! {
    /// Numbers of calls that somebody reported are the numbers that the log gives when it is counted again.
    ///
    /// ## Why
    /// A report on use is worth what it can be counted from. Days are whole days in Denmark. A number is compared only with a log that
    /// holds its whole period and integration. Bad lines, and calls that name no integration or municipality, could belong to it: a
    /// difference that they could explain is left open.
    ///
    /// ## What to do
    /// Show what the report counts: which lines, which days, which time zone.
    pub ReportedCounts {
        id: "usage.reported-counts",
        family: Usage,
        title: da "Rapporterede antal kald er dem, loggen viser", en "Reported numbers of calls are those that the log shows",
        rows: ["USE-11"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("KOMBIT: Sådan sikrer du krav til den fælleskommunale infrastruktur ved it-indkøb, 12-03-2024", "usage data")],
        remediation: da "Vis, hvad rapporten tæller: hvilke linjer, hvilke dage og hvilken tidszone.", en "Show what the report counts: which lines, which days, which time zone.",
        parameters: [],
    }
}

impl Check<UsageSubject> for ReportedCounts {
    fn judge(&self, subject: &UsageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "the reported number";
        let Some(blob) = &subject.reported else {
            return Outcome::not_tested(Reason::NotSupplied, EXPECTED, "the target names no reported counts");
        };
        let reports: Vec<Reported> = match read(blob, "the list of reported counts") {
            Ok(reports) => reports,
            Err(outcome) => return outcome,
        };
        on_logs(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            if let Some(missing) = view.lacks(reports.iter().any(|r| r.municipality_cvr.is_some())) {
                findings.absent(missing, "");
                return findings.outcome(view);
            }
            for report in &reports {
                let calls =
                    Calls { integration: Some(&report.integration), municipality: report.municipality_cvr.as_deref() };
                let name = format!("{} {}/{}", calls.name(), report.from, report.until);
                let period = (begins(report.from), begins(next(report.until)));
                if period.0 >= period.1 {
                    findings.unclear("the period ends before it begins", name);
                    continue;
                }
                let (mut equal, mut open, mut different) = (Vec::new(), Vec::new(), Vec::new());
                let mut causes = Vec::new();
                for log in &view.logs {
                    match log.shown(calls, subject) {
                        Err(cause) => causes.push(cause),
                        Ok((from, until)) if from > period.0 || until < period.1 => {
                            causes.push(note("the log does not hold the whole period", &log.facts.name));
                        }
                        Ok(_) => {
                            let count = |group| on_days(group, report.from, report.until).0;
                            let counted: u64 = view.groups(log).filter(|g| calls.has(g)).map(count).sum();
                            // Lines that could belong to it as well.
                            let may_be = |key: &crate::usage::summary::Key| {
                                (key.integration.is_empty() || is_of(&report.integration, &key.integration))
                                    && calls
                                        .municipality
                                        .is_none_or(|cvr| key.municipality == cvr || !is_cvr(&key.municipality))
                            };
                            let others = log.summary.groups.iter().filter(|g| {
                                may_be(&g.key)
                                    && !(calls.has(g) && view.is_here(g) == Some(true))
                                    && view.is_here(g) != Some(false)
                                    && touches(g, period)
                            });
                            // Overlapping extracts without ids are counted twice.
                            let overview = &log.summary.overview;
                            let may_be_double = overview.files.len() > 1 && !overview.has_log_ids;
                            let slack = others.map(count).sum::<u64>() + overview.bad_lines;
                            let value = format!("{name}: {} / {counted}", report.calls);
                            if counted == report.calls {
                                equal.push(value);
                            } else if counted < report.calls && report.calls <= counted + slack
                                || counted > report.calls && may_be_double
                            {
                                open.push(value);
                            } else {
                                different.push(value);
                            }
                        }
                    }
                }
                match (equal.is_empty(), open.is_empty(), different.is_empty()) {
                    (true, true, true) => {
                        findings.unclear("not shown", name);
                        findings.unclear.append(&mut causes);
                    }
                    (false, true, true) => findings.held("reported / counted", equal.join(", ")),
                    (true, true, false) => {
                        findings.broken(Reason::Contradiction, "reported / counted", different.join(", "));
                    }
                    (true, false, true) => {
                        findings.unclear(
                            "lines that could not be read or assigned may explain the difference",
                            open.join(", "),
                        );
                    }
                    _ => {
                        let all = [equal, open, different].concat().join(", ");
                        findings.unclear("the logs differ, reported / counted", all);
                    }
                }
            }
            if reports.is_empty() {
                findings.absent("the list of reported counts is empty", "");
            }
            findings.outcome(view)
        })
    }
}

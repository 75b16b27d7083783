//! See [`NoClosedIntegration`].

use super::{Calls, Findings, earlier, on_days, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::denmark::danish_day;
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use jiff::civil::Date;

check! {
    /// A new system calls no integration that is closed to new systems.
    ///
    /// ## Why
    /// SF1520 (lookups in the CPR replica) is closed to new users; SF1525 is what they use. A system that was in operation before may go
    /// on. When an integration was closed is not public: without a date in the profile, or the first day of operation in the target,
    /// calls are left open instead of failing.
    ///
    /// ## What to do
    /// Use the successor of the integration: SF1525 for SF1520.
    pub NoClosedIntegration {
        id: "usage.no-closed-integration",
        family: Usage,
        title: da "Et nyt system kalder ingen integration, der er lukket for nye systemer", en "A new system calls no integration that is closed to new systems",
        rows: ["USE-05"],
        basis: Norm,
        method: Inspected,
        sources: [("digitaliseringskataloget.dk: Personoplysninger", "SF1520, closed to new users")],
        remediation: da "Brug integrationens afløser, for SF1520 er det SF1525.", en "Use the successor of the integration, SF1525 for SF1520.",
        parameters: [
            ("closed", List(&["SF1520"]), "Closed integrations, INTEGRATION or INTEGRATION=YYYY-MM-DD: closed to systems that went live on that day or later"),
            ("since_days", Integer(30), "Calls so many days back count; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for NoClosedIntegration {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (days, fresh) = (parameters.integer("since_days"), parameters.integer("fresh_days"));
        let expected = format!("no call; {}", parameters.list("closed").join(", "));
        on_logs(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            if let Some(missing) = view.lacks(false) {
                findings.absent(missing, "");
                return findings.outcome(view);
            }
            let from = earlier(subject.at, days);
            let (first, last) = (danish_day(from), danish_day(subject.at));
            let mut older = 0;
            for entry in parameters.list("closed") {
                let (name, date) =
                    entry.split_once('=').map_or((entry.trim(), None), |(n, d)| (n.trim(), Some(d.trim())));
                let Ok(closed) = date.map(str::parse::<Date>).transpose() else {
                    findings.absent("`closed` has an entry whose date cannot be read", entry);
                    continue;
                };
                if let (Some(closed), Some(live)) = (closed, subject.go_live)
                    && live < closed
                {
                    older += 1;
                    continue;
                }
                let is_new = closed.is_some() && subject.go_live.is_some();
                let calls = Calls { integration: Some(name), municipality: None };
                let groups: Vec<_> = view.all_groups().filter(|g| calls.has(g) && g.newest >= from).collect();
                let count: u64 = groups.iter().map(|group| on_days(group, first, last).0).sum();
                let value = format!("{name} {count}");
                if count == 0 {
                    match view.recent(calls, days, fresh).map(|period| view.doubts(calls, period)) {
                        Err(causes) => findings.unclear.extend(causes),
                        Ok(doubts) if doubts.is_empty() => findings.held("no call", name),
                        Ok(doubts) => findings.unclear.extend(doubts),
                    }
                } else if !is_new {
                    findings.unclear("calls, and nobody says whether the system is newer than the closing", value);
                } else if groups.iter().any(|group| group.newest_success.is_some_and(|at| at >= from)) {
                    findings.broken(Reason::Forbidden, "calls of a closed integration", value);
                } else {
                    findings.unclear("calls of a closed integration, none known to have succeeded", value);
                }
            }
            if older > 0 && older == parameters.list("closed").len() {
                return Outcome::not_applicable(expected.clone(), "the system is older than the closing");
            }
            findings.outcome(view)
        })
    }
}

//! See [`NoSecrets`].

use super::{Findings, View, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::target::usage::Keeper;
use crate::usage::summary::Found;
use std::collections::BTreeMap;

/// Fewest numbers in the form of a CPR number that are no chance, where most numbers of ten digits of the column have it.
const FEWEST: u64 = 3;

check! {
    /// The system's log holds no token, key, message of a login, or CPR number.
    ///
    /// ## Why
    /// Logs are read by many and kept long. A token or a SAMLResponse in one opens a session to whoever reads it; CPR numbers do not belong where
    /// they are not needed. Lines of logs that the vendor keeps count. About every 27th number of ten digits has the form of a CPR number by
    /// chance: so three in a column, and the majority of its numbers of ten digits, are a finding; fewer are inconclusive. The report never
    /// repeats them: it names column and count.
    ///
    /// ## What to do
    /// Log an id or a hash in their place, and clean what has been written. A column whose numbers are no CPR numbers, or whose CPR numbers a law
    /// demands (an audit log), is named in the profile.
    pub NoSecrets {
        id: "event-log.no-secrets",
        family: EventLog,
        title: da "Systemets log indeholder ingen tokens, nøgler, loginbeskeder eller CPR-numre", en "The system's log holds no tokens, keys, login messages or CPR numbers",
        rows: ["FKI-LOG-04", "USE-08"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("OWASP Logging Cheat Sheet", "data to exclude"), ("Databeskyttelsesforordningen (EU) 2016/679", "5(1)(c)")],
        remediation: da "Log et id eller en hash i stedet, og rens det, der er skrevet.", en "Log an id or a hash in their place, and clean what has been written.",
        parameters: [
            ("columns", List(&[]), "Columns whose numbers of ten digits are no CPR numbers, or whose CPR numbers are needed"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for NoSecrets {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "none";
        let columns = parameters.list("columns");
        on_logs(subject, parameters.integer("window_days"), EXPECTED, |view| {
            let mut findings = Findings::default();
            let lines = View::own(view.recent(&mut findings), &mut findings);
            View::whole(&lines, &mut findings);
            for log in view.logs.iter().filter(|log| lines.iter().any(|line| line.log() == log.index)) {
                let vendors = log.facts.kept_by == Keeper::Supplier;
                for (certain, what) in finds(&log.events.found, columns) {
                    if certain && vendors {
                        findings.broken(Reason::Forbidden, what);
                    } else {
                        findings.unclear(what);
                    }
                }
            }
            if !lines.is_empty() {
                findings.held(format!("{} lines", lines.len()));
            }
            findings
        })
    }
}

/// What was found in a log, and whether it is certain.
fn finds(found: &[Found], columns: &[String]) -> Vec<(bool, String)> {
    let mut finds = Vec::new();
    let mut numbers: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for Found { kind, column, count, .. } in found {
        let of_column = numbers.entry(column).or_default();
        match kind.as_str() {
            "cpr" => of_column.0 = of_column.0.saturating_add(*count),
            "ten-digits" => of_column.1 = of_column.1.saturating_add(*count),
            _ => finds.push((true, format!("{kind} in the column; {column}; {count} times"))),
        }
    }
    let is_known = |column: &str| columns.iter().any(|c| c.trim().eq_ignore_ascii_case(column.trim()));
    for (column, (cpr, others)) in numbers.into_iter().filter(|(column, (cpr, _))| *cpr > 0 && !is_known(column)) {
        let certain = cpr >= FEWEST && cpr > others;
        let doubt = if certain { "" } else { "; may be chance" };
        finds.push((
            certain,
            format!(
                "CPR numbers in the column; {column}; {cpr} times, beside {others} other numbers of ten digits{doubt}"
            ),
        ));
    }
    finds
}

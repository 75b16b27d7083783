//! See [`NoSecrets`].

use super::{Findings, View, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::denmark::danish_day;
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::target::usage::Keeper;
use crate::usage::are_no_chance;
use crate::usage::summary::Found;
use jiff::civil::Date;
use std::collections::BTreeMap;

check! {
    /// The system's log holds no token, key, message of a login, or CPR number.
    ///
    /// ## Why
    /// Logs are read by many and kept long. A token or a SAMLResponse in one opens a session to whoever reads it; CPR numbers do not belong where
    /// they are not needed. Of messages a whole Assertion counts, encrypted or not, in XML or base64, and whatever stands under the name of one
    /// (`SAMLResponse=`). The system's own lines of the last days count, in logs that the vendor keeps. About 7 % of
    /// numbers of ten digits have the form of a CPR number by chance: so five in a column, and the majority of its numbers in that form, are a
    /// finding; fewer are inconclusive. The report never repeats them: it names column and count.
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
                for (certain, what) in finds(&log.events.found, danish_day(view.since), columns) {
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

/// What was found in a log's lines of a day or later, and whether it is certain. What stands in a line that cannot be read may be old, or
/// another system's.
fn finds(found: &[Found], since: Date, columns: &[String]) -> Vec<(bool, String)> {
    let mut finds = Vec::new();
    let mut numbers: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let is_known = |column: &str| columns.iter().any(|c| c.trim().eq_ignore_ascii_case(column.trim()));
    for Found { kind, column, count, days, .. } in found {
        let recent: u64 = days.iter().filter(|day| day.date >= since).map(|day| day.count).sum();
        let undated = count.saturating_sub(days.iter().map(|day| day.count).sum());
        let is_number = kind == "cpr" || kind == "ten-digits";
        if undated > 0 && kind != "ten-digits" && !(is_number && is_known(column)) {
            let what = if kind == "cpr" { "CPR numbers" } else { kind };
            let what = format!("{what} in the column; {column}; {undated} occurrences; in lines that cannot be read");
            finds.push((false, what));
        }
        let of_column = numbers.entry(column).or_default();
        match kind.as_str() {
            "cpr" => of_column.0 = recent,
            "ten-digits" => of_column.1 = recent,
            _ if recent > 0 => finds.push((true, format!("{kind} in the column; {column}; {recent} occurrences"))),
            _ => {}
        }
    }
    for (column, (cpr, others)) in numbers.into_iter().filter(|(column, (cpr, _))| *cpr > 0 && !is_known(column)) {
        let certain = are_no_chance(cpr, others);
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

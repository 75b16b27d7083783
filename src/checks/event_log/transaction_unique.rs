//! See [`TransactionUnique`].

use super::{Findings, Line, View, distinct, is_of, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, EventOutcome, Field};
use jiff::SignedDuration;
use std::collections::HashMap;

/// How a long id begins that is kept as a digest.
const DIGEST: &str = "sha256/128:";

/// Longest TransaktionsUUID, characters (SF1500, status 48).
const LONGEST: usize = 512;

check! {
    /// Each call of Organisation has its own TransaktionsUUID.
    ///
    /// ## Why
    /// Organisation refuses a call without TransaktionsUUID (48) and one whose TransaktionsUUID was used before (21); it has 1 to 512
    /// characters. Counted in lines `called` of the integration, in each log by itself, for two logs may tell of one call. Two lines with
    /// one TransaktionsUUID are two calls when they differ in service or municipality, or when both tell how the call ended, lie more than a
    /// second apart and do not name different items; otherwise they may be the beginning and the end of one call, or two items of it, and
    /// nothing is shown. That a line has no TransaktionsUUID does not show that the call had none.
    ///
    /// ## What to do
    /// Make a new UUID for each call, for a repeated one too.
    pub TransactionUnique {
        id: "event-log.transaction-unique",
        family: EventLog,
        title: da "Hvert kald har sit eget TransaktionsUUID", en "Each call has its own TransaktionsUUID",
        rows: ["ORG-01"],
        basis: Norm,
        method: Inspected,
        sources: [("Servicebeskrivelse til Fælleskommunalt Organisationssystem 6.0", "TransaktionsUUID; status 21 and 48")],
        remediation: da "Dan et nyt UUID til hvert kald, også når et kald gentages.", en "Make a new UUID for each call, for a repeated one too.",
        parameters: [
            ("integration", Text("SF1500"), "Number of the integration whose calls count"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for TransactionUnique {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let integration = parameters.text("integration");
        let expected = format!("1 to {LONGEST} characters, once");
        on_logs(subject, parameters.integer("window_days"), &expected, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Called], &mut findings);
            let mut lines = View::with_field(lines, Field::Integration, &mut findings);
            let had_any = !lines.is_empty();
            lines.retain(|line| line.integration.as_deref().is_some_and(|i| is_of(integration, i)));
            if had_any && lines.is_empty() {
                findings.absent(format!("no call of the integration; {integration}"));
            }
            let lines = View::with_field(lines, Field::Transaction, &mut findings);
            View::whole(&lines, &mut findings);
            if lines.iter().any(|line| !line.log.covers_integration(integration)) {
                findings.unclear("the log does not cover it");
            }
            let lines = distinct(&lines);
            let mut first: HashMap<(usize, String), Line<'_>> = HashMap::new();
            let (mut long, mut cut) = (Vec::new(), Vec::new());
            let (mut again, mut doubtful, mut without) = (Vec::new(), Vec::new(), Vec::new());
            for line in &lines {
                let Some(transaction) = line.transaction_key() else {
                    without.push(*line);
                    continue;
                };
                if transaction.chars().count() > LONGEST {
                    long.push(*line);
                } else if transaction.starts_with(DIGEST) {
                    cut.push(*line);
                }
                match first.get(&(line.log(), transaction.clone())) {
                    Some(earlier) if are_two_calls(*earlier, *line) => again.push(*line),
                    Some(_) => doubtful.push(*line),
                    None => drop(first.insert((line.log(), transaction), *line)),
                }
            }
            for (broken, reason, what) in [
                (again, Reason::Duplicate, "calls with a TransaktionsUUID that was used before"),
                (long, Reason::TooLarge, "calls with a TransaktionsUUID that is too long"),
            ] {
                if !broken.is_empty() {
                    findings.broken(reason, format!("{} {what}; {}", broken.len(), view.places(&broken)));
                }
            }
            for (open, what) in [
                (doubtful, "lines with the TransaktionsUUID of another, which may be the same call"),
                (cut, "calls with a TransaktionsUUID of more than 200 characters, whose length is not kept"),
                (without, "calls in whose line no TransaktionsUUID stands"),
            ] {
                if !open.is_empty() {
                    findings.unclear(format!("{} {what}; {}", open.len(), view.places(&open)));
                }
            }
            if !lines.is_empty() {
                findings.held(format!("{} calls", lines.len()));
            }
            findings
        })
    }
}

/// Whether two lines cannot tell of one call, nor of two items of one call.
fn are_two_calls(a: Line<'_>, b: Line<'_>) -> bool {
    let differ = |x: &Option<String>, y: &Option<String>| x.is_some() && y.is_some() && x != y;
    let ended = |line: Line<'_>| matches!(line.outcome, Some(EventOutcome::Success | EventOutcome::Failure));
    let apart = b.time.duration_since(a.time).abs() > SignedDuration::from_secs(1);
    let repeated = ended(a) && ended(b) && apart && !differ(&a.id, &b.id);
    repeated || differ(&a.service, &b.service) || differ(&a.municipality, &b.municipality)
}

//! See [`TokenAuthority`].

use super::{Findings, View, cvr, on_logs};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::{EventKind, Field};

check! {
    /// A call for a municipality is made with that municipality's token.
    ///
    /// ## Why
    /// Tokens are specific to an authority. A call with another authority's token reads or writes that authority's data, or is refused. Lines
    /// `called` that name both the token's CVR number and the municipality count; a call without a token names none.
    ///
    /// ## What to do
    /// Keep tokens by authority, and take the one of the municipality that the call is for.
    pub TokenAuthority {
        id: "event-log.token-authority",
        family: EventLog,
        title: da "Tokenets CVR-nummer er den kommunes, som kaldet gælder", en "The token's CVR number is that of the municipality that the call is for",
        rows: ["TOK-03"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1601 Programmer's Guide", "tokens are specific to an authority")],
        remediation: da "Gem tokens pr. myndighed, og brug den kommunes token, som kaldet gælder.", en "Keep tokens by authority, and use the token of the municipality that the call is for.",
        parameters: [("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists")],
    }
}

impl Check<EventLogSubject> for TokenAuthority {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "the CVR number of the call's municipality";
        on_logs(subject, parameters.integer("window_days"), EXPECTED, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Called], &mut findings);
            let lines = View::with_field(lines, Field::TokenMunicipality, &mut findings);
            let mut lines = View::with_field(lines, Field::Municipality, &mut findings);
            View::whole(&lines, &mut findings);
            let had_any = !lines.is_empty();
            lines.retain(|line| line.token_municipality.is_some());
            if had_any && lines.is_empty() {
                findings.absent("no call whose line names the token's CVR number");
            }
            let (mut held, mut other, mut unknown) = (0, Vec::new(), Vec::new());
            for line in &lines {
                match (
                    line.event.token_municipality.as_deref().and_then(cvr),
                    line.event.municipality.as_deref().and_then(cvr),
                ) {
                    (Some(token), Some(call)) if token == call => held += 1,
                    (Some(_), Some(_)) => other.push(*line),
                    _ => unknown.push(*line),
                }
            }
            if let Some(first) = other.first() {
                let what = format!("{} calls with another authority's token", other.len());
                let names = [&first.event.token_municipality, &first.event.municipality];
                let [token, call] = names.map(|n| n.as_deref().and_then(cvr).unwrap_or_default());
                findings.broken(Reason::WrongParty, format!("{what}; {token} for {call}; {}", view.places(&other)));
            }
            if !unknown.is_empty() {
                let what = format!("{} calls whose CVR numbers cannot be read", unknown.len());
                findings.unclear(format!("{what}; {}", view.places(&unknown)));
            }
            if held > 0 {
                findings.held(format!("{held} calls"));
            }
            findings
        })
    }
}

//! See [`AnyCallSinceGoLive`].

use super::{Since, State, begins, cell, earlier, on_cells, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;

check! {
    /// Every required integration has been called at least once since the system went into operation.
    ///
    /// ## Why
    /// A package that was bought and never called was never delivered in any way that matters. It fails only when a log holds everything
    /// from the first day of operation on; before the first weeks have passed, nothing is said.
    ///
    /// ## What to do
    /// Take the integration into use, or show which log holds its calls.
    pub AnyCallSinceGoLive {
        id: "usage.any-call-since-go-live",
        family: Usage,
        title: da "Hver krævet integration er kaldt mindst én gang siden idriftsættelsen", en "Every required integration has been called at least once since go-live",
        rows: ["USE-02"],
        basis: Contract,
        method: Inspected,
        sources: [("KOMBIT: Sådan sikrer du krav til den fælleskommunale infrastruktur ved it-indkøb, 12-03-2024", "usage data")],
        remediation: da "Tag integrationen i brug, eller vis den log, der har dens kald.", en "Take the integration into use, or show the log that holds its calls.",
        parameters: [
            ("integrations", List(&[]), "Numbers of the required integrations; SF1320 stands for SF1320_A too"),
            ("days", Integer(30), "How long after the first day of operation the first call comes at the latest, days; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for AnyCallSinceGoLive {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (days, fresh) = (parameters.integer("days"), parameters.integer("fresh_days"));
        let expected = threshold(&format!("a successful call since go-live, within {days} days of it"));
        let Some(first) = subject.go_live else {
            return Outcome::not_tested(Reason::NotSupplied, expected, "the target does not say when it went live");
        };
        let from = begins(first);
        if subject.at < from {
            return Outcome::not_applicable(expected, format!("not in operation before; {first}"));
        }
        on_cells(subject, parameters.list("integrations"), &expected, |view, calls, findings| {
            match view.state(calls, Since::Instant(from), fresh) {
                State::Used(at) => findings.held("in use, newest call", cell(calls, Some(at))),
                // The log must reach past the first weeks too.
                State::Idle(_) if earlier(subject.at, days.saturating_add(fresh)) < from => {
                    findings.unclear("no call yet, and the first weeks are not over", calls.name());
                }
                State::Idle(_) => findings.broken(Reason::Missing, "no successful call since go-live", calls.name()),
                State::Unknown(causes) => {
                    findings.unclear("not shown", calls.name());
                    findings.unclear.extend(causes);
                }
            }
        })
    }
}

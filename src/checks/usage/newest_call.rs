//! See [`NewestCall`].

use super::{Since, State, cell, on_cells, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;

check! {
    /// Every required integration is in use by every municipality: its newest successful call is recent.
    ///
    /// ## Why
    /// An integration that was delivered, tried and never used again gives nobody anything. A package has stood at 100 % in the national
    /// figures for a municipality whose newest call was years old. A call counts when it succeeded, or when the log tells no outcome at
    /// all. That there was none counts only when a log holds the integration and the period completely, ends close to the run, and has
    /// no lines that could be such calls without saying so.
    ///
    /// ## What to do
    /// Find out why the municipality's system no longer calls: an expired service agreement or certificate, an integration that was
    /// switched off, or one that was never taken into use.
    pub NewestCall {
        id: "usage.newest-call",
        family: Usage,
        title: da "Hver krævet integration er i brug hos hver kommune: det nyeste vellykkede kald er nyt", en "Every required integration is in use by every municipality: its newest successful call is recent",
        rows: ["USE-01"],
        basis: Contract,
        method: Inspected,
        sources: [("KOMBIT: Sådan sikrer du krav til den fælleskommunale infrastruktur ved it-indkøb, 12-03-2024", "usage data")],
        remediation: da "Find ud af, hvorfor systemet ikke længere kalder for kommunen, og tag integrationen i brug.", en "Find out why the system no longer calls for the municipality, and take the integration into use.",
        parameters: [
            ("integrations", List(&[]), "Numbers of the required integrations; SF1320 stands for SF1320_A too"),
            ("days", Integer(30), "Age of the newest call at most, days; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for NewestCall {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (days, fresh) = (parameters.integer("days"), parameters.integer("fresh_days"));
        let expected = threshold(&format!("a successful call within {days} days"));
        on_cells(subject, parameters.list("integrations"), &expected, |view, calls, findings| {
            match view.state(calls, Since::Days(days), fresh) {
                State::Used(at) => findings.held("in use, newest call", cell(calls, Some(at))),
                State::Idle(Some(at)) => {
                    findings.broken(Reason::TooOld, "no longer in use, newest call", cell(calls, Some(at)));
                }
                State::Idle(None) => findings.broken(Reason::Missing, "no successful call", calls.name()),
                State::Unknown(causes) => {
                    findings.unclear("not shown", calls.name());
                    findings.unclear.extend(causes);
                }
            }
        })
    }
}

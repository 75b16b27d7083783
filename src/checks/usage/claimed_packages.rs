//! See [`ClaimedPackages`].

use super::{Calls, Findings, Since, State, cell, on_logs, read, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use crate::subject::usage::Claimed;

check! {
    /// A package that is claimed to be fulfilled entirely is in use: each of its integrations has recent calls.
    ///
    /// ## Why
    /// FKI Potentiale and the like say what a system could and does integrate; FKI Forbrug says what it called. A package has stood at
    /// 100 % for a municipality without any call for years. A claim below 100 % says nothing on a single integration and is not judged.
    /// Claims about municipalities that the target does not name are not judged either.
    ///
    /// ## What to do
    /// Take the integrations into use, or have the claim corrected.
    pub ClaimedPackages {
        id: "usage.claimed-packages",
        family: Usage,
        title: da "En pakke, der er meldt helt opfyldt, er i brug", en "A package that is claimed to be fulfilled is in use",
        rows: [],
        basis: Contract,
        method: Inspected,
        sources: [("KOMBIT: Sådan sikrer du krav til den fælleskommunale infrastruktur ved it-indkøb, 12-03-2024", "usage data")],
        remediation: da "Tag integrationerne i brug, eller få oplysningen rettet.", en "Take the integrations into use, or have the claim corrected.",
        parameters: [
            ("days", Integer(30), "Age of the newest call of each integration at most, days; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run a log may end that shows that nothing happened, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for ClaimedPackages {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (days, fresh) = (parameters.integer("days"), parameters.integer("fresh_days"));
        let expected = threshold(&format!("calls of every integration of a package at 100 % within {days} days"));
        let Some(blob) = &subject.claimed else {
            return Outcome::not_tested(Reason::NotSupplied, expected, "the target names no claims");
        };
        let claims: Vec<Claimed> = match read(blob, "the list of claims") {
            Ok(claims) => claims,
            Err(outcome) => return outcome,
        };
        on_logs(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let named = |cvr: &String| subject.municipalities.is_empty() || subject.municipalities.contains(cvr);
            let judged: Vec<_> = claims.iter().filter(|c| c.percent >= 100 && named(&c.municipality_cvr)).collect();
            if judged.is_empty() {
                findings.absent("no package is claimed at 100 %", "");
            } else if let Some(missing) = view.lacks(true) {
                findings.absent(missing, "");
                return findings.outcome(view);
            }
            for claim in judged {
                if claim.integrations.is_empty() {
                    findings.absent("the claim names no integration", &claim.package);
                }
                for integration in &claim.integrations {
                    let calls = Calls { integration: Some(integration), municipality: Some(&claim.municipality_cvr) };
                    let named = |newest| format!("{} {}", claim.package, cell(calls, newest));
                    match view.state(calls, Since::Days(days), fresh) {
                        State::Used(at) => findings.held("in use, newest call", named(Some(at))),
                        State::Idle(newest) => {
                            findings.broken(
                                Reason::Contradiction,
                                "claimed, but not in use, newest call",
                                named(newest),
                            );
                        }
                        State::Unknown(causes) => {
                            findings.unclear("not shown", named(None));
                            findings.unclear.extend(causes);
                        }
                    }
                }
            }
            findings.outcome(view)
        })
    }
}

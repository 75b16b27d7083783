//! See [`TestedBeforeGoLive`].

use super::{Findings, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// There is evidence of a test in the external test environment from before the first day in production.
    ///
    /// ## Why
    /// One message that the system cannot receive blocks a whole dueslag, and tests in production are not allowed.
    ///
    /// ## What to do
    /// State the test's evidence and the day of go-live in `tests` of the export. A test that was never made is made now, in the external
    /// test environment.
    pub TestedBeforeGoLive {
        id: "mailbox.tested-before-go-live",
        family: Mailbox,
        title: da "Integrationen er testet i eksternt testmiljø før idriftsættelse", en "The integration was tested in the external test environment before go-live",
        rows: ["BFO-CFG-14"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "4.3.2")],
        remediation: da "Gennemfør testen i eksternt testmiljø, og dokumentér den.", en "Make the test in the external test environment, and document it.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for TestedBeforeGoLive {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "evidence dated before go-live";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let tests = view.export.tests.as_ref();
            let (Some(live), Some(evidence)) = (tests.and_then(|t| t.go_live), tests.and_then(|t| t.evidence.as_ref()))
            else {
                findings.absent("tests.goLive and tests.evidence");
                return findings.outcome();
            };
            match evidence.iter().map(|e| (e.date, &e.what)).min() {
                Some((date, what)) if date < live => findings.held(format!("{date} ({what}), go-live {live}")),
                Some((date, what)) => {
                    findings.broken(Reason::Different, format!("first evidence {date} ({what}), go-live {live}"));
                }
                None => findings.broken(Reason::Missing, format!("no evidence, go-live {live}")),
            }
            findings.outcome()
        })
    }
}

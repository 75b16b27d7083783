//! See [`InactiveAfterTest`].

use super::{Findings, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;
use crate::verdict::Environment;

check! {
    /// After the test, dueslag and expressions in the external test environment are inactive.
    ///
    /// ## Why
    /// A mailbox that nobody empties fills up and disturbs the tests of others. The conditions ask that both are deactivated.
    ///
    /// ## What to do
    /// Set dueslag and expressions in the external test environment to inactive when the test is over. An export states the end of the
    /// test in `tests.ended`, and the mailboxes of the test environment with `"environment": "external-test"`.
    pub InactiveAfterTest {
        id: "mailbox.inactive-after-test",
        family: Mailbox,
        title: da "Dueslag og abonnementsudtryk i testmiljøet er deaktiveret efter test", en "Dueslag and expressions in the test environment are inactive after the test",
        rows: ["BFO-CFG-13"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "4.3.2")],
        remediation: da "Deaktivér dueslag og abonnementsudtryk i det eksterne testmiljø.", en "Deactivate dueslag and expressions in the external test environment.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for InactiveAfterTest {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "inactive in the external test environment";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let Some(ended) = view.export.tests.as_ref().and_then(|t| t.ended) else {
                findings.absent("tests.ended: when the test ended");
                return findings.outcome();
            };
            if ended > view.taken() {
                return Outcome::not_applicable(EXPECTED, format!("the test goes on until {ended}"));
            }
            let Some(all) = &view.export.dueslag else {
                findings.absent("dueslag");
                return findings.outcome();
            };
            let is_test = |e: Option<Environment>| e.unwrap_or(subject.environment) == Environment::ExternalTest;
            for dueslag in all.iter().filter(|d| is_test(d.environment)) {
                let name = dueslag.title();
                let mut tell = |active: Option<bool>, what: String| match active {
                    Some(false) => findings.held(what),
                    Some(true) => findings.broken(Reason::Forbidden, format!("{what}: still active")),
                    None => findings.absent(format!("whether {what} is active")),
                };
                tell(dueslag.active, format!("dueslag {name}"));
                for subscription in dueslag.abonnementer.iter().flatten() {
                    for filter in subscription.abonnementsudtryk.iter().flatten() {
                        tell(filter.active, format!("abonnementsudtryk of {} in {name}", subscription.title()));
                    }
                }
                if dueslag.abonnementer.as_ref().is_none_or(|all| all.iter().any(|a| a.abonnementsudtryk.is_none())) {
                    findings.absent(format!("every abonnementsudtryk of {name}"));
                }
            }
            findings.outcome()
        })
    }
}

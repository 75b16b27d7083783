//! See [`RequiredTypesSubscribed`].

use super::{Findings, on_export};
use crate::besked::mailboxes::Id;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;
use std::collections::BTreeSet;

check! {
    /// Every message type that the system needs has an active subscription.
    ///
    /// ## Why
    /// A type without a subscription never reaches the system, and nothing shows that it is missing.
    ///
    /// ## What to do
    /// Create the subscription in the Beskedfordeler's user interface, and set dueslag, subscription and expression to active. Which
    /// types are needed is said by the profile's parameter, or by `required` in the export.
    pub RequiredTypesSubscribed {
        id: "mailbox.required-types-subscribed",
        family: Mailbox,
        title: da "Hver krævet beskedtype har et aktivt abonnement", en "Every required message type has an active subscription",
        rows: ["BFO-CFG-02"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.2")],
        remediation: da "Opret abonnement på den manglende beskedtype, og sæt dueslag, abonnement og abonnementsudtryk aktive.",
                     en "Create a subscription to the missing message type, and set dueslag, subscription and expression to active.",
        parameters: [("required", List(&[]), "UUIDs of the message types that the system needs; those of the export, when empty")],
    }
}

impl Check<MailboxSubject> for RequiredTypesSubscribed {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "an active subscription to every required type";
        on_export(subject, EXPECTED, |view| {
            let stated = view.export.required.iter().flatten().map(|r| r.beskedtype.to_string());
            let required: BTreeSet<String> = match parameters.list("required") {
                [] => stated.collect(),
                listed => listed.iter().map(|t| t.trim().to_ascii_lowercase()).collect(),
            };
            if view.test_is_over() {
                return Outcome::not_applicable(EXPECTED, "the test has ended");
            }
            let mut findings = Findings::new(EXPECTED);
            if required.is_empty() {
                findings.absent("which types are required");
                return findings.outcome();
            }
            // A subscription that is not stated could be the missing one.
            let mut missing = Findings::new(EXPECTED);
            let subscriptions = view.subscriptions(&mut missing);
            let whole = missing.absent.is_empty();
            for required in required {
                let of_type = subscriptions.iter().filter(|(_, a)| Id::is(&a.beskedtype, &required));
                let active: Vec<_> =
                    of_type.map(|(d, a)| if view.is_unfit(d) { None } else { d.delivers(a) }).collect();
                if active.contains(&Some(true)) {
                    findings.held(required);
                } else if active.contains(&None) {
                    findings.absent(format!("whether the subscription to {required} is active"));
                } else if !whole {
                    findings.absent(format!("every subscription, and so one to {required}"));
                } else if active.is_empty() {
                    findings.broken(Reason::Missing, format!("no subscription to {required}"));
                } else {
                    findings.broken(Reason::Different, format!("no active subscription to {required}"));
                }
            }
            findings.outcome()
        })
    }
}

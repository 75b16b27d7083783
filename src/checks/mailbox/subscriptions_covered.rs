//! See [`SubscriptionsCovered`].

use super::{Findings, Force, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Every subscription's message type stands in a service agreement that is in force.
    ///
    /// ## Why
    /// The Beskedfordeler delivers what both a subscription and an agreement name. A subscription without an agreement delivers nothing
    /// and cannot be set to active.
    ///
    /// ## What to do
    /// Add the message type to the data limits of an agreement and have it approved, or remove the subscription.
    pub SubscriptionsCovered {
        id: "mailbox.subscriptions-covered",
        family: Mailbox,
        title: da "Hvert abonnements beskedtype er omfattet af en serviceaftale", en "Every subscription's message type is covered by a service agreement",
        rows: ["BFO-CFG-03"],
        basis: Norm,
        method: Inspected,
        sources: [("D.09.03 Besked-Hent-Snitflade", "appendix 2"), ("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.3")],
        remediation: da "Tilføj beskedtypen til en serviceaftales dataafgrænsning og få den godkendt, eller fjern abonnementet.",
                     en "Add the message type to the data limits of a service agreement and have it approved, or remove the subscription.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for SubscriptionsCovered {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "each type in an agreement in force";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let subscriptions = view.subscriptions(&mut findings);
            let agreements = view.agreements(&mut findings);
            if !findings.absent.is_empty() {
                return findings.outcome();
            }
            for (dueslag, subscription) in subscriptions {
                let of = format!("{} in {}", subscription.title(), dueslag.title());
                let (mut covered, mut doubt) = (false, None);
                for agreement in &agreements {
                    let types = agreement.dataafgraensninger.as_ref().and_then(|limits| limits.beskedtype.as_ref());
                    let names = types.map(|types| types.contains(&subscription.beskedtype));
                    match (names, view.force(agreement)) {
                        (Some(false), _) | (_, Force::Not(_)) => {}
                        (Some(true), Force::Yes | Force::NotStated) => covered = true,
                        (Some(true), Force::Unclear(why)) => doubt = Some(format!("{}: {why}", agreement.title())),
                        (None, _) => doubt = Some(format!("beskedtype of {} is not stated", agreement.title())),
                    }
                }
                match (covered, doubt) {
                    (true, _) => findings.held(of),
                    (false, Some(why)) => findings.unclear(format!("{of}: {why}")),
                    (false, None) => findings.broken(Reason::Missing, format!("{of}: no agreement")),
                }
            }
            findings.outcome()
        })
    }
}

//! See [`AllActive`].

use super::{Findings, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Every dueslag, subscription and expression in use is active.
    ///
    /// ## Why
    /// The Beskedfordeler delivers only where all three show "ja" in the column Aktiv. An expression that cannot be set to "ja" means
    /// that the agreement is not provisioned.
    ///
    /// ## What to do
    /// Set the part that is named to active; when that is refused, have the service agreement corrected. What is no longer in use
    /// is removed, or marked `retired` in the export. A dueslag that is inactive because the system cannot receive is stated as
    /// such (`observations.inactive`) and judged when it receives again. After the test, `mailbox.inactive-after-test` judges.
    pub AllActive {
        id: "mailbox.all-active",
        family: Mailbox,
        title: da "Dueslag, abonnementer og abonnementsudtryk i brug er aktive", en "Mailboxes, subscriptions and expressions in use are active",
        rows: ["BFO-CFG-01"],
        basis: Norm,
        method: Inspected,
        sources: [("D.09.03 Besked-Hent-Snitflade", "appendix 2")],
        remediation: da "Sæt den nævnte del til aktiv; afvises det, skal serviceaftalen rettes. Fjern det, der ikke længere er i brug.",
                     en "Set the part that is named to active; when that is refused, have the service agreement corrected. Remove what is no longer in use.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for AllActive {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "all active";
        on_export(subject, EXPECTED, |view| {
            if view.test_is_over() {
                return Outcome::not_applicable(EXPECTED, "the test has ended");
            }
            let mut findings = Findings::new(EXPECTED);
            let mut tell = |active: Option<bool>, what: String, unfit: bool| match active {
                Some(true) => findings.held(what),
                Some(false) if unfit => {
                    findings.unclear(format!("{what}: inactive, as long as the system cannot receive"));
                }
                Some(false) => findings.broken(Reason::Different, format!("{what}: not active")),
                None => findings.absent(format!("whether {what} is active")),
            };
            let mut missing = Findings::new(EXPECTED);
            for dueslag in view.dueslag(&mut missing) {
                let name = dueslag.title();
                let unfit = view.is_unfit(dueslag);
                tell(dueslag.active, format!("dueslag {name}"), unfit);
                let Some(subscriptions) = &dueslag.abonnementer else {
                    missing.absent(format!("abonnementer of {name}"));
                    continue;
                };
                for subscription in subscriptions.iter().filter(|a| !a.retired) {
                    let of = format!("{} in {name}", subscription.title());
                    tell(subscription.active, format!("abonnement {of}"), unfit);
                    match &subscription.abonnementsudtryk {
                        None => missing.absent(format!("abonnementsudtryk of {of}")),
                        Some(filters) => {
                            for filter in filters {
                                tell(filter.active, format!("abonnementsudtryk of {of}"), unfit);
                            }
                        }
                    }
                }
                if subscriptions.iter().all(|a| a.retired) {
                    missing.absent(format!("an abonnement of {name}"));
                }
            }
            findings.absent.append(&mut missing.absent);
            findings.outcome()
        })
    }
}

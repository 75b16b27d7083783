//! See [`ModeMatches`].

use super::{Findings, on_export};
use crate::besked::mailboxes::Mode;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Each dueslag is set to the way of delivery that the system implements.
    ///
    /// ## Why
    /// Push or pull is chosen per dueslag. A dueslag for push without an endpoint, or for pull without a client, fills up.
    ///
    /// ## What to do
    /// Set the dueslag to push or pull as the system receives, or name the missing part of the system in the target.
    pub ModeMatches {
        id: "mailbox.mode-matches",
        family: Mailbox,
        title: da "Hvert dueslags leveringsform er den, systemet anvender", en "Each dueslag delivers in the way that the system implements",
        rows: ["BFO-CFG-07"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.2")],
        remediation: da "Sæt dueslaget til push eller pull, som systemet modtager.", en "Set the dueslag to push or pull, as the system receives.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for ModeMatches {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        let ways = [(subject.pushes, Mode::Push.name()), (subject.pulls, Mode::Pull.name())];
        let ways: Vec<_> = ways.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect();
        let expected = ways.join(" or ");
        if ways.is_empty() {
            return Outcome::not_tested(
                Reason::NotSupplied,
                "push or pull",
                "the target names neither an endpoint nor a client",
            );
        }
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            for dueslag in view.dueslag(&mut findings) {
                let name = dueslag.title();
                match dueslag.mode {
                    None => findings.absent(format!("mode of {name}")),
                    Some(mode) if ways.contains(&mode.name()) => findings.held(format!("{name}: {}", mode.name())),
                    Some(mode) => findings.broken(Reason::Contradiction, format!("{name}: {}", mode.name())),
                }
            }
            findings.outcome()
        })
    }
}

//! See [`KleSyntax`].

use super::{Findings, on_export};
use crate::besked::lists::kle_pattern;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// The KLE numbers of every agreement have one of the four allowed forms.
    ///
    /// ## Why
    /// Kommunalt forvaltningsområde takes `NN.NN.NN`, `NN.NN.*`, `NN.*` and `*`. Another form matches no message. Whether a number is in
    /// KLE is not looked at.
    ///
    /// ## What to do
    /// Correct the entry in the data limits of the agreement.
    pub KleSyntax {
        id: "mailbox.kle-syntax",
        family: Mailbox,
        title: da "Aftalernes KLE-numre har en af de fire tilladte former", en "The agreements' KLE numbers have one of the four allowed forms",
        rows: ["BFO-CFG-11"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "table 1")],
        remediation: da "Skriv KLE-nummeret som NN.NN.NN, NN.NN.*, NN.* eller *.", en "Write the KLE number as NN.NN.NN, NN.NN.*, NN.* or *.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for KleSyntax {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "NN.NN.NN, NN.NN.*, NN.* or *";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            for agreement in view.agreements(&mut findings) {
                let name = agreement.title();
                let Some(listed) = agreement.dataafgraensninger.as_ref().and_then(|l| l.kle.as_ref()) else {
                    findings.absent(format!("KLE of {name}"));
                    continue;
                };
                if listed.is_empty() {
                    findings.broken(Reason::Missing, format!("{name}: none"));
                }
                for item in listed {
                    match kle_pattern(item.trim()) {
                        Some(_) => findings.held(item.trim()),
                        None => findings.broken(Reason::Malformed, format!("{name}: {item}")),
                    }
                }
            }
            findings.outcome()
        })
    }
}

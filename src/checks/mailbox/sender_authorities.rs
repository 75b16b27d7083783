//! See [`SenderAuthorities`].

use super::{Findings, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Afsendende myndighed of every agreement is a list of CVR numbers with eight digits, without a wildcard.
    ///
    /// ## Why
    /// The Beskedfordeler compares the list literally: a wildcard or another form matches nothing, and no message comes. The number's
    /// check digit is not looked at, because the authorities of the test environment have invented numbers.
    ///
    /// ## What to do
    /// List the CVR numbers of the sending authorities one by one.
    pub SenderAuthorities {
        id: "mailbox.sender-authorities",
        family: Mailbox,
        title: da "Afsendende myndighed er en liste af CVR-numre uden jokertegn", en "Afsendende myndighed is a list of CVR numbers without a wildcard",
        rows: ["BFO-CFG-10"],
        basis: Norm,
        method: Inspected,
        sources: [("D.09.03 Besked-Hent-Snitflade", "appendix 2"), ("SF1461 Modtag beskeder via Beskedfordeler 2.0", "table 1")],
        remediation: da "Angiv de afsendende myndigheders CVR-numre enkeltvis, otte cifre hver.", en "List the CVR numbers of the sending authorities one by one, eight digits each.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for SenderAuthorities {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "CVR numbers of eight digits";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            for agreement in view.agreements(&mut findings) {
                let name = agreement.title();
                let listed = agreement.dataafgraensninger.as_ref().and_then(|l| l.afsendende_myndighed.as_ref());
                let Some(listed) = listed else {
                    findings.absent(format!("Afsendende myndighed of {name}"));
                    continue;
                };
                if listed.is_empty() {
                    findings.broken(Reason::Missing, format!("{name}: none"));
                }
                for item in listed {
                    match item.trim() {
                        cvr if crate::target::is_cvr(cvr) => findings.held(cvr),
                        other if other.contains('*') => findings.broken(Reason::Forbidden, format!("{name}: {other}")),
                        other => findings.broken(Reason::Malformed, format!("{name}: {other}")),
                    }
                }
            }
            findings.outcome()
        })
    }
}

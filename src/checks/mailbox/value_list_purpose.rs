//! See [`ValueListPurpose`].

use super::{Findings, kind_of_prefix, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// A value list with CPR numbers has a purpose, and no entry that does not serve it.
    ///
    /// ## Why
    /// CPR numbers must not be kept in a value list longer than they are relevant: each entry without an open case fetches personal data
    /// without a purpose.
    ///
    /// ## What to do
    /// Compare the list with the open cases, and remove the rest with FjernVaerdier. State the number that is left over in the export.
    pub ValueListPurpose {
        id: "mailbox.value-list-purpose",
        family: Mailbox,
        title: da "Værdilister med CPR-numre har kun værdier med et formål", en "Value lists with CPR numbers hold only entries with a purpose",
        rows: ["BFO-VAL-04"],
        basis: Norm,
        method: Inspected,
        sources: [("D.09.05 Vaerdiliste-Rediger-Snitflade", "4.2")],
        remediation: da "Fjern CPR-numre uden åben sag fra værdilisten med FjernVaerdier.", en "Remove CPR numbers without an open case from the value list, with FjernVaerdier.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for ValueListPurpose {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "a purpose, and 0 entries without it";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let Some(lists) = &view.export.vaerdilister else {
                findings.absent("vaerdilister");
                return findings.outcome();
            };
            let persons = |prefix: &Option<String>| prefix.as_deref().is_none_or(|p| kind_of_prefix(p) == "cpr");
            let mut judged = false;
            for list in lists.iter().filter(|l| persons(&l.prefix)) {
                judged = true;
                let has_purpose = list.purpose.as_ref().is_some_and(|p| !p.trim().is_empty());
                match list.entries_without_purpose {
                    _ if list.prefix.is_none() => findings.absent(format!("prefix of {}", list.name)),
                    Some(0) if has_purpose => findings.held(format!("{}: 0", list.name)),
                    Some(0) | None => findings.absent(format!("purpose and entriesWithoutPurpose of {}", list.name)),
                    Some(more) => findings.broken(Reason::Forbidden, format!("{}: {more}", list.name)),
                }
            }
            if !judged {
                return Outcome::not_applicable(EXPECTED, "no value list with CPR numbers");
            }
            findings.outcome()
        })
    }
}

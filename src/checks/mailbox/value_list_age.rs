//! See [`ValueListAge`].

use super::{Findings, on_export};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Every value list was updated within the last 190 days.
    ///
    /// ## Why
    /// A value list that has not been updated for 190 days may be deleted, and the subscriptions that use it then select nothing.
    ///
    /// ## What to do
    /// Update the list as the cases change; delete one that is no longer used.
    pub ValueListAge {
        id: "mailbox.value-list-age",
        family: Mailbox,
        title: da "Hver værdiliste er opdateret inden for 190 dage", en "Every value list was updated within 190 days",
        rows: ["BFO-VAL-01"],
        basis: Norm,
        method: Inspected,
        sources: [("D.09.05 Vaerdiliste-Rediger-Snitflade", "4.2")],
        remediation: da "Opdatér værdilisten løbende, eller slet den, hvis den ikke bruges.", en "Update the value list continuously, or delete it when it is not used.",
        parameters: [("days", Integer(190), "Age at which a list may be deleted, days")],
    }
}

impl Check<MailboxSubject> for ValueListAge {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let days = parameters.integer("days");
        let expected = format!("< {days} days");
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            match &view.export.vaerdilister {
                None => findings.absent("vaerdilister"),
                Some(lists) if lists.is_empty() => return Outcome::not_applicable(&expected, "no value list"),
                Some(_) => {}
            }
            for list in view.export.vaerdilister.iter().flatten() {
                let changed = list.changes.iter().flatten().map(|c| c.at).chain(list.last_updated).max();
                let Some(changed) = changed else {
                    findings.absent(format!("last update of {}", list.name));
                    continue;
                };
                let age = view.taken().duration_since(changed).as_hours() / 24;
                let of = format!("{}: {age} days", list.name);
                if age < days {
                    findings.held(of);
                } else {
                    findings.broken(Reason::TooLarge, of);
                }
            }
            findings.outcome()
        })
    }
}

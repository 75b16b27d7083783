//! See [`Sensitivity`].

use super::{Findings, View, on_export};
use crate::besked::lists;
use crate::besked::mailboxes::Id;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Foelsomhed of every agreement is the highest class of its message types, and no higher.
    ///
    /// ## Why
    /// The class is hierarchical: one too low holds messages back, one too high lets more sensitive data through than the purpose needs.
    ///
    /// ## What to do
    /// Set Foelsomhed to the highest class of the agreement's message types. The classes of types that the program does not know are
    /// stated in `required` of the export.
    pub Sensitivity {
        id: "mailbox.sensitivity",
        family: Mailbox,
        title: da "Aftalernes følsomhed svarer til beskedtypernes højeste klasse", en "The agreements' sensitivity is the highest class of their message types",
        rows: ["BFO-CFG-12"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "table 1, 7")],
        remediation: da "Sæt Foelsomhed til beskedtypernes højeste klasse.", en "Set Foelsomhed to the highest class of the message types.",
        parameters: [],
    }
}

impl Check<MailboxSubject> for Sensitivity {
    fn judge(&self, subject: &MailboxSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "the highest class of the agreement's types";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            for agreement in view.agreements(&mut findings) {
                let name = agreement.title();
                let limits = agreement.dataafgraensninger.clone().unwrap_or_default();
                let (Some(class), Some(types)) = (limits.foelsomhed, limits.beskedtype) else {
                    findings.absent(format!("Foelsomhed and Beskedtype of {name}"));
                    continue;
                };
                let Some(allowed) = lists::sensitivity(class.as_str()).map(|s| s.rank) else {
                    findings.unclear(format!("{name}: {class} is none of the four known classes"));
                    continue;
                };
                let ranks: Vec<_> = types.iter().map(|t| rank(view, t)).collect();
                let needed = ranks.iter().flatten().max().copied().unwrap_or(0);
                let of = format!("{name}: class {allowed}, types need {needed}");
                if allowed < needed {
                    findings.broken(Reason::TooSmall, of);
                } else if allowed == needed {
                    // A type of an unknown class could need more; that the class is not too high is shown.
                    match types.iter().zip(&ranks).find(|(_, rank)| rank.is_none()) {
                        Some((of, _)) => findings.absent(format!("the class of {of}")),
                        None => findings.held(of),
                    }
                } else if ranks.iter().all(Option::is_some) && !ranks.is_empty() {
                    findings.broken(Reason::TooLarge, of);
                } else {
                    findings.absent(format!("the class of every type of {name}"));
                }
            }
            findings.outcome()
        })
    }
}

/// Rank of a message type's class, as the export or the official description states it.
fn rank(view: &View<'_>, of: &Id) -> Option<u8> {
    let stated =
        view.export.required.iter().flatten().find(|r| r.beskedtype == *of).and_then(|r| r.foelsomhed.as_ref());
    if let Some(class) = stated {
        return lists::sensitivity(class.as_str()).map(|s| s.rank);
    }
    let class = lists::message_type(of.as_str())?.sensitivity?;
    lists::sensitivities().iter().find(|s| s.uuid == class).map(|s| s.rank)
}

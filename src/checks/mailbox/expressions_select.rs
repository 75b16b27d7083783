//! See [`ExpressionsSelect`].

use super::{Findings, View, besked_id, is_active, on_export, selects, type_of};
use crate::besked::expression::Selection;
use crate::besked::mailboxes::{Abonnement, Dueslag};
use crate::besked::read::Element;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// Tried on sample messages, the subscriptions select every message that the system needs, and none outside its purpose.
    ///
    /// ## Why
    /// A filter that is too narrow loses messages silently; one that is too wide fetches personal data that nobody needs. The
    /// receiver answers for both (data minimisation by the agreement, the message types and the filter).
    ///
    /// ## What to do
    /// Name received messages in the target, and in the export's `samples` which of them are needed (`wanted`). Then correct the
    /// expressions: `kravprobe inspect subscription` shows what each selects. A profile can require or forbid whole message types.
    pub ExpressionsSelect {
        id: "mailbox.expressions-select",
        family: Mailbox,
        title: da "Abonnementerne udvælger de nødvendige beskeder og ingen uden for formålet", en "The subscriptions select the messages that are needed, and none outside the purpose",
        rows: ["BFO-CFG-05"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "7")],
        remediation: da "Ret abonnementsudtrykket, så det udvælger netop de beskeder, systemet har brug for.",
                     en "Correct the expression, so that it selects exactly the messages that the system needs.",
        parameters: [
            ("required", List(&[]), "UUIDs of message types of which every sample must be selected"),
            ("forbidden", List(&[]), "UUIDs of message types of which no sample may be selected"),
        ],
    }
}

/// What is wanted of a sample.
enum Wish {
    Selected,
    NotSelected,
    /// The system needs messages of the type, but perhaps not this one.
    Perhaps,
    Nothing,
}

impl Check<MailboxSubject> for ExpressionsSelect {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "all that is needed, nothing else";
        on_export(subject, EXPECTED, |view| {
            let mut findings = Findings::new(EXPECTED);
            let subscriptions = view.subscriptions(&mut findings);
            let messages = view.messages();
            if messages.is_empty() {
                findings.absent("received messages to try the expressions on");
            }
            let mut needed = 0;
            for message in &messages {
                let besked = &message.besked;
                let id = besked_id(besked).unwrap_or("without BeskedId");
                let wish = wish(view, besked, parameters.list("required"), parameters.list("forbidden"));
                match (wish, selection(&subscriptions, besked)) {
                    (Wish::Nothing, _) => {}
                    (Wish::Selected | Wish::Perhaps, Selection::Selected) => {
                        needed += 1;
                        findings.held(format!("{id} selected"));
                    }
                    (Wish::Selected, Selection::NotSelected) => {
                        findings.broken(Reason::Missing, format!("{id} is needed and not selected"));
                    }
                    (Wish::NotSelected, Selection::Selected) => {
                        findings.broken(Reason::Forbidden, format!("{id} is selected and lies outside the purpose"));
                    }
                    (Wish::NotSelected, Selection::NotSelected) => findings.held(format!("{id} not selected")),
                    (Wish::Perhaps, Selection::NotSelected) => {
                        findings.unclear(format!(
                            "{id} is of a required type and not selected; state in `samples` whether it is needed"
                        ));
                    }
                    (_, Selection::Unknown(why)) => findings.unclear(format!("{id}: {why}")),
                }
            }
            if needed == 0 && !messages.is_empty() {
                // Filters that select nothing at all must not pass.
                findings.absent("a sample that is needed, and is selected");
            }
            findings.outcome()
        })
    }
}

fn wish(view: &View<'_>, besked: &Element, required: &[String], forbidden: &[String]) -> Wish {
    let sample = besked_id(besked)
        .and_then(|id| view.export.samples.iter().flatten().find(|s| s.besked_id.trim().eq_ignore_ascii_case(id)));
    if let Some(sample) = sample {
        return if sample.wanted { Wish::Selected } else { Wish::NotSelected };
    }
    let of = type_of(besked).unwrap_or_default();
    let among = |types: &[String]| types.iter().any(|t| t.trim().eq_ignore_ascii_case(of));
    if among(forbidden) {
        Wish::NotSelected
    } else if among(required) {
        Wish::Selected
    } else if view.export.required.iter().flatten().any(|r| r.beskedtype.is(of)) {
        Wish::Perhaps
    } else {
        Wish::Nothing
    }
}

/// What all active subscriptions together make of a message.
fn selection(subscriptions: &[(&Dueslag, &Abonnement)], besked: &Element) -> Selection {
    let mut unknown = None;
    for (dueslag, subscription) in subscriptions {
        match (selects(subscription, besked), is_active(dueslag, subscription)) {
            (Selection::NotSelected, _) | (_, Some(false)) => {}
            (Selection::Selected, Some(true)) => return Selection::Selected,
            (Selection::Selected, None) => {
                unknown = Some(format!("whether {} is active is not stated", subscription.title()))
            }
            (Selection::Unknown(why), _) => unknown = Some(why),
        }
    }
    unknown.map_or(Selection::NotSelected, Selection::Unknown)
}

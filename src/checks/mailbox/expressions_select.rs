//! See [`ExpressionsSelect`].

use super::{Findings, View, on_export};
use crate::besked::expression::Selection;
use crate::besked::mailboxes::selection::selection;
use crate::besked::read::Message;
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
            let subscriptions: Vec<_> = view.subscriptions(&mut findings).into_iter().map(|(_, a)| a).collect();
            // A subscription that is not stated could be the one that selects a message.
            let whole = findings.absent.is_empty();
            let messages = view.messages();
            if messages.is_empty() {
                findings.absent("received messages to try the expressions on");
            }
            let mut needed = 0;
            for message in &messages {
                let id = message.besked_id().map_or("without BeskedId", |id| id.value.trim());
                let wish = wish(view, message, parameters.list("required"), parameters.list("forbidden"));
                match (wish, selection(&subscriptions, message)) {
                    (Wish::Nothing, _) => {}
                    (Wish::Selected | Wish::Perhaps, Selection::NotSelected) if !whole => {}
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

fn wish(view: &View<'_>, message: &Message, required: &[String], forbidden: &[String]) -> Wish {
    let id = message.besked_id().map_or("", |id| id.value.trim());
    let sample = view.export.samples.iter().flatten().find(|s| s.besked_id.trim().eq_ignore_ascii_case(id));
    if let Some(sample) = sample {
        return if sample.wanted { Wish::Selected } else { Wish::NotSelected };
    }
    let of = message.message_type().map_or("", |of| of.value.trim());
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

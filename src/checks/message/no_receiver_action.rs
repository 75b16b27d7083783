//! See [`NoReceiverAction`].

use super::on_message;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// The envelope has no Modtagerhandling.
    ///
    /// ## Why
    /// Modtagerhandling is not implemented, and 2O asks for it to be left out.
    ///
    /// ## What to do
    /// Leave Modtagerhandling out.
    pub NoReceiverAction {
        id: "message.no-receiver-action",
        family: Message,
        title: da "Modtagerhandling er udeladt", en "Modtagerhandling is left out",
        rows: ["BFO-SEND-10"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "table 1"),
        ],
        remediation: da "Udelad Modtagerhandling.",
                     en "Leave Modtagerhandling out.",
        parameters: [],
    }
}

impl Check<MessageSubject> for NoReceiverAction {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| match message.receiver_action() {
            Some(found) => Outcome::fail(Reason::Forbidden, "no Modtagerhandling", format!("at {}", found.place)),
            None => Outcome::pass("no Modtagerhandling", "none"),
        })
    }
}

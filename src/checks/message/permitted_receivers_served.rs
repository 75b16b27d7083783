//! See [`PermittedReceiversServed`].

use super::{on_message, shown};
use crate::besked::lists::{Permitted, permitted};
use crate::besked::read::Id;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// Every TilladtModtager is an authority that the target says the system serves.
    ///
    /// ## Why
    /// The Beskedfordeler removes receivers that the sender's agreement does not cover, without a word to the sender.
    /// The target names the authorities; a receiver beside them is either one that the target forgot or one that never
    /// gets the message. `*` names nobody.
    ///
    /// ## What to do
    /// Agree with the authority, remove it from the message, or name it in the target (`other_cvr`).
    pub PermittedReceiversServed {
        id: "message.permitted-receivers-served",
        family: Message,
        title: da "TilladtModtager er myndigheder, som systemet betjener", en "TilladtModtager are authorities that the system serves",
        rows: ["BFO-SEND-06"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("digitaliseringskataloget.dk, Ny version af Fælleskommunal Beskedfordeler", "TilladtModtager"),
            ("SF1461 Modtag beskeder via Beskedfordeler 2.0", "6"),
        ],
        remediation: da "Få en aftale med myndigheden, fjern den fra beskeden, eller tilføj den i målfilen.",
                     en "Make an agreement with the authority, remove it from the message, or name it in the target.",
        parameters: [],
    }
}

impl Check<MessageSubject> for PermittedReceiversServed {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| match &*message.permitted() {
            [] => Outcome::not_applicable("authorities that the system serves", "no TilladtModtager"),
            receivers => served(subject, "TilladtModtager", receivers),
        })
    }
}

/// Whether every authority in an element is one that the system serves.
pub(super) fn served(subject: &MessageSubject, element: &str, ids: &[Id<'_>]) -> Outcome {
    let served: Vec<&str> = subject.cvr.iter().map(String::as_str).filter(|cvr| !cvr.is_empty()).collect();
    if served.is_empty() {
        return Outcome::not_tested(Reason::NotSupplied, "the authorities that the system serves", "not supplied");
    }
    let expected = served.join(", ");
    let numbers: Vec<_> = ids.iter().filter_map(|id| Some((permitted(id.value.trim())?, id))).collect();
    if ids.is_empty() {
        return Outcome::not_tested(Reason::Missing, expected, format!("no {element}"));
    }
    if numbers.len() < ids.len() {
        return Outcome::not_tested(Reason::Malformed, expected, format!("{element} is not in an accepted form"));
    }
    let strangers: Vec<String> = numbers
        .iter()
        .filter(|(who, _)| matches!(who, Permitted::Authority(cvr) if !served.contains(cvr)))
        .map(|(_, id)| shown(id.value, id.place))
        .collect();
    if !strangers.is_empty() {
        return Outcome::fail(Reason::Contradiction, expected, strangers.join(", "));
    }
    if numbers.iter().all(|(who, _)| *who == Permitted::Everybody) {
        return Outcome::not_applicable(expected, "* stands for the authorities of the agreement");
    }
    Outcome::pass(expected, format!("{} in {element}", numbers.len()))
}

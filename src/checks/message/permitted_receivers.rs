//! See [`PermittedReceivers`].

use super::{all_of_form, on_message, places};
use crate::besked::lists::permitted;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::MessageSubject;

check! {
    /// Every TilladtModtager is written in one of the accepted forms.
    ///
    /// ## Why
    /// The Beskedfordeler accepts `urn:oio:cvr:12345678`, `urn:oio:cvr-nr:12345678`, `12345678` and `*`. A receiver in
    /// another form gets nothing, and nobody is told. The check digit of the CVR number is not looked at: test
    /// environments use invented numbers. The schema lets the element be left out; what that means is said nowhere.
    ///
    /// ## What to do
    /// Write each receiver in one of the four forms.
    pub PermittedReceivers {
        id: "message.permitted-receivers",
        family: Message,
        title: da "TilladtModtager er skrevet i en godkendt form", en "TilladtModtager is written in an accepted form",
        rows: ["BFO-SEND-06"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("SF1461 Modtag beskeder via Beskedfordeler 2.0", "6"),
        ],
        remediation: da "Skriv hver modtager som urn:oio:cvr:, urn:oio:cvr-nr:, otte cifre eller *.",
                     en "Write each receiver as urn:oio:cvr:, urn:oio:cvr-nr:, eight digits or *.",
        parameters: [],
    }
}

impl Check<MessageSubject> for PermittedReceivers {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "urn:oio:cvr:, urn:oio:cvr-nr: or nothing before eight digits, or *";
        on_message(subject, |message| {
            let receivers = message.permitted();
            if receivers.is_empty() {
                return Outcome::not_applicable(EXPECTED, "no TilladtModtager");
            }
            all_of_form(EXPECTED, &places(&receivers), |v| permitted(v).is_some())
        })
    }
}

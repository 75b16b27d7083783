//! See [`Created`].

use super::{on_message, shown};
use crate::besked::time::Time;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// Dannelsestidspunkt is set to an instant.
    ///
    /// ## Why
    /// The sender says when the message was made. Receivers order events by it, and how long a message was on its way
    /// is counted from it. The schema lets it be left out.
    ///
    /// ## What to do
    /// Write the instant at which the message was made in `Leveranceinformation/Dannelsestidspunkt/TidsstempelDatoTid`.
    pub Created {
        id: "message.created",
        family: Message,
        title: da "Dannelsestidspunkt er udfyldt", en "Dannelsestidspunkt is set",
        rows: ["BFO-SEND-03"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "Leveranceinformation"),
            ("kombit/bfo_infrastructureSamples-java", "externTestBesked.xml"),
        ],
        remediation: da "Skriv tidspunktet, hvor beskeden blev dannet, i Dannelsestidspunkt.",
                     en "Write the instant at which the message was made in Dannelsestidspunkt.",
        parameters: [],
    }
}

impl Check<MessageSubject> for Created {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "an instant in Dannelsestidspunkt";
        on_message(subject, |message| match message.created() {
            Some(created) => match Time::parse(created.value) {
                Some(_) => Outcome::pass(EXPECTED, created.value.trim()),
                // The schema knows more times than the probe reads (24:00:00, years beyond 9999).
                None if looks_like_time(created.value) => {
                    Outcome::inconclusive(Reason::Unclear, EXPECTED, shown(created.value, created.place))
                }
                None => Outcome::fail(Reason::Malformed, EXPECTED, shown(created.value, created.place)),
            },
            None => Outcome::fail(Reason::Missing, EXPECTED, "none"),
        })
    }
}

/// Whether a text has the outer form of a time.
fn looks_like_time(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 19 && text.contains('T') && text.bytes().all(|b| b.is_ascii_digit() || b"-+:.TZ".contains(&b))
}

//! See [`TaskTopic`].

use super::{all_of_form, on_message, places};
use crate::besked::lists::kle_topic;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::MessageSubject;

check! {
    /// OpgaveEmne, where it is set, is a KLE topic of the form `urn:oio:kle:NN.NN.NN`.
    ///
    /// ## Why
    /// Agreements limit messages by KLE, and the Beskedfordeler compares OpgaveEmne with them. A topic in another form
    /// matches nothing but `*`. The schema lets it be left out, and real message types do. Whether the topic is in KLE
    /// is another check's.
    ///
    /// ## What to do
    /// Write the topic with three pairs of digits behind `urn:oio:kle:`.
    pub TaskTopic {
        id: "message.task-topic",
        family: Message,
        title: da "OpgaveEmne har formen urn:oio:kle:NN.NN.NN", en "OpgaveEmne has the form urn:oio:kle:NN.NN.NN",
        rows: ["BFO-SEND-05"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "ObjektRegistrering"),
            ("SF1461 Modtag beskeder via Beskedfordeler 2.0", "table 1"),
            ("kombit/bfo_infrastructureSamples-java", "externTestBesked.xml"),
        ],
        remediation: da "Skriv emnet som urn:oio:kle: og tre par cifre adskilt af punktum.",
                     en "Write the topic as urn:oio:kle: and three pairs of digits with dots between.",
        parameters: [],
    }
}

impl Check<MessageSubject> for TaskTopic {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "urn:oio:kle:NN.NN.NN";
        on_message(subject, |message| {
            let topics = message.registered("OpgaveEmne");
            if topics.is_empty() {
                return Outcome::not_applicable(EXPECTED, "no OpgaveEmne");
            }
            all_of_form(EXPECTED, &places(&topics), |v| kle_topic(v).is_some())
        })
    }
}

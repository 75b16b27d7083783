//! See [`TaskTopicInKle`].

use super::on_message;
use crate::besked::lists::kle_topic;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// OpgaveEmne, where it is set, is a topic that KLE has.
    ///
    /// ## Why
    /// A topic that does not exist matches no agreement but `*`. The full list of topics is not public, so the probe
    /// does not have it: without the parameter `topics` nothing is decided.
    ///
    /// ## What to do
    /// Take the topic out of the current KLE; give the profile's `topics` the list that applies to have it judged.
    pub TaskTopicInKle {
        id: "message.task-topic-in-kle",
        family: Message,
        title: da "OpgaveEmne findes i KLE", en "OpgaveEmne exists in KLE",
        rows: ["BFO-SEND-05"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("KLE-Emneplan (kle-online.dk)", "EmneNr"),
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "ObjektRegistrering"),
        ],
        remediation: da "Brug et emne, der findes i den gældende KLE.",
                     en "Use a topic that the current KLE has.",
        parameters: [("topics", List(&[]), "the topics that count as existing, such as `32.01.01`; empty: not decided")],
    }
}

impl Check<MessageSubject> for TaskTopicInKle {
    fn judge(&self, subject: &MessageSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "a topic of KLE";
        let known = parameters.list("topics");
        on_message(subject, |message| {
            let ids = message.registered("OpgaveEmne");
            let topics: Vec<&str> = ids.iter().filter_map(|id| kle_topic(id.value)).collect();
            if ids.is_empty() {
                return Outcome::not_applicable(EXPECTED, "no OpgaveEmne");
            }
            if topics.len() < ids.len() {
                return Outcome::not_tested(Reason::Malformed, EXPECTED, "not in the form of a topic");
            }
            if known.is_empty() {
                let observed =
                    format!("{}; the list of KLE topics is not public and not in the profile", topics.join(", "));
                return Outcome::not_tested(Reason::NotSupplied, EXPECTED, observed);
            }
            let unknown: Vec<&str> = topics.iter().copied().filter(|t| !known.iter().any(|k| k == t)).collect();
            let observed = if unknown.is_empty() { topics.join(", ") } else { unknown.join(", ") };
            Outcome::when(unknown.is_empty(), Reason::Different, EXPECTED, observed)
        })
    }
}

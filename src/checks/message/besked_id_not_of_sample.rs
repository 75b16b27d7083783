//! See [`BeskedIdNotOfSample`].

use super::on_message;
use crate::besked::samples::{sample_of, sample_with_id};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// BeskedId is not that of a public sample message.
    ///
    /// ## Why
    /// Three public samples share one BeskedId. A system that sends a sample as it is sends a BeskedId that receivers
    /// may have seen before, and they drop it.
    ///
    /// ## What to do
    /// Make a new UUID for every message, also for those that are sent to try the connection.
    pub BeskedIdNotOfSample {
        id: "message.besked-id-not-of-sample",
        family: Message,
        title: da "BeskedId er ikke kopieret fra et eksempel", en "BeskedId is not copied from a sample",
        rows: ["BFO-SEND-02"],
        basis: Inference,
        method: Inspected,
        sources: [
            ("kombit/bfo_infrastructureSamples-java", "externTestBesked.xml"),
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "3.2.1"),
        ],
        remediation: da "Dan et nyt UUID til hver besked, også når et eksempel bruges som forlæg.",
                     en "Make a new UUID for every message, also when a sample is the model.",
        parameters: [],
    }
}

impl Check<MessageSubject> for BeskedIdNotOfSample {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "a BeskedId of the sender's own";
        on_message(subject, |message| {
            let Some(id) = message.besked_id() else {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no BeskedId");
            };
            match sample_of(message).or_else(|| sample_with_id(id.value)) {
                Some(sample) => {
                    let observed = format!("that of {} ({})", sample.name, sample.source);
                    Outcome::fail(Reason::Duplicate, EXPECTED, observed)
                }
                None => Outcome::pass(EXPECTED, id.value),
            }
        })
    }
}

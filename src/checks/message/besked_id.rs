//! See [`BeskedId`].

use super::{on_message, required_uuid};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::MessageSubject;

check! {
    /// BeskedId is a UUID.
    ///
    /// ## Why
    /// Receivers tell messages apart by BeskedId alone, because every message can be delivered more than once. The
    /// schema accepts any text there.
    ///
    /// ## What to do
    /// Make a new UUID for every message and write it, with hyphens, in `BeskedId/UUIDIdentifikator`.
    pub BeskedId {
        id: "message.besked-id",
        family: Message,
        title: da "BeskedId er et UUID", en "BeskedId is a UUID",
        rows: ["BFO-SEND-02"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "3.2.1"),
        ],
        remediation: da "Dan et nyt UUID til hver besked, og skriv det i BeskedId/UUIDIdentifikator.",
                     en "Make a new UUID for every message and write it in BeskedId/UUIDIdentifikator.",
        parameters: [],
    }
}

impl Check<MessageSubject> for BeskedId {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| required_uuid("a UUID in BeskedId", message.besked_id()))
    }
}

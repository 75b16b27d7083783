//! See [`MessageType`].

use super::{on_message, required_uuid};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::MessageSubject;

check! {
    /// Beskedtype is a UUID.
    ///
    /// ## Why
    /// The Beskedfordeler finds the receivers by Beskedtype. The full catalogue of types is not public, so whether a
    /// UUID is one of them is not decided here.
    ///
    /// ## What to do
    /// Write the UUID of the message type, as the Beskedfordeler's catalogue gives it, in
    /// `Beskedtype/UUIDIdentifikator`.
    pub MessageType {
        id: "message.message-type",
        family: Message,
        title: da "Beskedtype er et UUID", en "Beskedtype is a UUID",
        rows: ["BFO-SEND-03"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "Filtreringsdata"),
            ("Beskedkuvert.xsd (SF1461 2.0)", "FiltreringsdataType"),
        ],
        remediation: da "Skriv beskedtypens UUID fra Beskedfordelerens katalog i Beskedtype.",
                     en "Write the UUID of the message type from the Beskedfordeler's catalogue in Beskedtype.",
        parameters: [],
    }
}

impl Check<MessageSubject> for MessageType {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| required_uuid("a UUID in Beskedtype", message.message_type()))
    }
}

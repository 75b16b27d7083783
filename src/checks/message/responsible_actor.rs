//! See [`ResponsibleActor`].

use super::{on_message, required_uuid};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::MessageSubject;

check! {
    /// BeskedAnsvarligAktoer names the responsible IT-system by a UUID.
    ///
    /// ## Why
    /// Receivers filter on it, and it is who they turn to about a message. The schema lets it be left out.
    ///
    /// ## What to do
    /// Write the UUID of the IT-system in Administrationsmodulet in `BeskedAnsvarligAktoer/UUIDIdentifikator`.
    pub ResponsibleActor {
        id: "message.responsible-actor",
        family: Message,
        title: da "BeskedAnsvarligAktoer er udfyldt med et UUID", en "BeskedAnsvarligAktoer is set to a UUID",
        rows: ["BFO-SEND-03"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "Filtreringsdata"),
            ("kombit/bfo_infrastructureSamples-java", "AfsendBesked, externTestBesked.xml"),
        ],
        remediation: da "Skriv it-systemets UUID fra Administrationsmodulet i BeskedAnsvarligAktoer.",
                     en "Write the IT-system's UUID from Administrationsmodulet in BeskedAnsvarligAktoer.",
        parameters: [],
    }
}

impl Check<MessageSubject> for ResponsibleActor {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| required_uuid("a UUID in BeskedAnsvarligAktoer", message.responsible()))
    }
}

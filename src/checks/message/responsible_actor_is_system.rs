//! See [`ResponsibleActorIsSystem`].

use super::{on_message, shown};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// BeskedAnsvarligAktoer is the UUID of the system that the target names.
    ///
    /// ## Why
    /// A message that names another system as responsible passes the filters of that system's receivers and misses
    /// those of its own.
    ///
    /// ## What to do
    /// Write the UUID of the IT-system in Administrationsmodulet in BeskedAnsvarligAktoer, or correct `system` in the
    /// target.
    pub ResponsibleActorIsSystem {
        id: "message.responsible-actor-is-system",
        family: Message,
        title: da "BeskedAnsvarligAktoer er systemets eget UUID", en "BeskedAnsvarligAktoer is the system's own UUID",
        rows: ["BFO-SEND-03"],
        basis: Sample,
        method: Inspected,
        sources: [
            ("kombit/bfo_infrastructureSamples-java", "AfsendBesked, readme"),
        ],
        remediation: da "Skriv systemets eget UUID i BeskedAnsvarligAktoer, eller ret det i målfilen.",
                     en "Write the system's own UUID in BeskedAnsvarligAktoer, or correct it in the target.",
        parameters: [],
    }
}

impl Check<MessageSubject> for ResponsibleActorIsSystem {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| {
            let Some(system) = &subject.system else {
                return Outcome::not_tested(Reason::NotSupplied, "`system` in the target", "not supplied");
            };
            match message.responsible() {
                Some(actor) => {
                    let same = actor.value.eq_ignore_ascii_case(system);
                    Outcome::when(same, Reason::Contradiction, system, shown(actor.value, actor.place))
                }
                None => Outcome::not_tested(Reason::Missing, system, "no BeskedAnsvarligAktoer"),
            }
        })
    }
}

//! See [`ResponsibleAuthorityServed`].

use super::on_message;
use super::permitted_receivers_served::served;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::MessageSubject;

check! {
    /// ObjektAnsvarligMyndighed is an authority that the target says the system serves.
    ///
    /// ## Why
    /// The Beskedfordeler refuses a message whose authority is not that of the service agreement. The target names the
    /// authorities; a CVR number beside them is either one that the target forgot or another authority's.
    ///
    /// ## What to do
    /// Send with the CVR number of the authority whose agreement is used, or name the authority in the target (`cvr`,
    /// `other_cvr`).
    pub ResponsibleAuthorityServed {
        id: "message.responsible-authority-served",
        family: Message,
        title: da "ObjektAnsvarligMyndighed er en af de myndigheder, systemet betjener", en "ObjektAnsvarligMyndighed is an authority that the system serves",
        rows: ["BFO-SEND-03"],
        basis: Sample,
        method: Inspected,
        sources: [
            ("kombit/bfo_infrastructureSamples-java", "AfsendBesked, readme"),
        ],
        remediation: da "Brug CVR-nummeret på den myndighed, hvis aftale beskeden sendes under, eller tilføj myndigheden i målfilen.",
                     en "Use the CVR number of the authority under whose agreement the message is sent, or name the authority in the target.",
        parameters: [],
    }
}

impl Check<MessageSubject> for ResponsibleAuthorityServed {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| {
            served(subject, "ObjektAnsvarligMyndighed", &message.registered("ObjektAnsvarligMyndighed"))
        })
    }
}

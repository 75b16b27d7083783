//! See [`ResponsibleAuthority`].

use super::{all_of_form, on_message, places};
use crate::besked::lists::cvr_of;
use crate::besked::read::Element;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// Every ObjektRegistrering has an ObjektAnsvarligMyndighed with a CVR number, and there is at least one
    /// ObjektRegistrering.
    ///
    /// ## Why
    /// The Beskedfordeler matches the authority with the sender's service agreement; without it the message is refused.
    /// Receivers filter on it too. The accepted forms are those of TilladtModtager: `urn:oio:cvr:12345678`,
    /// `urn:oio:cvr-nr:12345678` and `12345678`.
    ///
    /// ## What to do
    /// Write the CVR number of the authority in `ObjektRegistrering/ObjektAnsvarligMyndighed/URNIdentifikator`.
    pub ResponsibleAuthority {
        id: "message.responsible-authority",
        family: Message,
        title: da "ObjektAnsvarligMyndighed er udfyldt med et CVR-nummer", en "ObjektAnsvarligMyndighed is set to a CVR number",
        rows: ["BFO-SEND-03"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "ObjektRegistrering"),
            ("kombit/bfo_infrastructureSamples-java", "AfsendBesked, readme"),
            ("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.3.1, 6"),
        ],
        remediation: da "Skriv myndighedens CVR-nummer i ObjektAnsvarligMyndighed i hver ObjektRegistrering.",
                     en "Write the authority's CVR number in ObjektAnsvarligMyndighed of every ObjektRegistrering.",
        parameters: [],
    }
}

impl Check<MessageSubject> for ResponsibleAuthority {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "a CVR number in ObjektAnsvarligMyndighed";
        on_message(subject, |message| {
            let without =
                message.registrations().find(|r| r.child("ObjektAnsvarligMyndighed").and_then(Element::id).is_none());
            if let Some(registration) = without {
                let observed = format!("none in the ObjektRegistrering at {}", registration.place);
                return Outcome::fail(Reason::Missing, EXPECTED, observed);
            }
            let authorities = message.registered("ObjektAnsvarligMyndighed");
            if authorities.is_empty() {
                return Outcome::fail(Reason::Missing, EXPECTED, "no ObjektRegistrering");
            }
            all_of_form(EXPECTED, &places(&authorities), |v| cvr_of(v).is_some())
        })
    }
}

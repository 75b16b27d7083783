//! See [`SchemaValid`].

use super::on_message;
use crate::besked::read::MAX_NODES;
use crate::besked::schema::{Kind, validate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::xml::{decode, parse_within};
use crate::subject::MessageSubject;

check! {
    /// The message is valid against Beskedkuvert.xsd.
    ///
    /// ## Why
    /// Receivers must validate what they receive (D.09.02 6.5), so a message that is not valid stays in the dueslag of
    /// everybody who does as told. What stands in Beskeddata is not part of this: the schema allows anything there.
    ///
    /// ## What to do
    /// Correct the elements at the lines and columns that are named. A frequent cause is the order of elements.
    pub SchemaValid {
        id: "message.schema-valid",
        family: Message,
        title: da "Beskedkuverten overholder Beskedkuvert.xsd", en "The envelope is valid against Beskedkuvert.xsd",
        rows: ["BFO-SEND-01"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Beskedkuvert.xsd (SF1461 2.0)", "Haendelsesbesked"),
            ("D.09.02 Besked-FåTilsendt-Snitflade", "6.5"),
            ("KMD-Bf-samples 1.4 (2020)", "2.11"),
        ],
        remediation: da "Ret elementerne på de angivne linjer, så beskeden følger skemaet.",
                     en "Correct the elements on the lines that are named so that the message follows the schema.",
        parameters: [],
    }
}

impl Check<MessageSubject> for SchemaValid {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "valid against Beskedkuvert.xsd";
        on_message(subject, |message| {
            if let Some(wrapper) = message.wrapper.as_ref().filter(|w| w.local != "ModtagBeskedInput") {
                // Whoever saved the message put that around it.
                let observed = format!("the message stands inside {wrapper}; save it alone");
                return Outcome::inconclusive(Reason::Unclear, EXPECTED, observed);
            }
            let errors = decode(subject.message.data())
                .and_then(|text| parse_within(text, MAX_NODES))
                .map_err(|problem| problem.to_string())
                .and_then(|document| validate(&document, &Kind::MESSAGE));
            match errors {
                Ok(errors) if errors.is_empty() => Outcome::pass(EXPECTED, "valid"),
                Ok(errors) => {
                    let shown = errors.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("; ");
                    Outcome::fail(Reason::SchemaInvalid, EXPECTED, shown)
                }
                Err(fault) => Outcome::error(fault),
            }
        })
    }
}

//! See [`Sensitivity`].

use super::{all_of_form, on_message};
use crate::besked::lists::sensitivity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// Sikkerhedsklassificering is one of the four classes.
    ///
    /// ## Why
    /// The class decides who may receive the message: agreements name the highest class that a receiver may see. A
    /// message without one, or with an unknown one, matches no agreement or the wrong ones.
    ///
    /// ## What to do
    /// Write the UUID of one of the four classes of Underbilag 2O in `Leveranceinformation/Sikkerhedsklassificering`. A
    /// comment in the sample externTestBesked.xml names the class 44f4108b wrongly: it is the highest.
    pub Sensitivity {
        id: "message.sensitivity",
        family: Message,
        title: da "Sikkerhedsklassificering er en af de fire klasser", en "Sikkerhedsklassificering is one of the four classes",
        rows: ["BFO-SEND-03", "BFO-SEND-04"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "table 5"),
        ],
        remediation: da "Skriv UUID'et på en af de fire klasser i Sikkerhedsklassificering.",
                     en "Write the UUID of one of the four classes in Sikkerhedsklassificering.",
        parameters: [],
    }
}

impl Check<MessageSubject> for Sensitivity {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "one of the four classes in Sikkerhedsklassificering";
        on_message(subject, |message| {
            let Some(class) = message.sensitivity() else {
                return Outcome::fail(Reason::Missing, EXPECTED, "none");
            };
            match sensitivity(class.value) {
                Some(known) => Outcome::pass(EXPECTED, format!("{} ({})", known.uuid, known.name)),
                None => all_of_form(EXPECTED, &[(class.value, class.place)], |v| sensitivity(v).is_some()),
            }
        })
    }
}

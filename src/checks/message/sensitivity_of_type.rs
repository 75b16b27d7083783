//! See [`SensitivityOfType`].

use super::{on_message, shown};
use crate::besked::lists::{message_type, uuid_of};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// Sikkerhedsklassificering is the class that the specification of the message type gives it.
    ///
    /// ## Why
    /// With a lower class the message reaches receivers that may not see it; with a higher one it does not reach those
    /// that should. Only few specifications are public; the class of another type is not known here.
    ///
    /// ## What to do
    /// Use the class of the message type's specification.
    pub SensitivityOfType {
        id: "message.sensitivity-of-type",
        family: Message,
        title: da "Sikkerhedsklassificering svarer til beskedtypens", en "Sikkerhedsklassificering is that of the message type",
        rows: ["BFO-SEND-04"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "table 5"),
            ("SF1601 Postkomponent - Beskedfordeler - PKO_PostStatus 1.00", "Følsomhed"),
            ("Beskedtype_ORG_Bruger_1.0", "Følsomhed"),
        ],
        remediation: da "Brug den klasse, som beskedtypens specifikation angiver.",
                     en "Use the class that the message type's specification gives.",
        parameters: [],
    }
}

impl Check<MessageSubject> for SensitivityOfType {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "the class of the message type";
        on_message(subject, |message| {
            let Some(class) = message.sensitivity() else {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no Sikkerhedsklassificering");
            };
            let listed = message.message_type().and_then(|t| message_type(t.value));
            let Some((wanted, name)) = listed.and_then(|t| Some((t.sensitivity?, &t.name))) else {
                return Outcome::not_tested(
                    Reason::NotSupplied,
                    EXPECTED,
                    "the class of this message type is not public",
                );
            };
            let expected = format!("{wanted} ({name})");
            match uuid_of(class.value.trim()) {
                Some(found) => {
                    Outcome::when(found == wanted, Reason::Different, expected, shown(class.value, class.place))
                }
                None => Outcome::not_tested(Reason::Malformed, expected, shown(class.value, class.place)),
            }
        })
    }
}

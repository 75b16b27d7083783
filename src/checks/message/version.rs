//! See [`Version`].

use super::{all_of_form, on_message};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// BeskedVersion is `1.0`.
    ///
    /// ## Why
    /// The version says by which description the envelope is to be read, and there is one.
    ///
    /// ## What to do
    /// Write `1.0` in BeskedVersion.
    pub Version {
        id: "message.version",
        family: Message,
        title: da "BeskedVersion er 1.0", en "BeskedVersion is 1.0",
        rows: ["BFO-SEND-01"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "3.2.1"),
        ],
        remediation: da "Skriv 1.0 i BeskedVersion.",
                     en "Write 1.0 in BeskedVersion.",
        parameters: [],
    }
}

impl Check<MessageSubject> for Version {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        on_message(subject, |message| match message.version() {
            Some(version) => all_of_form("1.0", &[(version.value, version.place)], |v| v == "1.0"),
            None => Outcome::fail(Reason::Missing, "1.0", "none"),
        })
    }
}

//! See [`UuidForms`].

use super::{all_of_form, on_message, shown};
use crate::besked::lists::uuid_of;
use crate::besked::samples::official_misuse;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;
use crate::verdict::Verdict;

check! {
    /// Every UUIDIdentifikator of the envelope holds a UUID.
    ///
    /// ## Why
    /// The schema accepts any text there, so nothing but this look shows that an identifier cannot match anything.
    /// Official receipts of the post component have a URN in ObjektId, and examples of the organisation system an empty
    /// RegistreringsAktoer; in messages of those types that is named and not counted.
    ///
    /// ## What to do
    /// Write UUIDs with hyphens in UUIDIdentifikator, and URNs in URNIdentifikator.
    pub UuidForms {
        id: "message.uuid-forms",
        family: Message,
        title: da "Hver UUIDIdentifikator indeholder et UUID", en "Every UUIDIdentifikator holds a UUID",
        rows: [],
        basis: Inference,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "UnikIdType"),
            ("Beskedkuvert.xsd (SF1461 2.0)", "UnikIdType"),
        ],
        remediation: da "Skriv UUID'er i UUIDIdentifikator og URN'er i URNIdentifikator.",
                     en "Write UUIDs in UUIDIdentifikator and URNs in URNIdentifikator.",
        parameters: [],
    }
}

impl Check<MessageSubject> for UuidForms {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "a UUID in every UUIDIdentifikator";
        on_message(subject, |message| {
            let all = message.besked.descendants();
            let pairs = all.iter().flat_map(|parent| parent.all("UUIDIdentifikator").map(move |uuid| (parent, uuid)));
            let (official, judged): (Vec<_>, Vec<_>) =
                pairs.partition(|(parent, uuid)| official_misuse(message, &parent.name.local, &uuid.text).is_some());
            let values: Vec<_> = judged.iter().map(|(_, uuid)| (uuid.text.as_str(), uuid.place)).collect();
            if values.is_empty() {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "none");
            }
            let outcome = all_of_form(EXPECTED, &values, |v| uuid_of(v).is_some());
            match official.first() {
                Some((_, uuid)) if outcome.verdict == Verdict::Pass => {
                    let observed = format!("{}, as in official messages of this type", shown(&uuid.text, uuid.place));
                    Outcome::not_applicable(EXPECTED, observed)
                }
                _ if outcome.verdict == Verdict::Pass => Outcome::pass(EXPECTED, format!("{} UUIDs", values.len())),
                _ => outcome,
            }
        })
    }
}

//! See [`PayloadBase64`].

use super::{REMOVED, on_message};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// A payload in a `Base64` element can be decoded and says its encoding.
    ///
    /// ## Why
    /// Payloads that are not plain XML travel in an element `Base64` whose attributes say what is inside. What is wrong
    /// there is the message type's business, so this is a remark at most; and the namespaces in which KOMBIT's own
    /// receipts and the example of D.09.02 put the element are accepted.
    ///
    /// ## What to do
    /// Encode the content with base64 and give the attribute `encoding`.
    pub PayloadBase64 {
        id: "message.payload-base64",
        family: Message,
        title: da "Base64-indhold kan afkodes", en "Base64 content can be decoded",
        rows: [],
        basis: GoodPractice,
        method: Inspected,
        sources: [
            ("BeskeddataBase64 2.00 (SF1461 2.0)", "Base64"),
        ],
        remediation: da "Kod indholdet med base64, og angiv attributten encoding.",
                     en "Encode the content with base64 and give the attribute encoding.",
        parameters: [],
    }
}

impl Check<MessageSubject> for PayloadBase64 {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "base64 with the attribute encoding";
        on_message(subject, |message| {
            let elements: Vec<_> = message.payload.iter().filter(|p| p.name.local == "Base64").collect();
            if elements.is_empty() {
                return Outcome::not_applicable(EXPECTED, "no Base64");
            }
            if elements.iter().any(|p| p.text.contains(REMOVED)) {
                return Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, "redaction changed it");
            }
            let broken = elements.iter().find(|p| p.decoded().is_none());
            let silent = elements.iter().find(|p| !p.attributes.iter().any(|(name, _)| name == "encoding"));
            match (broken, silent) {
                (Some(p), _) => Outcome::fail(Reason::Malformed, EXPECTED, format!("no base64 at {}", p.place)),
                (None, Some(p)) => Outcome::fail(Reason::Missing, EXPECTED, format!("no encoding at {}", p.place)),
                (None, None) => Outcome::pass(EXPECTED, format!("{} decoded", elements.len())),
            }
        })
    }
}

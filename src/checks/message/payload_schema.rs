//! See [`PayloadSchema`].

use super::on_message;
use crate::besked::payload::post_status;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// A payload whose schema is public is valid against it.
    ///
    /// ## Why
    /// KOMBIT's own receipts of Digital Post are not valid against KOMBIT's schema of PKO_PostStatus. So a payload that
    /// deviates is a remark at most, and one that deviates as those do is named and not counted. A receiver that
    /// refuses on the payload's schema blocks its own dueslag.
    ///
    /// ## What to do
    /// Write the payload as the specification of the message type says.
    pub PayloadSchema {
        id: "message.payload-schema",
        family: Message,
        title: da "Indholdet overholder beskedtypens skema", en "The payload is valid against the schema of its type",
        rows: [],
        basis: GoodPractice,
        method: Inspected,
        sources: [
            ("SF1601 Postkomponent - Beskedfordeler - PKO_PostStatus 1.00", "PKO_PostStatus.xsd"),
        ],
        remediation: da "Dan indholdet efter beskedtypens specifikation.",
                     en "Write the payload as the specification of the message type says.",
        parameters: [],
    }
}

impl Check<MessageSubject> for PayloadSchema {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "valid against PKO_PostStatus.xsd";
        on_message(subject, |message| match post_status(message) {
            None => Outcome::not_applicable(EXPECTED, "no payload of a type whose schema is public"),
            Some(receipt) if receipt.errors.is_empty() => Outcome::pass(EXPECTED, "valid"),
            Some(receipt) => {
                let errors = receipt.errors.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("; ");
                if receipt.as_official {
                    return Outcome::not_applicable(
                        EXPECTED,
                        format!("deviates as KOMBIT's own receipts do: {errors}"),
                    );
                }
                Outcome::fail(Reason::SchemaInvalid, EXPECTED, errors)
            }
        })
    }
}

//! See [`Readable`].

use super::{is_removed, of_others, read_of};
use crate::besked::read::{Message, Unreadable};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::XmlProblem;
use crate::subject::MessageSubject;

check! {
    /// The file holds a message (`Haendelsesbesked`) that an XML reader can read.
    ///
    /// ## Why
    /// The Beskedfordeler carries XML. A message that is not well-formed reaches nobody, and a receiver that must
    /// answer for it blocks its dueslag. The probe reads UTF-8 without a document type declaration and within bounds of
    /// size and depth; what lies beyond is no breach, but nothing is shown about it.
    ///
    /// ## What to do
    /// Write the message with an XML library and look at the line and column that are named.
    pub Readable {
        id: "message.readable",
        family: Message,
        title: da "Beskeden er velformet XML med en Haendelsesbesked", en "The message is well-formed XML with a Haendelsesbesked",
        rows: ["BFO-SEND-01"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("KMD-Bf-samples 1.4 (2020)", "2.11"),
            ("Beskedkuvert.xsd (SF1461 2.0)", "Haendelsesbesked"),
        ],
        remediation: da "Dan beskeden med et XML-bibliotek, og ret stedet, der er angivet.",
                     en "Write the message with an XML library, and correct the place that is named.",
        parameters: [],
    }
}

impl Check<MessageSubject> for Readable {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "well-formed XML with a Haendelsesbesked";
        if is_removed(subject) {
            return Outcome::inconclusive(Reason::SubjectUnreadable, EXPECTED, "removed by redaction");
        }
        of_others(subject, outcome(EXPECTED, read_of(subject)))
    }
}

fn outcome(expected: &str, read: Result<Message, Unreadable>) -> Outcome {
    let Err(problem) = read else { return Outcome::pass(expected, "read") };
    let observed = problem.to_string();
    match problem {
        Unreadable::NoMessage { .. } => Outcome::fail(Reason::Different, expected, observed),
        Unreadable::Xml(XmlProblem::Empty) => Outcome::fail(Reason::Missing, expected, observed),
        Unreadable::Xml(XmlProblem::NotWellFormed { .. }) => Outcome::fail(Reason::Malformed, expected, observed),
        // The probe's own bounds are no rule of anybody's.
        Unreadable::Xml(XmlProblem::TooLarge { .. } | XmlProblem::Bound { .. }) => {
            Outcome::inconclusive(Reason::TooLarge, expected, observed)
        }
        // XML allows both, and no document of the Beskedfordeler forbids them.
        Unreadable::Xml(XmlProblem::Encoding { .. } | XmlProblem::DocumentType(_)) => {
            Outcome::inconclusive(Reason::AnswerUnusable, expected, observed)
        }
    }
}

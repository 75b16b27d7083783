//! See [`Readable`].

use super::read_of;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::requests::read::Unreadable;
use crate::saml::XmlProblem;
use crate::subject::RequestSubject;

check! {
    /// The file holds a request to the service that the target names.
    ///
    /// ## Why
    /// The services take XML. A request that is not well-formed delivers nothing. A file that holds something else, a
    /// request to another service or an answer says nothing about the system, and the verdict says so; nor does one
    /// without the end of its first element, which logs and captures often cut.
    ///
    /// ## What to do
    /// Capture the request as it was sent: the SOAP envelope, or the operation (`ImporterSagDokumentIndeksInput`,
    /// `ImportInput` ...) alone. UTF-8, without a document type declaration.
    pub Readable {
        id: "request.readable",
        family: Request,
        title: da "Filen er en velformet forespørgsel til den nævnte tjeneste", en "The file is a well-formed request to the named service",
        rows: ["SDI-02", "ORG-01"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("SagDokumentIndeksOperationer.xsd (SF1470, service 6.0)", "ImporterSagDokumentIndeksInput, OpdaterSagDokumentIndeksInput"),
            ("XSD'er for SF1500 3.2 (services 6.0)", "ImportInput, RetInput, ImporterOrganisationSystemInput"),
        ],
        remediation: da "Dan forespørgslen med et XML-bibliotek, og ret stedet, der er angivet.",
                     en "Write the request with an XML library, and correct the place that is named.",
        parameters: [],
    }
}

impl Check<RequestSubject> for Readable {
    fn judge(&self, subject: &RequestSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "a well-formed request to the named service";
        if subject.request.data().starts_with(b"<redacted>") {
            return Outcome::inconclusive(Reason::SubjectUnreadable, EXPECTED, "removed by redaction");
        }
        let problem = match read_of(subject) {
            Ok(request) => {
                let operation = &request.operation().name.local;
                return Outcome::pass(EXPECTED, format!("{operation}; version {}", request.version));
            }
            Err(problem) => problem,
        };
        let observed = problem.to_string();
        match problem {
            Unreadable::Xml(XmlProblem::Empty) => Outcome::inconclusive(Reason::Missing, EXPECTED, observed),
            // Whoever captured it may have cut it.
            Unreadable::Xml(XmlProblem::NotWellFormed { .. }) if !is_whole(subject.request.data()) => {
                Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, format!("{observed}; without its end"))
            }
            Unreadable::Xml(XmlProblem::NotWellFormed { .. }) => Outcome::fail(Reason::Malformed, EXPECTED, observed),
            // The probe's own bounds are no rule of anybody's.
            Unreadable::Xml(XmlProblem::TooLarge { .. } | XmlProblem::Bound { .. }) => {
                Outcome::inconclusive(Reason::TooLarge, EXPECTED, observed)
            }
            Unreadable::Xml(XmlProblem::Encoding { .. } | XmlProblem::DocumentType(_)) => {
                Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, observed)
            }
            // Whoever wrote the target named the wrong file or service.
            Unreadable::NoRequest { .. } | Unreadable::Several { .. } | Unreadable::OtherService { .. } => {
                Outcome::inconclusive(Reason::Contradiction, EXPECTED, observed)
            }
            Unreadable::UnknownNamespace { .. } => Outcome::inconclusive(Reason::Unclear, EXPECTED, observed),
        }
    }
}

/// Whether the bytes end with the end tag of the element that they begin with.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let is_name = |c: char| !c.is_whitespace() && !"<>/?!".contains(c);
    let begin = text.match_indices('<').find_map(|(at, _)| {
        let name: &str = text[at + 1..].split(|c| !is_name(c)).next()?;
        (!name.is_empty()).then_some(name)
    });
    let end = text.trim_end().strip_suffix('>').map(str::trim_end);
    begin.zip(end).is_some_and(|(name, end)| end.strip_suffix(name).is_some_and(|before| before.ends_with("</")))
}

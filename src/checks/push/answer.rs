//! What a good message is answered with.

use crate::besked::SAGDOK;
use crate::besked::schema::{self, Kind};
use crate::check::Parameters;
use crate::checks::pushed::{Trial, confirmed, plain_answer, unbox};
use crate::distribution_check;
use crate::outcome::{Outcome, Reason};
use crate::saml::xml;
use crate::subject::DistributionSubject;
use uppsala::Document;

distribution_check! {
    /// A message of the target's Beskedtype for its authority, with every field that the Beskedfordeler sets, is
    /// confirmed.
    ///
    /// ## Why
    /// Only StatusKode 20 removes a message from the dueslag. Anything else makes it come again and again, and all later
    /// messages wait behind it.
    ///
    /// ## What to do
    /// Store the message, then answer HTTP 200 with `ModtagBeskedOutput`, `StandardRetur` and StatusKode 20. A `40` must
    /// mean that the message cannot be received now. When the result is inconclusive, look at what was seen: a
    /// certificate that is not let in, a wrong address or a gateway says nothing about the receiver.
    pub GoodMessageConfirmed {
        id: "push.good-message-confirmed",
        family: Push,
        case: "good",
        judged: confirmed,
        title: da "En gyldig besked kvitteres med HTTP 200 og StatusKode 20", en "A valid message is answered with HTTP 200 and StatusKode 20",
        rows: ["BFO-PUSH-01"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2: StatusKode 20"),
            ("AnvenderSystem.wadl (SF1461 v2.0)", "ModtagBesked: response 200, application/xml"),
        ],
        remediation: da "Svar HTTP 200 og ModtagBeskedOutput med StatusKode 20, når beskeden er gemt.",
                     en "Answer HTTP 200 and ModtagBeskedOutput with StatusKode 20 once the message is stored.",
        parameters: [],
    }
}

distribution_check! {
    /// The answer to a good message is a whole `ModtagBeskedOutput`, whatever its StatusKode.
    ///
    /// ## Why
    /// The Beskedfordeler reads the answer by its schema. With a missing element or a wrong namespace it does not see the
    /// confirmation, and sends the same message again.
    ///
    /// ## What to do
    /// Write `{urn:oio:sts:1.0.0}ModtagBeskedOutput` with `{urn:oio:sagdok:3.0.0}StandardRetur` and StatusKode in it. FejlbeskedTekst
    /// is optional in the schema; the official answers have it, empty when nothing is wrong.
    pub AnswerSchema {
        id: "push.answer-schema",
        family: Push,
        case: "good",
        judged: answer_schema,
        title: da "Svaret er gyldigt efter AnvendersystemOperationer.xsd", en "The answer is valid against AnvendersystemOperationer.xsd",
        rows: ["BFO-PUSH-02"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "5.2 and appendix 3: an incomplete StandardRetur makes the same message come again"),
            ("AnvendersystemOperationer.xsd (SF1461 v2.0)", "ModtagBeskedOutput"),
        ],
        remediation: da "Skriv ModtagBeskedOutput i urn:oio:sts:1.0.0 med StandardRetur og StatusKode i urn:oio:sagdok:3.0.0, og validér svaret mod skemaet.",
                     en "Write ModtagBeskedOutput in urn:oio:sts:1.0.0 with StandardRetur and StatusKode in urn:oio:sagdok:3.0.0, and validate the answer against the schema.",
        parameters: [],
    }
}

distribution_check! {
    /// The answer to a good message has a body.
    ///
    /// ## Why
    /// HTTP 200 alone is no confirmation. The Beskedfordeler reports an empty answer as an error and sends the message
    /// again.
    ///
    /// ## What to do
    /// Answer with a `ModtagBeskedOutput` in the body, never with the status line alone.
    pub AnswerNotEmpty {
        id: "push.answer-not-empty",
        family: Push,
        case: "good",
        judged: answer_not_empty,
        title: da "Svaret har et indhold", en "The answer has a body",
        rows: ["BFO-PUSH-03"],
        basis: Norm,
        method: Measured,
        sources: [
            ("D.09.02 Besked-FåTilsendt-Snitflade", "appendix 3: an empty answer fails with Premature end of file"),
        ],
        remediation: da "Send altid ModtagBeskedOutput som svarets indhold; HTTP 200 alene er ingen kvittering.",
                     en "Always send ModtagBeskedOutput in the body of the answer; HTTP 200 alone is no confirmation.",
        parameters: [],
    }
}

distribution_check! {
    /// The answer to a good message says that it is XML.
    ///
    /// ## Why
    /// The interface is described with this media type. What says that it is HTML or plain text may not be read as XML at
    /// all.
    ///
    /// ## What to do
    /// Set `Content-Type: application/xml`. `text/xml`, which the official samples use, is tolerated.
    pub AnswerContentType {
        id: "push.answer-content-type",
        family: Push,
        case: "good",
        judged: answer_content_type,
        title: da "Svarets Content-Type er application/xml", en "The answer's Content-Type is application/xml",
        rows: ["BFO-PUSH-04"],
        basis: Norm,
        method: Measured,
        sources: [
            ("AnvenderSystem.wadl (SF1461 v2.0)", "ModtagBesked: response 200, application/xml"),
        ],
        remediation: da "Sæt Content-Type til application/xml (text/xml accepteres også).",
                     en "Set Content-Type to application/xml (text/xml is tolerated).",
        parameters: [],
    }
}

/// The answer is valid against its schema.
fn answer_schema(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "a valid ModtagBeskedOutput";
    unbox((|| {
        let trial = Trial::of(subject)?;
        let (_, _, body) = plain_answer(&trial, EXPECTED)?;
        if body.trim().is_empty() {
            return Ok(Outcome::fail(Reason::Missing, EXPECTED, "an empty body"));
        }
        let document = match xml::parse(body) {
            Ok(document) => document,
            Err(why) => return Ok(Outcome::fail(Reason::SchemaInvalid, EXPECTED, why.to_string())),
        };
        let errors = match schema::validate(&document, &[Kind::ModtagBeskedOutput]) {
            Ok(errors) => errors,
            Err(fault) => return Ok(Outcome::error(fault)),
        };
        Ok(match errors.into_iter().next().or_else(|| not_as_extended(&document)) {
            None => Outcome::pass(EXPECTED, EXPECTED),
            Some(first) => Outcome::fail(Reason::SchemaInvalid, EXPECTED, first),
        })
    })())
}

/// What the schema says of `ModtagBeskedOutput` and its StandardRetur: the validator does not see into a type that extends one of
/// another namespace without adding to it.
fn not_as_extended(document: &Document<'_>) -> Option<String> {
    let children =
        |node| -> Vec<_> { document.children(node).into_iter().filter(|n| document.element(*n).is_some()).collect() };
    let named = |node, name: &str| document.element(node).is_some_and(|e| e.name.matches(Some(SAGDOK), name));
    let unexpected = |within: &str| Some(format!("{within} does not hold what the schema asks for, in {SAGDOK}"));
    let root = document.document_element()?;
    let [standard] = children(root)[..] else { return unexpected("ModtagBeskedOutput") };
    if !named(standard, "StandardRetur") {
        return unexpected("ModtagBeskedOutput");
    }
    let (status, rest) = match &children(standard)[..] {
        [] => return unexpected("StandardRetur"),
        [status, rest @ ..] => (*status, rest.to_vec()),
    };
    // FejlbeskedTekst is optional.
    let text = rest.len() <= 1 && rest.iter().all(|n| named(*n, "FejlbeskedTekst") && children(*n).is_empty());
    if !named(status, "StatusKode") || !text {
        return unexpected("StandardRetur");
    }
    let written = document.text_content_deep(status);
    let is_code = written.trim().parse::<i64>().is_ok() && children(status).is_empty();
    if is_code { None } else { unexpected("StatusKode") }
}

/// The answer has a body.
fn answer_not_empty(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "a body";
    unbox((|| {
        let trial = Trial::of(subject)?;
        let (http, _, body) = plain_answer(&trial, EXPECTED)?;
        let observed = format!("HTTP {http} with {} characters", body.trim().chars().count());
        Ok(Outcome::when(!body.trim().is_empty(), Reason::Missing, EXPECTED, observed))
    })())
}

/// The answer says that it is XML.
fn answer_content_type(subject: &DistributionSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "application/xml (text/xml is tolerated)";
    unbox((|| {
        let trial = Trial::of(subject)?;
        let (_, content_type, _) = plain_answer(&trial, EXPECTED)?;
        let Some(written) = content_type else {
            return Ok(Outcome::fail(Reason::Missing, EXPECTED, "no Content-Type"));
        };
        let essence = written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let holds = matches!(essence.as_str(), "application/xml" | "text/xml");
        Ok(Outcome::when(holds, Reason::Different, EXPECTED, written))
    })())
}

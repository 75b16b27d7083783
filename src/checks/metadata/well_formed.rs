//! See [`WellFormed`].

use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::XmlProblem;
use crate::subject::MetadataSubject;

check! {
    /// Metadata is XML that every party reads alike: well-formed and without a document type declaration.
    ///
    /// ## Why
    /// The Context Handler parses the file. A document type declaration lets a document define entities, and with them
    /// content that differs from reader to reader (entity expansion, external entities); SAML2Int forbids it. The probe reads UTF-8 alone,
    /// within bounds of size and depth; what lies beyond is no breach, but nothing is shown about it.
    ///
    /// ## What to do
    /// Write the file with an XML library, without `<!DOCTYPE`, and look at the line and column that are named. Write it in
    /// UTF-8 to have it judged.
    pub WellFormed {
        id: "metadata.well-formed",
        family: Metadata,
        title: da "Metadata er velformet XML uden DTD", en "Metadata is well-formed XML without a DTD",
        rows: ["FKI-MD-01", "FKI-MD-21", "SP-MD-01"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Kantara SAML2Int", "SDP-G03"),
            ("OIOSAML Web SSO Profile 3.0", "3.1.2 Document Type Definitions"),
            ("W3C XML 1.0 (Fifth Edition)", "2.1 Well-Formed XML Documents"),
        ],
        remediation: da "Dan filen med et XML-bibliotek uden DOCTYPE, og ret stedet, der er angivet; gem den i UTF-8, så den kan prøves.",
                     en "Write the file with an XML library, without DOCTYPE, and correct the place that is named; save it in UTF-8, so that it can be judged.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for WellFormed {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "well-formed XML, no DTD";
        if let Some(outcome) = super::unavailable(subject) {
            return outcome;
        }
        let Err(problem) = subject.reading() else { return Outcome::pass(EXPECTED, "well-formed") };
        let reason = match problem {
            XmlProblem::Empty => Reason::Missing,
            // The probe's own bounds are no rule of anybody's, so passing them shows no breach.
            XmlProblem::TooLarge { .. } | XmlProblem::Bound { .. } => {
                return Outcome::inconclusive(Reason::TooLarge, EXPECTED, problem.to_string());
            }
            // XML allows other encodings, and no norm of the profile forbids them.
            XmlProblem::Encoding { .. } => {
                return Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, problem.to_string());
            }
            XmlProblem::DocumentType(_) => Reason::Forbidden,
            XmlProblem::NotWellFormed { .. } => Reason::Malformed,
        };
        Outcome::fail(reason, EXPECTED, problem.to_string())
    }
}

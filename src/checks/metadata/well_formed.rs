//! See [`WellFormed`].

use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::XmlProblem;
use crate::subject::MetadataSubject;

check! {
    /// Metadata is XML that every party reads alike: well-formed, in UTF-8, without a document type declaration, and of a
    /// size and depth that a reader can accept.
    ///
    /// ## Why
    /// The Context Handler parses the file. A document type declaration lets a document define entities, and with them
    /// content that differs from reader to reader (entity expansion, external entities); SAML2Int forbids it.
    ///
    /// ## What to do
    /// Write the file with an XML library, in UTF-8, without `<!DOCTYPE`, and look at the line and column that are named.
    pub WellFormed {
        id: "metadata.well-formed",
        family: Metadata,
        title: da "Metadata er velformet XML i UTF-8 uden DTD", en "Metadata is well-formed XML in UTF-8 without a DTD",
        rows: ["FKI-MD-01", "FKI-MD-21", "SP-MD-01"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Kantara SAML2Int", "SDP-G03"),
            ("OIOSAML Web SSO Profile 3.0", "3.1.2 Document Type Definitions"),
            ("W3C XML 1.0 (Fifth Edition)", "2.1 Well-Formed XML Documents"),
        ],
        remediation: da "Dan filen med et XML-bibliotek i UTF-8 og uden DOCTYPE; ret stedet, der er angivet.",
                     en "Write the file with an XML library, in UTF-8 and without DOCTYPE; correct the place that is named.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for WellFormed {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "well-formed XML, UTF-8, no DTD";
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
            XmlProblem::DocumentType(_) => Reason::Forbidden,
            XmlProblem::Encoding { .. } | XmlProblem::NotWellFormed { .. } => Reason::Malformed,
        };
        Outcome::fail(reason, EXPECTED, problem.to_string())
    }
}

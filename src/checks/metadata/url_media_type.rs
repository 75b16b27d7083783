//! See [`UrlMediaType`].

use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use crate::subject::metadata::Retrieval;

check! {
    /// The metadata URL's answer has a media type of XML.
    ///
    /// ## Why
    /// A reader may refuse or misread what is not declared as XML; an answer of `text/html` is most often a login or error
    /// page. SAML registers a media type of its own for metadata.
    ///
    /// ## What to do
    /// Serve the file as `application/samlmetadata+xml`.
    pub UrlMediaType {
        id: "metadata.url-media-type",
        family: Metadata,
        title: da "Metadata-URL'en svarer med en medietype for XML", en "The metadata URL answers with a media type of XML",
        rows: ["SP-MD-25"],
        basis: GoodPractice,
        method: Measured,
        sources: [
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "4.1.1 and appendix A (application/samlmetadata+xml)"),
            ("RFC 7303", "9 (application/xml, text/xml)"),
        ],
        remediation: da "Udstil filen som application/samlmetadata+xml.", en "Serve the file as application/samlmetadata+xml.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for UrlMediaType {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const TYPES: [&str; 3] = ["application/samlmetadata+xml", "application/xml", "text/xml"];
        let expected = TYPES.join(" | ");
        match &subject.retrieval {
            None => Outcome::not_applicable(expected, "no metadata URL in the target"),
            Some(Retrieval::NotAsked { url }) => Outcome::not_tested(Reason::NotAsked, expected, url.as_str()),
            Some(Retrieval::Unreachable { url, why }) => {
                Outcome::inconclusive(Reason::Unreachable, expected, format!("{url}: {why}"))
            }
            // The media type of an error page is not that of the metadata.
            Some(Retrieval::Answered { status, .. }) if *status != 200 => {
                Outcome::inconclusive(Reason::AnswerUnusable, expected, format!("HTTP {status}"))
            }
            Some(Retrieval::Answered { content_type, .. }) => {
                let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                let reason = if media_type.is_empty() { Reason::Missing } else { Reason::Different };
                Outcome::when(TYPES.contains(&media_type.as_str()), reason, expected, media_type)
            }
        }
    }
}

//! See [`UrlSameContent`].

use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::signature::canonical;
use crate::subject::MetadataSubject;
use crate::subject::metadata::Retrieval;

check! {
    /// What the metadata URL serves is the document that was delivered.
    ///
    /// ## Why
    /// If the file that was judged is not the one that KOMBIT fetches, every other verdict is about the wrong document.
    ///
    /// ## What to do
    /// Deliver the file that the system serves, or update the served one. Differences in white space outside elements, byte order
    /// mark and comments do not count.
    pub UrlSameContent {
        id: "metadata.url-same-content",
        family: Metadata,
        title: da "Metadata-URL'en giver samme indhold som den afleverede fil", en "The metadata URL gives the same content as the delivered file",
        rows: ["FKI-MD-22", "SP-MD-25"],
        basis: Inference,
        method: Measured,
        sources: [("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "SamlMetadata: Xml or MetadataUrl")],
        remediation: da "Aflevér den fil, systemet udstiller, eller opdatér den udstillede.",
                     en "Deliver the file that the system serves, or update the served one.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for UrlSameContent {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "same canonical XML";
        match &subject.retrieval {
            None => Outcome::not_applicable(EXPECTED, "no metadata URL in the target"),
            Some(Retrieval::NotAsked { url }) => Outcome::not_tested(Reason::NotAsked, EXPECTED, url.as_str()),
            Some(Retrieval::Unreachable { url, why }) => {
                Outcome::inconclusive(Reason::Unreachable, EXPECTED, format!("{url}: {why}"))
            }
            Some(Retrieval::Answered { status, .. }) if *status != 200 => {
                Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, format!("HTTP {status}"))
            }
            Some(Retrieval::Answered { body, .. }) => {
                if body.data() == subject.document.data() {
                    return Outcome::pass(EXPECTED, "same bytes");
                }
                let form = |bytes: &[u8]| crate::saml::xml::decode(bytes).ok().and_then(|text| canonical(text).ok());
                match (form(subject.document.data()), form(body.data())) {
                    (None, _) => {
                        Outcome::not_tested(Reason::SubjectUnreadable, EXPECTED, "the delivered file is unreadable")
                    }
                    (Some(_), None) => Outcome::fail(Reason::Malformed, EXPECTED, "the served document is unreadable"),
                    (Some(delivered), Some(served)) => {
                        let same = delivered == served;
                        Outcome::when(
                            same,
                            Reason::Different,
                            EXPECTED,
                            if same { "same canonical XML" } else { "other content" },
                        )
                    }
                }
            }
        }
    }
}

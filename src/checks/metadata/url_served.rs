//! See [`UrlServed`].

use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use crate::subject::metadata::Retrieval;

check! {
    /// The metadata URL answers over https with status 200 and the media type of XML.
    ///
    /// ## Why
    /// KOMBIT fetches metadata from an https URL and answers 503 when it cannot. Over http anyone on the way could put in other
    /// keys.
    ///
    /// ## What to do
    /// Serve the file over https with a valid server certificate, without login or redirect, as
    /// `application/samlmetadata+xml`.
    pub UrlServed {
        id: "metadata.url-served",
        family: Metadata,
        title: da "Metadata-URL'en svarer over https med XML", en "The metadata URL answers over https with XML",
        rows: ["FKI-MD-22", "SP-MD-25"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "SamlMetadata.MetadataUrl: accessible HTTPS URL; 503"),
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "4.1.1 and appendix A (application/samlmetadata+xml)"),
        ],
        remediation: da "Udstil filen over https uden login som application/samlmetadata+xml.",
                     en "Serve the file over https without login as application/samlmetadata+xml.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for UrlServed {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "https, 200, XML";
        const TYPES: [&str; 3] = ["application/samlmetadata+xml", "application/xml", "text/xml"];
        match &subject.retrieval {
            None => Outcome::not_applicable(EXPECTED, "no metadata URL in the target"),
            Some(Retrieval::NotAsked { url }) => Outcome::not_tested(Reason::NotAsked, EXPECTED, url.as_str()),
            Some(Retrieval::Unreachable { url, why }) => {
                Outcome::inconclusive(Reason::Unreachable, EXPECTED, format!("{url}: {why}"))
            }
            Some(Retrieval::Answered { url, status, content_type, .. }) => {
                let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                let secure = url::Url::parse(url).is_ok_and(|u| u.scheme() == "https");
                let holds = secure && *status == 200 && TYPES.contains(&media_type.as_str());
                let scheme = if secure { "https" } else { "not https" };
                Outcome::when(holds, Reason::Different, EXPECTED, format!("{scheme}, {status}, {media_type}"))
            }
        }
    }
}

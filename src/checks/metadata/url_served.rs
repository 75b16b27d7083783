//! See [`UrlServed`].

use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use crate::subject::metadata::Retrieval;

check! {
    /// The metadata URL answers over https with status 200.
    ///
    /// ## Why
    /// KOMBIT fetches metadata from an https URL and answers 503 when it cannot. Over http anyone on the way could put in other
    /// keys. An answer that the server cannot serve now (5xx, 408, 429) shows nothing about what it serves otherwise.
    ///
    /// ## What to do
    /// Serve the file over https with a valid server certificate, without login or redirect.
    pub UrlServed {
        id: "metadata.url-served",
        family: Metadata,
        title: da "Metadata-URL'en svarer over https med status 200", en "The metadata URL answers over https with status 200",
        rows: ["FKI-MD-22", "SP-MD-25"],
        basis: Norm,
        method: Measured,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "SamlMetadata.MetadataUrl: accessible HTTPS URL; 503"),
            ("RFC 9110", "15.5.9 (408), 15.6 (5xx)"),
            ("RFC 6585", "4 (429)"),
        ],
        remediation: da "Udstil filen over https uden login og omdirigering.",
                     en "Serve the file over https without login or redirect.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for UrlServed {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "https, 200";
        match &subject.retrieval {
            None => Outcome::not_applicable(EXPECTED, "no metadata URL in the target"),
            Some(Retrieval::NotAsked { url }) => Outcome::not_tested(Reason::NotAsked, EXPECTED, url.as_str()),
            Some(Retrieval::Unreachable { url, why }) => {
                Outcome::inconclusive(Reason::Unreachable, EXPECTED, format!("{url}: {why}"))
            }
            Some(Retrieval::Answered { url, status, .. }) => {
                let secure = url::Url::parse(url).is_ok_and(|u| u.scheme() == "https");
                let observed = format!("{}, {status}", if secure { "https" } else { "not https" });
                if secure && matches!(status, 408 | 429 | 500..=599) {
                    return Outcome::inconclusive(Reason::Unreachable, EXPECTED, observed);
                }
                Outcome::when(secure && *status == 200, Reason::Different, EXPECTED, observed)
            }
        }
    }
}

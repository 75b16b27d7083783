//! See [`EndpointForm`].

use super::{has_uri_characters, none_of, on_entity};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::metadata::Endpoint;
use crate::subject::MetadataSubject;
use url::Url;

check! {
    /// Every Location and ResponseLocation is an absolute http(s) URL without user information and fragment.
    ///
    /// ## Why
    /// The Context Handler sends the user's browser to exactly this address. A relative address has no base, user information
    /// discloses a login, and a fragment never reaches the system.
    ///
    /// ## What to do
    /// Write full addresses, such as `https://system.dk/saml/acs`, and replace all placeholders of a template.
    pub EndpointForm {
        id: "metadata.endpoint-form",
        family: Metadata,
        title: da "Alle endepunkter er absolutte URL'er uden brugeroplysninger og fragment", en "All endpoints are absolute URLs without user information and fragment",
        rows: ["FKI-MD-06", "SP-MD-15"],
        basis: Norm,
        method: Inspected,
        sources: [("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.2.2 EndpointType"), ("SAML V2.0 Core (saml-core-2.0-os)", "1.3.2 URI Values: absolute")],
        remediation: da "Skriv fulde adresser, og erstat alle pladsholdere.", en "Write full addresses, and replace all placeholders.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for EndpointForm {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            const EXPECTED: &str = "absolute URL, no user information, no fragment";
            if entity.endpoints.is_empty() {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no endpoint");
            }
            let wrong: Vec<String> = entity
                .endpoints
                .iter()
                .flat_map(Endpoint::locations)
                .filter(|location| !well_formed(location))
                .map(without_user_information)
                .collect();
            none_of(Reason::Malformed, EXPECTED, &format!("{} endpoints", entity.endpoints.len()), &wrong)
        })
    }
}

fn well_formed(location: &str) -> bool {
    has_uri_characters(location)
        && Url::parse(location).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.fragment().is_none()
        })
}

/// A password in a URL must not reach the report.
fn without_user_information(location: &str) -> String {
    match (location.find("//"), location.rfind('@')) {
        (Some(start), Some(end)) if start + 2 <= end => format!("{}...{}", &location[..start + 2], &location[end..]),
        (_, Some(end)) => format!("...{}", &location[end..]),
        _ => location.to_owned(),
    }
}

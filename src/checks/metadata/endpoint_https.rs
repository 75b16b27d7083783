//! See [`EndpointHttps`].

use super::{none_of, on_entity, urls};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use crate::verdict::Environment;

check! {
    /// Every endpoint is reached over https. In environment `local` plain http is accepted.
    ///
    /// ## Why
    /// Over http everyone on the way can read the assertion and take over the session. The Administrationsmodul is reported to
    /// refuse files with other endpoints.
    ///
    /// A SingleLogoutService without `ResponseLocation` takes responses at its `Location` (saml-metadata-2.0-os 2.2.2), so its
    /// absence is no fault.
    ///
    /// ## What to do
    /// Write `https` in every `Location` and `ResponseLocation`.
    pub EndpointHttps {
        id: "metadata.endpoint-https",
        family: Metadata,
        title: da "Alle endepunkter bruger https", en "All endpoints use https",
        rows: ["FKI-MD-06", "FKI-MD-17", "SP-MD-15", "SP-MD-17", "SP-MD-18", "SP-MD-23"],
        basis: Norm,
        method: Inspected,
        sources: [("Kantara SAML2Int", "SDP-SP09"), ("OS2adgang, connection material", "all endpoints must be HTTPS")],
        remediation: da "Skriv https i alle Location og ResponseLocation.", en "Write https in every Location and ResponseLocation.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for EndpointHttps {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            let local = subject.environment == Environment::Local;
            let expected = if local { "https | http" } else { "https" };
            let all = urls(entity);
            if all.is_empty() {
                return Outcome::not_tested(Reason::Missing, expected, "no endpoint");
            }
            let other: Vec<String> = all
                .iter()
                .filter(|url| url.scheme() != "https" && !(local && url.scheme() == "http"))
                .map(|url| format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default()))
                .collect();
            none_of(Reason::Forbidden, expected, &format!("{} addresses", all.len()), &other)
        })
    }
}

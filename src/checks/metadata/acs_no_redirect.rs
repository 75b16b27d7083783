//! See [`AcsNoRedirect`].

use super::{none_of, on_provider};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::binding;
use crate::subject::MetadataSubject;

check! {
    /// No AssertionConsumerService offers HTTP Redirect.
    ///
    /// ## Why
    /// A response is too large for a URL and would end in logs and histories; SAML's web browser SSO profile forbids the
    /// binding for it.
    ///
    /// ## What to do
    /// Remove the `AssertionConsumerService` with the HTTP-Redirect binding.
    pub AcsNoRedirect {
        id: "metadata.acs-no-redirect",
        family: Metadata,
        title: da "AssertionConsumerService tilbyder ikke HTTP-Redirect", en "No AssertionConsumerService offers HTTP-Redirect",
        rows: ["SP-MD-16"],
        basis: Norm,
        method: Inspected,
        sources: [("SAML V2.0 Profiles (saml-profiles-2.0-os)", "4.1.2")],
        remediation: da "Fjern AssertionConsumerService med HTTP-Redirect.", en "Remove the AssertionConsumerService with HTTP-Redirect.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AcsNoRedirect {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            const EXPECTED: &str = "no HTTP-Redirect";
            let services = &provider.assertion_consumers;
            if services.is_empty() {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no AssertionConsumerService");
            }
            let redirecting: Vec<String> =
                services.iter().filter(|s| s.binding == binding::REDIRECT).map(|s| s.location.clone()).collect();
            none_of(Reason::Forbidden, EXPECTED, &format!("{} services", services.len()), &redirecting)
        })
    }
}

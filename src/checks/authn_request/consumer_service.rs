//! See [`ConsumerService`].

use super::each;
use super::recorded::service_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;

check! {
    /// The AssertionConsumerService that an AuthnRequest asks the answer to be sent to stands in the SP metadata. A request
    /// that names none means the default one.
    ///
    /// ## Why
    /// The identity provider sends assertions to registered addresses only. An address that differs by a port or a slash ends
    /// the login with an error.
    ///
    /// ## What to do
    /// Give the library the address exactly as in the metadata. Behind a proxy set the outer base URL, so that it is not made
    /// of the inner host name.
    pub ConsumerService {
        id: "authn-request.consumer-service",
        family: AuthnRequest,
        title: da "Adressen til svaret i AuthnRequest står i SP-metadata",
               en "The address for the answer in the AuthnRequest stands in the SP metadata",
        rows: ["FKI-ARQ-08", "SP-REQ-11"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.4.1: AssertionConsumerServiceURL, AssertionConsumerServiceIndex"),
            ("Kantara SAML2Int", "SDP-SP05, SDP-SP06: exact match with metadata"),
        ],
        remediation: da "Brug en AssertionConsumerService-adresse, der står nøjagtig sådan i metadata.",
                     en "Use an AssertionConsumerService address that stands exactly so in the metadata.",
        parameters: [],
    }
}

impl Check<TrialSubject> for ConsumerService {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "an AssertionConsumerService of the SP metadata";
        let Some(provider) = service_provider(subject) else {
            return Outcome::not_tested(Reason::SubjectUnreadable, EXPECTED, "no SPSSODescriptor can be read");
        };
        let services = &provider.assertion_consumers;
        let listed = services.iter().map(|s| s.location.as_str()).collect::<Vec<_>>().join(", ");
        let expected = format!("one of {listed}");
        each(subject, EXPECTED, |request| match (&request.message.acs_url, &request.message.acs_index) {
            (None, None) => Outcome::pass(EXPECTED, "none named: the default"),
            (Some(url), None) => {
                Outcome::when(services.iter().any(|s| s.location == *url), Reason::Different, &*expected, url)
            }
            (None, Some(index)) => {
                let found = services.iter().any(|s| s.index.as_deref().map(str::trim) == Some(index.trim()));
                Outcome::when(found, Reason::Different, EXPECTED, format!("index {index}"))
            }
            // SAML core 3.4.1: the two exclude each other.
            (Some(url), Some(index)) => {
                Outcome::fail(Reason::Contradiction, EXPECTED, format!("{url} and index {index}"))
            }
        })
    }
}

//! See [`AuthnRequestsSigned`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::metadata::is_true;
use crate::subject::MetadataSubject;

check! {
    /// The service provider says that it signs its authentication requests.
    ///
    /// ## Why
    /// The Context Handler wants signed requests (`WantAuthnRequestsSigned="true"`); the attribute's default is false.
    ///
    /// ## What to do
    /// Write `AuthnRequestsSigned="true"` on `SPSSODescriptor`, and sign.
    pub AuthnRequestsSigned {
        id: "metadata.authn-requests-signed",
        family: Metadata,
        title: da "Metadata angiver, at AuthnRequest signeres", en "Metadata says that AuthnRequests are signed",
        rows: ["FKI-MD-11", "SP-MD-09"],
        basis: ReferenceImplementation,
        method: Inspected,
        sources: [
            ("Context Handler 2 IdP metadata (Safewhere/kombit 7cdcbfd)", "WantAuthnRequestsSigned=\"true\""),
            ("OIOSAML.Java 1ac36de", "SPMetadataService"),
        ],
        remediation: da "Sæt AuthnRequestsSigned=\"true\" på SPSSODescriptor, og signér forespørgslerne.",
                     en "Set AuthnRequestsSigned=\"true\" on SPSSODescriptor, and sign the requests.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AuthnRequestsSigned {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let value = provider.authn_requests_signed.as_deref();
            Outcome::when(is_true(value), Reason::Different, "AuthnRequestsSigned=\"true\"", value.unwrap_or("none"))
        })
    }
}

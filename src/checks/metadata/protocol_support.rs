//! See [`ProtocolSupport`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::ns;
use crate::subject::MetadataSubject;

check! {
    /// The service provider names SAML 2.0 among the protocols it supports.
    ///
    /// ## Why
    /// A role descriptor counts for a protocol only when `protocolSupportEnumeration` names that protocol.
    ///
    /// ## What to do
    /// Write `protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"` on `SPSSODescriptor`.
    pub ProtocolSupport {
        id: "metadata.protocol-support",
        family: Metadata,
        title: da "SPSSODescriptor angiver SAML 2.0-protokollen", en "SPSSODescriptor names the SAML 2.0 protocol",
        rows: ["SP-MD-03"],
        basis: Norm,
        method: Inspected,
        sources: [("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.4.1 protocolSupportEnumeration")],
        remediation: da "Angiv urn:oasis:names:tc:SAML:2.0:protocol i protocolSupportEnumeration.",
                     en "Name urn:oasis:names:tc:SAML:2.0:protocol in protocolSupportEnumeration.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for ProtocolSupport {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let holds = provider.protocols.iter().any(|p| p == ns::PROTOCOL);
            Outcome::when(holds, Reason::Missing, ns::PROTOCOL, provider.protocols.join(" "))
        })
    }
}

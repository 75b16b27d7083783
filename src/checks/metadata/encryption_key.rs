//! See [`EncryptionKey`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::metadata::KeyDescriptor;
use crate::subject::MetadataSubject;

check! {
    /// The service provider publishes a certificate that assertions can be encrypted to.
    ///
    /// ## Why
    /// Assertions hold personal data and pass through the user's browser. Without a certificate for encryption they cannot be
    /// encrypted.
    ///
    /// ## What to do
    /// Add `KeyDescriptor use="encryption"` (or one without `use`) with the system's certificate.
    pub EncryptionKey {
        id: "metadata.encryption-key",
        family: Metadata,
        title: da "Metadata indeholder et certifikat til kryptering", en "Metadata contains a certificate for encryption",
        rows: ["FKI-MD-08", "SP-MD-12"],
        basis: Norm,
        method: Inspected,
        sources: [("Kantara SAML2Int", "SDP-MD08"), ("OIOSAML.Java 1ac36de", "SPMetadataService")],
        remediation: da "Tilføj KeyDescriptor use=\"encryption\" med systemets certifikat.",
                     en "Add KeyDescriptor use=\"encryption\" with the system's certificate.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for EncryptionKey {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let keys: Vec<&KeyDescriptor> = provider.keys.iter().filter(|k| k.encrypts()).collect();
            let usable = keys.iter().filter(|k| k.certificates.iter().any(|c| c.der().is_some())).count();
            let observed = format!("{} KeyDescriptor, {usable} with a certificate", keys.len());
            let reason = if keys.is_empty() { Reason::Missing } else { Reason::Malformed };
            Outcome::when(usable > 0, reason, ">= 1 encryption certificate", observed)
        })
    }
}

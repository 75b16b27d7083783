//! See [`SigningKey`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::metadata::KeyDescriptor;
use crate::subject::MetadataSubject;

check! {
    /// The service provider publishes a certificate for the signatures on its messages.
    ///
    /// ## Why
    /// Keys are exchanged as X.509 certificates in metadata. Without one the Context Handler cannot verify a request.
    ///
    /// ## What to do
    /// Add `KeyDescriptor use="signing"` with the system's OCES3 certificate as `ds:X509Certificate`.
    pub SigningKey {
        id: "metadata.signing-key",
        family: Metadata,
        title: da "Metadata indeholder et certifikat til signering", en "Metadata contains a certificate for signing",
        rows: ["FKI-MD-07", "SP-MD-11"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: KeyDescriptor validation"),
            ("Kantara SAML2Int", "SDP-MD05"),
        ],
        remediation: da "Tilføj KeyDescriptor use=\"signing\" med systemets certifikat.",
                     en "Add KeyDescriptor use=\"signing\" with the system's certificate.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for SigningKey {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let keys: Vec<&KeyDescriptor> = provider.keys.iter().filter(|k| k.signs()).collect();
            let usable = keys.iter().filter(|k| k.certificates.iter().any(|c| c.der().is_some())).count();
            let observed = format!("{} KeyDescriptor, {usable} with a certificate", keys.len());
            let reason = if keys.is_empty() { Reason::Missing } else { Reason::Malformed };
            Outcome::when(usable > 0, reason, ">= 1 signing certificate", observed)
        })
    }
}

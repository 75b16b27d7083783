//! See [`KeyDescriptors`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::metadata::KeyUse;
use crate::subject::MetadataSubject;

check! {
    /// Every KeyDescriptor of the entity holds one readable X.509 certificate and a use that SAML knows.
    ///
    /// ## Why
    /// A KeyDescriptor that cannot be read makes the official validation service refuse the file; several certificates in one
    /// KeyDescriptor leave open which key is meant.
    ///
    /// ## What to do
    /// Put exactly one base64 DER certificate, without PEM lines, into each KeyDescriptor; use `signing` or `encryption`.
    pub KeyDescriptors {
        id: "metadata.key-descriptors",
        family: Metadata,
        title: da "Hver KeyDescriptor indeholder ét læsbart certifikat", en "Every KeyDescriptor holds one readable certificate",
        rows: ["FKI-MD-07", "SP-MD-11"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: KeyDescriptor validation"),
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.4.1.1"),
        ],
        remediation: da "Læg præcis ét certifikat som base64-kodet DER uden PEM-linjer i hver KeyDescriptor.",
                     en "Put exactly one certificate as base64 DER without PEM lines into each KeyDescriptor.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for KeyDescriptors {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            const EXPECTED: &str = "1 X509Certificate in each";
            if entity.keys.is_empty() {
                return Outcome::fail(Reason::Missing, EXPECTED, "no KeyDescriptor");
            }
            let wrong: Vec<String> = entity
                .keys
                .iter()
                .enumerate()
                .filter_map(|(n, key)| {
                    let readable = key.certificates.iter().filter(|c| c.der().is_some()).count();
                    let fine = readable == 1 && key.certificates.len() == 1 && !matches!(key.usage, KeyUse::Other(_));
                    let number = n + 1;
                    (!fine)
                        .then(|| format!("KeyDescriptor {number}: {readable} of {} readable", key.certificates.len()))
                })
                .collect();
            super::none_of(Reason::Malformed, EXPECTED, &format!("{} KeyDescriptor", entity.keys.len()), &wrong)
        })
    }
}

//! See [`NoSecrets`].

use super::on_reading;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use base64::Engine;
use std::collections::BTreeSet;

check! {
    /// The metadata holds no private key, password, token or CPR number.
    ///
    /// ## Why
    /// Metadata is published. A private key in it is disclosed and must be replaced at once.
    ///
    /// ## What to do
    /// Export the certificate alone, never the PKCS#12 or PEM file with the key. Have a disclosed certificate revoked and
    /// replaced, also when the file is corrected.
    pub NoSecrets {
        id: "metadata.no-secrets",
        family: Metadata,
        title: da "Metadata indeholder ingen privat nøgle eller anden hemmelighed", en "Metadata holds no private key or other secret",
        rows: ["SP-MD-26"],
        basis: Inference,
        method: Inspected,
        sources: [("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.4.1.1 KeyDescriptor: public keys")],
        remediation: da "Fjern hemmeligheden, og spær og udskift certifikatet, hvis dets private nøgle er afsløret.",
                     en "Remove the secret, and revoke and replace the certificate if its private key was disclosed.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for NoSecrets {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "no secret";
        on_reading(subject, |reading| {
            // Kinds only: the secret itself must not reach the report.
            let mut found: BTreeSet<&str> = BTreeSet::new();
            if let Some(attested) = &subject.attested {
                // `unscanned` says only that something could not be looked into.
                found.extend(attested.redacted.keys().map(String::as_str).filter(|kind| *kind != "unscanned"));
            }
            let texts = reading.metadata.values.iter().chain(&reading.metadata.comments);
            for text in texts {
                found.extend(secret_in(text));
            }
            let found: Vec<String> = found.into_iter().map(str::to_owned).collect();
            super::none_of(Reason::Forbidden, EXPECTED, "none", &found)
        })
    }
}

fn secret_in(text: &str) -> Option<&'static str> {
    if text.contains("PRIVATE KEY-----") {
        return Some("private-key");
    }
    let compact: String = text.split_ascii_whitespace().collect();
    if compact.len() < 64 {
        return None;
    }
    let der = base64::engine::general_purpose::STANDARD.decode(compact).ok()?;
    (openssl::pkey::PKey::private_key_from_der(&der).is_ok() || openssl::pkcs12::Pkcs12::from_der(&der).is_ok())
        .then_some("private-key")
}

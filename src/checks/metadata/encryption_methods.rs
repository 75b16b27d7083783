//! See [`EncryptionMethods`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// Where the metadata states encryption methods, it offers AES-GCM with RSA-OAEP and nothing that is broken.
    ///
    /// ## Why
    /// The sender chooses from what is offered. RSA PKCS#1 v1.5 key transport lets an attacker decrypt by asking the system
    /// (Bleichenbacher); Triple DES is too weak; CBC mode can be altered unnoticed. SHA-1 inside OAEP is not a weakness.
    ///
    /// ## What to do
    /// State `xmlenc11#aes256-gcm` (or aes128-gcm) with `xmlenc11#rsa-oaep` or `xmlenc#rsa-oaep-mgf1p`, and remove rsa-1_5 and
    /// tripledes-cbc.
    pub EncryptionMethods {
        id: "metadata.encryption-methods",
        family: Metadata,
        title: da "Angivne krypteringsmetoder er AES-GCM med RSA-OAEP", en "Stated encryption methods are AES-GCM with RSA-OAEP",
        rows: ["FKI-MD-09", "SP-MD-14"],
        basis: Norm,
        method: Inspected,
        sources: [("Kantara SAML2Int", "SDP-ALG01"), ("KOMBIT sample system (kombit-web-net 8c8b526)", "Web.config")],
        remediation: da "Angiv aes256-gcm og rsa-oaep, og fjern rsa-1_5 og tripledes-cbc.",
                     en "State aes256-gcm and rsa-oaep, and remove rsa-1_5 and tripledes-cbc.",
        parameters: [
            ("required_content", List(&["http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm"]), "Content encryption of which one must be offered"),
            ("required_transport", List(&["http://www.w3.org/2009/xmlenc11#rsa-oaep", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"]), "Key transport of which one must be offered"),
            ("forbidden", List(&["http://www.w3.org/2001/04/xmlenc#rsa-1_5", "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"]), "Methods that must not be offered"),
        ],
    }
}

impl Check<MetadataSubject> for EncryptionMethods {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            const EXPECTED: &str = "AES-GCM and RSA-OAEP, no rsa-1_5, no tripledes-cbc";
            let offered: Vec<&str> = provider
                .keys
                .iter()
                .filter(|k| k.encrypts())
                .flat_map(|k| &k.encryption_methods)
                .map(|m| m.algorithm.as_str())
                .collect();
            if offered.is_empty() {
                return Outcome::not_applicable(EXPECTED, "no EncryptionMethod stated");
            }
            let among = |name: &str| offered.iter().any(|m| parameters.list(name).iter().any(|listed| listed == m));
            let reason = if among("forbidden") { Reason::Forbidden } else { Reason::Missing };
            let holds = among("required_content") && among("required_transport") && !among("forbidden");
            Outcome::when(holds, reason, EXPECTED, offered.join(", "))
        })
    }
}

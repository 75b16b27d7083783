//! The server certificate is no OCES certificate.

use super::leaf;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use x509_parser::prelude::ParsedExtension;

check! {
    /// ## Why
    ///
    /// OCES3 certificates carry neither serverAuth nor a DNS name, so no browser and no careful caller takes them
    /// for a server; and the key that signs SAML messages should not serve TLS as well.
    ///
    /// ## What to do
    ///
    /// Use a TLS server certificate of a public CA for the endpoint.
    pub CertificateNotOces {
        id: "tls.certificate-not-oces",
        family: Tls,
        title: da "Endepunktets TLS-certifikat er ikke et OCES-certifikat", en "The endpoint's TLS certificate is not an OCES certificate",
        rows: ["CRT-54"],
        basis: Inference,
        method: Measured,
        sources: [("OCES3 system and organisation certificates", "profile: no serverAuth, no DNS name")],
        remediation: da "Brug et servercertifikat fra en offentlig CA til endepunktet, og brug kun OCES-certifikatet til signering og som klientcertifikat.", en "Use a server certificate of a public CA for the endpoint, and the OCES certificate for signing and as client certificate only.",
        parameters: [],
    }
}

impl Check<TlsSubject> for CertificateNotOces {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let expected = "no OCES policy";
        let certificate = match leaf(subject, expected) {
            Ok(certificate) => certificate,
            Err(outcome) => return outcome,
        };
        let policies: Vec<String> = certificate
            .extensions()
            .iter()
            .filter_map(|e| match e.parsed_extension() {
                ParsedExtension::CertificatePolicies(policies) => {
                    Some(policies.iter().map(|p| p.policy_id.to_id_string()))
                }
                _ => None,
            })
            .flatten()
            .collect();
        // Danish OCES policies: 1.2.208.169.1.* (OCES1 and 2) and 1.2.208.169.1.2.* (OCES3), all below one arc.
        let oces = policies.iter().find(|p| p.starts_with("1.2.208.169.1."));
        match oces {
            Some(policy) => Outcome::fail(Reason::WrongKind, expected, policy),
            None => {
                Outcome::pass(expected, if policies.is_empty() { "no policy".to_owned() } else { policies.join(", ") })
            }
        }
    }
}

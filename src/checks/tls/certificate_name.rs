//! The certificate names the server.

use super::leaf;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use std::net::IpAddr;
use x509_parser::prelude::GeneralName;

check! {
    /// ## Why
    ///
    /// The name the caller asked for must be in subjectAltName; the common name does not count. A wildcard stands
    /// for exactly one leftmost label (RFC 9525).
    ///
    /// ## What to do
    ///
    /// Order a certificate whose subjectAltName holds the name, or correct server_name in the target.
    pub CertificateName {
        id: "tls.certificate-name",
        family: Tls,
        title: da "Servercertifikatet er udstedt til endepunktets navn", en "The server certificate is issued to the endpoint's name",
        rows: ["SP-REQ-21"],
        basis: Norm,
        method: Measured,
        sources: [("RFC 9525", "section 6.3"), ("RFC 9110", "section 4.3.4")],
        remediation: da "Bestil et certifikat, hvor navnet står i subjectAltName, eller ret server_name i målfilen.", en "Order a certificate that has the name in subjectAltName, or correct server_name in the target.",
        parameters: [],
    }
}

impl Check<TlsSubject> for CertificateName {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let wanted = subject.server_name.trim_end_matches('.');
        let certificate = match leaf(subject, wanted) {
            Ok(certificate) => certificate,
            Err(outcome) => return outcome,
        };
        let names = match certificate.subject_alternative_name() {
            Ok(Some(extension)) => &extension.value.general_names,
            Ok(None) => return Outcome::fail(Reason::Missing, wanted, "no subjectAltName"),
            Err(_) => return Outcome::fail(Reason::Malformed, wanted, "subjectAltName cannot be read"),
        };
        let address = wanted.parse::<IpAddr>().ok().map(|ip| match ip {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        });
        let matches = names.iter().any(|name| match (name, &address) {
            (GeneralName::IPAddress(octets), Some(address)) => octets == address,
            (GeneralName::DNSName(pattern), None) => dns_name_matches(pattern, wanted),
            _ => false,
        });
        let listed: Vec<String> = names
            .iter()
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                GeneralName::IPAddress(octets) => Some(format!("IP {}", hex::encode(octets))),
                _ => None,
            })
            .collect();
        Outcome::when(matches, Reason::Different, wanted, listed.join(", "))
    }
}

/// RFC 9525 section 6.3: labels are compared without regard to case; `*` is allowed as the whole leftmost label alone.
fn dns_name_matches(pattern: &str, name: &str) -> bool {
    let pattern = pattern.trim_end_matches('.');
    match pattern.strip_prefix("*.") {
        Some(parent) => name.split_once('.').is_some_and(|(first, rest)| {
            !first.is_empty() && parent.contains('.') && rest.eq_ignore_ascii_case(parent)
        }),
        None => pattern.eq_ignore_ascii_case(name),
    }
}

#[cfg(test)]
mod tests {
    use super::dns_name_matches;

    #[test]
    fn wildcards_stand_for_one_label() {
        assert!(dns_name_matches("*.kommune.dk", "Fag.kommune.dk"));
        assert!(dns_name_matches("FAG.kommune.dk", "fag.kommune.dk"));
        for (pattern, name) in [
            ("*.kommune.dk", "kommune.dk"),
            ("*.kommune.dk", "a.b.kommune.dk"),
            ("*.dk", "kommune.dk"),
            ("f*.kommune.dk", "fag.kommune.dk"),
            ("*", "kommune"),
            ("fag.kommune.dk", "fag.kommune.dk.evil.dk"),
        ] {
            assert!(!dns_name_matches(pattern, name), "{pattern} {name}");
        }
    }
}

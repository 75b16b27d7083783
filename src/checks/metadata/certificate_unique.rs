//! See [`CertificateUnique`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use std::collections::BTreeSet;

check! {
    /// None of the certificates in this metadata stands in another metadata document that the target names.
    ///
    /// ## Why
    /// KOMBIT refuses a certificate that another brugervendt system uses: with one key for two systems, either can speak in
    /// the other's name. One system may use the same certificate for signing and encryption.
    ///
    /// ## What to do
    /// Order one OCES3 certificate for each system and environment.
    pub CertificateUnique {
        id: "metadata.certificate-unique",
        family: Metadata,
        title: da "Certifikaterne bruges ikke i målfilens øvrige metadata", en "The certificates are not used in the target's other metadata",
        rows: ["SP-MD-13"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: certificate uniqueness"),
            ("Digitaliseringskataloget, Certifikater", "own certificates"),
        ],
        remediation: da "Bestil et OCES3-certifikat til hvert system og hvert miljø.",
                     en "Order one OCES3 certificate for each system and each environment.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for CertificateUnique {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            const EXPECTED: &str = "certificates of this system alone";
            let own: BTreeSet<String> = entity
                .keys
                .iter()
                .flat_map(|k| &k.certificates)
                .filter_map(crate::saml::metadata::Certificate::sha256)
                .collect();
            if own.is_empty() {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no certificate");
            }
            let shared: Vec<String> = subject
                .others
                .iter()
                .filter(|other| other.certificates.iter().any(|c| own.contains(c)))
                .map(|other| format!("{} ({})", other.name, other.environment.name()))
                .collect();
            super::none_of(
                Reason::Duplicate,
                EXPECTED,
                &format!("{} certificate(s), {} others compared", own.len(), subject.others.len()),
                &shared,
            )
        })
    }
}

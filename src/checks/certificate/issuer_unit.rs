use super::{hierarchy_reason, listed, masked, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::anchors::Hierarchy;
use crate::pki::anchors::TEST_UNIT;
use crate::pki::name;
use crate::subject::CertificateSubject;

check! {
    /// The issuer's OU is that of the environment.
    ///
    /// ## Why
    ///
    /// Test CA and production CA have the same CN; the OU "Test - cti" is the visible mark of a test certificate.
    ///
    /// ## What to do
    ///
    /// Order the certificate in production MitID Erhverv for FKI, or in its test system for NemLog-in's integration
    /// test.
    pub IssuerUnit {
        id: "certificate.issuer-unit",
        family: Certificate,
        title: da "Udstederens OU svarer til miljøet",
            en "The issuer's OU is that of the environment",
        rows: ["CRT-10", "FKI-CRT-07"],
        basis: Norm,
        method: Inspected,
        sources: [("FoxIDs: Connect to Context Handler", "certificates"), ("Digitaliseringskataloget", "teknik/certifikater"), ("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Brug et certifikat fra det miljø, systemet kører i; FKI kræver produktionscertifikater, også i eksterntest.",
            en "Use a certificate of the environment the system runs in; FKI demands production certificates in external test too.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for IssuerUnit {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let units: Vec<&str> = leaf.issuer.values(name::ORGANIZATIONAL_UNIT).collect();
            let wanted: Vec<&str> = match Hierarchy::of_environment(subject.environment) {
                Some(hierarchy) => hierarchy.unit().into_iter().collect(),
                // A test PKI marks itself as it likes; its issuing CA must then carry the mark of its own root.
                None if path.is_trusted(subject.environment) => path
                    .certificates
                    .last()
                    .map(|root| root.subject.values(name::ORGANIZATIONAL_UNIT).collect())
                    .unwrap_or_default(),
                None if path.hierarchy().is_some() => {
                    return Outcome::fail(Reason::WrongEnvironment, "the OU of an added anchor", listed(&units));
                }
                None => return Outcome::inconclusive(Reason::Untrusted, "the OU of an added anchor", listed(&units)),
            };
            let state_marks = units.is_empty() || units == [TEST_UNIT];
            let reason = hierarchy_reason(path, if state_marks { Reason::WrongEnvironment } else { Reason::Different });
            Outcome::when(units == wanted, reason, listed(&wanted), masked(&listed(&units)))
        })
    }
}

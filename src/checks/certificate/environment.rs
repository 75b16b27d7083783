use super::{foreign_hierarchy, issuer_value, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::anchors::Hierarchy;
use crate::pki::anchors::TEST_UNIT;
use crate::pki::name;
use crate::subject::CertificateSubject;

check! {
    /// The certificate was issued for the environment it is used in.
    ///
    /// ## Why
    ///
    /// KOMBIT's Context Handler demands production OCES3 certificates in every environment; NemLog-in demands test
    /// certificates in test.
    ///
    /// ## What to do
    ///
    /// Order the certificate in the right MitID Erhverv.
    pub Environment {
        id: "certificate.environment",
        family: Certificate,
        title: da "Certifikatet er udstedt til det miljø, det bruges i",
            en "The certificate was issued for the environment it is used in",
        rows: ["CRT-15", "CRT-16", "FKI-CRT-07"],
        basis: Norm,
        method: Inspected,
        sources: [("FoxIDs: Connect to Context Handler", "certificates"), ("FoxIDs: Connect to NemLog-in OIOSAML3", "certificates"), ("KOMBIT Context Handler Provisioning service 2.0.1", "metadata validation")],
        remediation: da "Brug et produktionscertifikat i FKI (også i eksterntest) og et testcertifikat i NemLog-ins integrationstest.",
            en "Use a production certificate in FKI (external test too) and a test certificate in NemLog-in's integration test.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Environment {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let wanted = Hierarchy::of_environment(subject.environment);
            let expected = wanted.map_or_else(|| "an added anchor".to_owned(), |h| h.name().to_owned());
            match path.hierarchy() {
                Some(found) => Outcome::when(Some(found) == wanted, Reason::WrongEnvironment, expected, found.name()),
                None if path.is_trusted(subject.environment) => Outcome::pass(expected, "an added anchor"),
                None if foreign_hierarchy(path).is_some() => {
                    Outcome::fail(Reason::WrongHierarchy, expected, issuer_value(leaf))
                }
                // Without a path the mark of a test certificate still shows that it is none of production.
                None if wanted == Some(Hierarchy::Production)
                    && leaf.issuer.values(name::ORGANIZATIONAL_UNIT).any(|u| u == TEST_UNIT) =>
                {
                    Outcome::fail(Reason::WrongEnvironment, expected, issuer_value(leaf))
                }
                None => Outcome::inconclusive(Reason::Untrusted, expected, issuer_value(leaf)),
            }
        })
    }
}

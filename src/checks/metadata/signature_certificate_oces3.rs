//! See [`SignatureCertificateOces3`].

use super::on_signature;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::anchors::Hierarchy;
use crate::pki::certificate::{Certificate, is_policy_or_below};
use crate::pki::path::Path;
use crate::subject::MetadataSubject;
use crate::verdict::Environment;

/// Policy arc of the OCES certificate policies.
const OCES_ARC: &str = "1.2.208.169.1.1.1";

check! {
    /// The metadata is signed with an OCES3 certificate of an accepted hierarchy.
    ///
    /// ## Why
    /// The official validation service takes OCES3 certificates alone. The Context Handler demands production certificates in
    /// external test too, yet KOMBIT's own accepted example carries a metadata signature by a certificate of the test
    /// hierarchy: so which hierarchies count is a parameter. `environment` stands for the hierarchy that the environment demands;
    /// in environment `local` the certificate checks judge the certificate against the target's own anchors instead.
    /// When the issuer bears the name of an OCES3 issuing CA whose certificate is not at hand, nothing is shown.
    ///
    /// ## What to do
    /// Sign the metadata with the system's OCES3 certificate. Put the certificate of an issuing CA that is new into the
    /// signature's KeyInfo, after the system's own.
    pub SignatureCertificateOces3 {
        id: "metadata.signature-certificate-oces3",
        family: Metadata,
        title: da "Metadata er signeret med et OCES3-certifikat", en "The metadata is signed with an OCES3 certificate",
        rows: ["SP-MD-08"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "POST /Validation/BrugervendteSystemSamlMetadata: OCES3 certificate validation"),
            ("KOMBIT metadata validation, Postman collection (Safewhere/kombit 7cdcbfd)", "200: signed by a certificate of the test hierarchy"),
        ],
        remediation: da "Signér metadata med systemets OCES3-certifikat, og medtag den udstedende CA's certifikat i KeyInfo, hvis CA'en er ny.",
                     en "Sign the metadata with the system's OCES3 certificate, and put the issuing CA's certificate into KeyInfo if the CA is new.",
        parameters: [("hierarchies", List(&["environment"]), "Accepted hierarchies: environment, production, test")],
    }
}

impl Check<MetadataSubject> for SignatureCertificateOces3 {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_signature(subject, |signature| {
            let named = parameters.list("hierarchies");
            let expected = format!("OCES3, {}", named.join(" | "));
            let accepted: Vec<Hierarchy> = named
                .iter()
                .filter_map(|name| match name.as_str() {
                    "production" => Some(Hierarchy::Production),
                    "test" => Some(Hierarchy::Test),
                    "environment" => Hierarchy::of_environment(subject.environment),
                    _ => None,
                })
                .collect();
            if subject.environment == Environment::Local {
                return Outcome::not_applicable(expected, "environment local");
            }
            let Some(found) = &signature.certificate else {
                return Outcome::fail(Reason::Missing, expected, "no X509Certificate in KeyInfo");
            };
            let Some(certificate) = found.der().and_then(|der| Certificate::read(der).ok()) else {
                return Outcome::fail(Reason::Malformed, expected, "not an X.509 certificate");
            };
            let helpers: Vec<&[u8]> = signature.helpers.iter().filter_map(|helper| helper.der()).collect();
            let path = Path::build(&certificate, &helpers, &[], subject.environment, subject.at);
            let has_policy = certificate.policies.iter().any(|policy| is_policy_or_below(policy, OCES_ARC));
            let Some(hierarchy) = path.hierarchy().filter(|_| path.is_sound()) else {
                return if has_policy && accepted.iter().any(|h| path.lacks_issuing_authority_of(*h)) {
                    let observed = format!("no certificate of {}", certificate.issuer);
                    Outcome::inconclusive(Reason::NotSupplied, expected, observed)
                } else {
                    Outcome::fail(Reason::WrongHierarchy, expected, "no path to an OCES3 root")
                };
            };
            if !has_policy {
                return Outcome::fail(Reason::WrongHierarchy, expected, "no OCES policy");
            }
            Outcome::when(accepted.contains(&hierarchy), Reason::WrongEnvironment, expected, hierarchy.name())
        })
    }
}

use super::{hierarchy_reason, issuer_value, listed, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::anchors::Hierarchy;
use crate::pki::anchors::trusted_roots;
use crate::subject::CertificateSubject;
use crate::verdict::Environment;

check! {
    /// The chain leads to the root certificate of the environment.
    ///
    /// ## Why
    ///
    /// Names can be copied; only a chain of signatures to the root that is pinned by its SHA-256 shows where a
    /// certificate comes from. Policies are not processed along the path, because no OCES3 CA certificate carries
    /// one. Den Danske Stat replaces its issuing CAs in time: when the issuer bears the name of an OCES3 issuing CA of the
    /// environment and its certificate is not at hand, nothing is shown.
    ///
    /// ## What to do
    ///
    /// Replace self-signed certificates and those of other CAs. Supply the certificate of an issuing CA that is new.
    pub Chain {
        id: "certificate.chain",
        family: Certificate,
        title: da "Certifikatkæden fører til miljøets rodcertifikat",
            en "The chain leads to the root certificate of the environment",
        rows: ["CRT-11", "CRT-18", "CRT-35", "FKI-CRT-01"],
        basis: Norm,
        method: Inspected,
        sources: [("FoxIDs: Connect to Context Handler", "certificates"), ("KOMBIT Context Handler Provisioning service 2.0.1", "metadata validation"), ("RFC 5280", "6.1")],
        remediation: da "Brug et OCES3-certifikat, der er udstedt til miljøet, og medsend den udstedende CA's certifikat, hvis den er ny.",
            en "Use an OCES3 certificate issued for the environment, and supply the issuing CA's certificate if it is a new one.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Chain {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let roots: Vec<String> =
                trusted_roots(subject.environment).map(|a| format!("{} {}", a.name, a.sha256)).collect();
            let expected =
                if subject.environment == Environment::Local { "an added anchor".to_owned() } else { listed(&roots) };
            let top = path.certificates.last().unwrap_or(leaf);
            let observed = || match (path.anchor, path.ca_fault) {
                (_, Some(fault)) => fault.to_string(),
                (Some(anchor), None) if path.is_sound() => format!("{anchor} {}", top.sha256),
                _ => format!("ends at {} {}", issuer_value(top), top.sha256),
            };
            if path.is_trusted(subject.environment) {
                return Outcome::pass(expected, observed());
            }
            if Hierarchy::of_environment(subject.environment).is_some_and(|h| path.lacks_issuing_authority_of(h)) {
                let observed = format!("no certificate of {}", issuer_value(leaf));
                return Outcome::inconclusive(Reason::NotSupplied, expected, observed);
            }
            let reason = match path.hierarchy() {
                Some(hierarchy) if Hierarchy::of_environment(subject.environment) != Some(hierarchy) => {
                    Reason::WrongEnvironment
                }
                _ => hierarchy_reason(path, Reason::Untrusted),
            };
            if reason == Reason::Untrusted
                && subject.environment == Environment::Local
                && subject.local_anchors.is_empty()
            {
                return Outcome::not_tested(Reason::NotSupplied, expected, "0 anchors");
            }
            Outcome::fail(reason, expected, observed())
        })
    }
}

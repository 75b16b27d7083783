use super::{hosts, listed, masked, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::anchors::Hierarchy;
use crate::pki::anchors::OCES_HOSTS;
use crate::subject::CertificateSubject;

check! {
    /// The certificate's URLs belong to the hierarchy of the environment.
    ///
    /// ## Why
    ///
    /// Production certificates name ca1.gov.dk, test certificates ca1.cti-gov.dk. A mix would send revocation
    /// questions to the wrong CA.
    ///
    /// ## What to do
    ///
    /// Order the certificate in the right MitID Erhverv.
    pub HostEnvironment {
        id: "certificate.host-environment",
        family: Certificate,
        title: da "Certifikatets adresser hører til miljøets hierarki",
            en "The certificate's URLs belong to the hierarchy of the environment",
        rows: ["CRT-47"],
        basis: Inference,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Brug et certifikat fra det miljø, systemet kører i.",
            en "Use a certificate of the environment the system runs in.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for HostEnvironment {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let found = hosts(c.ocsp_urls.iter().chain(&c.issuer_urls).chain(&c.crl_urls));
            let observed = masked(&listed(&found));
            if found.is_empty() {
                return Outcome::inconclusive(Reason::Missing, "URLs", observed);
            }
            let of_state = found.iter().any(|h| OCES_HOSTS.contains(&h.as_str()));
            let (holds, expected) = match Hierarchy::of_environment(subject.environment) {
                Some(hierarchy) => (found == [hierarchy.host()], hierarchy.host()),
                None => (found.len() == 1 && !of_state, "one host of the test PKI"),
            };
            Outcome::when(
                holds,
                if of_state { Reason::WrongEnvironment } else { Reason::Different },
                expected,
                observed,
            )
        })
    }
}

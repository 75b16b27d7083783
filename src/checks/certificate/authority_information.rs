use super::{hosts, listed, masked, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::anchors::OCES_HOSTS;
use crate::subject::CertificateSubject;
use crate::verdict::Environment;

check! {
    /// The certificate names the OCSP service and the issuer's certificate at Den Danske Stat.
    ///
    /// ## Why
    ///
    /// Relying parties find the OCSP responder and a new issuing CA there; KOMBIT's validation checks revocation.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub AuthorityInformation {
        id: "certificate.authority-information",
        family: Certificate,
        title: da "Certifikatet oplyser OCSP-tjeneste og udsteders certifikat hos Den Danske Stat",
            en "The certificate names the OCSP service and the issuer's certificate at Den Danske Stat",
        rows: ["CRT-45"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("RFC 5280", "4.2.2.1")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for AuthorityInformation {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let found = hosts(c.ocsp_urls.iter().chain(&c.issuer_urls));
            let observed = masked(&format!("OCSP {}; caIssuers {}", listed(&c.ocsp_urls), listed(&c.issuer_urls)));
            let expected = if subject.environment == Environment::Local {
                "OCSP and caIssuers on one host".to_owned()
            } else {
                format!("OCSP and caIssuers on {}", OCES_HOSTS.join(" or "))
            };
            if c.ocsp_urls.is_empty() || c.issuer_urls.is_empty() {
                return Outcome::fail(Reason::Missing, expected, observed);
            }
            let known =
                subject.environment == Environment::Local || found.iter().all(|h| OCES_HOSTS.contains(&h.as_str()));
            Outcome::when(known && found.len() == 1, Reason::Different, expected, observed)
        })
    }
}

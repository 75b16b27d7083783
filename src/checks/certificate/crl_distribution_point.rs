use super::{hosts, listed, masked, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate names a CRL on the host of its OCSP service.
    ///
    /// ## Why
    ///
    /// The CRL is the second way to learn of a revocation, when OCSP does not answer.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub CrlDistributionPoint {
        id: "certificate.crl-distribution-point",
        family: Certificate,
        title: da "Certifikatet oplyser en spærreliste på samme vært som OCSP-tjenesten",
            en "The certificate names a CRL on the host of its OCSP service",
        rows: ["CRT-46"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("RFC 5280", "4.2.1.13")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for CrlDistributionPoint {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let observed = masked(&listed(&c.crl_urls));
            if c.crl_urls.is_empty() {
                return Outcome::fail(Reason::Missing, "a URL", observed);
            }
            let ocsp = hosts(&c.ocsp_urls);
            if ocsp.is_empty() {
                // certificate.authority-information judges that.
                return Outcome::inconclusive(Reason::Missing, "the host of the OCSP service", observed);
            }
            Outcome::when(hosts(&c.crl_urls) == ocsp, Reason::Different, masked(&listed(&ocsp)), observed)
        })
    }
}

use super::{listed, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::extension;
use crate::subject::CertificateSubject;

check! {
    /// The certificate has no extKeyUsage.
    ///
    /// ## Why
    ///
    /// No OCES3 certificate that was measured has one; its presence shows a profile that is not known.
    ///
    /// ## What to do
    ///
    /// Nothing, if the chain is in order; otherwise see `certificate.chain`.
    pub NoExtendedKeyUsage {
        id: "certificate.no-extended-key-usage",
        family: Certificate,
        title: da "Certifikatet har ingen ExtendedKeyUsage",
            en "The certificate has no extKeyUsage",
        rows: ["CRT-32"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Afklar med leverandøren, hvor certifikatet kommer fra.",
            en "Clarify with the vendor where the certificate comes from.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for NoExtendedKeyUsage {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let present = c.extensions.iter().any(|e| e.oid == extension::EXTENDED_KEY_USAGE);
            Outcome::when(
                !present,
                Reason::Forbidden,
                "none",
                listed(c.extended_key_usage.as_deref().unwrap_or_default()),
            )
        })
    }
}

use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::Usage;
use crate::pki::certificate::extension;
use crate::subject::CertificateSubject;

check! {
    /// keyUsage is critical and allows signing and key encipherment, not issuing.
    ///
    /// ## Why
    ///
    /// SAML messages are signed (digitalSignature) and assertions encrypted (keyEncipherment) with the key; issuing
    /// certificates or CRLs is not its use.
    ///
    /// ## What to do
    ///
    /// Order a system certificate.
    pub KeyUsage {
        id: "certificate.key-usage",
        family: Certificate,
        title: da "KeyUsage er kritisk, tillader signering og nøglekryptering og ikke udstedelse",
            en "keyUsage is critical and allows signing and key encipherment, not issuing",
        rows: ["CRT-29"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("RFC 5280", "4.2.1.3")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for KeyUsage {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let expected = "critical; digitalSignature and keyEncipherment, neither keyCertSign nor cRLSign";
            let (Some(found), Some(usage)) = (c.extension(extension::KEY_USAGE), c.key_usage) else {
                return Outcome::fail(Reason::Missing, expected, "none");
            };
            let observed = format!("{}critical; {usage}", if found.critical { "" } else { "not " });
            let complete = usage.has(Usage::DigitalSignature) && usage.has(Usage::KeyEncipherment);
            if usage.has(Usage::KeyCertSign) || usage.has(Usage::CrlSign) {
                Outcome::fail(Reason::Forbidden, expected, observed)
            } else if !complete {
                Outcome::fail(Reason::Missing, expected, observed)
            } else {
                Outcome::when(found.critical, Reason::Different, expected, observed)
            }
        })
    }
}

use super::{listed, on_certificate, shared_with};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::OCES_ARC;
use crate::pki::certificate::is_policy_or_below;
use crate::subject::CertificateSubject;
use crate::subject::certificate::CertificateRole;

check! {
    /// The system's TLS server certificate is not the OCES3 certificate.
    ///
    /// ## Why
    ///
    /// OCES3 certificates name no hosts, so browsers refuse them; and a key that signs messages does not belong in a
    /// web server.
    ///
    /// ## What to do
    ///
    /// Give the web server a certificate and key of its own.
    pub NotTlsServer {
        id: "certificate.not-tls-server",
        family: Certificate,
        title: da "Systemets TLS-servercertifikat er et andet end OCES3-certifikatet",
            en "The system's TLS server certificate is not the OCES3 certificate",
        rows: ["CRT-54"],
        basis: Inference,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Brug et TLS-servercertifikat fra en offentlig CA til værtsnavnet.",
            en "Use a TLS server certificate of a public CA for the host name.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for NotTlsServer {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            if subject.role == CertificateRole::TlsServer {
                let oces = c.policies.iter().any(|p| is_policy_or_below(p, OCES_ARC));
                return Outcome::when(!oces, Reason::Forbidden, "no OCES certificate", listed(&c.policies));
            }
            if !subject.others.iter().any(|o| o.role == CertificateRole::TlsServer) {
                return Outcome::not_tested(Reason::NotSupplied, "role tls-server", "");
            }
            let shared = shared_with(subject, c, |o| o.role == CertificateRole::TlsServer);
            Outcome::when(shared.is_empty(), Reason::Duplicate, "another certificate and key", listed(&shared))
        })
    }
}

use super::{issuer_missing, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// Every signature in the chain verifies.
    ///
    /// ## Why
    ///
    /// A certificate whose signature does not verify proves nothing.
    ///
    /// ## What to do
    ///
    /// Replace the certificate or the supplied CA certificate.
    pub ChainSignatures {
        id: "certificate.chain-signatures",
        family: Certificate,
        title: da "Hver signatur i certifikatkæden kan verificeres",
            en "Every signature in the chain verifies",
        rows: ["CRT-12"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "6.1.3")],
        remediation: da "Hent certifikat og kæde igen fra kilden; filen er ændret, eller udstederen er en anden.",
            en "Fetch certificate and chain again from their source; the file was altered or the issuer is another one.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for ChainSignatures {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let expected = "all valid, up to a root";
            if let Some(n) = path.signatures.iter().position(|valid| !valid) {
                return Outcome::fail(
                    Reason::SignatureInvalid,
                    expected,
                    format!("signature on certificate {n} invalid"),
                );
            }
            if !path.is_complete() {
                return issuer_missing(expected, path.certificates.last().unwrap_or(leaf));
            }
            Outcome::pass(expected, format!("{} valid", path.signatures.len()))
        })
    }
}

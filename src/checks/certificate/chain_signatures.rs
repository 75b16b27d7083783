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
    /// A certificate whose signature does not verify proves nothing. A CA certificate that has the issuer's name but, by the key
    /// identifiers, another key is not the issuer's: then the issuer's certificate is missing, and nothing is shown.
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
        sources: [("RFC 5280", "6.1.3, 4.2.1.1")],
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
                // A CA with the same name and another key did not issue it (RFC 5280 4.2.1.1), so its key says nothing.
                let pair = (path.certificates.get(n), path.certificates.get(n + 1));
                if let (Some(issued), Some(namesake)) = pair
                    && let (Some(wanted), Some(found)) =
                        (&issued.authority_key_identifier, &namesake.subject_key_identifier)
                    && wanted != found
                {
                    return issuer_missing(expected, issued);
                }
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

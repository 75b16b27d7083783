use super::{issuer_missing, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate does not end after the issuer's certificate.
    ///
    /// ## Why
    ///
    /// A relying party that checks the whole chain stops accepting the certificate when the CA's certificate ends.
    ///
    /// ## What to do
    ///
    /// Order a certificate from the newer issuing CA.
    pub EndsBeforeIssuer {
        id: "certificate.ends-before-issuer",
        family: Certificate,
        title: da "Certifikatet udløber ikke efter udstederens certifikat",
            en "The certificate does not end after the issuer's certificate",
        rows: ["CRT-23"],
        basis: Inference,
        method: Inspected,
        sources: [("RFC 5280", "6.1 (shell model)")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for EndsBeforeIssuer {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let Some(issuer) = path.issuer() else { return issuer_missing("the issuer's notAfter", leaf) };
            Outcome::when(
                leaf.not_after <= issuer.not_after,
                Reason::TooLarge,
                format!("at most {}", issuer.not_after),
                leaf.not_after.to_string(),
            )
        })
    }
}

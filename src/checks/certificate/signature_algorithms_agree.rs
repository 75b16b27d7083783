use super::on_certificate;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The signature algorithm is the same inside and outside the signed part.
    ///
    /// ## Why
    ///
    /// Only the inner identifier is signed. Software that trusts the outer one alone can be led to a weaker
    /// algorithm.
    ///
    /// ## What to do
    ///
    /// Use a certificate issued by Den Danske Stat; the file may have been altered.
    pub SignatureAlgorithmsAgree {
        id: "certificate.signature-algorithms-agree",
        family: Certificate,
        title: da "Signaturalgoritmen er ens inden i og uden på certifikatet",
            en "The signature algorithm is the same inside and outside the signed part",
        rows: ["CRT-04"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "4.1.1.2")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for SignatureAlgorithmsAgree {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            Outcome::when(
                c.inner_algorithm == c.outer_algorithm,
                Reason::Contradiction,
                c.inner_algorithm.to_string(),
                c.outer_algorithm.to_string(),
            )
        })
    }
}

use super::{issuer_missing, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The authorityKeyIdentifier is the issuer's subjectKeyIdentifier.
    ///
    /// ## Why
    ///
    /// Software finds the issuer among CAs of the same name by this identifier; production and test CA have the same
    /// CN.
    ///
    /// ## What to do
    ///
    /// Use a certificate issued by Den Danske Stat.
    pub AuthorityKeyIdentifier {
        id: "certificate.authority-key-identifier",
        family: Certificate,
        title: da "Certifikatets AuthorityKeyIdentifier er udstederens SubjectKeyIdentifier",
            en "The authorityKeyIdentifier is the issuer's subjectKeyIdentifier",
        rows: ["CRT-13"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "4.2.1.1")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for AuthorityKeyIdentifier {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let Some(issuer) = path.issuer() else { return issuer_missing("the issuer's subjectKeyIdentifier", leaf) };
            let shown = |id: &Option<Vec<u8>>| id.as_ref().map_or_else(|| "none".to_owned(), hex::encode);
            let expected = shown(&issuer.subject_key_identifier);
            match &leaf.authority_key_identifier {
                None => Outcome::fail(Reason::Missing, expected, "none"),
                Some(_) => Outcome::when(
                    leaf.authority_key_identifier == issuer.subject_key_identifier,
                    Reason::Different,
                    expected,
                    shown(&leaf.authority_key_identifier),
                ),
            }
        })
    }
}

use super::{ForeignHierarchy, foreign_hierarchy_of, issuer_value, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::CertificateSubject;

check! {
    /// The certificate was not issued in the hierarchy of qualified certificates.
    ///
    /// ## Why
    ///
    /// Den Danske Stat has a hierarchy of its own for qualified certificates, with almost the same names. It is not
    /// OCES3.
    ///
    /// ## What to do
    ///
    /// Order an OCES3 system or organisation certificate.
    pub NotQualified {
        id: "certificate.not-qualified",
        family: Certificate,
        title: da "Certifikatet er ikke udstedt i hierarkiet for kvalificerede certifikater",
            en "The certificate was not issued in the hierarchy of qualified certificates",
        rows: ["CRT-19"],
        basis: Norm,
        method: Inspected,
        sources: [("Den Danske Stat: certifikatudstedelse", "ca1.gov.dk/servicebeskrivelser"), ("Danish Trusted List", "OCES is not on it")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for NotQualified {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let qualified =
                path.certificates.iter().any(|c| foreign_hierarchy_of(c) == Some(ForeignHierarchy::Qualified));
            Outcome::when(
                !qualified,
                Reason::WrongHierarchy,
                "not \"Den Danske Stat kvalificeret\"",
                issuer_value(leaf),
            )
        })
    }
}

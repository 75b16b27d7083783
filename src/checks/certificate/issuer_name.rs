use super::{hierarchy_reason, issuer_value, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::anchors::is_issuing_authority_name;
use crate::subject::CertificateSubject;

check! {
    /// The issuer is an issuing OCES CA of Den Danske Stat.
    ///
    /// ## Why
    ///
    /// FKI accepts OCES3 certificates alone. The number of the issuing CA is not fixed: a second one must come before
    /// 2028.
    ///
    /// ## What to do
    ///
    /// Order an OCES3 system or organisation certificate.
    pub IssuerName {
        id: "certificate.issuer-name",
        family: Certificate,
        title: da "Udstederen er en udstedende OCES-CA hos Den Danske Stat",
            en "The issuer is an issuing OCES CA of Den Danske Stat",
        rows: ["CRT-09", "FKI-CRT-01"],
        basis: Norm,
        method: Inspected,
        sources: [("KOMBIT Context Handler Provisioning service 2.0.1", "metadata validation"), ("Digitaliseringskataloget", "udskiftning af OCES2-certifikater"), ("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for IssuerName {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let expected = "CN=Den Danske Stat OCES udstedende-CA n, O=Den Danske Stat, C=DK";
            let holds = is_issuing_authority_name(&leaf.issuer);
            Outcome::when(holds, hierarchy_reason(path, Reason::Different), expected, issuer_value(leaf))
        })
    }
}

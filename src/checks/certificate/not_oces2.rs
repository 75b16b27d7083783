use super::{ForeignHierarchy, foreign_hierarchy_of, issuer_value, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::Certificate;
use crate::pki::certificate::is_policy_or_below;
use crate::subject::CertificateSubject;

check! {
    /// Neither the certificate nor its chain comes from OCES2.
    ///
    /// ## Why
    ///
    /// OCES2 was phased out on 31 October 2023, but its CA certificates are valid until 2032 and 2037: whatever still
    /// trusts them keeps trusting old certificates.
    ///
    /// ## What to do
    ///
    /// Replace the certificate and remove the TRUST2408 certificates that the observed value counts.
    pub NotOces2 {
        id: "certificate.not-oces2",
        family: Certificate,
        title: da "Hverken certifikatet eller dets kæde stammer fra OCES2",
            en "Neither the certificate nor its chain comes from OCES2",
        rows: ["CRT-17", "FKI-CRT-09"],
        basis: Norm,
        method: Inspected,
        sources: [("Digitaliseringskataloget", "udskiftning af OCES2-certifikater"), ("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Bestil et OCES3-certifikat, og fjern TRUST2408-certifikater fra filer og tillidslagre.",
            en "Order an OCES3 certificate and remove TRUST2408 certificates from files and trust stores.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for NotOces2 {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let supplied = subject.supplied.iter().filter_map(|b| Certificate::read(b.data()).ok());
            let found: Vec<String> = path
                .certificates
                .iter()
                .cloned()
                .chain(supplied)
                .filter(|c| foreign_hierarchy_of(c) == Some(ForeignHierarchy::Oces2))
                .map(|c| issuer_value(&c))
                .collect();
            let old_policy = leaf
                .policies
                .iter()
                .find(|p| is_policy_or_below(p, "1.2.208.169.1.1.1.4") || is_policy_or_below(p, "1.2.208.169.1.1.1.1"));
            match (found.first(), old_policy) {
                (Some(issuer), _) => Outcome::fail(
                    Reason::WrongHierarchy,
                    "no TRUST2408 certificate",
                    format!("{}, issued by {issuer}", found.len()),
                ),
                (None, Some(policy)) => Outcome::fail(Reason::WrongHierarchy, "no OCES2 policy", policy.clone()),
                (None, None) => Outcome::pass("no TRUST2408 certificate", issuer_value(leaf)),
            }
        })
    }
}

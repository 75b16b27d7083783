use super::{hierarchy_reason, issuer_missing, on_path};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::Usage;
use crate::subject::CertificateSubject;

check! {
    /// The issuer's certificate is a CA that may sign certificates but have no CA below it.
    ///
    /// ## Why
    ///
    /// Without these marks any leaf certificate could issue others.
    ///
    /// ## What to do
    ///
    /// Supply the chain published at ca1.gov.dk.
    pub IssuingAuthority {
        id: "certificate.issuing-authority",
        family: Certificate,
        title: da "Udstederens certifikat er en CA, der må signere certifikater, men ikke have CA'er under sig",
            en "The issuer's certificate is a CA that may sign certificates but have no CA below it",
        rows: ["CRT-14"],
        basis: Norm,
        method: Inspected,
        sources: [("RFC 5280", "4.2.1.9 and 4.2.1.3"), ("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Brug den rigtige certifikatkæde fra Den Danske Stat.",
            en "Use the genuine chain of Den Danske Stat.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for IssuingAuthority {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_path(subject, |leaf, path| {
            let expected = "CA:TRUE, pathlen 0, keyCertSign";
            let Some(issuer) = path.issuer() else { return issuer_missing(expected, leaf) };
            let constraints = issuer.basic_constraints;
            let holds =
                constraints.is_some_and(|b| b.ca && b.path_length == Some(0)) && issuer.has_usage(Usage::KeyCertSign);
            let observed = format!(
                "{}, {}",
                constraints.map_or_else(
                    || "no basicConstraints".to_owned(),
                    |b| format!(
                        "CA:{}, pathlen {}",
                        if b.ca { "TRUE" } else { "FALSE" },
                        b.path_length.map_or_else(|| "none".to_owned(), |n| n.to_string())
                    )
                ),
                issuer.key_usage.map_or_else(|| "no keyUsage".to_owned(), |u| u.to_string())
            );
            Outcome::when(holds, hierarchy_reason(path, Reason::Different), expected, observed)
        })
    }
}

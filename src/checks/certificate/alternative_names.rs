use super::{listed, masked, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::certificate::AlternativeName;
use crate::subject::CertificateSubject;

check! {
    /// subjectAltName holds e-mail addresses at most.
    ///
    /// ## Why
    ///
    /// OCES3 certificates name organisations, not hosts.
    ///
    /// ## What to do
    ///
    /// Nothing, if the chain is in order; otherwise see `certificate.chain`.
    pub AlternativeNames {
        id: "certificate.alternative-names",
        family: Certificate,
        title: da "SubjectAltName indeholder højst e-mailadresser",
            en "subjectAltName holds e-mail addresses at most",
        rows: ["CRT-44"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Brug et almindeligt TLS-servercertifikat til værtsnavne og OCES3-certifikatet til beskeder.",
            en "Use an ordinary TLS server certificate for host names and the OCES3 certificate for messages.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for AlternativeNames {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let shown: Vec<String> = c
                .alternative_names
                .iter()
                .map(|n| match n {
                    AlternativeName::Email => "rfc822Name".to_owned(),
                    AlternativeName::Dns(host) => format!("dNSName {}", masked(host)),
                    AlternativeName::Other(form) => (*form).to_owned(),
                })
                .collect();
            let holds = c.alternative_names.iter().all(|n| *n == AlternativeName::Email);
            Outcome::when(holds, Reason::Forbidden, "none or rfc822Name", listed(&shown))
        })
    }
}

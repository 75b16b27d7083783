use super::{listed, masked, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::name;
use crate::subject::CertificateSubject;

check! {
    /// The subject's country is DK.
    ///
    /// ## Why
    ///
    /// OCES3 certificates are issued to Danish parties, identified by CVR.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub Country {
        id: "certificate.country",
        family: Certificate,
        title: da "Certifikatindehaverens land er DK",
            en "The subject's country is DK",
        rows: ["CRT-37"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for Country {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let found: Vec<&str> = c.subject.values(name::COUNTRY).collect();
            let reason = if found.is_empty() { Reason::Missing } else { Reason::Different };
            Outcome::when(found == ["DK"], reason, "DK", masked(&listed(&found)))
        })
    }
}

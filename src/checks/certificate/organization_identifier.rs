use super::{cvr_of, listed, masked, on_certificate};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::pki::name;
use crate::subject::CertificateSubject;

check! {
    /// organizationIdentifier is NTRDK- and a CVR number.
    ///
    /// ## Why
    ///
    /// FKI knows a party by the CVR number in its certificate.
    ///
    /// ## What to do
    ///
    /// Use an OCES3 certificate.
    pub OrganizationIdentifier {
        id: "certificate.organization-identifier",
        family: Certificate,
        title: da "OrganizationIdentifier er NTRDK- og et CVR-nummer",
            en "organizationIdentifier is NTRDK- and a CVR number",
        rows: ["CRT-38"],
        basis: Measurement,
        method: Inspected,
        sources: [("Measurement of 28 OCES3 certificates and 4 CA certificates", "issued 2021-01 to 2026-03"), ("ETSI EN 319 412-1", "5.1.4")],
        remediation: da "Bestil et nyt certifikat i MitID Erhverv, og registrér det.",
            en "Order a new certificate in MitID Erhverv and register it.",
        parameters: [],
    }
}

impl Check<CertificateSubject> for OrganizationIdentifier {
    fn judge(&self, subject: &CertificateSubject, _parameters: &Parameters) -> Outcome {
        on_certificate(subject, |c| {
            let found: Vec<&str> = c.subject.values(name::ORGANIZATION_IDENTIFIER).collect();
            let reason = if found.is_empty() { Reason::Missing } else { Reason::Malformed };
            Outcome::when(cvr_of(c).is_some(), reason, "NTRDK- and 8 digits", masked(&listed(&found)))
        })
    }
}

//! The certificate served is the one registered.

use super::undecided;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;

check! {
    /// ## Why
    ///
    /// Beskedfordeler compares the certificate served with the one registered for the endpoint in
    /// Administrationsmodulet and stops delivery when they differ.
    ///
    /// ## What to do
    ///
    /// Register the certificate that the endpoint serves, at every renewal, before it is put into use.
    pub CertificateRegistered {
        id: "tls.certificate-registered",
        family: Tls,
        title: da "Endepunktets certifikat er det, der er registreret for endepunktet", en "The endpoint's certificate is the one registered for the endpoint",
        rows: ["BFO-PUSH-19"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "6.1")],
        remediation: da "Registrér det certifikat, endepunktet bruger, i Administrationsmodulet ved hver fornyelse, før det tages i brug.", en "Register the certificate that the endpoint uses in Administrationsmodulet at every renewal, before it is put into use.",
        parameters: [],
    }
}

impl Check<TlsSubject> for CertificateRegistered {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let registered = subject.registered_certificate.as_deref().unwrap_or("SHA-256 of the registered certificate");
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, registered);
        }
        if subject.registered_certificate.is_none() {
            return Outcome::not_tested(Reason::NotSupplied, registered, "registered_certificate");
        }
        match subject.served_chain.first() {
            Some(served) => Outcome::when(
                served.sha256.eq_ignore_ascii_case(registered),
                Reason::Different,
                registered,
                &served.sha256,
            ),
            None => Outcome::inconclusive(Reason::AnswerUnusable, registered, "no certificate was sent"),
        }
    }
}

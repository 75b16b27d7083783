//! A stranger's certificate is refused.

use super::{must_refuse, undecided};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::Presented;

check! {
    /// ## Why
    ///
    /// A server that asks for a certificate and takes any of them lets in everybody. The probe presents a
    /// self-signed certificate made for the run.
    ///
    /// ## What to do
    ///
    /// Let the server trust only the issuer of the caller's certificate, and compare subject and fingerprint with
    /// the caller's.
    pub StrangerClientRefused {
        id: "tls.stranger-client-refused",
        family: Tls,
        title: da "Et fremmed klientcertifikat afvises", en "A stranger's client certificate is refused",
        rows: ["BFO-PUSH-15"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "6.1 and 6.4")],
        remediation: da "Lad serveren kun have tillid til kalderens udsteder, og sammenlign certifikatets subject og fingeraftryk med kalderens.", en "Let the server trust only the caller's issuer, and compare the certificate's subject and fingerprint with the caller's.",
        parameters: [],
    }
}

impl Check<TlsSubject> for StrangerClientRefused {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let expected = "handshake failure or HTTP 401 or 403";
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, expected);
        }
        if !subject.library.iter().any(|t| t.presented == Presented::Stranger) {
            return Outcome::not_tested(
                Reason::NotAsked,
                expected,
                "presented to callback endpoints alone, with an authorisation and never in production",
            );
        }
        must_refuse(subject.client(Presented::Stranger), expected)
    }
}

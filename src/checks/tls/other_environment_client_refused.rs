//! A certificate of another environment is refused.

use super::{must_refuse, undecided};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::Presented;

check! {
    /// ## Why
    ///
    /// Test and production callers must be told apart, or test data reaches production. Judged only where the
    /// target supplies a certificate of the other environment.
    ///
    /// ## What to do
    ///
    /// Trust the caller's certificate of this environment alone.
    pub OtherEnvironmentClientRefused {
        id: "tls.other-environment-client-refused",
        family: Tls,
        title: da "Et klientcertifikat fra et andet miljø afvises", en "A client certificate of another environment is refused",
        rows: ["BFO-PUSH-16"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "6.3")],
        remediation: da "Hav kun tillid til kalderens certifikat for dette miljø; hold tillidslageret adskilt mellem test og produktion.", en "Trust the caller's certificate of this environment alone; keep the trust stores of test and production apart.",
        parameters: [],
    }
}

impl Check<TlsSubject> for OtherEnvironmentClientRefused {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let expected = "handshake failure or HTTP 401 or 403";
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, expected);
        }
        if !subject.library.iter().any(|t| t.presented == Presented::OtherEnvironment) {
            return Outcome::not_tested(Reason::NotSupplied, expected, "no client certificate of another environment");
        }
        must_refuse(subject.client(Presented::OtherEnvironment), expected)
    }
}

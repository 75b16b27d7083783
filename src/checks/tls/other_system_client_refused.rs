//! A certificate of another system is refused.

use super::{must_refuse, undecided};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::Presented;

check! {
    /// ## Why
    ///
    /// Every system of the infrastructure has a certificate of the same issuer. An endpoint that trusts the issuer
    /// and looks no further lets each of them push messages. Judged only where the target supplies such a
    /// certificate.
    ///
    /// ## What to do
    ///
    /// Compare subject or fingerprint of the caller's certificate with the registered caller's.
    pub OtherSystemClientRefused {
        id: "tls.other-system-client-refused",
        family: Tls,
        title: da "Et klientcertifikat fra et andet system afvises", en "A client certificate of another system is refused",
        rows: ["BFO-PUSH-15"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "6.1 and 6.4")],
        remediation: da "Sammenlign kaldercertifikatets subject eller fingeraftryk med den registrerede kalders; tillid til udstederen er ikke nok.", en "Compare subject or fingerprint of the caller's certificate with the registered caller's; trust in the issuer is not enough.",
        parameters: [],
    }
}

impl Check<TlsSubject> for OtherSystemClientRefused {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let expected = "handshake failure or HTTP 401 or 403";
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, expected);
        }
        if !subject.library.iter().any(|t| t.presented == Presented::OtherSystem) {
            return Outcome::not_tested(Reason::NotSupplied, expected, "no client certificate of another system");
        }
        must_refuse(subject.client(Presented::OtherSystem), expected)
    }
}

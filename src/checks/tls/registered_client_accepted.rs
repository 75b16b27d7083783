//! The registered caller is let in.

use super::{must_accept, undecided};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;
use crate::subject::tls::Presented;

check! {
    /// ## Why
    ///
    /// Shows that the endpoint works for the one who must come in, and thereby that its refusals of others mean
    /// something.
    ///
    /// ## What to do
    ///
    /// Trust the caller's certificate with its whole chain.
    pub RegisteredClientAccepted {
        id: "tls.registered-client-accepted",
        family: Tls,
        title: da "Den registrerede kalders klientcertifikat accepteres", en "The registered caller's client certificate is accepted",
        rows: [],
        basis: Norm,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "6.1")],
        remediation: da "Læg kalderens certifikat med hele kæden i serverens tillidslager.", en "Put the caller's certificate with its whole chain into the server's trust store.",
        parameters: [],
    }
}

impl Check<TlsSubject> for RegisteredClientAccepted {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        let expected = "HTTP answer other than 401 or 403";
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, expected);
        }
        if !subject.library.iter().any(|t| t.presented == Presented::Registered) {
            return Outcome::not_tested(Reason::NotSupplied, expected, "client_certificate");
        }
        must_accept(subject.client(Presented::Registered), expected)
    }
}

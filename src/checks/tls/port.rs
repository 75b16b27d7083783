//! The endpoint has the agreed port.

use super::undecided;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TlsSubject;

check! {
    /// ## Why
    ///
    /// Beskedfordeler calls endpoints on port 443 alone.
    ///
    /// ## What to do
    ///
    /// Offer the endpoint on port 443.
    pub Port {
        id: "tls.port",
        family: Tls,
        title: da "Endepunktet bruger den aftalte port", en "The endpoint uses the agreed port",
        rows: ["BFO-PUSH-21"],
        basis: Norm,
        method: Measured,
        sources: [("kombit/bfo_infrastructureSamples-java", "README 4.4")],
        remediation: da "Stil endepunktet til rådighed på port 443.", en "Offer the endpoint on port 443.",
        parameters: [("port", Integer(443), "The agreed port")],
    }
}

impl Check<TlsSubject> for Port {
    fn judge(&self, subject: &TlsSubject, parameters: &Parameters) -> Outcome {
        let expected = parameters.integer("port");
        if let Err(nothing) = subject.speaks_tls() {
            return undecided(nothing, &expected.to_string());
        }
        Outcome::when(
            i64::from(subject.port) == expected,
            Reason::Different,
            expected.to_string(),
            subject.port.to_string(),
        )
    }
}

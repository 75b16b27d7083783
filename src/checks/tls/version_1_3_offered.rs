//! TLS 1.3 is offered.

use super::must_accept;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TlsSubject;
use crate::subject::tls::TlsVersion;

check! {
    /// ## Why
    ///
    /// TLS 1.3 has neither weak suites nor key transport. FKI's texts do not mention it, so this is good practice
    /// and no duty.
    ///
    /// ## What to do
    ///
    /// Switch TLS 1.3 on beside TLS 1.2.
    pub Version13Offered {
        id: "tls.version-1-3-offered",
        family: Tls,
        title: da "Endepunktet tilbyder TLS 1.3", en "The endpoint offers TLS 1.3",
        rows: [],
        basis: GoodPractice,
        method: Measured,
        sources: [("RFC 9325 (BCP 195)", "section 3.1.1")],
        remediation: da "Slå TLS 1.3 til ved siden af TLS 1.2.", en "Switch TLS 1.3 on beside TLS 1.2.",
        parameters: [],
    }
}

impl Check<TlsSubject> for Version13Offered {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        must_accept(subject.version(TlsVersion::Tls13), "TLS 1.3 negotiated")
    }
}

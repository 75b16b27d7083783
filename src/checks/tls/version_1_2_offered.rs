//! TLS 1.2 is offered.

use super::must_accept;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TlsSubject;
use crate::subject::tls::TlsVersion;

check! {
    /// ## Why
    ///
    /// FKI's services call with TLS 1.2, the version that their interface descriptions name.
    ///
    /// ## What to do
    ///
    /// Switch TLS 1.2 on, with ephemeral key exchange and AES-GCM or ChaCha20-Poly1305.
    pub Version12Offered {
        id: "tls.version-1-2-offered",
        family: Tls,
        title: da "Endepunktet tilbyder TLS 1.2", en "The endpoint offers TLS 1.2",
        rows: ["BFO-PUSH-17", "FKI-SVC-10", "SP-REQ-21"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "6.1"), ("OIO IDWS SOAP 1.1", "TLS 1.2")],
        remediation: da "Slå TLS 1.2 til med ECDHE-nøgleudveksling og AES-GCM eller ChaCha20-Poly1305.", en "Switch TLS 1.2 on, with ephemeral key exchange (ECDHE) and AES-GCM or ChaCha20-Poly1305.",
        parameters: [("or_newer", Boolean(false), "Whether TLS 1.3 alone is enough")],
    }
}

impl Check<TlsSubject> for Version12Offered {
    fn judge(&self, subject: &TlsSubject, parameters: &Parameters) -> Outcome {
        if parameters.boolean("or_newer") {
            let newer = subject.version(TlsVersion::Tls13);
            if newer.accepted().is_some() {
                return must_accept(newer, "TLS 1.2 or 1.3 negotiated");
            }
        }
        must_accept(subject.version(TlsVersion::Tls12), "TLS 1.2 negotiated")
    }
}

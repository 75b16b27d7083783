//! TLS 1.1 is refused.

use super::must_refuse;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TlsSubject;
use crate::subject::tls::TlsVersion;

check! {
    /// ## Why
    ///
    /// TLS 1.1 rests on MD5 and SHA-1 and is withdrawn. The refusal counts only when the probe negotiated TLS 1.1
    /// with a server of its own, because the system's OpenSSL may be what refuses.
    ///
    /// ## What to do
    ///
    /// Switch TLS 1.1 off in the web server, the load balancer and every other machine that ends TLS for this name.
    pub Version11Refused {
        id: "tls.version-1-1-refused",
        family: Tls,
        title: da "Endepunktet afviser TLS 1.1", en "The endpoint refuses TLS 1.1",
        rows: ["BFO-PUSH-17", "FKI-SVC-10"],
        basis: Norm,
        method: Measured,
        sources: [("OIO IDWS SOAP 1.1", "TLS 1.2"), ("RFC 8996", "section 5")],
        remediation: da "Slå TLS 1.1 fra på alt, der afslutter TLS for navnet: webserver, load balancer og firewall.", en "Switch TLS 1.1 off on everything that ends TLS for the name: web server, load balancer and firewall.",
        parameters: [],
    }
}

impl Check<TlsSubject> for Version11Refused {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        must_refuse(subject.version(TlsVersion::Tls11), "TLS 1.1 refused")
    }
}

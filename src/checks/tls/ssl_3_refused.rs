//! SSL 3.0 is refused.

use super::must_refuse;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TlsSubject;
use crate::subject::tls::TlsVersion;

check! {
    /// ## Why
    ///
    /// SSL 3.0 is broken (POODLE) and must not be used. The probe sends a hello of its own making, since OpenSSL
    /// cannot offer it any more.
    ///
    /// ## What to do
    ///
    /// Switch SSL 3.0 off in the web server, the load balancer and every other machine that ends TLS for this name.
    pub Ssl3Refused {
        id: "tls.ssl-3-refused",
        family: Tls,
        title: da "Endepunktet afviser SSL 3.0", en "The endpoint refuses SSL 3.0",
        rows: [],
        basis: Norm,
        method: Measured,
        sources: [("RFC 7568", "section 3")],
        remediation: da "Slå SSL 3.0 fra på alt, der afslutter TLS for navnet: webserver, load balancer og firewall.", en "Switch SSL 3.0 off on everything that ends TLS for the name: web server, load balancer and firewall.",
        parameters: [],
    }
}

impl Check<TlsSubject> for Ssl3Refused {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        must_refuse(subject.version(TlsVersion::Ssl3), "SSL 3.0 refused")
    }
}

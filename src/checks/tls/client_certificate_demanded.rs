//! A caller without certificate is refused.

use super::must_refuse;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TlsSubject;
use crate::subject::tls::Presented;

check! {
    /// ## Why
    ///
    /// Two-way TLS is what keeps strangers from pushing messages into the system. Refusal is an alert about the
    /// certificate, or 401 or 403 to a request, while the endpoint is known to ask for a certificate or to let the
    /// registered one in; an endpoint that refuses everybody proves nothing.
    ///
    /// ## What to do
    ///
    /// Let the server demand a client certificate (not merely ask for one), or give the target a client_certificate
    /// so that refusal can be told from being closed to everybody.
    pub ClientCertificateDemanded {
        id: "tls.client-certificate-demanded",
        family: Tls,
        title: da "En kalder uden klientcertifikat afvises", en "A caller without a client certificate is refused",
        rows: ["BFO-PUSH-14"],
        basis: Norm,
        method: Measured,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "6.1")],
        remediation: da "Lad serveren kræve klientcertifikat (ikke blot bede om det). Hvis resultatet er uafklaret, så angiv client_certificate i målfilen.", en "Let the server demand a client certificate (not merely ask for one). If the result is inconclusive, name a client_certificate in the target.",
        parameters: [],
    }
}

impl Check<TlsSubject> for ClientCertificateDemanded {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        must_refuse(subject.client(Presented::None), "handshake failure or HTTP 401 or 403")
    }
}

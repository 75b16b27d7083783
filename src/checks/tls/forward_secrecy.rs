//! Every accepted suite has forward secrecy.

use super::must_refuse;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TlsSubject;
use crate::subject::tls::suites::SuiteGroup;

check! {
    /// ## Why
    ///
    /// With RSA key transport whoever gets the server's key can read all traffic recorded before. RFC 9325 says
    /// that such suites should not be negotiated.
    ///
    /// ## What to do
    ///
    /// Remove the suites that begin with TLS_RSA_WITH.
    pub ForwardSecrecy {
        id: "tls.forward-secrecy",
        family: Tls,
        title: da "Endepunktet bruger kun nøgleudveksling med forward secrecy", en "The endpoint uses only key exchange with forward secrecy",
        rows: [],
        basis: Norm,
        method: Measured,
        sources: [("RFC 9325 (BCP 195)", "section 4.1")],
        remediation: da "Fjern de suiter, hvis navn begynder med TLS_RSA_WITH.", en "Remove the suites whose name begins with TLS_RSA_WITH.",
        parameters: [],
    }
}

impl Check<TlsSubject> for ForwardSecrecy {
    fn judge(&self, subject: &TlsSubject, _: &Parameters) -> Outcome {
        must_refuse(subject.suite_group(SuiteGroup::StaticRsa), "static RSA refused")
    }
}

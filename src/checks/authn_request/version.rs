//! See [`Version`].

use super::each;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;

check! {
    /// Version of every AuthnRequest is 2.0.
    ///
    /// ## Why
    /// A message of another version is another language; the identity provider answers it with an error.
    ///
    /// ## What to do
    /// Write `Version="2.0"`; every SAML 2.0 library does.
    pub Version {
        id: "authn-request.version",
        family: AuthnRequest,
        title: da "Version i AuthnRequest er 2.0",
               en "Version of the AuthnRequest is 2.0",
        rows: ["FKI-ARQ-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.2.1: Version is \"2.0\""),
        ],
        remediation: da "Sæt Version til 2.0.",
                     en "Set Version to 2.0.",
        parameters: [],
    }
}

impl Check<TrialSubject> for Version {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        each(subject, "2.0", |request| {
            let version = request.message.header.version.as_deref();
            Outcome::when(version == Some("2.0"), Reason::Different, "2.0", version.unwrap_or("none"))
        })
    }
}

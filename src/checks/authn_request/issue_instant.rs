//! See [`IssueInstant`].

use super::{each, recorded};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::TrialSubject;

check! {
    /// IssueInstant of every AuthnRequest is in UTC and close to the time the request came.
    ///
    /// ## Why
    /// The identity provider refuses old requests, so that they cannot be used again. An hour's difference is mostly local
    /// time written as UTC.
    ///
    /// ## What to do
    /// Write UTC with `Z`, and keep the server's clock right (NTP).
    pub IssueInstant {
        id: "authn-request.issue-instant",
        family: AuthnRequest,
        title: da "IssueInstant i AuthnRequest er i UTC og ny",
               en "IssueInstant of the AuthnRequest is in UTC and fresh",
        rows: ["FKI-ARQ-06", "SP-REQ-07"],
        basis: Norm,
        method: Measured,
        sources: [
            ("SAML V2.0 Core (saml-core-2.0-os)", "1.3.3: UTC; 3.2.1: IssueInstant"),
            ("Kantara SAML2Int", "SDP-G01: 3 to 5 minutes of clock skew"),
        ],
        remediation: da "Skriv IssueInstant i UTC med Z, og hold serverens ur i gang med NTP.",
                     en "Write IssueInstant in UTC with Z, and keep the server's clock right with NTP.",
        parameters: [("seconds", Integer(300), "most seconds from the instant the request came")],
    }
}

impl Check<TrialSubject> for IssueInstant {
    fn judge(&self, subject: &TrialSubject, parameters: &Parameters) -> Outcome {
        let seconds = parameters.integer("seconds");
        each(subject, "UTC, fresh", |request| recorded::issue_instant(&request.message.header, request.at, seconds))
    }
}

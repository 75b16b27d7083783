//! See [`NoSecrets`].

use super::{judge_found, places};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;

check! {
    /// The vendor's log of calls holds no token, SAML message, cookie, password or key.
    ///
    /// ## Why
    /// Whoever reads a token or a cookie in a log can act as its owner while it lasts, and a whole Assertion tells more about a person than
    /// the log needs. A log that others keep, and one that also has lines of other systems, is not the vendor's breach.
    ///
    /// ## What to do
    /// Log the id of the token or the Assertion, never itself; replace the secrets that stand in the log.
    pub NoSecrets {
        id: "usage.no-secrets",
        family: Usage,
        title: da "Leverandørens kaldslog har hverken tokens, SAML-beskeder, cookies, adgangskoder eller nøgler", en "The vendor's log of calls holds no token, SAML message, cookie, password or key",
        rows: ["FKI-LOG-04"],
        basis: Inference,
        method: Inspected,
        sources: [("OIOSAML kit and validators of open-source implementations", "what is kept out of ordinary logs")],
        remediation: da "Log tokenets eller assertionens id, aldrig selve indholdet, og udskift det, der står i loggen.", en "Log the id of the token or Assertion, never itself, and replace what stands in the log.",
        parameters: [],
    }
}

impl Check<UsageSubject> for NoSecrets {
    fn judge(&self, subject: &UsageSubject, _: &Parameters) -> Outcome {
        judge_found(subject, "no secret", |log, findings| {
            let mut any = false;
            let secrets = log.summary.overview.found.iter().filter(|f| f.kind != "cpr" && f.kind != "ten-digits");
            for secret in secrets.filter(|found| found.count > 0) {
                any = true;
                findings.broken(Reason::Forbidden, "secrets, file and line", places(secret));
            }
            any
        })
    }
}

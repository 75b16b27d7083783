//! See [`AuthnContext`].

use super::each;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;
use crate::target::saml::LevelOfAssurance;

check! {
    /// RequestedAuthnContext, when there is one, asks for an NSIS level with `Comparison="minimum"`.
    ///
    /// ## Why
    /// Comparison is `exact` when absent: a system that asks for Substantial then gets no user with High.
    /// `PasswordProtectedTransport` and other classes of SAML say nothing about NSIS.
    ///
    /// ## What to do
    /// Write the class reference `https://data.gov.dk/concept/core/nsis/loa/Low`, `Substantial` or `High` and
    /// `Comparison="minimum"`, or leave the element out. `https://data.gov.dk/eid/Person` and `Professional` may stand beside
    /// it.
    pub AuthnContext {
        id: "authn-request.authn-context",
        family: AuthnRequest,
        title: da "AuthnRequest beder om et NSIS-niveau som minimum, eller slet ikke",
               en "The AuthnRequest asks for an NSIS level as a minimum, or for none",
        rows: ["FKI-ARQ-09", "SP-REQ-13"],
        basis: Norm,
        method: Measured,
        sources: [
            ("OIOSAML Web SSO Profile 3.0, as quoted in OIOSAML.Java 1ac36de", "OIO-SP-06, OIO-SP-07"),
            ("SAML V2.0 Core (saml-core-2.0-os)", "3.3.2.2.1: Comparison is exact by default"),
        ],
        remediation: da "Brug NSIS-niveauets URI og Comparison=\"minimum\", eller udelad RequestedAuthnContext.",
                     en "Use the URI of the NSIS level and Comparison=\"minimum\", or leave RequestedAuthnContext out.",
        parameters: [],
    }
}

impl Check<TrialSubject> for AuthnContext {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "an NSIS level, Comparison=\"minimum\"";
        // OIO-SP-07: an attribute profile may be asked for beside the level, and Comparison does not concern it.
        const PROFILES: [&str; 2] = ["https://data.gov.dk/eid/Person", "https://data.gov.dk/eid/Professional"];
        let levels =
            [LevelOfAssurance::Low, LevelOfAssurance::Substantial, LevelOfAssurance::High].map(LevelOfAssurance::uri);
        each(subject, EXPECTED, |request| {
            let Some(context) = &request.message.requested_authn_context else {
                return Outcome::pass(EXPECTED, "no RequestedAuthnContext");
            };
            let classes = &context.class_refs;
            let observed =
                format!("{}, Comparison {}", classes.join(" "), context.comparison.as_deref().unwrap_or("absent"));
            let is_level = |class: &String| levels.contains(class);
            if !context.declaration_refs.is_empty() {
                return Outcome::fail(Reason::Forbidden, EXPECTED, "AuthnContextDeclRef");
            }
            if let Some(other) = classes.iter().find(|c| !is_level(c) && !PROFILES.contains(&c.as_str())) {
                return Outcome::fail(Reason::Different, EXPECTED, other);
            }
            let asks_level = classes.iter().any(is_level);
            let minimum = context.comparison.as_deref() == Some("minimum");
            Outcome::when(minimum || !asks_level, Reason::Different, EXPECTED, observed)
        })
    }
}

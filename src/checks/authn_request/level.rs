//! See [`Level`].

use super::each;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;
use crate::target::saml::LevelOfAssurance;

check! {
    /// The NSIS level that an AuthnRequest asks for is not below the level the system demands.
    ///
    /// ## Why
    /// A user who was asked for too little is logged in at a level that the system must then refuse, and cannot see why.
    ///
    /// ## What to do
    /// Ask for the registered NSIS level, or for none: the Context Handler then uses the registered one.
    pub Level {
        id: "authn-request.level",
        family: AuthnRequest,
        title: da "AuthnRequest beder ikke om et lavere niveau end systemets",
               en "The AuthnRequest asks for no lower level than the system's",
        rows: ["FKI-ARQ-10"],
        basis: Inference,
        method: Measured,
        sources: [
            ("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "BrugervendtSystem, NSISAssuranceLevel: the minimum level"),
        ],
        remediation: da "Bed om det registrerede NSIS-niveau.",
                     en "Ask for the registered NSIS level.",
        parameters: [],
    }
}

impl Check<TrialSubject> for Level {
    fn judge(&self, subject: &TrialSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "at least the system's minimum level";
        let Some(minimum) = subject.setting.minimum_level else {
            return Outcome::not_tested(Reason::NotSupplied, EXPECTED, "the target says no minimum level");
        };
        let levels = [LevelOfAssurance::Low, LevelOfAssurance::Substantial, LevelOfAssurance::High];
        each(subject, EXPECTED, |request| {
            let classes = request.message.requested_authn_context.iter().flat_map(|c| &c.class_refs);
            let asked = classes.filter_map(|class| levels.into_iter().find(|level| level.uri() == *class));
            // With Comparison=minimum any of those listed will do, so the lowest counts.
            match asked.min() {
                None => Outcome::pass(minimum.name(), "no level asked for"),
                Some(level) => Outcome::when(level >= minimum, Reason::TooSmall, minimum.name(), level.name()),
            }
        })
    }
}

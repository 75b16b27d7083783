//! See [`NsisLevelAgrees`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The declared NSIS level and the declared OIOSAML profile agree: a level belongs to OIOSAML 3 alone and is Low,
    /// Substantial or High.
    ///
    /// ## Why
    /// The Context Handler refuses a registration with an NSIS level and OIOSAML 2, and takes the level as the minimum of every
    /// login.
    ///
    /// ## What to do
    /// Correct the registration, or the declarations `nsis-level` and `oiosaml-profile`.
    pub NsisLevelAgrees {
        id: "metadata.nsis-level-agrees",
        family: Metadata,
        title: da "NSIS-niveau og OIOSAML-profil stemmer overens", en "NSIS level and OIOSAML profile agree",
        rows: ["FKI-MD-16"],
        basis: Norm,
        method: Inspected,
        sources: [("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "BrugervendtSystem, NSISAssuranceLevel and OIOSAMLProfile")],
        remediation: da "Ret registreringen eller erklæringerne om NSIS-niveau og OIOSAML-profil.",
                     en "Correct the registration or the declarations of NSIS level and OIOSAML profile.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for NsisLevelAgrees {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |_| {
            const LEVELS: [&str; 3] = ["Low", "Substantial", "High"];
            let registered = &subject.registered;
            let (profile, level) = (registered.oiosaml_profile.as_deref(), registered.nsis_level.as_deref());
            let observed = format!("{}, {}", profile.unwrap_or("none"), level.unwrap_or("none"));
            match (profile, level) {
                (Some("OIOSAML2"), None) => Outcome::pass("no NSIS level with OIOSAML2", observed),
                (Some("OIOSAML2"), Some(_)) => {
                    Outcome::fail(Reason::Contradiction, "no NSIS level with OIOSAML2", observed)
                }
                (Some("OIOSAML3"), Some(level)) => {
                    let name = level.strip_prefix("https://data.gov.dk/concept/core/nsis/loa/").unwrap_or(level);
                    Outcome::when(
                        LEVELS.contains(&name),
                        Reason::Malformed,
                        "OIOSAML3, Low | Substantial | High",
                        observed,
                    )
                }
                (Some("OIOSAML3") | None, _) => {
                    Outcome::not_tested(Reason::NotDeclared, "declarations nsis-level and oiosaml-profile", observed)
                }
                (Some(_), _) => Outcome::fail(Reason::Malformed, "OIOSAML2 | OIOSAML3", observed),
            }
        })
    }
}

//! See [`AttributesMatchProfile`].

use super::{on_provider, requested};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::attributes::{self, Family};
use crate::subject::MetadataSubject;

check! {
    /// The requested attributes are those of the OIOSAML profile that the system is declared to be registered with.
    ///
    /// ## Why
    /// The registration, not the metadata, decides which attributes the Context Handler sends. A system that reads the other
    /// profile's attributes finds no roles and no level of assurance.
    ///
    /// ## What to do
    /// Change the registration's OIOSAMLProfile, or the requested attributes.
    pub AttributesMatchProfile {
        id: "metadata.attributes-match-profile",
        family: Metadata,
        title: da "Attributterne passer til den registrerede OIOSAML-profil", en "The attributes fit the registered OIOSAML profile",
        rows: ["FKI-MD-16"],
        basis: Inference,
        method: Inspected,
        sources: [("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "BrugervendtSystem, OIOSAMLProfile")],
        remediation: da "Ret registreringens OIOSAMLProfile eller de ønskede attributter.",
                     en "Correct the registration's OIOSAMLProfile or the requested attributes.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AttributesMatchProfile {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let of = |family| requested(provider).filter(|a| attributes::family_of(&a.name) == Some(family)).count();
            let (old, new) = (of(Family::Oiosaml2), of(Family::Oiosaml3));
            let observed = format!("{old} of OIOSAML 2, {new} of OIOSAML 3");
            let Some(profile) = subject.registered.oiosaml_profile.as_deref() else {
                return Outcome::not_tested(Reason::NotDeclared, "declaration oiosaml-profile", observed);
            };
            if old + new == 0 {
                return Outcome::not_tested(Reason::Missing, profile, observed);
            }
            // More of the registered generation than of the other: a mixture is another check's finding.
            let holds = match profile {
                "OIOSAML3" => new > old,
                "OIOSAML2" => old > new,
                _ => false,
            };
            Outcome::when(holds, Reason::Contradiction, profile, observed)
        })
    }
}

//! See [`AttributesNotMixed`].

use super::{on_provider, requested};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::attributes::{self, Family};
use crate::subject::MetadataSubject;

check! {
    /// The requested attributes belong to one generation of OIOSAML.
    ///
    /// ## Why
    /// The Context Handler sends the attributes of the one profile that the system is registered with; those of the other
    /// never come. KombitSpecVer and AssuranceLevel occur beside both.
    ///
    /// ## What to do
    /// Request the attributes of OIOSAML 3 (`https://data.gov.dk/...`) or those of OIOSAML 2 (`dk:gov:saml:attribute:...`).
    pub AttributesNotMixed {
        id: "metadata.attributes-not-mixed",
        family: Metadata,
        title: da "Attributterne hører til én generation af OIOSAML", en "The attributes belong to one generation of OIOSAML",
        rows: ["FKI-MD-16"],
        basis: Inference,
        method: Inspected,
        sources: [("Context Handler Provisioning service 2.0.1 (D.03.08.10000)", "OIOSAMLProfile"), ("Safewhere/kombit 7cdcbfd", "SampleMessages")],
        remediation: da "Anmod kun om attributter fra den profil, systemet er registreret med.",
                     en "Request only attributes of the profile that the system is registered with.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AttributesNotMixed {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            const EXPECTED: &str = "OIOSAML 2 or OIOSAML 3";
            let of = |family| requested(provider).filter(|a| attributes::family_of(&a.name) == Some(family)).count();
            let (old, new) = (of(Family::Oiosaml2), of(Family::Oiosaml3));
            if old + new == 0 {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no attribute of OIOSAML 2 or 3");
            }
            let observed = format!("{old} of OIOSAML 2, {new} of OIOSAML 3");
            Outcome::when(old == 0 || new == 0, Reason::Contradiction, EXPECTED, observed)
        })
    }
}

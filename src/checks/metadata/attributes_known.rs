//! See [`AttributesKnown`].

use super::{none_of, on_provider, requested};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::attributes;
use crate::subject::MetadataSubject;

check! {
    /// Every requested attribute is one that OIOSAML or the Context Handler knows.
    ///
    /// ## Why
    /// A misspelt or foreign name is never answered, and nobody notices until the value is missed.
    ///
    /// ## What to do
    /// Compare the names with the profile, character by character, and remove leftovers of other federations.
    pub AttributesKnown {
        id: "metadata.attributes-known",
        family: Metadata,
        title: da "Alle ønskede attributter er kendte i OIOSAML", en "All requested attributes are known in OIOSAML",
        rows: ["SP-MD-20"],
        basis: Sample,
        method: Inspected,
        sources: [("NemLog-in IdP metadata (FoxIDs f9e95f6c)", "Attribute"), ("Safewhere/kombit 7cdcbfd", "SampleMessages")],
        remediation: da "Ret stavefejl i attributnavnene, og fjern fremmede attributter.",
                     en "Correct misspelt attribute names, and remove foreign attributes.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AttributesKnown {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            const EXPECTED: &str = "attributes of OIOSAML 2, 3 or 4";
            let count = requested(provider).count();
            if count == 0 {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no RequestedAttribute");
            }
            let unknown: Vec<String> =
                requested(provider).filter(|a| attributes::find(&a.name).is_none()).map(|a| a.name.clone()).collect();
            none_of(Reason::Different, EXPECTED, &format!("{count} attributes"), &unknown)
        })
    }
}

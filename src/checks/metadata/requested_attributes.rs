//! See [`RequestedAttributes`].

use super::{on_provider, requested};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::attributes::{self, Family};
use crate::subject::MetadataSubject;

check! {
    /// A system on OIOSAML 3 requests the attributes that KOMBIT's own sample system requests as required.
    ///
    /// ## Why
    /// Without the NSIS level the system cannot check the level of assurance, without the privileges it knows no roles, without
    /// CVR number and name it does not know the organisation, and without the version attributes it cannot tell profiles apart.
    ///
    /// ## What to do
    /// Request specVersion, privilegesIntermediate, nsis/loa, professional/cvr, professional/orgName and KombitSpecVer.
    pub RequestedAttributes {
        id: "metadata.requested-attributes",
        family: Metadata,
        title: da "Metadata anmoder om de attributter, et OIOSAML 3-system behøver", en "Metadata requests the attributes that a system on OIOSAML 3 needs",
        rows: ["FKI-MD-14"],
        basis: Sample,
        method: Inspected,
        sources: [("KOMBIT sample system (kombit-web-net 8c8b526)", "Web.config: RequestedAttributes")],
        remediation: da "Tilføj de manglende RequestedAttribute.", en "Add the missing RequestedAttribute elements.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for RequestedAttributes {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            const EXPECTED: &str = "specVersion, privilegesIntermediate, loa, cvr, orgName, KombitSpecVer";
            let names: Vec<&str> = requested(provider).map(|a| a.name.as_str()).collect();
            let looks_like_3 = names.iter().any(|n| attributes::family_of(n) == Some(Family::Oiosaml3));
            match subject.registered.oiosaml_profile.as_deref() {
                Some("OIOSAML3") => {}
                None if looks_like_3 => {}
                None => return Outcome::not_tested(Reason::NotDeclared, "declaration oiosaml-profile", "none"),
                Some(other) => return Outcome::not_applicable("OIOSAML3", other),
            }
            let missing: Vec<String> = attributes::known()
                .iter()
                .filter(|a| a.required_oiosaml3 && !names.contains(&a.name))
                .map(|a| format!("- {}", a.name))
                .collect();
            super::none_of(Reason::Missing, EXPECTED, &format!("{} attributes", names.len()), &missing)
        })
    }
}

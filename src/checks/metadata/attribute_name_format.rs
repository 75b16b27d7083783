//! See [`AttributeNameFormat`].

use super::{none_of, on_provider, requested};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::attributes::{self, Family};
use crate::subject::MetadataSubject;

check! {
    /// Requested attributes are named by URIs and say so.
    ///
    /// ## Why
    /// OIOSAML 3 attributes have the NameFormat `uri`. Without it SAML means "unspecified", and a strict sender does not find the
    /// attribute. (OIOSAML 2 uses `basic` for its attributes.)
    ///
    /// ## What to do
    /// Write `NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"` on every `RequestedAttribute`.
    pub AttributeNameFormat {
        id: "metadata.attribute-name-format",
        family: Metadata,
        title: da "Attributterne har NameFormat uri", en "The attributes have NameFormat uri",
        rows: ["FKI-MD-14", "SP-MD-20"],
        basis: Norm,
        method: Inspected,
        sources: [("OIOSAML Web SSO Profile 3.0, change list", "OIO-AP-03: SHOULD")],
        remediation: da "Angiv NameFormat urn:oasis:names:tc:SAML:2.0:attrname-format:uri på hver RequestedAttribute.",
                     en "State NameFormat urn:oasis:names:tc:SAML:2.0:attrname-format:uri on every RequestedAttribute.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AttributeNameFormat {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        const URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
        on_provider(subject, |provider| {
            let of = |family| requested(provider).any(|a| attributes::family_of(&a.name) == Some(family));
            let old = match subject.registered.oiosaml_profile.as_deref() {
                Some(profile) => profile == "OIOSAML2",
                None => of(Family::Oiosaml2) && !of(Family::Oiosaml3),
            };
            if old {
                return Outcome::not_applicable(URI, "OIOSAML2");
            }
            let count = requested(provider).count();
            if count == 0 {
                return Outcome::not_tested(Reason::Missing, URI, "no RequestedAttribute");
            }
            let other: Vec<String> = requested(provider)
                .filter(|a| a.name_format.as_deref() != Some(URI))
                .map(|a| format!("{}: {}", a.name, a.name_format.as_deref().unwrap_or("none")))
                .collect();
            none_of(Reason::Different, URI, &format!("{count} attributes"), &other)
        })
    }
}

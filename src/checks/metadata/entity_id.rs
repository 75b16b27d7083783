//! See [`EntityId`].

use super::{has_uri_characters, on_entity};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use url::Url;

check! {
    /// The entityID is an absolute URI without white space and within the length limit.
    ///
    /// ## Why
    /// The entityID is the system's name in the federation: Issuer of its requests, Audience of its assertions, Id of its
    /// registration. It is compared character by character. SAML allows 1024 characters, SAML2Int 256.
    ///
    /// ## What to do
    /// Choose an absolute URI, such as `https://saml.system.dk`, and use exactly it everywhere.
    pub EntityId {
        id: "metadata.entity-id",
        family: Metadata,
        title: da "EntityID er en absolut URI af tilladt længde", en "The entityID is an absolute URI of permitted length",
        rows: ["FKI-MD-10", "SP-MD-04"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.2.1 entityIDType (1024 characters)"),
            ("Kantara SAML2Int", "SDP-G04 (256 characters)"),
        ],
        remediation: da "Vælg en absolut URI uden mellemrum som entityID, og brug præcis den overalt.",
                     en "Choose an absolute URI without spaces as entityID, and use exactly it everywhere.",
        parameters: [("max_length", Integer(1024), "Most characters")],
    }
}

impl Check<MetadataSubject> for EntityId {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            let limit = parameters.integer("max_length");
            let expected = format!("absolute URI, <= {limit} characters");
            let Some(id) = entity.entity_id.as_deref().filter(|id| !id.is_empty()) else {
                return Outcome::fail(Reason::Missing, expected, "none");
            };
            let length = id.chars().count();
            if i64::try_from(length).is_ok_and(|length| length > limit) {
                return Outcome::fail(Reason::TooLarge, expected, format!("{length} characters"));
            }
            let absolute = has_uri_characters(id) && Url::parse(id).is_ok();
            Outcome::when(absolute, Reason::Malformed, expected, id)
        })
    }
}

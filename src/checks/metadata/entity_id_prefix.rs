//! See [`EntityIdPrefix`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The entityID has the form that OIOSAML recommends: `https://saml.` and the system's domain.
    ///
    /// ## Why
    /// OIOSAML gives entityIDs a common form, so that a log shows at once whose system it is. The rule is optional today.
    ///
    /// ## What to do
    /// Consider an entityID such as `https://saml.system.dk` when the system is registered anew; do not change a registered
    /// entityID for this alone.
    pub EntityIdPrefix {
        id: "metadata.entity-id-prefix",
        family: Metadata,
        title: da "EntityID begynder med https://saml.", en "The entityID begins with https://saml.",
        rows: ["SP-MD-05"],
        basis: Norm,
        method: Inspected,
        sources: [("OIOSAML Web SSO Profile 3.0, change list", "OIO-GE-03")],
        remediation: da "Overvej formen https://saml.<domæne>, når systemet registreres på ny.",
                     en "Consider the form https://saml.<domain> when the system is registered anew.",
        parameters: [("prefix", Text("https://saml."), "What the entityID begins with")],
    }
}

impl Check<MetadataSubject> for EntityIdPrefix {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            let prefix = parameters.text("prefix");
            let id = entity.entity_id.as_deref().unwrap_or_default();
            Outcome::when(id.starts_with(prefix), Reason::Different, format!("{prefix}..."), id)
        })
    }
}

//! See [`SigningRollover`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::checks::days_left;
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use std::collections::BTreeMap;

check! {
    /// A successor of the signing certificate is published before the current one expires.
    ///
    /// ## Why
    /// Metadata can hold two signing certificates. With the new one published in time, the change-over needs no hour at which
    /// both sides must act together; without it, logins stop when the old certificate expires.
    ///
    /// ## What to do
    /// Add a second `KeyDescriptor use="signing"` with the new certificate some weeks before the change, and remove the old one
    /// afterwards.
    pub SigningRollover {
        id: "metadata.signing-rollover",
        family: Metadata,
        title: da "Et nyt signeringscertifikat er offentliggjort, inden det nuværende udløber", en "A new signing certificate is published before the current one expires",
        rows: ["CRT-56"],
        basis: GoodPractice,
        method: Inspected,
        sources: [("Kantara SAML2Int", "SDP-SP38"), ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.4.1.1 KeyDescriptor, zero or more")],
        remediation: da "Tilføj en KeyDescriptor med det nye certifikat i god tid før skiftet.",
                     en "Add a KeyDescriptor with the new certificate well before the change-over.",
        parameters: [("days", Integer(60), "Days before expiry at which the successor must be there")],
    }
}

impl Check<MetadataSubject> for SigningRollover {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let days = parameters.integer("days");
            let expected = format!("a signing certificate with more than {days} days left");
            let ends: BTreeMap<String, i64> = provider
                .keys
                .iter()
                .filter(|k| k.signs())
                .flat_map(|k| &k.certificates)
                .filter_map(|c| Some((c.sha256()?, c.not_after?)))
                .collect();
            let Some(last) = ends.values().max() else {
                return Outcome::not_tested(Reason::Missing, expected, "no signing certificate");
            };
            let left = last - subject.at.as_second();
            let observed = if left < 0 {
                format!("{} signing certificate(s), the last {}", ends.len(), days_left(left))
            } else {
                format!("{} signing certificate(s), {} left", ends.len(), days_left(left))
            };
            Outcome::when(
                left.div_euclid(86_400) > days,
                if left < 0 { Reason::Expired } else { Reason::ExpiresSoon },
                expected,
                observed,
            )
        })
    }
}

//! See [`AcsDefault`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::saml::metadata::is_true;
use crate::subject::MetadataSubject;
use std::collections::BTreeSet;

check! {
    /// The AssertionConsumerServices have indexes of their own, and at most one is marked as the default.
    ///
    /// ## Why
    /// Without an ACS in the request the response goes to the default: the one marked `isDefault="true"`, else the first that
    /// is not marked false. Two defaults or two equal indexes leave open where the response goes.
    ///
    /// That requests use a listed service is judged where requests are seen, in login trials.
    ///
    /// ## What to do
    /// Number the services from 0, each number once, and mark one with `isDefault="true"`.
    pub AcsDefault {
        id: "metadata.acs-default",
        family: Metadata,
        title: da "AssertionConsumerService har entydige indeks og én standard", en "AssertionConsumerServices have distinct indexes and one default",
        rows: ["FKI-MD-20", "SP-MD-15"],
        basis: Norm,
        method: Inspected,
        sources: [("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.2.3 IndexedEndpointType")],
        remediation: da "Nummerér tjenesterne entydigt, og markér én med isDefault=\"true\".",
                     en "Number the services distinctly, and mark one with isDefault=\"true\".",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AcsDefault {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            const EXPECTED: &str = "distinct indexes, at most 1 isDefault";
            let services = &provider.assertion_consumers;
            if services.is_empty() {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no AssertionConsumerService");
            }
            let indexes: BTreeSet<u16> =
                services.iter().filter_map(|s| s.index.as_deref()?.trim().parse().ok()).collect();
            let defaults = services.iter().filter(|s| is_true(s.is_default.as_deref())).count();
            let observed =
                format!("{} services, {} distinct indexes, {defaults} isDefault", services.len(), indexes.len());
            let holds = indexes.len() == services.len() && defaults <= 1;
            Outcome::when(holds, Reason::Duplicate, EXPECTED, observed)
        })
    }
}

//! See [`AttributeService`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The service provider states what attributes it needs, in an AttributeConsumingService with a name.
    ///
    /// ## Why
    /// `RequestedAttribute` is how the other side learns, and an administrator sees, what data the system receives; the schema
    /// demands a `ServiceName`.
    ///
    /// ## What to do
    /// Add an `AttributeConsumingService` with a Danish `ServiceName` and the attributes that the system needs.
    pub AttributeService {
        id: "metadata.attribute-service",
        family: Metadata,
        title: da "AttributeConsumingService findes og har et ServiceName", en "An AttributeConsumingService exists and has a ServiceName",
        rows: ["SP-MD-20"],
        basis: Sample,
        method: Inspected,
        sources: [
            ("SAML V2.0 Metadata (saml-metadata-2.0-os)", "2.4.4.1 AttributeConsumingService"),
            ("KOMBIT sample system (kombit-web-net 8c8b526)", "Web.config"),
        ],
        remediation: da "Tilføj en AttributeConsumingService med ServiceName og de nødvendige attributter.",
                     en "Add an AttributeConsumingService with a ServiceName and the attributes that are needed.",
        parameters: [],
    }
}

impl Check<MetadataSubject> for AttributeService {
    fn judge(&self, subject: &MetadataSubject, _: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let services = &provider.attribute_services;
            let named = services.iter().filter(|s| s.service_names.iter().any(|n| !n.is_empty())).count();
            let observed = format!("{} services, {named} with ServiceName", services.len());
            let holds = !services.is_empty() && named == services.len();
            Outcome::when(holds, Reason::Missing, ">= 1 AttributeConsumingService, each with ServiceName", observed)
        })
    }
}

//! See [`NameIdFormat`].

use super::on_provider;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;

check! {
    /// The service provider states a NameID format that the Context Handler and OIOSAML use.
    ///
    /// ## Why
    /// The Context Handler sends X509SubjectName, or persistent where the system asks for it; OIOSAML 3 knows persistent and
    /// transient. Another format may make the login fail or give an identifier that changes.
    ///
    /// ## What to do
    /// State `urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName` or
    /// `urn:oasis:names:tc:SAML:2.0:nameid-format:persistent`.
    pub NameIdFormat {
        id: "metadata.name-id-format",
        family: Metadata,
        title: da "NameIDFormat er et af de formater, der bruges i FKI", en "NameIDFormat is one of the formats used in FKI",
        rows: ["FKI-MD-13", "SP-MD-19"],
        basis: ReferenceImplementation,
        method: Inspected,
        sources: [
            ("KOMBIT sample system (kombit-web-net 8c8b526)", "Web.config"),
            ("OIOSAML.Java 1ac36de", "AssertionValidationService"),
            ("FoxIDs f9e95f6c", "howto-saml-2.0-context-handler"),
        ],
        remediation: da "Angiv NameIDFormat X509SubjectName eller persistent.", en "State the NameIDFormat X509SubjectName or persistent.",
        parameters: [
            ("accepted", List(&[
                "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
                "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
                "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
            ]), "Formats of which one must be stated"),
            ("only", Boolean(false), "Whether no other format may be stated beside them"),
        ],
    }
}

impl Check<MetadataSubject> for NameIdFormat {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_provider(subject, |provider| {
            let accepted = parameters.list("accepted");
            let known = |format: &String| accepted.contains(format);
            let stated = &provider.name_id_formats;
            let holds =
                if parameters.boolean("only") { stated.iter().all(known) } else { true } && stated.iter().any(known);
            let reason = if stated.is_empty() { Reason::Missing } else { Reason::Different };
            let observed = if stated.is_empty() { "none".to_owned() } else { stated.join(", ") };
            Outcome::when(holds, reason, accepted.join(", "), observed)
        })
    }
}

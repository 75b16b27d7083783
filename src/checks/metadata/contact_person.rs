//! See [`ContactPerson`].

use super::on_entity;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MetadataSubject;
use crate::verdict::Environment;

check! {
    /// The metadata names a technical or administrative contact with a working e-mail address, not a template's.
    ///
    /// ## Why
    /// At a certificate change or an incident KOMBIT and the municipality write to this address. A function mailbox outlives
    /// the person and is no personal datum.
    ///
    /// ## What to do
    /// Add a `ContactPerson` of type `technical` (NemLog-in) or `administrative` (Context Handler) with the address of a
    /// function mailbox.
    pub ContactPerson {
        id: "metadata.contact-person",
        family: Metadata,
        title: da "En kontakt med rigtig e-mailadresse er angivet", en "A contact with a real e-mail address is given",
        rows: ["FKI-MD-18", "SP-MD-22"],
        basis: Norm,
        method: Inspected,
        sources: [
            ("Kantara SAML2Int", "SDP-MD11"),
            ("OIOSAML Web SSO Profile 3.0, change list", "OIO-SP-33"),
            ("FoxIDs f9e95f6c", "howto-saml-2.0-context-handler: administrative contact"),
        ],
        remediation: da "Angiv en ContactPerson med e-mailadressen på en funktionspostkasse.",
                     en "Give a ContactPerson with the e-mail address of a function mailbox.",
        parameters: [("types", List(&["technical", "administrative"]), "contactTypes of which one must be there")],
    }
}

impl Check<MetadataSubject> for ContactPerson {
    fn judge(&self, subject: &MetadataSubject, parameters: &Parameters) -> Outcome {
        on_entity(subject, |entity| {
            let types = parameters.list("types");
            let expected = format!("ContactPerson {} with EmailAddress", types.join(" | "));
            // Addresses are personal data and never shown.
            let fitting: Vec<_> = entity.contacts.iter().filter(|c| types.contains(&c.contact_type)).collect();
            let addresses: Vec<&str> = fitting.iter().flat_map(|c| &c.emails).map(String::as_str).collect();
            let usable = addresses.iter().filter(|a| is_usable(a, subject.environment)).count();
            let observed = format!("{} contacts, {} addresses, {usable} usable", fitting.len(), addresses.len());
            let reason = if addresses.is_empty() { Reason::Missing } else { Reason::Malformed };
            Outcome::when(usable > 0, reason, expected, observed)
        })
    }
}

/// An address of the right form whose domain is no placeholder.
fn is_usable(address: &str, environment: Environment) -> bool {
    const PLACEHOLDERS: [&str; 9] = [
        "example.com",
        "example.org",
        "example.net",
        "address.org",
        "domain.com",
        "company.com",
        "test.com",
        "tempuri.org",
        "invalid",
    ];
    let address = address.trim();
    let address = address.strip_prefix("mailto:").unwrap_or(address).to_ascii_lowercase();
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let formed = !local.is_empty()
        && !local.contains('@')
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'));
    let under = |suffix: &str| domain == suffix || domain.ends_with(&format!(".{suffix}"));
    let reserved = under("example") && environment != Environment::Local;
    formed && !reserved && !PLACEHOLDERS.iter().any(|p| under(p))
}

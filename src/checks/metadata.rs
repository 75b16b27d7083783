//! The checks on a [`MetadataSubject`], in report order.
//!
//! One rule about input that is missing: a document that cannot be read fails [`well_formed`] alone and leaves every other
//! check `not-tested`; so does a document without the role that a check is about, unless it is plainly the other role's.

use crate::check::Check;
use crate::outcome::{Outcome, Reason};
use crate::saml::Reading;
use crate::saml::metadata::{Endpoint, EntityDescriptor, IdentityProvider, RequestedAttribute, ServiceProvider};
use crate::saml::signature::SignatureFacts;
use crate::subject::MetadataSubject;
use crate::subject::metadata::Retrieval;
use url::Url;

mod acs_default;
mod acs_http_post;
mod acs_no_redirect;
mod attribute_name_format;
mod attribute_service;
mod attributes_known;
mod attributes_match_profile;
mod attributes_not_mixed;
mod authn_requests_signed;
mod certificate_unique;
mod contact_person;
mod data_minimisation;
mod encryption_key;
mod encryption_methods;
mod endpoint_form;
mod endpoint_https;
mod entity_id;
mod entity_id_prefix;
mod entity_id_registered;
mod entity_id_unique;
mod hosts_named;
mod hosts_public;
mod idp_slo_http_redirect;
mod idp_sso_http_redirect;
mod key_descriptors;
mod name_id_format;
mod no_context_handler_1_host;
mod no_internal_comments;
mod no_secrets;
mod not_expired;
mod nsis_level_agrees;
mod protocol_support;
mod requested_attributes;
mod role_descriptor;
mod schema_valid;
mod signature_algorithms;
mod signature_certificate_oces3;
mod signature_covers_root;
mod signature_present;
mod signature_transforms;
mod signature_valid;
mod signing_key;
mod signing_rollover;
mod size;
mod slo_http_redirect;
mod url_media_type;
mod url_same_content;
mod url_served;
mod want_assertions_signed;
mod well_formed;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<MetadataSubject>] = &[
    &well_formed::WellFormed,
    &size::Size,
    &schema_valid::SchemaValid,
    &role_descriptor::RoleDescriptor,
    &protocol_support::ProtocolSupport,
    &entity_id::EntityId,
    &entity_id_prefix::EntityIdPrefix,
    &entity_id_unique::EntityIdUnique,
    &entity_id_registered::EntityIdRegistered,
    &signature_present::SignaturePresent,
    &signature_valid::SignatureValid,
    &signature_covers_root::SignatureCoversRoot,
    &signature_algorithms::SignatureAlgorithms,
    &signature_transforms::SignatureTransforms,
    &signature_certificate_oces3::SignatureCertificateOces3,
    &authn_requests_signed::AuthnRequestsSigned,
    &want_assertions_signed::WantAssertionsSigned,
    &key_descriptors::KeyDescriptors,
    &signing_key::SigningKey,
    &encryption_key::EncryptionKey,
    &encryption_methods::EncryptionMethods,
    &certificate_unique::CertificateUnique,
    &signing_rollover::SigningRollover,
    &acs_http_post::AcsHttpPost,
    &acs_default::AcsDefault,
    &acs_no_redirect::AcsNoRedirect,
    &slo_http_redirect::SloHttpRedirect,
    &endpoint_form::EndpointForm,
    &endpoint_https::EndpointHttps,
    &hosts_public::HostsPublic,
    &hosts_named::HostsNamed,
    &no_context_handler_1_host::NoContextHandler1Host,
    &name_id_format::NameIdFormat,
    &attribute_service::AttributeService,
    &requested_attributes::RequestedAttributes,
    &attribute_name_format::AttributeNameFormat,
    &attributes_known::AttributesKnown,
    &attributes_not_mixed::AttributesNotMixed,
    &attributes_match_profile::AttributesMatchProfile,
    &nsis_level_agrees::NsisLevelAgrees,
    &data_minimisation::DataMinimisation,
    &contact_person::ContactPerson,
    &not_expired::NotExpired,
    &url_served::UrlServed,
    &url_media_type::UrlMediaType,
    &url_same_content::UrlSameContent,
    &no_secrets::NoSecrets,
    &no_internal_comments::NoInternalComments,
    &idp_sso_http_redirect::IdpSsoHttpRedirect,
    &idp_slo_http_redirect::IdpSloHttpRedirect,
];

/// Why there is no document of the vendor's to judge: the metadata URL, its only source, gave none, or redaction had to take
/// all of it. Never the vendor's breach.
fn unavailable(subject: &MetadataSubject) -> Option<Outcome> {
    const EXPECTED: &str = "a metadata document";
    let empty = subject.document.data().is_empty();
    match &subject.retrieval {
        Some(Retrieval::Unreachable { url, why }) if empty => {
            return Some(Outcome::inconclusive(Reason::Unreachable, EXPECTED, format!("{url}: {why}")));
        }
        Some(Retrieval::NotAsked { url }) if empty => {
            return Some(Outcome::not_tested(Reason::NotAsked, EXPECTED, url.as_str()));
        }
        Some(Retrieval::Answered { status, body, .. }) if *status != 200 && body.sha256 == subject.document.sha256 => {
            return Some(Outcome::inconclusive(Reason::AnswerUnusable, EXPECTED, format!("HTTP {status}")));
        }
        _ => {}
    }
    let taken = subject.attested.is_some() && subject.document.data().starts_with(b"<redacted>");
    taken.then(|| Outcome::inconclusive(Reason::SubjectUnreadable, EXPECTED, "removed by redaction"))
}

/// Judges what could be read.
fn on_reading(subject: &MetadataSubject, judge: impl FnOnce(&Reading) -> Outcome) -> Outcome {
    if let Some(outcome) = unavailable(subject) {
        return outcome;
    }
    match subject.reading() {
        Ok(reading) => judge(reading),
        Err(problem) => Outcome::not_tested(Reason::SubjectUnreadable, "readable metadata", problem.to_string()),
    }
}

/// Judges the `EntityDescriptor`.
fn on_entity(subject: &MetadataSubject, judge: impl FnOnce(&EntityDescriptor) -> Outcome) -> Outcome {
    on_reading(subject, |reading| match &reading.metadata.entity {
        Some(entity) => judge(entity),
        None => Outcome::not_tested(Reason::Missing, "EntityDescriptor", &*reading.metadata.root),
    })
}

/// Judges the first `SPSSODescriptor`; that there is exactly one is [`role_descriptor`]'s business.
fn on_provider(subject: &MetadataSubject, judge: impl FnOnce(&ServiceProvider) -> Outcome) -> Outcome {
    on_entity(subject, |entity| match (entity.service_providers.first(), entity.identity_providers.first()) {
        (Some(provider), _) => judge(provider),
        (None, Some(_)) => Outcome::not_applicable("SPSSODescriptor", "IDPSSODescriptor"),
        (None, None) => Outcome::not_tested(Reason::Missing, "SPSSODescriptor", "none"),
    })
}

/// Judges the first `IDPSSODescriptor`.
fn on_identity_provider(subject: &MetadataSubject, judge: impl FnOnce(&IdentityProvider) -> Outcome) -> Outcome {
    on_entity(subject, |entity| match (entity.identity_providers.first(), entity.service_providers.first()) {
        (Some(provider), _) => judge(provider),
        (None, Some(_)) => Outcome::not_applicable("IDPSSODescriptor", "SPSSODescriptor"),
        (None, None) => Outcome::not_tested(Reason::Missing, "IDPSSODescriptor", "none"),
    })
}

/// Judges the signature; that there is one is [`signature_present`]'s business.
fn on_signature(subject: &MetadataSubject, judge: impl FnOnce(&SignatureFacts) -> Outcome) -> Outcome {
    on_reading(subject, |reading| {
        if reading.signature.count + reading.signature.elsewhere == 0 {
            Outcome::not_tested(Reason::Missing, "ds:Signature", "none")
        } else {
            judge(&reading.signature)
        }
    })
}

/// Whether an endpoint with this binding is among them, with the bindings found as the observed value.
fn offers_binding(endpoints: &[Endpoint], element: &str, binding: &str) -> Outcome {
    let expected = format!("{element} {binding}");
    if endpoints.is_empty() {
        return Outcome::fail(Reason::Missing, expected, "none");
    }
    let found: Vec<&str> = endpoints.iter().map(|e| e.binding.as_str()).collect();
    let reason = if found.contains(&binding) { Reason::Met } else { Reason::Missing };
    Outcome::when(found.contains(&binding), reason, expected, found.join(", "))
}

/// Every attribute the service provider requests.
fn requested(provider: &ServiceProvider) -> impl Iterator<Item = &RequestedAttribute> {
    provider.attribute_services.iter().flat_map(|service| &service.requested)
}

/// Every `Location` and `ResponseLocation` that is an absolute URL; what is not is [`endpoint_form`]'s business.
fn urls(entity: &EntityDescriptor) -> Vec<Url> {
    entity.endpoints.iter().flat_map(Endpoint::locations).filter_map(|l| Url::parse(l).ok()).collect()
}

/// Whether a text has only characters that a URI may have (RFC 3986 2, and letters beyond ASCII, RFC 3987). URL parsers
/// forgive more, such as the braces of a template's placeholders.
fn has_uri_characters(text: &str) -> bool {
    text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>\"{}|\\^`".contains(c))
}

/// Passes when nothing was found, else fails and shows what was.
fn none_of(reason: Reason, expected: &str, all: &str, found: &[String]) -> Outcome {
    if found.is_empty() { Outcome::pass(expected, all) } else { Outcome::fail(reason, expected, found.join(", ")) }
}

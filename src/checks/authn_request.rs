//! The checks on the AuthnRequests that a system sends at the beginning of a login, in report order. The subject's `before` and
//! `after` are two logins, so that what must never repeat can be compared.
//!
//! A request that cannot be read fails [`readable`] alone and leaves every other check `not-tested`.

mod authn_context;
mod consumer_service;
mod destination;
mod id;
mod issue_instant;
mod issuer;
mod level;
mod name_id_policy;
mod no_embedded_signature;
mod protocol_binding;
mod readable;
mod relay_state;
mod signature_algorithm;
mod signed;
mod version;

use super::recorded::{self, Received, authn_requests};
use crate::check::Check;
use crate::outcome::Outcome;
use crate::saml::protocol::AuthnRequest;
use crate::subject::TrialSubject;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<TrialSubject>] = &[
    &readable::Readable,
    &signed::Signed,
    &signature_algorithm::SignatureAlgorithm,
    &no_embedded_signature::NoEmbeddedSignature,
    &destination::Destination,
    &issuer::Issuer,
    &version::Version,
    &id::Id,
    &issue_instant::IssueInstant,
    &consumer_service::ConsumerService,
    &protocol_binding::ProtocolBinding,
    &authn_context::AuthnContext,
    &level::Level,
    &name_id_policy::NameIdPolicy,
    &relay_state::RelayState,
];

/// Judges every request; the worst counts.
fn each(subject: &TrialSubject, expected: &str, mut judge: impl FnMut(&Received<AuthnRequest>) -> Outcome) -> Outcome {
    match authn_requests(subject) {
        Ok(requests) => recorded::all(requests.iter().map(&mut judge)),
        Err(nothing) => nothing.outcome(expected),
    }
}

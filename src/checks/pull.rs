//! The checks on messages that the system fetches (BeskedHent), in the order of their trials: one file a subject.

mod acknowledgement;
mod flow;
mod login;
mod recovery;
mod redelivery;

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[
    &login::SaslExternal,
    &login::VirtualHost,
    &login::QueueIsDueslag,
    &login::TlsVersion,
    &login::CertificateOfToken,
    &acknowledgement::NoAutoAck,
    &acknowledgement::StoredBeforeAck,
    &acknowledgement::NoAckWithoutStore,
    &acknowledgement::AckLatency,
    &flow::PollInterval,
    &redelivery::RedeliveredAcked,
    &redelivery::RedeliveredOneEffect,
    &redelivery::DuplicateAcked,
    &redelivery::DuplicateOneEffect,
    &flow::OrderPerObject,
    &flow::DeviatingPayloadDoesNotBlock,
    &flow::UnknownTypeDoesNotBlock,
    &flow::InvalidEnvelopeDoesNotBlock,
    &flow::MalformedDoesNotBlock,
    &flow::LargeMessageDoesNotBlock,
    &flow::LateMessageFetched,
    &recovery::TokenExpiryRenewed,
    &recovery::DroppedConnectionReconnected,
    &recovery::RefusedLoginRecovered,
    &recovery::RefusedLoginNoHotLoop,
    &recovery::SilenceNoticed,
];

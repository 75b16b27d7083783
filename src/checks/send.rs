//! The checks on messages that the system sends (BeskedAfsend).

mod publish;
mod reply;

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[
    &publish::Exchange,
    &publish::TokenHeader,
    &publish::ReplyTo,
    &publish::Confirms,
    &reply::ExpiredTokenRenewed,
    &reply::KeptAfterError,
    &reply::NoRetryStorm,
    &reply::KeptWithoutReply,
];

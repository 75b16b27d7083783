//! The checks on the tokens that the system asks for (SF1514).

mod certificate;
mod lifetime;

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] =
    &[&lifetime::Reused, &lifetime::NotUsedExpired, &certificate::Authority, &certificate::CertificateRegistered];

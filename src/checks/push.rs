//! The checks on messages pushed to the system (BeskedFåTilsendt).

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[];

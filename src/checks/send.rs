//! The checks on messages that the system sends (BeskedAfsend).

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[];

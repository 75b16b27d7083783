//! The checks on messages that the system fetches (BeskedHent).

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[];

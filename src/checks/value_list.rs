//! The checks on the value lists that the system maintains (VærdilisteRediger).

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[];

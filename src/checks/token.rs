//! The checks on the tokens that the system asks for (SF1514).

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[];

//! The checks on the value lists that the system maintains (VærdilisteRediger).

mod maintenance;

use crate::checks::distributed::DistributionCheck;

/// Every check of the family.
pub static CHECKS: &[&dyn DistributionCheck] = &[&maintenance::CertificateWithoutToken, &maintenance::ChangePattern];

//! Logs of calls: whether the system is used.

use crate::check::Check;
use crate::subject::UsageSubject;

/// Every check of the family, in report order.
pub static CHECKS: &[&dyn Check<UsageSubject>] = &[];

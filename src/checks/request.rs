//! Requests to an index or to Organisation.

use crate::check::Check;
use crate::subject::RequestSubject;

/// Every check of the family, in report order.
pub static CHECKS: &[&dyn Check<RequestSubject>] = &[];

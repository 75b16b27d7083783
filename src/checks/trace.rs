//! What the system's log says about the logins of trials.

use crate::check::Check;
use crate::subject::EventLogSubject;

/// Every check of the family, in report order.
pub static CHECKS: &[&dyn Check<EventLogSubject>] = &[];

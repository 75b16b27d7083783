//! What happened to single messages, items and tokens, as logs say.

use crate::check::Check;
use crate::subject::EventLogSubject;

/// Every check of the family, in report order.
pub static CHECKS: &[&dyn Check<EventLogSubject>] = &[];

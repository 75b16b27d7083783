//! The checks on messages.

use crate::check::Check;
use crate::subject::MessageSubject;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<MessageSubject>] = &[];

//! The checks on what is set up in the Beskedfordeler.

use crate::check::Check;
use crate::subject::MailboxSubject;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<MailboxSubject>] = &[];

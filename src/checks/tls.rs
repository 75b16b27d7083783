//! The checks on a [`TlsSubject`], in report order.

use crate::check::Check;
use crate::subject::TlsSubject;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<TlsSubject>] = &[];

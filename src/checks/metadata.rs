//! The checks on a [`MetadataSubject`], in report order.

use crate::check::Check;
use crate::subject::MetadataSubject;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<MetadataSubject>] = &[];

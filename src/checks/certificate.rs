//! The checks on a [`CertificateSubject`], in report order.

use crate::check::Check;
use crate::subject::CertificateSubject;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<CertificateSubject>] = &[];

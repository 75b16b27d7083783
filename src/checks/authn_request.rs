//! The checks on the AuthnRequests that a system sends at the beginning of a login, in report order. The subject's `before` and
//! `after` are two logins, so that what must never repeat can be compared.

use crate::check::Check;
use crate::subject::TrialSubject;

/// Every check of the family.
pub static CHECKS: &[&dyn Check<TrialSubject>] = &[];

//! Push trials: the probe is the Beskedfordeler that calls the system's endpoint.

use super::Work;
use crate::capture::{Captured, Progress};
use crate::error::Result;

/// Carries out the push trials that the plan needs.
pub fn capture(_work: &Work<'_>, _progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<Captured>> {
    Ok(Vec::new())
}

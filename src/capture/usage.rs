//! Logs, counts, portfolios and requests, read from what the target names. Runs after the trials, so that a log that the system keeps
//! while it is tried already holds them.

mod calls;
mod events;
mod files;
pub mod portfolio;
pub mod requests;
mod trace;

use super::{Captured, Progress, Session};
use crate::error::Result;
use crate::plan::Plan;
use crate::target::LoadedTarget;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What the parts of this capture share.
pub struct Work<'a> {
    /// Runtime and client.
    pub session: &'a Session,
    /// The target.
    pub loaded: &'a LoadedTarget,
    /// Subjects that the plan needs.
    pub needed: BTreeSet<&'a str>,
    /// What was captured before.
    pub captured: &'a [Captured],
    /// The instant of judgement.
    pub at: Timestamp,
}

/// Reads what the plan needs.
pub fn capture(
    session: &Session,
    loaded: &LoadedTarget,
    plan: &Plan,
    captured: &[Captured],
    at: Timestamp,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Captured>> {
    let work = Work { session, loaded, needed: plan.needed(), captured, at };
    let mut subjects = requests::capture(&work)?;
    subjects.extend(calls::capture(&work, progress)?);
    let logs = events::capture(&work, progress)?;
    subjects.extend(trace::capture(&work, &logs)?);
    subjects.extend(events::subject(&work, logs));
    Ok(subjects)
}

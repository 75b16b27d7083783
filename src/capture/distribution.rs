//! Trials with messages, and what is set up for them: pushed to the system, fetched by it, sent by it, and read from files.

pub mod files;
pub mod push;
pub mod services;

use super::{Captured, Progress, Session};
use crate::error::Result;
use crate::plan::{Plan, State};
use crate::target::LoadedTarget;
use crate::target::beskedfordeler::Beskedfordeler;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What the parts of a capture share.
pub struct Work<'a> {
    /// Runtime and HTTP client.
    pub session: &'a Session,
    /// The target with its file.
    pub loaded: &'a LoadedTarget,
    /// Its table.
    pub table: &'a Beskedfordeler,
    /// Ids of the subjects that the plan needs.
    pub needed: BTreeSet<&'a str>,
    /// What was captured before: the certificates.
    pub captured: &'a [Captured],
    /// The instant of the run.
    pub at: Timestamp,
    /// Whether active trials may be made.
    pub permitted: bool,
}

impl Work<'_> {
    /// Whether the plan needs a case of a family: `push:good`.
    #[must_use]
    pub fn needs(&self, id: &str) -> bool {
        self.needed.contains(id)
    }
}

/// Carries out every trial that the plan needs, and reads the files.
pub fn capture(
    session: &Session,
    loaded: &LoadedTarget,
    plan: &Plan,
    captured: &[Captured],
    at: Timestamp,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<Captured>> {
    let Some(table) = &loaded.target.beskedfordeler else { return Ok(Vec::new()) };
    let needed: BTreeSet<&str> =
        plan.items.iter().filter(|i| i.state == State::Run).filter_map(|i| i.subject.as_deref()).collect();
    let permitted = loaded.target.permits_trials(at);
    let work = Work { session, loaded, table, needed, captured, at, permitted };
    let mut subjects = push::capture(&work, progress)?;
    let (trials, sent) = services::capture(&work, progress)?;
    subjects.extend(trials);
    subjects.extend(files::capture(&work, &sent)?);
    Ok(subjects)
}

//! Trials with messages, and what is set up for them: pushed to the system, fetched by it, sent by it, and read from files.

pub mod canary;
pub mod files;
pub mod push;
pub mod read_back;
pub mod services;
pub mod store;

use super::http::{Exchanged, HttpError};
use super::{Captured, Progress, Session, browser};
use crate::error::Result;
use crate::plan::Plan;
use crate::subject::distribution::recording::Answer;
use crate::target::LoadedTarget;
use crate::target::beskedfordeler::Beskedfordeler;
use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use std::collections::BTreeSet;
use std::time::Duration;

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
    let permitted = loaded.target.permits_trials(at);
    let work = Work { session, loaded, table, needed: plan.needed(), captured, at, permitted };
    let mut subjects = push::capture(&work, progress)?;
    let (trials, sent) = services::capture(&work, progress)?;
    subjects.extend(trials);
    subjects.extend(files::capture(&work, &sent)?);
    Ok(subjects)
}

/// What came of a request, as it is kept: without secrets and CPR numbers.
#[must_use]
pub(crate) fn answer(exchanged: std::result::Result<Exchanged, HttpError>, limit: Duration) -> Answer {
    match exchanged {
        Ok(exchanged) => Answer::Answered {
            status: exchanged.status.as_u16(),
            content_type: exchanged
                .headers
                .get(CONTENT_TYPE)
                .map(|value| browser::clean(&String::from_utf8_lossy(value.as_bytes()))),
            body: browser::clean(&browser::text(&exchanged)),
        },
        Err(why) => Answer::Failed(browser::stop(why, limit.as_secs())),
    }
}

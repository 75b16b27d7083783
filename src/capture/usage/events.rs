//! Logs of events.

use super::Work;
use crate::capture::{Captured, Origin, Progress};
use crate::error::Result;
use crate::subject::event_log::EventLog;

/// A log with where its bytes came from.
pub struct Read {
    /// The log.
    pub log: EventLog,
    /// Where it came from.
    pub origin: Origin,
}

/// Reads the event logs, when the plan needs them.
pub fn capture(_work: &Work<'_>, _progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<Read>> {
    Ok(Vec::new())
}

/// The subject `event-log:events`, when the plan needs it.
pub fn subject(_work: &Work<'_>, _logs: Vec<Read>) -> Option<Captured> {
    None
}

//! Logs of events.

use super::{Work, files};
use crate::capture::{Captured, Origin, Origins, Progress};
use crate::error::{Error, Result};
use crate::report::v1::Direction;
use crate::subject::event_log::{EventLog, EventLogSubject, ID, TRACE_ID};
use crate::subject::usage::JSON;
use crate::subject::{Blob, Subject};
use crate::target::usage::{Keeper, LogEntry};
use crate::usage::events::mapping::{EventMapping, SHIPPED};
use crate::usage::events::{self, Rules};
use crate::usage::mapping::text_of;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most that goes into a bundle of one log, bytes of JSON: all the events that a log may have, with every field that is usual.
const LARGEST: usize = 80 << 20;

/// A log with where its bytes came from.
pub struct Read {
    /// The log.
    pub log: EventLog,
    /// Where it came from.
    pub origin: Origin,
}

/// Reads the event logs, when the plan needs them.
pub fn capture(work: &Work<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<Read>> {
    let is_needed = work.needed.contains(ID) || work.needed.contains(TRACE_ID);
    let Some(table) = work.loaded.target.usage.as_ref().filter(|_| is_needed) else { return Ok(Vec::new()) };
    table.events.iter().map(|entry| read(work, entry, &table.systems, progress)).collect()
}

fn read(work: &Work<'_>, entry: &LogEntry, systems: &[String], progress: &mut dyn FnMut(Progress<'_>)) -> Result<Read> {
    let mapping = text_of(SHIPPED, &entry.mapping, &work.loaded.base)?;
    let ready = EventMapping::read(&mapping)?;
    files::check_system(entry, systems, &mapping, ready.names_system())?;
    let paths = files::find(work, entry)?;
    let (digests, read) = files::read(work, entry, &paths, progress, |count| {
        let rules = Rules {
            systems: systems.to_vec(),
            is_own: entry.kept_by == Keeper::Supplier,
            base: work.loaded.base.clone(),
            progress: Arc::clone(count),
            ..Rules::default()
        };
        events::read(&paths, &ready, &rules)
    })?;
    let events = serde_json::to_vec(&read.events).map_err(|e| Error::Internal(e.to_string()))?;
    if events.len() > LARGEST {
        return Err(Error::Usage(format!(
            "log `{}`: its events are more than {} MB, the most that goes into a report's bundle; give an extract of a shorter period",
            entry.name,
            LARGEST >> 20
        )));
    }
    let log = EventLog {
        facts: files::facts(entry, &mapping, digests)?,
        holds: entry.holds.clone(),
        events: Blob::new(JSON, events),
    };
    let origin = Origin { direction: Direction::Supplied, peer: entry.files.join(" "), redactions: BTreeMap::new() };
    Ok(Read { log, origin })
}

/// The subject `event-log:events`, when the plan needs it.
pub fn subject(work: &Work<'_>, logs: Vec<Read>) -> Option<Captured> {
    let table = work.loaded.target.usage.as_ref().filter(|_| work.needed.contains(ID))?;
    let mut origins = Origins::all(Direction::Supplied, String::new());
    for (read, entry) in logs.iter().zip(&table.events) {
        origins.except(&read.log.facts.mapping, Direction::Supplied, entry.mapping.clone());
        origins.except(&read.log.events, read.origin.direction, read.origin.peer.clone());
    }
    let subject = EventLogSubject {
        id: ID.to_owned(),
        environment: work.loaded.target.environment,
        at: work.at,
        municipalities: table.municipalities.clone(),
        go_live: table.go_live,
        logs: logs.into_iter().map(|read| read.log).collect(),
        attempts: Vec::new(),
    };
    Some(Captured { subject: Subject::EventLog(subject), origins })
}

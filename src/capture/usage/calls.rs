//! Logs of calls, reported counts and claims.

use super::{Work, files, portfolio};
use crate::capture::{Captured, Origins, Progress};
use crate::error::{Error, Result};
use crate::report::v1::Direction;
use crate::subject::usage::{ID, JSON, UsageLog};
use crate::subject::{Blob, Subject, UsageSubject};
use crate::target::usage::{Keeper, LogEntry};
use crate::usage::mapping::{Mapping, Role, SHIPPED, text_of};
use crate::usage::read::{self, Options, Usage};
use crate::usage::scan::{masked, shown_text};
use crate::usage::summary::Summary;
use crate::usage::tables;
use serde::Serialize;
use std::sync::Arc;

/// Largest summary that goes into a bundle, bytes of JSON: a year of 98 municipalities with eight integrations has half of it.
const LARGEST: usize = 48 << 20;

/// Counts the logs of calls.
pub fn capture(work: &Work<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<Captured>> {
    let Some(table) = work.loaded.target.usage.as_ref().filter(|_| work.needed.contains(ID)) else {
        return Ok(Vec::new());
    };
    let mut origins = Origins::all(Direction::Supplied, String::new());
    let mut logs = Vec::new();
    for entry in &table.log {
        let log = log(work, entry, &table.systems, progress)?;
        origins.except(&log.facts.mapping, Direction::Supplied, entry.mapping.clone());
        origins.except(&log.summary, Direction::Supplied, entry.files.join(" "));
        logs.push(log);
    }
    let mut given = |file: &Option<std::path::PathBuf>, read: &dyn Fn(&std::path::Path) -> Result<Blob>| {
        let Some(file) = file else { return Ok(None) };
        let blob = read(&work.loaded.path(file))?;
        origins.except(&blob, Direction::Supplied, file.display().to_string());
        Ok::<_, Error>(Some(blob))
    };
    let reported = given(&table.reported, &|path| json(&tables::reported(path)?))?;
    let claimed = given(&table.claimed, &|path| json(&tables::claimed(path)?))?;
    let portfolio = portfolio::relations(work)?.map(|(blob, origin)| {
        origins.by_digest.insert(blob.sha256.clone(), origin);
        blob
    });
    let subject = UsageSubject {
        id: ID.to_owned(),
        environment: work.loaded.target.environment,
        at: work.at,
        systems: table.systems.clone(),
        municipalities: table.municipalities.clone(),
        go_live: table.go_live,
        logs,
        reported,
        claimed,
        portfolio,
    };
    Ok(vec![Captured { subject: Subject::Usage(subject), origins }])
}

fn log(
    work: &Work<'_>,
    entry: &LogEntry,
    systems: &[String],
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<UsageLog> {
    let mapping = text_of(SHIPPED, &entry.mapping, &work.loaded.base)?;
    let ready = Mapping::read(&mapping)?;
    let system = Role::System as usize;
    let names_system = ready.columns[system].is_some() || ready.fixed[system].is_some();
    files::check_system(entry, systems, &mapping, names_system)?;
    let paths = files::find(work, entry)?;
    let (digests, usage) = files::read(work, entry, &paths, progress, |count| {
        let options = Options { base: work.loaded.base.clone(), progress: Arc::clone(count), ..Options::default() };
        read::read(&paths, &ready, &options)
    })?;
    let facts = files::facts(entry, &mapping, digests)?;
    let mut log = UsageLog {
        facts,
        summary: Blob::new(JSON, Vec::new()),
        other_calls: 0,
        calls_without_system: 0,
        newest_line: None,
    };
    log.summary = json(&own(&usage, systems, &mut log)?)?;
    Ok(log)
}

/// The summary of the system's calls; what is left out is counted.
fn own(usage: &Usage, systems: &[String], log: &mut UsageLog) -> Result<Summary> {
    // Both sides in the form in which a summary shows a name.
    let wanted: Vec<_> = systems.iter().map(|system| shown_text(system.as_bytes()).to_lowercase()).collect();
    let is_own = log.facts.kept_by == Keeper::Supplier;
    let mut summary = Summary { overview: usage.overview.clone(), groups: Vec::new() };
    // A line names persons, and may be another vendor's: its form shows what is wrong with it.
    for sample in summary.overview.bad.iter_mut().flat_map(|bad| &mut bad.samples) {
        sample.text = masked(&sample.text);
    }
    let mut size = text(&summary)?.len();
    for group in usage.groups() {
        log.newest_line = log.newest_line.max(Some(group.newest));
        let system = group.key.system.to_lowercase();
        let is_named = wanted.is_empty() || wanted.contains(&system) || (is_own && system.is_empty());
        if !is_named && system.is_empty() {
            log.calls_without_system += group.calls;
        } else if !is_named {
            log.other_calls += group.calls;
        } else {
            size += text(&group)?.len() + 1;
            if size > LARGEST {
                return Err(Error::Usage(format!(
                    "log `{}`: its summary is larger than {} MB, the most that goes into a report's bundle; give an extract of a \
                     shorter period, name the system under `systems`, or leave columns out of the mapping that tell calls apart without need \
                     (`service`, `version`)",
                    log.facts.name,
                    LARGEST >> 20
                )));
            }
            summary.groups.push(group);
        }
    }
    Ok(summary)
}

fn json(value: &impl Serialize) -> Result<Blob> {
    Ok(Blob::new(JSON, text(value)?))
}

fn text(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|e| Error::Internal(e.to_string()))
}

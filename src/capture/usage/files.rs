//! The files of a log: found, digested, and the same before and after they were read.

use super::Work;
use crate::capture::Progress;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use crate::subject::Blob;
use crate::subject::usage::{LogFacts, LogFile, TOML};
use crate::target::usage::{Keeper, LogEntry};
use crate::usage::input::expand_from;
use crate::usage::read::shown_name;
use aws_lc_rs::digest::{Context, SHA256};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

/// Most files of a log. Each is a line in its subject.
const MOST_FILES: usize = 20_000;

/// How often a log that is written to meanwhile is read.
const TRIES: usize = 3;

/// The files that a log names.
pub fn find(work: &Work<'_>, entry: &LogEntry) -> Result<Vec<PathBuf>> {
    let files = expand_from(&work.loaded.base, &entry.files)?;
    if files.len() > MOST_FILES {
        let problem =
            format!("log `{}` has {} files; at most {MOST_FILES} are read: put them together", entry.name, files.len());
        return Err(Error::Usage(problem));
    }
    Ok(files)
}

/// The target's names of the system need a mapping that tells systems apart, unless the vendor kept the log: then it is the system's.
pub fn check_system(entry: &LogEntry, systems: &[String], mapping: &Document, names_system: bool) -> Result<()> {
    if systems.is_empty() || names_system || entry.kept_by == Keeper::Supplier {
        return Ok(());
    }
    let problem = format!(
        "log `{}`: the target names the system under `systems`, but this mapping says nothing of the system; name its column under \
         `[columns]`, or write `system` under `[fixed]` when the log holds one system's lines only",
        entry.name
    );
    Err(Error::file(&mapping.name, problem))
}

/// Facts of a log. The mapping goes into the bundle as it is, so it may hold nothing that must not be there.
pub fn facts(entry: &LogEntry, mapping: &Document, files: Vec<LogFile>) -> Result<LogFacts> {
    if !redact(mapping.text.as_bytes(), TOML).counts.is_empty() {
        return Err(Error::file(
            &mapping.name,
            "holds a secret or a CPR number, and a mapping goes into the report's bundle; remove it",
        ));
    }
    Ok(LogFacts {
        name: entry.name.clone(),
        kept_by: entry.kept_by,
        covers: entry.covers.clone(),
        bad_lines_per_100000: entry.bad_lines_per_100000,
        files,
        mapping: Blob::new(TOML, mapping.text.as_bytes()),
    })
}

/// Digests files and reads them, with progress in megabytes. A log that is written to meanwhile is read again, so that the digests
/// are of what was read.
pub fn read<T: Send>(
    work: &Work<'_>,
    entry: &LogEntry,
    files: &[PathBuf],
    progress: &mut dyn FnMut(Progress<'_>),
    read: impl Fn(&Arc<AtomicU64>) -> Result<T> + Sync,
) -> Result<(Vec<LogFile>, T)> {
    let base = &work.loaded.base;
    for _ in 0..TRIES {
        let before = states(files)?;
        let bytes: u64 = before.iter().map(|(bytes, _)| *bytes).sum();
        let now = format!("{} (MB)", entry.name);
        let done = watched(
            |count| {
                let digests = files.iter().map(|file| digest(file, base, count)).collect::<Result<Vec<_>>>()?;
                Ok((digests, read(count)?))
            },
            // Everything is read twice: once for the digest.
            &mut |done| {
                progress(Progress { done: megabytes(done.min(bytes * 2)), total: megabytes(bytes * 2), now: &now });
            },
        )?;
        if states(files)? == before {
            return Ok(done);
        }
    }
    Err(Error::Usage(format!("log `{}` is written to while it is read; name a copy of it", entry.name)))
}

fn megabytes(bytes: u64) -> usize {
    usize::try_from(bytes >> 20).unwrap_or(usize::MAX)
}

/// Size and time of change of each file.
fn states(files: &[PathBuf]) -> Result<Vec<(u64, Option<SystemTime>)>> {
    let state = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).map_err(|e| Error::file(file, format!("cannot be opened: {e}")))?;
        Ok((metadata.len(), metadata.modified().ok()))
    };
    files.iter().map(state).collect()
}

fn digest(path: &Path, base: &Path, count: &AtomicU64) -> Result<LogFile> {
    let wrong = |e: std::io::Error| Error::file(path, format!("cannot be read: {e}"));
    let mut file = File::open(path).map_err(wrong)?;
    let (mut sha256, mut bytes, mut buffer) = (Context::new(&SHA256), 0, vec![0; 1 << 18]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => {
                sha256.update(&buffer[..length]);
                bytes += length as u64;
                count.fetch_add(length as u64, Ordering::Relaxed);
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(wrong(e)),
        }
    }
    Ok(LogFile { name: shown_name(path, base), bytes, sha256: hex::encode(sha256.finish()) })
}

/// Does something that counts bytes, and shows the count meanwhile.
fn watched<T: Send>(work: impl FnOnce(&Arc<AtomicU64>) -> Result<T> + Send, show: &mut dyn FnMut(u64)) -> Result<T> {
    let count = Arc::new(AtomicU64::new(0));
    let (done, end) = channel();
    std::thread::scope(|scope| {
        let counted = Arc::clone(&count);
        let worker = scope.spawn(move || {
            // The other end waits for it.
            let _ = done.send(work(&counted));
        });
        loop {
            show(count.load(Ordering::Relaxed));
            match end.recv_timeout(Duration::from_millis(100)) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let ended = worker.join().is_ok();
                    return Err(Error::Internal(format!("the reader of a log broke down (ended: {ended})")));
                }
            }
        }
    })
}

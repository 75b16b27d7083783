//! Captured requests, read from files.

use super::Work;
use crate::capture::metadata::begins_like_xml;
use crate::capture::{Captured, Origin, Origins};
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use crate::report::v1::Direction;
use crate::requests::read::MAX_BYTES;
use crate::requests::without_confidential;
use crate::subject::request::REQUEST;
use crate::subject::{Blob, RequestSubject, Subject};
use std::collections::BTreeMap;
use std::path::Path;

/// Most request files of a target. Each subject names all the others.
const MAX_REQUESTS: usize = 200;

/// Reads the requests that the plan needs, and the others to compare them with.
pub fn capture(work: &Work<'_>) -> Result<Vec<Captured>> {
    let entries = &work.loaded.target.request;
    let needs = |name: &str| work.needed.contains(format!("request:{name}").as_str());
    if !entries.iter().any(|entry| needs(&entry.name)) {
        return Ok(Vec::new());
    }
    if entries.len() > MAX_REQUESTS {
        let problem =
            format!("the target names {} requests; at most {MAX_REQUESTS} are judged at a time", entries.len());
        return Err(Error::Usage(problem));
    }
    // Redacted once: a request becomes evidence of many subjects.
    let mut files = Vec::new();
    for entry in entries {
        let (blob, redactions) = kept(&read_request(&work.loaded.path(&entry.file))?);
        let origin = Origin { direction: Direction::Supplied, peer: entry.file.display().to_string(), redactions };
        files.push((entry, blob, origin));
    }
    let by_digest = || files.iter().map(|(_, blob, origin)| (blob.sha256.clone(), origin.clone())).collect();
    let subject = |number: usize| {
        let (entry, blob, origin) = &files[number];
        let others = files.iter().enumerate().filter(|(other, _)| *other != number);
        let request = RequestSubject {
            id: format!("request:{}", entry.name),
            name: entry.name.clone(),
            environment: work.loaded.target.environment,
            at: work.at,
            service: entry.service,
            request: blob.clone(),
            others: others.map(|(_, (_, blob, _))| blob.clone()).collect(),
        };
        let origins = Origins { usual: origin.clone(), by_digest: by_digest() };
        Captured { subject: Subject::Request(request), origins }
    };
    Ok((0..files.len()).filter(|number| needs(&files[*number].0.name)).map(subject).collect())
}

/// A request as it may be kept, with how many values were removed, by type.
#[must_use]
pub fn kept(bytes: &[u8]) -> (Blob, BTreeMap<String, u32>) {
    let (bytes, removed) = without_confidential(bytes);
    let redacted = redact(&bytes, REQUEST);
    let mut counts = redacted.counts;
    for (kind, count) in removed {
        *counts.entry(kind.to_owned()).or_default() += count;
    }
    (Blob::new(REQUEST, redacted.bytes), counts)
}

/// Reads a request file. Whether it is a good request is for the checks to say; what is not XML at all is the user's mistake.
pub fn read_request(path: &Path) -> Result<Vec<u8>> {
    let bytes = read_bounded(path, MAX_BYTES as u64)?;
    if !begins_like_xml(&bytes) {
        return Err(Error::file(path, "is not XML; name a file with one request, with or without its SOAP envelope"));
    }
    Ok(bytes)
}

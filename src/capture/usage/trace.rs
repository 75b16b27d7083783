//! What trials made the system do, for comparing with its log.

use super::Work;
use super::events::Read;
use crate::capture::{Captured, Origins};
use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use crate::report::bundle::{BundleReader, REPORT};
use crate::report::replay::{self, TARGET};
use crate::report::v1::Direction;
use crate::report::verify::verify;
use crate::seal::{Proof, Trust};
use crate::subject::event_log::{Attempt, TRACE_ID};
use crate::subject::trial::attempts::of_run;
use crate::subject::{Blob, EventLogSubject, Subject};
use crate::target::Target;
use std::collections::BTreeMap;
use std::path::Path;

/// What of an earlier bundle may not hold: who sealed it is for its readers to judge, and its renderings show nothing of its trials.
const BESIDE_THE_POINT: [&str; 3] = ["seal-path", "seal-assurance", "renderings"];

/// The subject `trace:logins`, when the plan needs it.
pub fn capture(work: &Work<'_>, logs: &[Read]) -> Result<Option<Captured>> {
    let Some(usage) = work.loaded.target.usage.as_ref().filter(|_| work.needed.contains(TRACE_ID)) else {
        return Ok(None);
    };
    let mut attempts = of_run(as_kept(work.captured).iter());
    if let Some(place) = &usage.earlier_run {
        attempts.extend(of_earlier_run(&work.loaded.path(place), &work.loaded.target)?);
    }
    let mut origins = Origins::all(Direction::Supplied, String::new());
    for (Read { log, origin }, entry) in logs.iter().zip(&usage.events) {
        origins.except(&log.facts.mapping, Direction::Supplied, entry.mapping.clone());
        origins.except(&log.events, origin.direction, origin.peer.clone());
    }
    let subject = EventLogSubject {
        id: TRACE_ID.to_owned(),
        environment: work.loaded.target.environment,
        at: work.at,
        municipalities: usage.municipalities.clone(),
        go_live: usage.go_live,
        logs: logs.iter().map(|read| read.log.clone()).collect(),
        attempts,
    };
    Ok(Some(Captured { subject: Subject::Trace(subject), origins }))
}

/// The trials as the bundle will keep them: whoever judges the bundle again has nothing else to derive the attempts from.
fn as_kept(captured: &[Captured]) -> Vec<Subject> {
    let mut kept: BTreeMap<String, Blob> = BTreeMap::new();
    let trials = captured.iter().filter(|c| matches!(c.subject, Subject::Login(_) | Subject::Logout(_)));
    let mut subjects: Vec<Subject> = trials.map(|c| c.subject.clone()).collect();
    for blob in subjects.iter_mut().flat_map(Subject::blobs_mut) {
        let again = kept.entry(blob.sha256.clone()).or_insert_with(|| {
            let redacted = redact(blob.data(), &blob.media_type).bytes;
            if redacted == blob.data() { blob.clone() } else { Blob::new(&blob.media_type, redacted) }
        });
        *blob = again.clone();
    }
    subjects
}

/// What the trials of an earlier run show, from a bundle of the same system that holds.
fn of_earlier_run(place: &Path, target: &Target) -> Result<Vec<Attempt>> {
    let verified = verify(place, &Trust::production(), None)?;
    let refuted = verified.statements.iter().find(|s| s.proof == Proof::Refuted && !BESIDE_THE_POINT.contains(&s.id));
    if let Some(statement) = refuted {
        let why = &statement.text.en;
        return Err(Error::file(place, format!("the earlier run does not hold, so its logins show nothing: {why}")));
    }
    let mut bundle = BundleReader::open(place)?;
    let text = String::from_utf8(bundle.read(TARGET)?).map_err(|_| Error::file(place, "its target is not UTF-8"))?;
    let earlier = Target::parse(TARGET, &text)?;
    if (&earlier.system.name, earlier.environment) != (&target.system.name, target.environment) {
        let (is, wanted) = (describe(&earlier), describe(target));
        return Err(Error::file(place, format!("is a run of {is}, not of {wanted}; name a run of the same system")));
    }
    let report_sha256 = sha256_hex(&bundle.read(REPORT)?);
    let subjects = replay::subjects(&verified.report, &mut |path| bundle.read(path))?;
    let attempts = of_run(subjects.iter());
    Ok(attempts.into_iter().map(|a| Attempt { report_sha256: Some(report_sha256.clone()), ..a }).collect())
}

fn describe(target: &Target) -> String {
    format!("\"{}\" in {}", target.system.name, target.environment.name())
}

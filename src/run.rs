//! A run, from profile and target to a finished bundle:
//! plan -> capture -> evidence -> judge -> report -> seal -> render.

use crate::canonical;
use crate::capture;
use crate::checks;
use crate::denmark::danish_day;
use crate::digest::sha256_hex;
use crate::document::read_text;
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use crate::evidence::store::{Provenance, Store, StoreError, StoreLimits};
use crate::judge::judge;
use crate::language::Language;
use crate::plan::Plan;
use crate::profile::{Profile, ProfileSource};
use crate::render;
use crate::report::build::{Judged, RunFacts, build};
use crate::report::bundle::{BundleWriter, REPORT, SEALED, unwritable};
use crate::report::calibration::{self, CALIBRATION};
use crate::report::replay::{
    PLAN, PROFILE, PROFILE_INDEX, ProfileIndexEntry, SUBJECTS, TARGET, WAIVERS, declaration_file,
};
use crate::report::{schema, v1};
use crate::seal::key::unsealed;
use crate::seal::{SealingKey, seal};
use crate::target::LoadedTarget;
use crate::waiver::Waivers;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What to run.
#[derive(Debug)]
pub struct Options<'a> {
    /// Id of a shipped profile, or a profile file.
    pub profile: &'a str,
    /// Target file.
    pub target: &'a Path,
    /// Waiver file.
    pub waivers: Option<&'a Path>,
    /// Where the bundle goes: a directory, or a file that ends in `.zip`.
    pub out: &'a Path,
    /// The instant of judgement.
    pub at: Timestamp,
    /// Whether the user gave that instant.
    pub clock_given: bool,
    /// Whether the network is left alone.
    pub offline: bool,
    /// Language of the renderings.
    pub language: Language,
    /// What `kravprobe calibrate --format json` found.
    pub calibration: Option<&'a Path>,
    /// The sealing key; without it the report is unsealed.
    pub key: Option<&'a SealingKey>,
}

/// A finished run.
#[derive(Debug)]
pub struct Finished {
    /// The report.
    pub report: v1::Report,
    /// Where the bundle is.
    pub path: PathBuf,
}

/// Runs. Nothing is left at the output path unless the whole bundle is.
pub fn run(options: &Options<'_>, progress: &mut dyn FnMut(capture::Progress<'_>)) -> Result<Finished> {
    let profile = Profile::load(options.profile)?;
    if profile.requirements.is_empty() {
        return Err(Error::Usage(format!(
            "profile `{}` has no requirements, so nothing can be decided",
            profile.file.id
        )));
    }
    let mut loaded = LoadedTarget::load(options.target)?;
    loaded.target.expire(danish_day(options.at));
    let (waivers, waivers_text) = match options.waivers {
        Some(path) => {
            let (waivers, text) = Waivers::load(path)?;
            (waivers, Some(text))
        }
        None => (Waivers::default(), None),
    };
    for (path, text) in [(Some(options.target), Some(&loaded.text)), (options.waivers, waivers_text.as_ref())] {
        if let (Some(path), Some(text)) = (path, text) {
            refuse_secrets(path, text)?;
        }
    }
    for file in &loaded.target.declaration_files {
        refuse_secrets(Path::new(&file.name), &file.text)?;
    }
    for source in profile.files() {
        refuse_secrets(Path::new(&source.reference), &source.text)?;
    }
    let ruleset = checks::ruleset_sha256()?;
    let calibrated = match options.calibration {
        Some(path) => {
            let text = read_text(path)?;
            Some((calibration::read(&path.display().to_string(), text.as_bytes(), &ruleset)?, text))
        }
        None => None,
    };
    let plan = Plan::compile(&profile, &loaded.target, &loaded.text);
    // The place is claimed before anybody is bothered with a connection.
    let mut bundle = Assembly { writer: BundleWriter::create(options.out)?, members: Vec::new() };
    let at = options.at;
    let session = capture::Session::new(&loaded, options.offline)?;
    let mut captured = capture::capture_in(&session, &loaded, at, progress)?;
    let trials = capture::trial::capture(&session, &loaded, &plan, &captured.subjects, at, progress)?;
    captured.subjects.extend(trials);
    let messages = capture::distribution::capture(&session, &loaded, &plan, &captured.subjects, at, progress)?;
    captured.subjects.extend(messages);
    let logs = capture::usage::capture(&session, &loaded, &plan, &captured.subjects, at, progress)?;
    captured.subjects.extend(logs);

    let mut store =
        Store::create(bundle.writer.directory(), StoreLimits::default()).map_err(|e| output(options.out, e))?;
    let mut subjects = Vec::new();
    for capture::Captured { mut subject, origins } in captured.subjects {
        for blob in subject.blobs_mut() {
            let capture::Origin { direction, peer, redactions } = origins.of(blob);
            store
                .put_blob(blob, Provenance { direction, peer, captured_at: at, redactions })
                .map_err(|e| output(options.out, e))?;
        }
        subjects.push(subject);
    }

    bundle.add(PLAN, &canonical::bytes(&plan)?)?;
    bundle.add(TARGET, loaded.text.as_bytes())?;
    for (number, file) in loaded.target.declaration_files.iter().enumerate() {
        bundle.add(&declaration_file(number), file.text.as_bytes())?;
    }
    if let Some(text) = &waivers_text {
        bundle.add(WAIVERS, text.as_bytes())?;
    }
    bundle.add_profile(&profile)?;
    if let Some((_, text)) = &calibrated {
        bundle.add(CALIBRATION, text.as_bytes())?;
    }
    for (number, subject) in subjects.iter().enumerate() {
        bundle.add(&format!("{SUBJECTS}{number:04}.json"), &canonical::bytes(subject)?)?;
    }
    for (name, pem) in captured.anchors {
        bundle.add(&format!("anchors/{name}"), pem.as_bytes())?;
    }

    let results = judge(&plan, &profile, &loaded.target, &subjects);
    let judged = Judged {
        profile: &profile,
        target: &loaded.target,
        plan: &plan,
        subjects: &subjects,
        results: &results,
        waivers: &waivers,
    };
    let facts = RunFacts {
        report_id: uuid::Uuid::new_v4().urn().to_string(),
        issued: at,
        at,
        clock: if options.clock_given { v1::Clock::Given } else { v1::Clock::System },
        offline: options.offline,
        language: options.language,
        tool: tool(ruleset, calibrated.map(|(calibration, _)| calibration)),
        documents: captured.documents,
        evidence: store.items().cloned().collect(),
        members: bundle.members.clone(),
        seal: options.key.map_or_else(unsealed, SealingKey::describe),
    };
    let report = build(judged, facts)?;
    let bytes = canonical::bytes(&report)?;
    schema::validate(&bytes)?;
    bundle.writer.add(REPORT, &bytes)?;
    if let Some(key) = options.key {
        bundle.writer.add(SEALED, &seal(&bytes, key, key.sealing_time(at))?)?;
    }
    for (path, rendering) in render::all(&report)? {
        bundle.writer.add(path, rendering.as_bytes())?;
    }
    let path = bundle.writer.finish()?;
    Ok(Finished { report, path })
}

/// A bundle in the making, with the digests of the members that the report carries.
struct Assembly {
    writer: BundleWriter,
    members: Vec<v1::Member>,
}

impl Assembly {
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.writer.add(path, bytes)?;
        self.members.push(v1::Member { path: path.to_owned(), bytes: bytes.len() as u64, sha256: sha256_hex(bytes) });
        Ok(())
    }

    fn add_profile(&mut self, profile: &Profile) -> Result<()> {
        let mut paths = BTreeMap::new();
        for (number, source) in profile.files().enumerate() {
            let path = format!("{PROFILE}{number:02}-{}.toml", source.id);
            self.add(&path, source.text.as_bytes())?;
            paths.insert(&source.sha256, path);
        }
        let entry = |source: &ProfileSource| {
            let path = paths.get(&source.sha256)?.clone();
            Some(ProfileIndexEntry { reference: source.reference.clone(), path })
        };
        let index: Vec<_> = profile.sources.iter().filter_map(entry).collect();
        self.add(PROFILE_INDEX, &canonical::bytes(&index)?)
    }
}

fn output(out: &Path, error: StoreError) -> Error {
    match error {
        StoreError::Write { source, .. } => unwritable(out, &source),
        other => Error::file(out, other),
    }
}

/// Profile, target and waivers go into the bundle as they are, so they may hold nothing that must not be there.
fn refuse_secrets(path: &Path, text: &str) -> Result<()> {
    let found = redact(text.as_bytes(), "text/plain").counts;
    if found.is_empty() {
        return Ok(());
    }
    let kinds: Vec<_> = found.into_keys().collect();
    let kinds = kinds.join(", ");
    Err(Error::file(
        path,
        format!("holds what must not be in a report ({kinds}); remove it, and name secrets by reference"),
    ))
}

fn tool(ruleset_sha256: String, calibration: Option<v1::Calibration>) -> v1::Tool {
    let binary = std::env::current_exe().and_then(std::fs::read).ok();
    v1::Tool {
        name: "kravprobe".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        source_revision: option_env!("KRAVPROBE_REVISION").filter(|r| !r.is_empty()).map(str::to_owned),
        binary_sha256: binary.map(|bytes| sha256_hex(&bytes)),
        ruleset_sha256,
        calibration,
    }
}

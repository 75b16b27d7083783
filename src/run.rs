//! A run, from profile and target to a finished bundle:
//! plan -> capture -> evidence -> judge -> report -> seal -> render.

use crate::canonical;
use crate::capture;
use crate::clock::now;
use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use crate::evidence::store::{Provenance, Store, StoreLimits};
use crate::judge::judge;
use crate::language::Language;
use crate::plan::Plan;
use crate::profile::{Profile, ProfileSource};
use crate::render;
use crate::report::build::{Judged, RunFacts, build};
use crate::report::bundle::BundleWriter;
use crate::report::replay::{PLAN, PROFILE, PROFILE_INDEX, ProfileIndexEntry, SUBJECTS, TARGET, WAIVERS};
use crate::report::{members, schema, v1};
use crate::seal::{self, SealingKey};
use crate::subject::Subject;
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
    /// The instant of judgement, when given.
    pub at: Option<Timestamp>,
    /// Whether the network is left alone.
    pub offline: bool,
    /// Language of the renderings.
    pub language: Language,
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
        return Err(Error::Usage(format!("profile `{}` has no requirements, so nothing can be decided", profile.file.id)));
    }
    let loaded = LoadedTarget::load(options.target)?;
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
    let plan = Plan::compile(&profile, &loaded.target, &loaded.text);
    // The place is claimed before anybody is bothered with a connection.
    let mut writer = BundleWriter::create(options.out)?;
    let at = options.at.unwrap_or_else(now);
    let captured = capture::capture(&loaded, at, options.offline, progress)?;

    let mut store = Store::create(writer.directory(), StoreLimits::default())?;
    let mut subjects = Vec::new();
    for capture::Captured { mut subject, peers } in captured.subjects {
        for blob in subject.blobs_mut() {
            let peer = peers.get(&blob.sha256).or(peers.get("")).cloned().unwrap_or_default();
            store.put_blob(blob, Provenance { direction: v1::Direction::In, peer, captured_at: at })?;
        }
        subjects.push(subject);
    }

    writer.add(PLAN, &canonical::bytes(&plan)?)?;
    writer.add(TARGET, loaded.text.as_bytes())?;
    if let Some(text) = &waivers_text {
        writer.add(WAIVERS, text.as_bytes())?;
    }
    add_profile(&mut writer, &profile)?;
    add_subjects(&mut writer, &subjects)?;
    for (name, pem) in captured.anchors {
        writer.add(&format!("anchors/{name}"), pem.as_bytes())?;
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
        clock: if options.at.is_some() { v1::Clock::Given } else { v1::Clock::System },
        offline: options.offline,
        language: options.language,
        tool: tool()?,
        documents: captured.documents,
        evidence: store.items().cloned().collect(),
        members: members::list(writer.directory())?,
        seal: seal::described(options.key),
    };
    let report = build(judged, facts)?;
    let bytes = canonical::bytes(&report)?;
    schema::validate(&bytes)?;
    writer.add(members::REPORT, &bytes)?;
    if let Some(key) = options.key {
        writer.add(members::SEAL, &seal::jades::sign(&bytes, key, at)?)?;
    }
    for (path, rendering) in render::all(&report)? {
        writer.add(path, rendering.as_bytes())?;
    }
    let path = writer.finish()?;
    Ok(Finished { report, path })
}

/// Target and waivers go into the bundle as they are, so they may hold nothing that must not be there.
fn refuse_secrets(path: &Path, text: &str) -> Result<()> {
    let found = redact(text.as_bytes(), "text/plain").counts;
    if found.is_empty() {
        return Ok(());
    }
    let kinds: Vec<_> = found.into_keys().collect();
    Err(Error::file(path, format!("holds what must not be in a report ({}); remove it, and name secrets by reference", kinds.join(", "))))
}

fn tool() -> Result<v1::Tool> {
    let binary = std::env::current_exe().and_then(std::fs::read).ok();
    Ok(v1::Tool {
        name: "kravprobe".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        source_revision: option_env!("KRAVPROBE_REVISION").filter(|r| !r.is_empty()).map(str::to_owned),
        binary_sha256: binary.map(|bytes| sha256_hex(&bytes)),
        ruleset_sha256: crate::checks::ruleset_sha256()?,
    })
}

fn add_profile(writer: &mut BundleWriter, profile: &Profile) -> Result<()> {
    let mut paths = BTreeMap::new();
    for (number, source) in profile.files().enumerate() {
        let path = format!("{PROFILE}{number:02}-{}.toml", source.id);
        writer.add(&path, source.text.as_bytes())?;
        paths.insert(&source.sha256, path);
    }
    let entry = |source: &ProfileSource| {
        let path = paths.get(&source.sha256)?.clone();
        Some(ProfileIndexEntry { reference: source.reference.clone(), path })
    };
    let index: Vec<_> = profile.sources.iter().filter_map(entry).collect();
    writer.add(PROFILE_INDEX, &canonical::bytes(&index)?)
}

fn add_subjects(writer: &mut BundleWriter, subjects: &[Subject]) -> Result<()> {
    for (number, subject) in subjects.iter().enumerate() {
        writer.add(&format!("{SUBJECTS}{number:04}.json"), &canonical::bytes(subject)?)?;
    }
    Ok(())
}

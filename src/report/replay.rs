//! Replay: judging again from what a bundle holds, without network or clock.

use super::build::{Judged, RunFacts, build};
use super::calibration::{self, CALIBRATION};
use super::v1;
use crate::capture::registered;
use crate::denmark::danish_day;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::judge::judge;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::subject::trial::attempts::of_run;
use crate::subject::{Blob, Subject};
use crate::target::Target;
use crate::waiver::Waivers;
use std::collections::{BTreeMap, BTreeSet};

/// Path of the plan in a bundle.
pub const PLAN: &str = "plan.json";
/// Path of the target in a bundle.
pub const TARGET: &str = "target.toml";
/// Path of the waivers in a bundle, when there are any.
pub const WAIVERS: &str = "waivers.toml";
/// Folder of the subjects in a bundle.
pub const SUBJECTS: &str = "subjects/";
/// Folder of the profile files in a bundle.
pub const PROFILE: &str = "profile/";
/// Index of the profile files: reference to path, top file first.
pub const PROFILE_INDEX: &str = "profile/index.json";

/// Path in a bundle of one of the target's files with declarations, by its number.
#[must_use]
pub fn declaration_file(number: usize) -> String {
    format!("declarations/{number:02}.toml")
}

/// One line of the profile index.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileIndexEntry {
    /// How includes name the file.
    pub reference: String,
    /// Path in the bundle.
    pub path: String,
}

/// What a replay gave.
#[derive(Debug)]
pub struct Replay {
    /// The report built anew.
    pub report: v1::Report,
    /// Whether plan, results and decision equal those of the bundle's report.
    pub agrees: bool,
    /// What differs, one line each.
    pub differences: Vec<String>,
}

/// Judges a bundle's members again. `read` gives the bytes of a member.
pub fn replay(report: &v1::Report, read: &mut dyn FnMut(&str) -> Result<Vec<u8>>) -> Result<Replay> {
    let profile = profile(read)?;
    let target_text = text(read(TARGET)?, TARGET)?;
    let mut target = Target::parse(TARGET, &target_text)?;
    target.add_declarations(&Document::new(TARGET, target_text.as_str()), &mut |number, _| {
        let path = declaration_file(number);
        Ok(Document::new(path.as_str(), text(read(&path)?, &path)?))
    })?;
    target.expire(danish_day(report.run.at));
    let waivers = if report.members.iter().any(|m| m.path == WAIVERS) {
        Waivers::parse(WAIVERS, &text(read(WAIVERS)?, WAIVERS)?)?
    } else {
        Waivers::default()
    };
    let plan = Plan::compile(&profile, &target, &target_text);
    let stored: Plan = json(&read(PLAN)?, PLAN)?;
    let subjects = subjects(report, read)?;
    let results = judge(&plan, &profile, &target, &subjects);
    let judged = Judged {
        profile: &profile,
        target: &target,
        plan: &plan,
        subjects: &subjects,
        results: &results,
        waivers: &waivers,
    };
    let mut facts = facts_of(report);
    facts.tool.calibration = match report.members.iter().find(|m| m.path == CALIBRATION) {
        Some(member) => Some(calibration::read(CALIBRATION, &read(&member.path)?, &report.tool.ruleset_sha256)?),
        None => None,
    };
    let again = build(judged, facts)?;
    let mut differences = differences(report, &again, plan == stored);
    differences.extend(strangers(report, &target, &subjects));
    Ok(Replay { agrees: differences.is_empty(), report: again, differences })
}

/// Reads the profile of a bundle.
pub fn profile(read: &mut dyn FnMut(&str) -> Result<Vec<u8>>) -> Result<Profile> {
    let index: Vec<ProfileIndexEntry> = json(&read(PROFILE_INDEX)?, PROFILE_INDEX)?;
    let mut texts = BTreeMap::new();
    for entry in &index {
        texts.insert(entry.reference.clone(), text(read(&entry.path)?, &entry.path)?);
    }
    let top = index.first().ok_or_else(|| Error::file(PROFILE_INDEX, "names no profile"))?;
    Profile::from_texts(&top.reference, &texts)
}

fn text(bytes: Vec<u8>, path: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::file(path, "is not UTF-8 text"))
}

/// Reads the subjects of a bundle and gives their blobs the bytes from the evidence.
pub fn subjects(report: &v1::Report, read: &mut dyn FnMut(&str) -> Result<Vec<u8>>) -> Result<Vec<Subject>> {
    let paths: BTreeMap<_, _> = report.evidence.iter().map(|e| (e.sha256.as_str(), e.path.as_str())).collect();
    let mut subjects = Vec::new();
    for member in report.members.iter().filter(|m| m.path.starts_with(SUBJECTS)) {
        let mut subject: Subject = json(&read(&member.path)?, &member.path)?;
        for blob in subject.blobs_mut() {
            let path = paths
                .get(blob.sha256.as_str())
                .ok_or_else(|| Error::file(&member.path, format!("evidence {} is not in the bundle", blob.sha256)))?;
            if !blob.fill(read(path)?) {
                return Err(Error::file(path, "does not have the digest that the subject names"));
            }
        }
        subjects.push(subject);
    }
    Ok(subjects)
}

/// Subjects that are not of this run: a bundle's subjects must be judged at the report's instant, in the target's environment
/// and against what the target says, else old or foreign evidence could stand for the system.
fn strangers(report: &v1::Report, target: &Target, subjects: &[Subject]) -> Vec<String> {
    let mut out = Vec::new();
    let mut seen = BTreeSet::new();
    let anchor = |blob: &Blob| report.members.iter().any(|m| m.path == format!("anchors/{}.pem", blob.sha256));
    for subject in subjects {
        let (at, environment) = subject.setting();
        let agrees = match subject {
            Subject::Certificate(s) => s.system == target.system.name && s.local_anchors.iter().all(anchor),
            Subject::Metadata(s) => s.registered == registered(target),
            Subject::Tls(s) => {
                s.added_roots.iter().all(anchor)
                    && target.tls.iter().any(|t| {
                        let server_name = t.server_name.as_ref().unwrap_or(&t.host);
                        t.name == s.name
                            && (&t.host, t.port, t.purpose, server_name) == (&s.host, s.port, s.purpose, &s.server_name)
                    })
            }
            Subject::AuthnRequest(s) | Subject::Login(s) | Subject::Logout(s) => {
                target.saml.as_ref().is_some_and(|saml| saml.minimum_level == s.setting.minimum_level)
            }
            Subject::Push(s) | Subject::Pull(s) | Subject::Token(s) | Subject::Send(s) | Subject::ValueList(s) => {
                target.beskedfordeler.as_ref().is_some_and(|b| s.setting.agrees(b))
            }
            Subject::Mailbox(s) => target.beskedfordeler.as_ref().is_some_and(|b| s.agrees(b)),
            Subject::Message(s) => target.beskedfordeler.as_ref().is_some_and(|b| s.agrees(b)),
            Subject::Request(s) => target.request.iter().any(|r| r.name == s.name && r.service == s.service),
            Subject::Usage(s) => target.usage.as_ref().is_some_and(|u| s.agrees(u)),
            Subject::EventLog(s) | Subject::Trace(s) => target.usage.as_ref().is_some_and(|u| s.agrees(u)),
        };
        let problem = if at != report.run.at {
            "judged at another instant than the report states"
        } else if environment != target.environment {
            "of another environment than the target"
        } else if !agrees {
            "not what the target names"
        } else if !attempts_agree(target, subject, subjects) {
            "with other logins and logouts than the trials of the run show"
        } else if !seen.insert(subject.id()) {
            "there twice"
        } else {
            continue;
        };
        out.push(format!("{}: {problem}", subject.id()));
    }
    out
}

/// Whether what a log is held against is what the recorded trials show. Those of an earlier run stand with the digest of its report.
fn attempts_agree(target: &Target, subject: &Subject, subjects: &[Subject]) -> bool {
    match subject {
        Subject::Trace(s) => {
            let earlier = target.usage.as_ref().is_some_and(|u| u.earlier_run.is_some());
            let (own, others): (Vec<_>, Vec<_>) = s.attempts.iter().cloned().partition(|a| a.report_sha256.is_none());
            own == of_run(subjects.iter()) && (earlier || others.is_empty())
        }
        Subject::EventLog(s) => s.attempts.is_empty(),
        _ => true,
    }
}

fn facts_of(report: &v1::Report) -> RunFacts {
    RunFacts {
        report_id: report.report_id.clone(),
        issued: report.issued,
        at: report.run.at,
        clock: report.run.clock,
        offline: report.run.offline,
        language: report.language,
        tool: report.tool.clone(),
        documents: report
            .declarations
            .iter()
            .filter_map(|d| Some((d.kind.clone(), d.document_sha256.clone()?)))
            .collect(),
        evidence: report.evidence.clone(),
        members: report.members.clone(),
        seal: report.seal.clone(),
    }
}

fn differences(before: &v1::Report, after: &v1::Report, same_plan: bool) -> Vec<String> {
    let mut out = Vec::new();
    if !same_plan || before.plan != after.plan {
        out.push("plan: the stored plan is not what profile and target compile to".to_owned());
    }
    if before.requirements != after.requirements {
        out.push("requirements: differ from the profile in the bundle".to_owned());
    }
    for (old, new) in before.results.iter().zip(&after.results) {
        if old.verdict != new.verdict {
            out.push(format!(
                "{}: reported {}, recomputed {}",
                old.requirement,
                old.verdict.name(),
                new.verdict.name()
            ));
        } else if old != new {
            out.push(format!("{}: same verdict, other details", old.requirement));
        }
    }
    if before.results.len() != after.results.len() {
        out.push(format!("results: {} reported, {} recomputed", before.results.len(), after.results.len()));
    }
    if before.aggregate != after.aggregate {
        let (old, new) = (before.aggregate.decision.name(), after.aggregate.decision.name());
        out.push(format!("aggregate: reported {old}, recomputed {new}"));
    }
    if before.replay.results_digest != after.replay.results_digest {
        out.push(format!(
            "resultsDigest: reported {}, recomputed {}",
            before.replay.results_digest, after.replay.results_digest
        ));
    }
    if out.is_empty() && before != after {
        out.push("report: a part outside the results differs from what the bundle's members give".to_owned());
    }
    out
}

fn json<T: serde::de::DeserializeOwned>(bytes: &[u8], path: &str) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| Error::file(path, format!("is not what it should be: {e}")))
}

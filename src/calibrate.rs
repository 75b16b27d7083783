//! Calibration: the instrument is tried on the reference vendor before anybody is judged with it. The strict vendor must get no
//! failure, and each fault must turn red exactly the checks that were written down for it by hand.

use crate::canonical;
use crate::capture::{self, Session};
use crate::check::Parameters;
use crate::checks::AnyCheck;
use crate::digest::sha256_hex;
use crate::error::Result;
use crate::outcome::{Outcome, Reason};
use crate::plan::{Plan, PlanItem, State};
use crate::subject::Subject;
use crate::target::LoadedTarget;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Makes the trials that some checks need on a target, and judges those checks with their default parameters. What a run does,
/// without profile, report and bundle.
pub fn judge_trials(
    loaded: &LoadedTarget,
    checks: &[AnyCheck],
    at: Timestamp,
) -> Result<BTreeMap<&'static str, Outcome>> {
    let items = checks.iter().map(|check| PlanItem {
        requirement: check.meta().id.to_owned(),
        check: Some(check.meta().id.to_owned()),
        declaration: None,
        subject: check.subject(),
        roles: Vec::new(),
        parameters: Parameters::defaults(check.meta()),
        state: State::Run,
        because: None,
    });
    let plan = Plan {
        schema: 1,
        profile: Vec::new(),
        target_sha256: sha256_hex(loaded.text.as_bytes()),
        environment: loaded.target.environment,
        items: items.collect(),
    };
    let session = Session::new(loaded, false)?;
    let captured = capture::capture_in(&session, loaded, at, &mut |_| ())?;
    let trials = capture::trial::capture(&session, loaded, &plan, &captured.subjects, at, &mut |_| ())?;
    let mut subjects: Vec<Subject> = trials.into_iter().map(|captured| captured.subject).collect();
    // As a bundle would keep them: a subject that does not survive writing and reading must not be judged better here.
    for subject in &mut subjects {
        let mut again: Subject = serde_json::from_slice(&canonical::bytes(subject)?)
            .map_err(|e| crate::error::Error::Internal(e.to_string()))?;
        for (empty, full) in again.blobs_mut().into_iter().zip(subject.blobs_mut()) {
            let redacted = crate::evidence::redact::redact(full.data(), &full.media_type).bytes;
            *empty = crate::subject::Blob::new(&full.media_type, redacted);
        }
        *subject = again;
    }
    let judge = |check: &AnyCheck| {
        let id = check.subject().unwrap_or_default();
        let subject = subjects.iter().find(|s| s.id() == id);
        let missing = || Outcome::not_tested(Reason::Missing, id.as_str(), "");
        (check.meta().id, subject.map_or_else(missing, |s| check.judge(s, &Parameters::defaults(check.meta()))))
    };
    Ok(checks.iter().map(judge).collect())
}

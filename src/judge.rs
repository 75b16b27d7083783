//! The judging half: plan and subjects in, results out. Pure, so that a live run and a replay agree.

use crate::check::Parameters;
use crate::checks;
use crate::evidence::redact::redact;
use crate::outcome::{Outcome, Reason};
use crate::plan::{Plan, PlanItem, State};
use crate::profile::{Profile, Requirement};
use crate::subject::Subject;
use crate::target::Target;
use crate::verdict::{Method, Verdict};
use std::collections::BTreeSet;

/// The result of one planned item on one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The requirement it helps to decide.
    pub requirement: String,
    /// The check, when a check decided.
    pub check: Option<String>,
    /// The kind of declaration, when a declaration decided.
    pub declaration: Option<String>,
    /// The subject, when there was one.
    pub subject: Option<String>,
    /// How it was reached.
    pub method: Method,
    /// Whether it rests on facts attested at capture.
    pub attested: bool,
    /// Parameters the check ran with.
    pub parameters: Parameters,
    /// What it came to.
    pub outcome: Outcome,
    /// SHA-256 of the evidence it rests on, hex.
    pub evidence: Vec<String>,
}

/// Judges every item of a plan, in plan order. Every item gives at least one result: nothing planned is lost.
#[must_use]
pub fn judge(plan: &Plan, profile: &Profile, target: &Target, subjects: &[Subject]) -> Vec<CheckResult> {
    let mut results: Vec<_> = plan.items.iter().flat_map(|item| judge_item(item, profile, target, subjects)).collect();
    for requirement in profile.requirements.iter().filter(|r| r.declaration.is_some() || r.minimum_method.is_some()) {
        let mut own: Vec<_> = results.iter_mut().filter(|r| r.requirement == requirement.id).collect();
        contradict(&mut own);
        if let Some(minimum) = requirement.minimum_method {
            demand(&mut own, minimum);
        }
    }
    for requirement in profile.requirements.iter().filter(|r| !r.contradicted_by.is_empty()) {
        contradict_elsewhere(requirement, &mut results);
    }
    results
}

/// A declaration shows nothing while a measurement of the same matter shows the opposite. It is no breach by itself: that stands with the
/// requirement that was measured, whose limits may be the profile's own.
fn contradict_elsewhere(requirement: &Requirement, results: &mut [CheckResult]) {
    let failing: Vec<_> = results
        .iter()
        .filter(|r| r.outcome.verdict == Verdict::Fail && requirement.contradicted_by.contains(&r.requirement))
        .map(|r| r.requirement.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if failing.is_empty() {
        return;
    }
    let declared = results.iter_mut().filter(|r| r.requirement == requirement.id && r.declaration.is_some());
    for declared in declared.filter(|r| r.outcome.verdict == Verdict::Pass) {
        let said = std::mem::take(&mut declared.outcome.observed);
        declared.outcome = Outcome::inconclusive(Reason::ContradictedElsewhere, said, failing.join("; "));
    }
}

/// A declaration that a requirement is met does not stand against a check of the same requirement that shows a breach.
fn contradict(own: &mut [&mut CheckResult]) {
    let failing: Vec<_> = own
        .iter()
        .filter(|r| r.outcome.verdict == Verdict::Fail)
        .filter_map(|r| Some([r.check.as_deref()?, r.subject.as_deref().unwrap_or_default()].join(" ")))
        .collect();
    if failing.is_empty() {
        return;
    }
    for declared in own.iter_mut().filter(|r| r.declaration.is_some() && r.outcome.verdict == Verdict::Pass) {
        let said = std::mem::take(&mut declared.outcome.observed);
        declared.outcome = Outcome::fail(Reason::ContradictedByMeasurement, said, failing.join("; "));
    }
}

/// Where a profile demands a minimum kind of proof, a weaker one shows nothing. A declaration beside a check that is strong
/// enough and passed is not needed, and stays. A breach stays a breach, however it was seen.
fn demand(own: &mut [&mut CheckResult], minimum: Method) {
    let is_enough = |r: &CheckResult| r.method <= minimum;
    let shown = own.iter().any(|r| is_enough(r) && r.outcome.verdict == Verdict::Pass);
    for weak in own.iter_mut().filter(|r| !is_enough(r) && r.outcome.verdict == Verdict::Pass) {
        if weak.declaration.is_none() || !shown {
            let observed = [weak.method.name(), &weak.outcome.observed].join("; ");
            weak.outcome = Outcome::not_tested(Reason::WeakerThanDemanded, minimum.name(), observed);
        }
    }
}

fn judge_item(item: &PlanItem, profile: &Profile, target: &Target, subjects: &[Subject]) -> Vec<CheckResult> {
    let because = item.because.as_deref().unwrap_or_default();
    let check = item.check.as_deref().and_then(checks::by_id);
    let result = |subject: Option<&Subject>, outcome: Outcome| CheckResult {
        requirement: item.requirement.clone(),
        check: item.check.clone(),
        declaration: item.declaration.clone(),
        subject: subject.map(|s| s.id().to_owned()).or_else(|| item.subject.clone()),
        method: check.map_or(Method::Declared, |c| c.meta().method),
        attested: subject.is_some_and(Subject::is_attested),
        parameters: item.parameters.clone(),
        outcome: without_secrets(outcome),
        evidence: subject.map(evidence).unwrap_or_default(),
    };
    match item.state {
        State::NotApplicable => return vec![result(None, Outcome::not_applicable(because, ""))],
        State::CannotRun => {
            let reason = match &item.declaration {
                Some(kind) if target.expired(kind).is_some() => Reason::DeclarationExpired,
                Some(_) => Reason::NotDeclared,
                None => Reason::NotSupplied,
            };
            return vec![result(None, Outcome::not_tested(reason, because, ""))];
        }
        State::Run => {}
    }
    if let Some(kind) = &item.declaration {
        return vec![result(None, judge_declaration(&item.requirement, kind, profile, target))];
    }
    let Some(check) = check else {
        return vec![result(None, Outcome::error("the check is not registered"))];
    };
    let matching: Vec<_> = subjects.iter().filter(|s| matches(item, s)).collect();
    if matching.is_empty() {
        let missing = Outcome::not_tested(Reason::Missing, item.subject.as_deref().unwrap_or_default(), "");
        return vec![result(None, missing)];
    }
    matching.into_iter().map(|subject| result(Some(subject), check.judge(subject, &item.parameters))).collect()
}

/// Observed values quote hostile input, which may hold a CPR number or a token.
fn without_secrets(mut outcome: Outcome) -> Outcome {
    for text in [&mut outcome.expected, &mut outcome.observed] {
        let redacted = redact(text.as_bytes(), "text/plain");
        if !redacted.counts.is_empty() {
            *text = String::from_utf8_lossy(&redacted.bytes).into_owned();
        }
    }
    outcome
}

fn matches(item: &PlanItem, subject: &Subject) -> bool {
    let Some(planned) = item.subject.as_deref() else { return false };
    let id_matches = match planned.strip_suffix('*') {
        Some(prefix) => subject.id().starts_with(prefix),
        None => subject.id() == planned,
    };
    let role_matches = match subject {
        Subject::Certificate(c) => item.roles.is_empty() || item.roles.contains(&c.role),
        _ => true,
    };
    id_matches && role_matches
}

fn judge_declaration(requirement: &str, kind: &str, profile: &Profile, target: &Target) -> Outcome {
    let Some(declaration) = target.declaration(kind) else {
        return Outcome::not_tested(Reason::NotDeclared, kind, "");
    };
    let wanted = profile.requirements.iter().find(|r| r.id == requirement).and_then(|r| r.declaration_is.as_ref());
    let values = declaration.value.strings();
    let observed = format!("{} ({}, {})", values.join(", "), declaration.who, declaration.when);
    // A no is somebody's word about the requirement; any other value is compared with the one that the profile asks for.
    let reason = if values == ["false"] { Reason::DeclaredNotMet } else { Reason::Different };
    match wanted {
        Some(wanted) => Outcome::when(
            !values.is_empty() && values.iter().all(|v| wanted.iter().any(|w| w == v)),
            reason,
            wanted.join(" | "),
            observed,
        ),
        None => Outcome::when(
            !values.is_empty() && values.iter().all(|v| !v.trim().is_empty() && *v != "false"),
            reason,
            kind,
            observed,
        ),
    }
}

/// Digests of everything a subject rests on.
fn evidence(subject: &Subject) -> Vec<String> {
    let mut subject = subject.clone();
    let mut digests: Vec<_> = subject.blobs_mut().into_iter().map(|b| b.sha256.clone()).collect();
    digests.sort_unstable();
    digests.dedup();
    digests
}

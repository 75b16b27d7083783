//! From results to a decision, by the profile's rules, with the fired rule written down.

use crate::judge::CheckResult;
use crate::outcome::Reason;
use crate::profile::{Profile, Requirement};
use crate::verdict::{Category, Level, Method, Verdict};
use crate::waiver::Waivers;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the whole comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Every `must` is shown to be met, nothing failed.
    Accepted,
    /// Every `must` is shown to be met or waived, something else failed.
    AcceptedWithRemarks,
    /// A `must` could not be decided.
    Inconclusive,
    /// A `must` is shown to be broken beyond what the profile tolerates.
    NotAccepted,
}

impl Decision {
    /// The decision's name in every file format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AcceptedWithRemarks => "accepted-with-remarks",
            Self::Inconclusive => "inconclusive",
            Self::NotAccepted => "not-accepted",
        }
    }

    /// Process exit code: 0 accepted (with or without remarks), 1 not accepted, 3 inconclusive.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Accepted | Self::AcceptedWithRemarks => 0,
            Self::NotAccepted => 1,
            Self::Inconclusive => 3,
        }
    }
}

/// One requirement's verdict over all its results.
#[derive(Clone, Debug)]
pub struct RequirementVerdict<'a> {
    /// The requirement.
    pub requirement: &'a Requirement,
    /// The raw verdict; a waiver never changes it.
    pub verdict: Verdict,
    /// Ids of the waivers that together cover every failing result; empty when the failure is not waived.
    pub waivers: Vec<String>,
    /// Its results.
    pub results: Vec<&'a CheckResult>,
}

impl RequirementVerdict<'_> {
    fn is_unwaived_failure(&self) -> bool {
        self.verdict == Verdict::Fail && self.waivers.is_empty()
    }

    /// Whether something of it could not be decided. A waiver covers the failures it names and nothing else: what was not
    /// shown on another subject, or by another check, stays not shown.
    fn is_undecided(&self) -> bool {
        let open = |v| matches!(v, Verdict::Inconclusive | Verdict::Error | Verdict::NotTested);
        let waived = self.verdict == Verdict::Fail && !self.waivers.is_empty();
        open(self.verdict) || (waived && self.results.iter().any(|r| open(r.outcome.verdict)))
    }
}

/// The whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// The decision.
    pub decision: Decision,
    /// Requirements by verdict; every verdict has an entry.
    pub by_verdict: BTreeMap<&'static str, u64>,
    /// Failed `must` requirements by category, raw and effective (unwaived).
    pub by_category: BTreeMap<&'static str, CategoryCount>,
    /// Results by method and verdict: measured, inspected and declared are kept apart.
    pub by_method: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    /// Requirements whose failure is waived.
    pub waived: u64,
    /// `must` requirements that apply.
    pub must_applicable: u64,
    /// `must` requirements that apply and are decided (pass or fail).
    pub must_decided: u64,
    /// The rules that fired.
    pub trace: Vec<Fired>,
}

/// Failures of one category.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryCount {
    /// Failed `must` requirements.
    pub raw: u64,
    /// ... of which no waiver covers.
    pub effective: u64,
}

/// A rule that fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fired {
    /// `R1` to `R6`, as the docs of [`aggregate`] number them.
    pub rule: String,
    /// Decision it leads to.
    pub effect: Decision,
    /// Requirements that made it fire.
    pub because: Vec<String>,
}

/// Groups the results by requirement, in profile order.
#[must_use]
pub fn by_requirement<'a>(
    profile: &'a Profile,
    results: &'a [CheckResult],
    waivers: &Waivers,
    day: Date,
) -> Vec<RequirementVerdict<'a>> {
    profile
        .requirements
        .iter()
        .map(|requirement| {
            let results: Vec<_> = results.iter().filter(|r| r.requirement == requirement.id).collect();
            let verdict = Verdict::combine(results.iter().map(|r| r.outcome.verdict));
            // A requirement's failure is waived only when every failing result is. A contradicted declaration stands or falls
            // with the failures that contradict it.
            let failing = results.iter().filter(|r| {
                r.outcome.verdict == Verdict::Fail && r.outcome.reason != Reason::ContradictedByMeasurement
            });
            let covering: Option<Vec<String>> =
                failing.map(|r| waivers.covering(r, day).map(|w| w.id.clone())).collect();
            let mut ids = if verdict == Verdict::Fail { covering.unwrap_or_default() } else { Vec::new() };
            ids.sort_unstable();
            ids.dedup();
            RequirementVerdict { requirement, verdict, waivers: ids, results }
        })
        .collect()
}

/// Decides. The rules, in order; the first that fires decides, and all that would fire are in the trace:
///
/// 0. `R0`: the profile is not in force on the day of judgement: inconclusive, since its rules bind nobody.
/// 1. `R1`: an unwaived failure of a `must` in category A: not accepted.
/// 2. `R2`/`R3`: more unwaived failures of `must` in category B / C than the profile's limits: not accepted.
/// 3. `R4`: a `must` that is inconclusive, broken by a fault, or not tested (also in a part of it, when a waiver covers its
///    failures); or no `must` that applies at all: inconclusive.
/// 4. `R5`: any failure or active waiver: accepted with remarks.
/// 5. `R6`: else accepted.
#[must_use]
pub fn aggregate(
    profile: &Profile,
    verdicts: &[RequirementVerdict<'_>],
    results: &[CheckResult],
    in_force: bool,
) -> Aggregate {
    let ids = |filter: &dyn Fn(&RequirementVerdict<'_>) -> bool| -> Vec<String> {
        verdicts.iter().filter(|v| filter(v)).map(|v| v.requirement.id.clone()).collect()
    };
    let must = |v: &RequirementVerdict<'_>| v.requirement.level == Level::Must;
    let failed = |category| ids(&|v| must(v) && v.requirement.category == category && v.is_unwaived_failure());
    let (a, b, c) = (failed(Category::A), failed(Category::B), failed(Category::C));
    let undecided = ids(&|v| must(v) && v.is_undecided());
    let must_applicable = verdicts.iter().filter(|v| must(v) && v.verdict != Verdict::NotApplicable).count() as u64;
    let must_decided =
        verdicts.iter().filter(|v| must(v) && matches!(v.verdict, Verdict::Pass | Verdict::Fail)).count() as u64;
    let remarks = ids(&|v| v.verdict == Verdict::Fail);

    let too_many = |failures: &[String], limit: u32| failures.len() > limit as usize;
    let rules = [
        ("R0", !in_force, Decision::Inconclusive, Vec::new()),
        ("R1", !a.is_empty(), Decision::NotAccepted, a),
        ("R2", too_many(&b, profile.limits.max_b), Decision::NotAccepted, b),
        ("R3", too_many(&c, profile.limits.max_c), Decision::NotAccepted, c),
        ("R4", !undecided.is_empty() || must_applicable == 0, Decision::Inconclusive, undecided),
        ("R5", !remarks.is_empty(), Decision::AcceptedWithRemarks, remarks),
    ];
    let mut trace: Vec<_> = rules
        .into_iter()
        .filter(|(_, fires, _, _)| *fires)
        .map(|(rule, _, effect, because)| Fired { rule: rule.to_owned(), effect, because })
        .collect();
    if trace.is_empty() {
        trace.push(Fired { rule: "R6".to_owned(), effect: Decision::Accepted, because: Vec::new() });
    }
    let decision = trace.first().map_or(Decision::Inconclusive, |fired| fired.effect);

    let count = |verdict| verdicts.iter().filter(|v| v.verdict == verdict).count() as u64;
    let by_method = Method::ALL.map(|method| {
        let of = |verdict| results.iter().filter(|r| r.method == method && r.outcome.verdict == verdict).count() as u64;
        (method.name(), Verdict::ALL.map(|v| (v.name(), of(v))).into_iter().collect())
    });
    let by_category = [Category::A, Category::B, Category::C].map(|category| {
        let in_category = |v: &&RequirementVerdict<'_>| must(v) && v.requirement.category == category;
        let raw = verdicts.iter().filter(in_category).filter(|v| v.verdict == Verdict::Fail).count() as u64;
        let effective = verdicts.iter().filter(in_category).filter(|v| v.is_unwaived_failure()).count() as u64;
        (category.name(), CategoryCount { raw, effective })
    });
    Aggregate {
        decision,
        by_verdict: Verdict::ALL.map(|v| (v.name(), count(v))).into_iter().collect(),
        by_category: by_category.into_iter().collect(),
        by_method: by_method.into_iter().collect(),
        waived: verdicts.iter().filter(|v| !v.waivers.is_empty()).count() as u64,
        must_applicable,
        must_decided,
        trace,
    }
}

//! A report's findings, sorted the way a reader needs them. Shared by the renderings for people.

use super::values::{condition, place, value};
use super::words as w;
use crate::error::{Error, Result};
use crate::language::Language;
use crate::report::v1::{CheckEntry, Deadline, Report, RequirementEntry, RequirementResult};
use crate::target::{DECLARATIONS, Party};
use crate::verdict::{Level, Verdict};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One requirement with what it came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finding<'a> {
    pub requirement: &'a RequirementEntry,
    pub result: &'a RequirementResult,
    deadline: Option<&'a Deadline>,
}

/// All findings, and the groups that reports show apart.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// Every requirement, in profile order.
    pub all: Vec<Finding<'a>>,
    /// Broken `must` without a waiver, most serious category first.
    pub failures: Vec<Finding<'a>>,
    /// Broken `should` and `may` without a waiver, the more binding first.
    pub remarks: Vec<Finding<'a>>,
    /// Broken, and covered by a waiver.
    pub waived: Vec<Finding<'a>>,
    /// Neither met nor broken, the more binding first.
    pub undecided: Vec<Finding<'a>>,
    /// Does not concern the system.
    pub not_applicable: Vec<Finding<'a>>,
}

impl<'a> View<'a> {
    pub(super) fn of(report: &'a Report) -> Result<Self> {
        let requirements: BTreeMap<_, _> = report.requirements.iter().map(|r| (r.id.as_str(), r)).collect();
        let deadlines: BTreeMap<_, _> = report.deadlines.iter().map(|d| (d.requirement.as_str(), d)).collect();
        let all = report
            .results
            .iter()
            .map(|result| {
                let id = result.requirement.as_str();
                let requirement = requirements.get(id).ok_or_else(|| {
                    Error::Usage(format!("the report has a result for `{id}`, which it does not list"))
                })?;
                Ok(Finding { requirement, result, deadline: deadlines.get(id).copied() })
            })
            .collect::<Result<Vec<_>>>()?;
        let distinct: BTreeSet<_> = report.results.iter().map(|r| r.requirement.as_str()).collect();
        if distinct.len() != all.len() || requirements.len() != all.len() || report.requirements.len() != all.len() {
            return Err(Error::Usage("the report does not have exactly one result a requirement".to_owned()));
        }
        let group = |filter: &dyn Fn(&Finding<'_>) -> bool| -> Vec<_> {
            let mut group: Vec<_> = all.iter().copied().filter(|f| filter(f)).collect();
            // Stable, so profile order stays inside equal rank.
            group.sort_by_key(|f| (std::cmp::Reverse(f.requirement.level), f.requirement.category));
            group
        };
        let is_must = |f: &Finding<'_>| f.requirement.level == Level::Must;
        Ok(Self {
            failures: group(&|f| f.is_unwaived_failure() && is_must(f)),
            remarks: group(&|f| f.is_unwaived_failure() && !is_must(f)),
            waived: group(&|f| f.is_waived()),
            undecided: group(&|f| {
                // A waiver covers failures alone, so what else of the requirement was not decided is shown too.
                matches!(f.result.verdict, Verdict::Inconclusive | Verdict::Error | Verdict::NotTested)
                    || (f.is_waived() && !f.undecided().is_empty())
            }),
            not_applicable: group(&|f| f.result.verdict == Verdict::NotApplicable),
            all,
        })
    }
}

impl<'a> Finding<'a> {
    pub(super) fn is_waived(&self) -> bool {
        self.result.verdict == Verdict::Fail && !self.result.waivers.is_empty()
    }

    fn is_unwaived_failure(&self) -> bool {
        self.result.verdict == Verdict::Fail && self.result.waivers.is_empty()
    }

    /// The results that made a failure.
    pub(super) fn failing(&self) -> Vec<&'a CheckEntry> {
        self.result.checks.iter().filter(|c| c.verdict == Verdict::Fail).collect()
    }

    /// The results that kept the requirement from being decided.
    pub(super) fn undecided(&self) -> Vec<&'a CheckEntry> {
        let open = |c: &&CheckEntry| matches!(c.verdict, Verdict::Inconclusive | Verdict::Error | Verdict::NotTested);
        self.result.checks.iter().filter(open).collect()
    }

    /// What to do about a failure: each advice once.
    pub(super) fn remedies(&self, language: Language) -> Vec<&'a str> {
        let mut remedies: Vec<&str> = Vec::new();
        for remedy in self.failing().iter().filter_map(|c| c.remediation.as_ref()).map(|r| r.get(language)) {
            if !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        remedies
    }

    /// The last day for the remedy, or the working days when the profile's calendar does not give one.
    pub(super) fn short_deadline(&self, language: Language) -> Option<String> {
        let deadline = self.deadline?;
        Some(match deadline.due {
            Some(due) => w::day(due, language),
            None => w::counted(deadline.working_days.into(), &w::WORKING_DAYS_ONE, &w::WORKING_DAYS_MANY, language),
        })
    }

    /// When a failure must be remedied, in words.
    pub(super) fn deadline(&self, language: Language) -> Option<String> {
        let deadline = self.deadline?;
        let days = w::counted(deadline.working_days.into(), &w::WORKING_DAYS_ONE, &w::WORKING_DAYS_MANY, language);
        Some(match (deadline.due.map(|due| w::day(due, language)), language) {
            (Some(due), Language::Da) => {
                format!(
                    "{due}, hvis rapporten leveres {} ({days} fra levering)",
                    w::day(deadline.if_delivered, language)
                )
            }
            (Some(due), Language::En) => format!(
                "{due}, if the report is delivered on {} ({days} from delivery)",
                w::day(deadline.if_delivered, language)
            ),
            (None, Language::Da) => format!("{days} fra rapportens levering"),
            (None, Language::En) => format!("{days} from delivery of the report"),
        })
    }

    /// Where the requirement can be read.
    pub(super) fn source(&self, language: Language) -> String {
        let source = &self.requirement.source;
        let section = place(&source.section, language);
        match &source.version {
            Some(version) => format!("{} ({version}), {section}", source.document),
            None => format!("{}, {section}", source.document),
        }
    }

    /// When the requirement applies, when that is not always.
    pub(super) fn applies_when(&self, language: Language) -> Option<Cow<'_, str>> {
        self.requirement.applies_when.as_deref().map(|text| condition(text, language))
    }
}

/// Results that say the same about several subjects.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub check: &'a CheckEntry,
    pub subjects: Vec<&'a str>,
}

/// Puts results that differ in their subject alone together, in order of their first.
pub(super) fn grouped<'a>(checks: &[&'a CheckEntry]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for check in checks {
        let same = |g: &&mut Group<'a>| {
            let other = g.check;
            (&other.check, &other.declaration, other.verdict, &other.message, &other.expected, &other.observed)
                == (&check.check, &check.declaration, check.verdict, &check.message, &check.expected, &check.observed)
        };
        let subject = check.subject.as_deref();
        match groups.iter_mut().find(same) {
            Some(group) => group.subjects.extend(subject),
            None => groups.push(Group { check, subjects: subject.into_iter().collect() }),
        }
    }
    groups
}

/// What is asked for. The plan's reason for not running a check stands there too, and is put into the reader's language.
pub(super) fn expected(check: &CheckEntry, language: Language) -> Cow<'_, str> {
    let planned = matches!(check.verdict, Verdict::NotTested | Verdict::NotApplicable) && check.observed.is_empty();
    match w::plan_reason(&check.expected, language).filter(|_| planned) {
        Some(reason) => Cow::Owned(reason),
        None => value(&check.expected, language),
    }
}

/// What was there, in the reader's language where it is one of the program's own phrases.
pub(super) fn observed(check: &CheckEntry, language: Language) -> Cow<'_, str> {
    value(&check.observed, language)
}

/// What a result is called: the check's title, else the declaration's kind, else the check's id.
pub(super) fn name(check: &CheckEntry, language: Language) -> String {
    match (&check.title, &check.declaration, &check.check) {
        (Some(title), _, _) => title.get(language).to_owned(),
        (None, Some(kind), _) => match DECLARATIONS.iter().find(|known| known.kind == kind) {
            Some(known) => format!("{}: {}", w::DECLARATION.get(language), known.doc.get(language)),
            None => format!("{} {kind}", w::DECLARATION.get(language)),
        },
        (None, None, Some(id)) => id.clone(),
        (None, None, None) => w::CHECK.get(language).to_owned(),
    }
}

/// The id of what decided: a check's id, or the kind of declaration.
pub(super) fn decider(check: &CheckEntry) -> &str {
    check.check.as_deref().or(check.declaration.as_deref()).unwrap_or_default()
}

/// A parameter's value as people read it.
pub(super) fn parameter(value: &crate::check::Value) -> String {
    use crate::check::Value;
    match value {
        Value::Boolean(b) => b.to_string(),
        Value::Integer(n) => n.to_string(),
        Value::Text(s) => s.clone(),
        Value::List(items) => items.join(", "),
    }
}

/// A party with its CVR number.
pub(super) fn party(party: Option<&Party>, language: Language) -> String {
    match party {
        None => w::NOT_STATED.get(language).to_owned(),
        Some(Party { name, cvr: None }) => name.clone(),
        Some(Party { name, cvr: Some(cvr) }) => format!("{name} (CVR {cvr})"),
    }
}

/// Who ran the probe, and on whose side they stand.
pub(super) fn assessor(report: &Report, language: Language) -> String {
    let Some(assessor) = &report.parties.assessor else { return w::NOT_STATED.get(language).to_owned() };
    let who = Party { name: assessor.name.clone(), cvr: assessor.cvr.clone() };
    format!("{}, {}", party(Some(&who), language), assessor.relation.text().get(language))
}

/// The contract with its kind.
pub(super) fn contract(report: &Report, language: Language) -> String {
    match &report.contract {
        None => w::NOT_STATED.get(language).to_owned(),
        Some(contract) => match &contract.kind {
            Some(kind) => format!("{} ({kind})", contract.id),
            None => contract.id.clone(),
        },
    }
}

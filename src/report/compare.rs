//! What changed between two reports on the same system, and why, as far as the bundles show it. Pure.
//!
//! A finding is one failing result: what decided (check or declaration) on which subject, for which requirement. Two reports
//! know no more than two points in time, so a finding is `new` when the older report did not decide it, and `regressed` when
//! the older report shows that it passed.

use super::v1::{CheckEntry, Report, RequirementResult};
use crate::aggregate::Decision;
use crate::error::{Error, Result};
use crate::language::Localised;
use crate::outcome::Reason;
use crate::pki::certificate::Certificate;
use crate::subject::Subject;
use crate::verdict::{Category, Level, Verdict};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A report with what a comparison needs of its bundle.
#[derive(Debug)]
pub struct Side {
    /// The report.
    pub report: Report,
    /// Text of the target.
    pub target: String,
    /// The subjects, with the bytes of their certificates alone.
    pub subjects: Vec<Subject>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The older report.
    pub old: ReportName,
    /// The newer report.
    pub new: ReportName,
    /// Whether anything is worse.
    pub worse: Worse,
    /// Findings of either report: worse ones first, else in the order of the newer report.
    pub findings: Vec<Finding>,
    /// Requirements with another verdict, level or waivers, or that are in one report alone.
    pub requirements: Vec<RequirementChange>,
    /// Results with another verdict that are no finding in either report.
    pub checks: Vec<CheckChange>,
    /// What differs between the two runs and may have caused the rest.
    pub causes: Vec<Cause>,
}

/// A report by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportName {
    /// Its id.
    pub report_id: String,
    /// Instant of judgement.
    pub at: jiff::Timestamp,
    /// Its decision.
    pub decision: Decision,
}

/// Whether anything is worse than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Worse {
    /// Nothing.
    No,
    /// Something that was decided is no longer shown.
    LessIsShown,
    /// A new or regressed finding, a waiver that no longer covers one, or a decision that has become `not-accepted`.
    Yes,
}

impl Worse {
    /// Process exit code.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::No => 0,
            Self::Yes => 1,
            Self::LessIsShown => 3,
        }
    }
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It passed before and fails now.
    Regressed,
    /// It fails now and was not decided before.
    New,
    /// It failed before and is not decided now: neither resolved nor shown.
    NotShown,
    /// It failed before and fails now.
    Recurring,
    /// It failed before and passes now.
    Resolved,
}

impl Status {
    /// Every status, in order.
    pub const ALL: [Self; 5] = [Self::Regressed, Self::New, Self::NotShown, Self::Recurring, Self::Resolved];
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What became of it.
    pub status: Status,
    /// The requirement.
    pub requirement: String,
    /// The check, or the kind of declaration.
    pub by: String,
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Localised>,
    /// How it stood in the older report; absent when it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Stand>,
    /// How it stands in the newer report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Stand>,
    /// Whether a waiver covers the requirement in the newer report.
    pub waived: bool,
    /// Causes that concern this finding. Empty: nothing has changed, or the bundles show no cause.
    pub causes: Vec<Cause>,
}

impl Finding {
    /// Whether both reports show the finding, with the same reason.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        let reason = |stand: &Option<Stand>| stand.as_ref().map(|s| s.reason.clone());
        self.status == Status::Recurring && reason(&self.before) == reason(&self.after)
    }
}

/// How a result stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stand {
    /// Verdict.
    pub verdict: Verdict,
    /// Code of the reason.
    pub reason: String,
    /// What was there.
    pub observed: String,
}

/// A requirement that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequirementChange {
    /// Its id.
    pub requirement: String,
    /// Its title.
    pub title: Localised,
    /// How it stood; absent when the older report does not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<RequirementStand>,
    /// How it stands; absent when the newer report does not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<RequirementStand>,
}

/// How a requirement stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequirementStand {
    /// Verdict.
    pub verdict: Verdict,
    /// Level.
    pub level: Level,
    /// Category.
    pub category: Category,
    /// Waivers that cover its failure.
    pub waivers: Vec<String>,
}

/// A result with another verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckChange {
    /// The requirement.
    pub requirement: String,
    /// The check, or the kind of declaration.
    pub by: String,
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its verdict before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Verdict>,
    /// Its verdict now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Verdict>,
}

/// What differs between two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// What.
    pub what: CauseOf,
    /// Which one, when there are several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub which: String,
    /// Value before; empty when there was none.
    pub before: String,
    /// Value now.
    pub after: String,
}

/// What can differ between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseOf {
    /// Another system or environment; compared because the user said so.
    OtherSystem,
    /// The system's version.
    SystemVersion,
    /// Another profile or another version of it.
    Profile,
    /// The profile has other files, under the same version.
    ProfileText,
    /// The requirement is new in the profile, or no longer there.
    RequirementBound,
    /// The check is bound anew to the requirement, or no longer.
    CheckBound,
    /// Parameters of the check.
    Parameters,
    /// A certificate has another fingerprint.
    Certificate,
    /// A certificate ended between the two instants of judgement.
    Expiry,
    /// The instant of judgement: what was seen is the same, or its time has come.
    Time,
    /// A metadata document has another digest.
    Metadata,
    /// A table of the target.
    Target,
    /// A declaration.
    Declaration,
    /// Endpoints of the target.
    Endpoints,
    /// The program's version.
    Program,
    /// The rule set that the program judges by.
    RuleSet,
    /// Whether the network was used.
    Network,
    /// A waiver that has effect, or no longer has.
    Waiver,
}

/// Compares two reports. Different systems are refused unless `other_system`.
pub fn compare(old: &Side, new: &Side, other_system: bool) -> Result<Comparison> {
    let name = |s: &Side| format!("{} ({})", s.report.system.name, s.report.system.environment.name());
    if name(old) != name(new) && !other_system {
        return Err(Error::Usage(format!(
            "the bundles are of different systems: {} and {}; --other-system compares them all the same",
            name(old),
            name(new)
        )));
    }
    if new.report.run.at < old.report.run.at {
        return Err(Error::Usage(format!(
            "the first bundle was judged at {}, after the second ({}); name the older one first",
            old.report.run.at, new.report.run.at
        )));
    }
    let mut causes = Vec::new();
    causes.extend(difference(CauseOf::OtherSystem, "", &name(old), &name(new)));
    causes.extend(causes_of_all(old, new));
    let keyed = (results(&old.report), results(&new.report));
    let mut findings = findings(old, new, &keyed, &causes);
    // Stable: else the order of the newer report stays.
    findings.sort_by_key(|f| f.status);
    let requirements = requirements(&old.report, &new.report);
    let worse = worse(old, new, &findings, &requirements);
    let report_name = |s: &Side| ReportName {
        report_id: s.report.report_id.clone(),
        at: s.report.run.at,
        decision: s.report.aggregate.decision,
    };
    Ok(Comparison {
        old: report_name(old),
        new: report_name(new),
        worse,
        checks: other_checks(&keyed),
        findings,
        requirements,
        causes,
    })
}

/// Requirement, decider, subject, and a number that tells several results of the same three apart.
type Key = (String, String, Option<String>, usize);
type Results<'a> = Vec<(Key, &'a CheckEntry)>;

fn results(report: &Report) -> Results<'_> {
    let mut seen: BTreeMap<(String, String, Option<String>), usize> = BTreeMap::new();
    let entries = report.results.iter().flat_map(|r| r.checks.iter().map(move |c| (r, c)));
    entries
        .map(|(r, c)| {
            let by = c.check.as_deref().or(c.declaration.as_deref()).unwrap_or_default().to_owned();
            let place = (r.requirement.clone(), by, c.subject.clone());
            let number = seen.entry(place.clone()).or_default();
            *number += 1;
            ((place.0, place.1, place.2, *number), c)
        })
        .collect()
}

fn find<'a>(results: &Results<'a>, key: &Key) -> Option<&'a CheckEntry> {
    results.iter().find(|(k, _)| k == key).map(|(_, entry)| *entry)
}

/// Keys of both sides: those of the newer report in its order, then those of the older alone.
fn keys<'a>((old, new): &'a (Results<'_>, Results<'_>)) -> impl Iterator<Item = &'a Key> {
    let known: BTreeSet<_> = new.iter().map(|(key, _)| key).collect();
    let gone = old.iter().map(|(key, _)| key).filter(move |key| !known.contains(key));
    new.iter().map(|(key, _)| key).chain(gone)
}

fn status(before: Option<Verdict>, after: Option<Verdict>) -> Option<Status> {
    use Verdict::{Fail, Pass};
    match (before, after) {
        (Some(Fail), Some(Fail)) => Some(Status::Recurring),
        (Some(Pass), Some(Fail)) => Some(Status::Regressed),
        (_, Some(Fail)) => Some(Status::New),
        (Some(Fail), Some(Pass)) => Some(Status::Resolved),
        (Some(Fail), _) => Some(Status::NotShown),
        _ => None,
    }
}

fn findings(old: &Side, new: &Side, keyed: &(Results<'_>, Results<'_>), all: &[Cause]) -> Vec<Finding> {
    keys(keyed)
        .filter_map(|key| {
            let (before, after) = (find(&keyed.0, key), find(&keyed.1, key));
            let status = status(before.map(|c| c.verdict), after.map(|c| c.verdict))?;
            let (requirement, by, subject, _) = key.clone();
            let stand =
                |c: &CheckEntry| Stand { verdict: c.verdict, reason: c.reason.clone(), observed: c.observed.clone() };
            Some(Finding {
                status,
                waived: result(&new.report, &requirement).is_some_and(|r| !r.waivers.is_empty()),
                causes: causes_of_one(old, new, key, (before, after), all),
                title: after.or(before).and_then(|c| c.title.clone()),
                before: before.map(stand),
                after: after.map(stand),
                requirement,
                by,
                subject,
            })
        })
        .collect()
}

fn other_checks(keyed: &(Results<'_>, Results<'_>)) -> Vec<CheckChange> {
    keys(keyed)
        .filter_map(|key| {
            let before = find(&keyed.0, key).map(|c| c.verdict);
            let after = find(&keyed.1, key).map(|c| c.verdict);
            let (requirement, by, subject, _) = key.clone();
            (before != after && status(before, after).is_none()).then_some(CheckChange {
                requirement,
                by,
                subject,
                before,
                after,
            })
        })
        .collect()
}

fn result<'a>(report: &'a Report, requirement: &str) -> Option<&'a RequirementResult> {
    report.results.iter().find(|r| r.requirement == requirement)
}

fn stand(report: &Report, requirement: &str) -> Option<RequirementStand> {
    let entry = report.requirements.iter().find(|r| r.id == requirement)?;
    let result = result(report, requirement)?;
    Some(RequirementStand {
        verdict: result.verdict,
        level: entry.level,
        category: entry.category,
        waivers: result.waivers.iter().map(|w| w.id.clone()).collect(),
    })
}

fn requirements(old: &Report, new: &Report) -> Vec<RequirementChange> {
    let known: BTreeSet<_> = new.requirements.iter().map(|r| r.id.as_str()).collect();
    let gone = old.requirements.iter().filter(|r| !known.contains(r.id.as_str()));
    new.requirements
        .iter()
        .chain(gone)
        .filter_map(|entry| {
            let (before, after) = (stand(old, &entry.id), stand(new, &entry.id));
            (before != after).then(|| RequirementChange {
                requirement: entry.id.clone(),
                title: entry.title.clone(),
                before,
                after,
            })
        })
        .collect()
}

fn worse(old: &Side, new: &Side, findings: &[Finding], requirements: &[RequirementChange]) -> Worse {
    let (before, after) = (old.report.aggregate.decision, new.report.aggregate.decision);
    let uncovered = requirements.iter().any(|r| match (&r.before, &r.after) {
        (Some(before), Some(after)) => {
            after.verdict == Verdict::Fail && !before.waivers.is_empty() && after.waivers.is_empty()
        }
        _ => false,
    });
    let found = findings.iter().any(|f| matches!(f.status, Status::New | Status::Regressed));
    if found || uncovered || (after == Decision::NotAccepted && before != after) {
        return Worse::Yes;
    }
    let decided = |v: Verdict| matches!(v, Verdict::Pass | Verdict::Fail);
    let open = |v: Verdict| matches!(v, Verdict::Inconclusive | Verdict::Error | Verdict::NotTested);
    let lost = requirements.iter().any(|r| match (&r.before, &r.after) {
        (Some(before), Some(after)) => decided(before.verdict) && open(after.verdict),
        _ => false,
    });
    let undecided = after == Decision::Inconclusive && before < after;
    if lost || undecided || findings.iter().any(|f| f.status == Status::NotShown && is_open(f)) {
        Worse::LessIsShown
    } else {
        Worse::No
    }
}

/// Whether a finding that is no longer shown is still open: a system does not get rid of a breach because its target no longer
/// names what broke. Only that the requirement does not apply closes it.
fn is_open(finding: &Finding) -> bool {
    finding.after.as_ref().is_none_or(|after| after.verdict != Verdict::NotApplicable)
}

fn difference(what: CauseOf, which: &str, before: &str, after: &str) -> Option<Cause> {
    (before != after).then(|| Cause {
        what,
        which: which.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    })
}

/// Differences of two sets of named values, by name.
fn differences(what: CauseOf, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Cause> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let value = |map: &BTreeMap<String, String>, name: &String| map.get(name).cloned().unwrap_or_default();
    names.into_iter().filter_map(|name| difference(what, name, &value(before, name), &value(after, name))).collect()
}

/// What differs between the runs as a whole.
fn causes_of_all(old: &Side, new: &Side) -> Vec<Cause> {
    let (o, n) = (&old.report, &new.report);
    let mut causes = Vec::new();
    let version = |r: &Report| r.system.version.clone().unwrap_or_default();
    causes.extend(difference(CauseOf::SystemVersion, "", &version(o), &version(n)));
    let profile = |r: &Report| format!("{} {}", r.profile.id, r.profile.version);
    let files = |r: &Report| -> BTreeMap<_, _> {
        r.profile.files.iter().map(|f| (f.id.clone(), format!("{} {}", f.version, f.sha256))).collect()
    };
    match difference(CauseOf::Profile, "", &profile(o), &profile(n)) {
        Some(cause) => causes.push(cause),
        None => causes.extend(differences(CauseOf::ProfileText, &files(o), &files(n))),
    }
    let certificates = |r: &Report| -> BTreeMap<_, _> {
        r.system.certificates.iter().map(|c| (c.subject.clone(), c.sha256.clone())).collect()
    };
    causes.extend(differences(CauseOf::Certificate, &certificates(o), &certificates(n)));
    causes.extend(expiries(old, new));
    causes.extend(differences(CauseOf::Metadata, &metadata(old), &metadata(new)));
    let declarations = |r: &Report| -> BTreeMap<_, _> {
        let said = |d: &super::v1::DeclarationEntry| {
            let until = d.until.map(|until| format!(" - {until}")).unwrap_or_default();
            format!("{} ({}, {}{until})", d.value.join(", "), d.who, d.when)
        };
        r.declarations.iter().map(|d| (d.kind.clone(), said(d))).collect()
    };
    causes.extend(differences(CauseOf::Declaration, &declarations(o), &declarations(n)));
    causes.extend(difference(CauseOf::Endpoints, "", &o.system.endpoints.join(", "), &n.system.endpoints.join(", ")));
    let tables = differences(CauseOf::Target, &tables(&old.target), &tables(&new.target));
    // The text of a table says more than a reader wants; its name is enough. Declarations have been named above.
    causes.extend(
        tables.into_iter().filter(|c| !matches!(c.which.as_str(), "declaration" | "declarations")).map(|c| Cause {
            before: String::new(),
            after: String::new(),
            ..c
        }),
    );
    let program = |r: &Report| format!("{} {}", r.tool.name, r.tool.version);
    causes.extend(difference(CauseOf::Program, "", &program(o), &program(n)));
    causes.extend(difference(CauseOf::RuleSet, "", &o.tool.ruleset_sha256, &n.tool.ruleset_sha256));
    let network = |r: &Report| if r.run.offline { "offline" } else { "online" };
    causes.extend(difference(CauseOf::Network, "", network(o), network(n)));
    let waivers = |r: &Report| -> BTreeMap<_, _> {
        let of = |r: &RequirementResult| r.waivers.iter().map(|w| w.id.clone()).collect::<Vec<_>>().join(", ");
        r.results.iter().map(|r| (r.requirement.clone(), of(r))).filter(|(_, ids)| !ids.is_empty()).collect()
    };
    causes.extend(differences(CauseOf::Waiver, &waivers(o), &waivers(n)));
    causes
}

/// What concerns one result.
fn causes_of_one(
    old: &Side,
    new: &Side,
    (requirement, by, subject, _): &Key,
    (before, after): (Option<&CheckEntry>, Option<&CheckEntry>),
    all: &[Cause],
) -> Vec<Cause> {
    // What has not changed has no cause.
    let same = |was: &CheckEntry, is: &CheckEntry| {
        (was.verdict, &was.reason, &was.expected, &was.parameters)
            == (is.verdict, &is.reason, &is.expected, &is.parameters)
    };
    if before.zip(after).is_some_and(|(was, is)| same(was, is)) {
        return Vec::new();
    }
    let mut causes = Vec::new();
    let entry = |side: &Side| side.report.requirements.iter().find(|r| r.id == *requirement).cloned();
    match (entry(old), entry(new)) {
        (Some(_), Some(_)) => {
            let bound = |side: &Side| {
                let entries = result(&side.report, requirement).map(|r| r.checks.as_slice()).unwrap_or_default();
                let is_it = |c: &CheckEntry| c.check.as_ref() == Some(by) || c.declaration.as_ref() == Some(by);
                if entries.iter().any(is_it) { by.clone() } else { String::new() }
            };
            causes.extend(difference(CauseOf::CheckBound, requirement, &bound(old), &bound(new)));
        }
        (was, is) => {
            let id = |r: &Option<_>| if r.is_some() { requirement.clone() } else { String::new() };
            causes.extend(difference(CauseOf::RequirementBound, requirement, &id(&was), &id(&is)));
        }
    }
    if let (Some(before), Some(after)) = (before, after) {
        let values = |c: &CheckEntry| -> BTreeMap<_, _> {
            let text = |v: &crate::check::Value| serde_json::to_string(v).unwrap_or_default();
            c.parameters.0.iter().map(|(name, value)| (name.clone(), text(value))).collect()
        };
        causes.extend(differences(CauseOf::Parameters, &values(before), &values(after)));
    }
    let subject = subject.as_deref().unwrap_or_default();
    // `certificate:sp/signing-1` was found in `metadata:sp`.
    let within =
        subject.strip_prefix("certificate:").and_then(|s| s.split_once('/')).map(|(m, _)| format!("metadata:{m}"));
    let name = subject.split_once(':').map(|(family, _)| family).unwrap_or_default();
    let is_timed = [before, after].into_iter().flatten().any(|c| TIMED.contains(&c.reason.as_str()));
    // One certificate is often several subjects: the target's file and what the metadata holds.
    let own: BTreeSet<_> = [old, new]
        .into_iter()
        .flat_map(|side| &side.report.system.certificates)
        .filter(|c| c.subject == subject)
        .map(|c| c.sha256.as_str())
        .collect();
    let concerns = |cause: &&Cause| match cause.what {
        CauseOf::OtherSystem | CauseOf::SystemVersion | CauseOf::RuleSet => true,
        CauseOf::Certificate => {
            cause.which == subject
                || (!is_timed && (own.contains(cause.before.as_str()) || own.contains(cause.after.as_str())))
        }
        CauseOf::Expiry => is_timed && cause.which == subject,
        CauseOf::Metadata => cause.which == subject || within.as_ref() == Some(&cause.which),
        CauseOf::Declaration => cause.which == *by,
        CauseOf::Target => cause.which == table_of(name),
        // Without the network much is not asked.
        CauseOf::Network => [before, after].iter().any(|c| c.is_none_or(|c| c.verdict == Verdict::NotTested)),
        _ => false,
    };
    causes.extend(all.iter().filter(concerns).cloned());
    let replaced = causes.iter().any(|c| matches!(c.what, CauseOf::Certificate | CauseOf::Metadata));
    // The same evidence gives another answer only because time has passed, unless something else was found.
    let same_evidence = before.zip(after).is_some_and(|(b, a)| !a.evidence.is_empty() && a.evidence == b.evidence);
    if (is_timed && before.is_some() && after.is_some() && !replaced) || (same_evidence && causes.is_empty()) {
        let (before, after) = (old.report.run.at.to_string(), new.report.run.at.to_string());
        causes.extend(difference(CauseOf::Time, "", &before, &after));
    }
    causes
}

/// Reasons that time alone can bring or take away.
const TIMED: &[&str] = &[
    Reason::Expired.code(),
    Reason::NotYetValid.code(),
    Reason::ExpiresSoon.code(),
    Reason::DeclarationExpired.code(),
    Reason::TooOld.code(),
];

/// Certificates of both reports that ended between them.
fn expiries(old: &Side, new: &Side) -> Vec<Cause> {
    let known: BTreeSet<_> = old.report.system.certificates.iter().map(|c| (&c.subject, &c.sha256)).collect();
    let between = old.report.run.at..new.report.run.at;
    let ended = |subject: &Subject| {
        let Subject::Certificate(c) = subject else { return None };
        let read = known.contains(&(&c.id, &c.certificate.sha256)).then(|| Certificate::read(c.certificate.data()))?;
        let end = read.ok()?.not_after;
        between.contains(&end).then(|| Cause {
            what: CauseOf::Expiry,
            which: c.id.clone(),
            before: String::new(),
            after: end.to_string(),
        })
    };
    new.subjects.iter().filter_map(ended).collect()
}

/// The table of the target that a family of subjects comes from.
fn table_of(family: &str) -> &str {
    match family {
        "login" | "logout" | "authn-request" => "saml",
        "push" | "pull" | "token" | "send" | "value-list" | "mailbox" | "message" => "beskedfordeler",
        "event-log" | "trace" => "usage",
        other => other,
    }
}

/// Digests of the metadata documents, by subject.
fn metadata(side: &Side) -> BTreeMap<String, String> {
    let document = |s: &Subject| match s {
        Subject::Metadata(m) => Some((m.id.clone(), m.document.sha256.clone())),
        _ => None,
    };
    side.subjects.iter().filter_map(document).collect()
}

/// The top-level entries of a target, by name.
fn tables(target: &str) -> BTreeMap<String, String> {
    let Ok(table) = target.parse::<toml::Table>() else { return BTreeMap::new() };
    table.into_iter().map(|(name, value)| (name, value.to_string())).collect()
}

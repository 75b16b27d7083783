//! Building a report from what a run produced. Pure, so that a replay builds the same one.

use super::v1;
use crate::aggregate::{Aggregate, RequirementVerdict, aggregate, by_requirement};
use crate::canonical;
use crate::checks;
use crate::denmark::danish_day;
use crate::digest::sha256_hex;
use crate::error::Result;
use crate::judge::CheckResult;
use crate::language::{Language, Localised, Text};
use crate::plan::Plan;
use crate::profile::{Calendar, Profile, Status};
use crate::subject::Subject;
use crate::target::Target;
use crate::verdict::{Level, Verdict};
use crate::waiver::Waivers;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a run adds to the judged results.
#[derive(Clone, Debug)]
pub struct RunFacts {
    /// Unique id, `urn:uuid:...`.
    pub report_id: String,
    /// When the report is issued.
    pub issued: Timestamp,
    /// The instant of judgement and where it came from.
    pub at: Timestamp,
    /// Where `at` came from.
    pub clock: v1::Clock,
    /// Whether the network was left alone.
    pub offline: bool,
    /// Language of the renderings.
    pub language: Language,
    /// What made the report.
    pub tool: v1::Tool,
    /// SHA-256 of the documents behind declarations, by kind, hex.
    pub documents: BTreeMap<String, String>,
    /// Evidence list.
    pub evidence: Vec<v1::EvidenceEntry>,
    /// Digests of the other members.
    pub members: Vec<v1::Member>,
    /// What is known of the seal.
    pub seal: v1::Seal,
}

/// Everything that is judged.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The target.
    pub target: &'a Target,
    /// The plan.
    pub plan: &'a Plan,
    /// The subjects.
    pub subjects: &'a [Subject],
    /// The results, in plan order.
    pub results: &'a [CheckResult],
    /// The waivers.
    pub waivers: &'a Waivers,
}

/// Builds the report.
pub fn build(judged: Judged<'_>, facts: RunFacts) -> Result<v1::Report> {
    let Judged { profile, target, plan, subjects, results, waivers } = judged;
    let day = danish_day(facts.at);
    let verdicts = by_requirement(profile, results, waivers, day);
    let total = aggregate(profile, &verdicts, results, profile.is_in_force(day));
    let requirements: Vec<_> = profile.requirements.iter().map(requirement_entry).collect();
    let entries = verdicts.iter().map(|v| requirement_result(v, waivers)).collect::<Result<Vec<_>>>()?;
    let aggregate_entry = aggregate_entry(total, profile);
    let results_digest = results_digest(&requirements, &entries, &aggregate_entry)?;
    let deadlines = deadlines(&verdicts, profile.calendar.as_ref(), danish_day(facts.issued));
    let mut limitations = limitations(profile, &facts);
    limitations.extend(super::trials::limitations(target, subjects));
    limitations.extend(super::messages::limitations(target, subjects));
    Ok(v1::Report {
        schema_version: v1::SCHEMA_VERSION.to_owned(),
        report_id: facts.report_id,
        issued: facts.issued,
        language: facts.language,
        parties: target.parties.clone(),
        contract: target.contract.clone(),
        profile: profile_reference(profile, plan),
        system: system(target, subjects)?,
        tool: facts.tool,
        run: v1::Run { at: facts.at, clock: facts.clock, offline: facts.offline, limitations },
        plan: v1::PlanReference { sha256: plan.digest()? },
        requirements,
        dropped: profile
            .dropped
            .iter()
            .map(|(requirement, reason)| v1::Dropped {
                requirement: requirement.id.clone(),
                title: requirement.title.clone(),
                reason: reason.clone(),
            })
            .collect(),
        results: entries,
        aggregate: aggregate_entry,
        waivers_without_effect: waivers
            .without_effect(results, day)
            .into_iter()
            .map(|(waiver, because)| v1::IdleWaiver { id: waiver.id.clone(), because: because.to_owned() })
            .collect(),
        declarations: target
            .declared()
            .map(|d| v1::DeclarationEntry {
                kind: d.kind.clone(),
                value: d.value.strings().into_iter().map(str::to_owned).collect(),
                who: d.who.clone(),
                when: d.when,
                until: d.until,
                document_sha256: facts.documents.get(&d.kind).cloned(),
            })
            .collect(),
        deadlines,
        traffic: super::traffic::traffic(subjects),
        usage: super::usage::usage(plan, profile, subjects),
        evidence: facts.evidence,
        members: facts.members,
        replay: v1::ReplayReference { results_digest, command: "kravprobe replay BUNDLE".to_owned() },
        seal: facts.seal,
    })
}

/// SHA-256 over what a replay must reproduce.
pub fn results_digest(
    requirements: &[v1::RequirementEntry],
    results: &[v1::RequirementResult],
    aggregate: &v1::AggregateEntry,
) -> Result<String> {
    #[derive(Serialize)]
    struct Digested<'a> {
        requirements: &'a [v1::RequirementEntry],
        results: &'a [v1::RequirementResult],
        aggregate: &'a v1::AggregateEntry,
    }
    Ok(sha256_hex(&canonical::bytes(&Digested { requirements, results, aggregate })?))
}

fn profile_reference(profile: &Profile, plan: &Plan) -> v1::ProfileReference {
    let file = &profile.file;
    v1::ProfileReference {
        id: file.id.clone(),
        version: file.version.clone(),
        status: file.status,
        title: file.title.clone(),
        scope: file.scope.clone(),
        valid_from: file.valid_from,
        valid_until: file.valid_until,
        files: plan.profile.clone(),
    }
}

fn system(target: &Target, subjects: &[Subject]) -> Result<v1::SystemUnderTest> {
    let published = target.metadata.iter().map(|m| &m.url).chain(target.certificate.iter().map(|c| &c.url));
    let urls = published.filter_map(|url| url.as_ref().map(ToString::to_string));
    let tls = target.tls.iter().map(|t| format!("{}:{}", t.host, t.port));
    let push = target.beskedfordeler.iter().filter_map(|b| b.push.as_ref().map(|p| p.url.to_string()));
    let endpoints: Vec<_> = urls.chain(tls).chain(push).collect();
    let certificates: Vec<_> = subjects
        .iter()
        .filter_map(|s| match s {
            Subject::Certificate(c) => {
                Some(v1::CertificateEntry { subject: c.id.clone(), sha256: c.certificate.sha256.clone() })
            }
            _ => None,
        })
        .collect();
    let documents: Vec<_> = subjects
        .iter()
        .filter_map(|s| match s {
            Subject::Metadata(m) => Some(m.document.sha256.as_str()),
            _ => None,
        })
        .collect();
    let identity = serde_json::json!({
        "name": target.system.name,
        "version": target.system.version.as_deref().unwrap_or_default(),
        "environment": target.environment,
        "endpoints": endpoints,
        "certificates": certificates.iter().map(|c| &c.sha256).collect::<Vec<_>>(),
        "metadata": documents,
    });
    Ok(v1::SystemUnderTest {
        name: target.system.name.clone(),
        version: target.system.version.clone(),
        environment: target.environment,
        endpoints,
        certificates,
        fingerprint: sha256_hex(&canonical::bytes(&identity)?),
        authorisation: target.authorisation.clone(),
    })
}

fn requirement_entry(requirement: &crate::profile::Requirement) -> v1::RequirementEntry {
    v1::RequirementEntry {
        id: requirement.id.clone(),
        level: requirement.level,
        category: requirement.category,
        basis: requirement.basis,
        title: requirement.title.clone(),
        contract_text: requirement.contract_text.clone(),
        source: requirement.source.clone(),
        applies_when: requirement.applies_when.as_ref().map(crate::profile::Predicate::describe),
        remedy_working_days: requirement.remedy_working_days,
        minimum_method: requirement.minimum_method,
    }
}

fn requirement_result(verdict: &RequirementVerdict<'_>, waivers: &Waivers) -> Result<v1::RequirementResult> {
    let checks: Vec<_> = verdict.results.iter().map(|r| check_entry(r)).collect();
    let failing: Vec<_> = checks
        .iter()
        .filter(|c| c.verdict == Verdict::Fail)
        .map(|c| [c.check.as_deref().unwrap_or_default(), c.subject.as_deref().unwrap_or_default(), &c.reason])
        .collect();
    let identity = serde_json::json!({ "requirement": verdict.requirement.id, "failing": failing });
    Ok(v1::RequirementResult {
        requirement: verdict.requirement.id.clone(),
        verdict: verdict.verdict,
        waivers: waivers
            .waiver
            .iter()
            .filter(|w| verdict.waivers.contains(&w.id))
            .map(|w| v1::AppliedWaiver {
                id: w.id.clone(),
                authority: w.authority.clone(),
                expires: w.expires,
                scope: w.scope.clone(),
            })
            .collect(),
        checks,
        fingerprint: sha256_hex(&canonical::bytes(&identity)?),
    })
}

fn check_entry(result: &CheckResult) -> v1::CheckEntry {
    let meta = result.check.as_deref().and_then(checks::by_id).map(|c| c.meta());
    let outcome = &result.outcome;
    v1::CheckEntry {
        check: result.check.clone(),
        declaration: result.declaration.clone(),
        subject: result.subject.clone(),
        title: meta.map(|m| m.title.to_localised()),
        basis: meta.map(|m| m.basis),
        verdict: outcome.verdict,
        reason: outcome.reason.code().to_owned(),
        message: outcome.reason.text().to_localised(),
        expected: outcome.expected.clone(),
        observed: outcome.observed.clone(),
        method: result.method,
        attested: result.attested,
        parameters: result.parameters.clone(),
        evidence: result.evidence.clone(),
        remediation: meta.filter(|_| outcome.verdict == Verdict::Fail).map(|m| m.remediation.to_localised()),
    }
}

fn aggregate_entry(total: Aggregate, profile: &Profile) -> v1::AggregateEntry {
    let owned = |map: BTreeMap<&'static str, u64>| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    v1::AggregateEntry {
        decision: total.decision,
        limits: profile.limits,
        counts: v1::Counts {
            by_verdict: owned(total.by_verdict),
            by_category: total.by_category.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            by_method: total.by_method.into_iter().map(|(k, v)| (k.to_owned(), owned(v))).collect(),
            waived: total.waived,
        },
        coverage: v1::Coverage { must_applicable: total.must_applicable, must_decided: total.must_decided },
        trace: total.trace,
    }
}

fn limitations(profile: &Profile, facts: &RunFacts) -> Vec<Localised> {
    let in_force = profile.is_in_force(danish_day(facts.at));
    let texts = [
        (
            profile.file.status == Status::Draft,
            Text { da: "Profilen er et udkast og ikke aftalt.", en: "The profile is a draft and has not been agreed." },
        ),
        (
            profile.file.status == Status::Deprecated,
            Text { da: "Profilen er erstattet af en nyere.", en: "The profile has been replaced by a newer one." },
        ),
        (
            !in_force,
            Text {
                da: "Profilen er ikke i kraft på vurderingsdagen.",
                en: "The profile is not in force on the day of judgement.",
            },
        ),
        (
            facts.clock == v1::Clock::Given,
            Text {
                da: "Vurderingstidspunktet er angivet af brugeren og er ikke maskinens ur.",
                en: "The instant of judgement was given by the user and is not the machine's clock.",
            },
        ),
        (
            facts.offline,
            Text {
                da: "Prøvningen er udført uden netværk; endepunkter og spærrelister er ikke spurgt.",
                en: "The run was made offline; endpoints and revocation services were not asked.",
            },
        ),
        (
            facts.seal.assurance == v1::Assurance::None,
            Text {
                da: "Rapporten er ikke forseglet; enhver kan have ændret den.",
                en: "The report is unsealed; anybody may have changed it.",
            },
        ),
        (
            facts.seal.assurance == v1::Assurance::Example,
            Text {
                da: "Rapporten er forseglet med en eksempelnøgle, som ikke beviser, hvem der har udstedt den.",
                en: "The report is sealed with an example key, which does not prove who issued it.",
            },
        ),
        (
            facts.seal.assurance == v1::Assurance::None,
            Text {
                da: "Rapporten viser, hvad prøverne fandt på det angivne tidspunkt. Den er ikke en revisionserklæring, og intet beviser tidspunktet.",
                en: "The report shows what the checks found at the stated time. It is not an audit opinion, and nothing proves the time.",
            },
        ),
        (
            facts.seal.assurance != v1::Assurance::None,
            Text {
                da: "Rapporten viser, hvad prøverne fandt på det angivne tidspunkt. Den er ikke en revisionserklæring, og seglet (JAdES B-B) beviser ikke tidspunktet.",
                en: "The report shows what the checks found at the stated time. It is not an audit opinion, and the seal (JAdES B-B) carries no proof of time.",
            },
        ),
    ];
    texts.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text.to_localised()).collect()
}

fn deadlines(verdicts: &[RequirementVerdict<'_>], calendar: Option<&Calendar>, delivered: Date) -> Vec<v1::Deadline> {
    verdicts
        .iter()
        .filter(|v| v.verdict == Verdict::Fail && v.waivers.is_empty() && v.requirement.level != Level::May)
        .filter_map(|v| {
            let working_days = v.requirement.remedy_working_days?;
            Some(v1::Deadline {
                requirement: v.requirement.id.clone(),
                working_days,
                if_delivered: delivered,
                due: calendar.and_then(|c| add_working_days(delivered, working_days, c)),
            })
        })
        .collect()
}

/// The last of `count` working days after `day`; none past the end of the calendar.
#[must_use]
pub fn add_working_days(mut day: Date, count: u16, calendar: &Calendar) -> Option<Date> {
    let mut left = count;
    while left > 0 {
        day = day.checked_add(1.day()).ok()?;
        if day > calendar.covers_until {
            return None;
        }
        let free = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) || calendar.holidays.contains(&day);
        if !free {
            left -= 1;
        }
    }
    Some(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn working_days_skip_weekends_and_holidays() {
        let calendar = Profile::load("calendar-dk").unwrap().calendar.unwrap();
        // Friday 18 December 2026: Monday to Wednesday, then Christmas, then the weekend.
        assert_eq!(add_working_days(date(2026, 12, 18), 3, &calendar), Some(date(2026, 12, 23)));
        assert_eq!(add_working_days(date(2026, 12, 18), 4, &calendar), Some(date(2026, 12, 28)));
        assert_eq!(add_working_days(date(2031, 12, 30), 5, &calendar), None, "no deadline past the calendar");
        // Maundy Thursday to Easter Monday 2027.
        assert_eq!(add_working_days(date(2027, 3, 24), 1, &calendar), Some(date(2027, 3, 30)));
    }
}

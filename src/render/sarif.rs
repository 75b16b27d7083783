//! `report.sarif` (SARIF 2.1.0, OASIS) for code-scanning tools: requirements are rules, results are results, waivers are
//! suppressions. What was not tested has no place among SARIF results and stands in the tool's notifications.

use super::view::{Finding, View, decider, expected, name, observed};
use super::{harmless, one_line, words as w};
use crate::canonical;
use crate::digest::sha256_hex;
use crate::error::{Error, Result};
use crate::report::v1::{CheckEntry, Report};
use crate::verdict::{Level, Verdict};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The report as SARIF.
pub fn sarif(report: &Report) -> Result<String> {
    let view = View::of(report)?;
    let language = report.language;
    let artifacts: BTreeMap<_, _> = report.evidence.iter().zip(0..).map(|(e, n)| (e.sha256.as_str(), n)).collect();
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for (index, finding) in view.all.iter().enumerate() {
        for check in &finding.result.checks {
            if matches!(check.verdict, Verdict::NotTested | Verdict::Error) {
                notifications.push(notification(report, index, finding, Some(check)));
            }
            if check.verdict != Verdict::NotTested {
                results.push(result(report, &artifacts, index, finding, check)?);
            }
        }
        if finding.result.checks.is_empty() {
            notifications.push(notification(report, index, finding, None));
        }
    }
    let broke = view.all.iter().any(|f| f.result.checks.iter().any(|c| c.verdict == Verdict::Error));
    let mut driver = Map::new();
    driver.insert("name".to_owned(), text(&report.tool.name));
    driver.insert("version".to_owned(), text(&report.tool.version));
    driver.insert("language".to_owned(), json!(language.tag()));
    driver.insert(
        "notifications".to_owned(),
        json!([
            { "id": Verdict::NotTested.name(), "shortDescription": { "text": Verdict::NotTested.definition().get(language) } },
            { "id": Verdict::Error.name(), "shortDescription": { "text": Verdict::Error.definition().get(language) } },
        ]),
    );
    driver.insert("rules".to_owned(), view.all.iter().map(|f| rule(report, f)).collect());
    let mut automation = json!({ "id": one_line(&format!("{}/{}", report.profile.id, report.profile.version)) });
    if let Ok(guid) = report.report_id.trim_start_matches("urn:uuid:").parse::<uuid::Uuid>() {
        automation["guid"] = json!(guid.hyphenated().to_string());
    }
    let run = json!({
        "tool": { "driver": driver },
        "language": language.tag(),
        "automationDetails": automation,
        "invocations": [{
            "executionSuccessful": !broke,
            "startTimeUtc": report.run.at.to_string(),
            "toolExecutionNotifications": notifications,
        }],
        "columnKind": "unicodeCodePoints",
        "artifacts": report.evidence.iter().map(|e| json!({
            "location": { "uri": uri(&e.path) },
            "length": e.bytes,
            "mimeType": one_line(&e.media_type),
            "hashes": { "sha-256": one_line(&e.sha256) },
        })).collect::<Vec<_>>(),
        "results": results,
        "properties": {
            "decision": report.aggregate.decision.name(),
            "environment": report.system.environment.name(),
            "system": one_line(&report.system.name),
            "resultsDigest": one_line(&report.replay.results_digest),
            "seal": report.seal.assurance,
            "sealText": report.seal.assurance.text().get(language),
        },
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    let mut out = serde_json::to_string_pretty(&log).map_err(|e| Error::Internal(format!("SARIF: {e}")))?;
    out.push('\n');
    Ok(out)
}

/// A requirement as a rule.
fn rule(report: &Report, finding: &Finding<'_>) -> Value {
    let language = report.language;
    let requirement = finding.requirement;
    let title = requirement.title.get(language);
    let help: Vec<_> = finding
        .remedies(language)
        .into_iter()
        .map(|remedy| format!("{}: {remedy}", w::REMEDY.get(language)))
        .chain([format!("{}: {}", w::SOURCE.get(language), finding.source(language))])
        .chain(explained(finding).into_iter().map(|id| format!("kravprobe explain {id}")))
        .collect();
    json!({
        "id": one_line(&requirement.id),
        "shortDescription": { "text": one_line(title) },
        "fullDescription": { "text": harmless(requirement.contract_text.as_deref().unwrap_or(title)) },
        "help": { "text": harmless(&help.join("\n")) },
        "defaultConfiguration": { "level": level(requirement.level) },
        "properties": {
            "level": requirement.level.name(),
            "category": requirement.category.name(),
            "basis": requirement.basis.name(),
        },
    })
}

/// Ids of the requirement's checks, each once.
fn explained<'a>(finding: &Finding<'a>) -> Vec<&'a str> {
    let mut ids: Vec<&str> = Vec::new();
    for id in finding.result.checks.iter().filter_map(|c| c.check.as_deref()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn result(
    report: &Report,
    artifacts: &BTreeMap<&str, usize>,
    index: usize,
    finding: &Finding<'_>,
    check: &CheckEntry,
) -> Result<Value> {
    let language = report.language;
    let (kind, level) = match check.verdict {
        Verdict::Pass => ("pass", "none"),
        Verdict::Fail => ("fail", level(finding.requirement.level)),
        Verdict::Inconclusive | Verdict::Error | Verdict::NotTested => ("open", "none"),
        Verdict::NotApplicable => ("notApplicable", "none"),
    };
    let identity = canonical::bytes(&[
        finding.requirement.id.as_str(),
        decider(check),
        check.subject.as_deref().unwrap_or_default(),
    ])?;
    let mut location = Map::new();
    let evidence = check.evidence.iter().find_map(|digest| artifacts.get(digest.as_str()));
    if let Some((artifact, path)) = evidence.and_then(|n| Some((*n, &report.evidence.get(*n)?.path))) {
        location.insert(
            "physicalLocation".to_owned(),
            json!({ "artifactLocation": { "uri": uri(path), "index": artifact } }),
        );
    }
    if let Some(subject) = &check.subject {
        location.insert(
            "logicalLocations".to_owned(),
            json!([{ "fullyQualifiedName": one_line(subject), "kind": "resource" }]),
        );
    }
    let mut result = json!({
        "ruleId": one_line(&finding.requirement.id),
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": { "text": message(report, finding, check) },
        "partialFingerprints": {
            "kravprobeFinding/v1": one_line(&finding.result.fingerprint),
            "kravprobeResult/v1": sha256_hex(&identity),
        },
        "properties": {
            "check": one_line(decider(check)),
            "verdict": check.verdict.name(),
            "reason": one_line(&check.reason),
            "expected": harmless(&check.expected),
            "observed": harmless(&check.observed),
            "method": check.method.name(),
            "attested": check.attested,
            "category": finding.requirement.category.name(),
        },
    });
    if !location.is_empty() {
        result["locations"] = json!([location]);
    }
    if check.verdict == Verdict::Fail && finding.is_waived() {
        let suppressions: Vec<_> = finding
            .result
            .waivers
            .iter()
            .map(|waiver| {
                let (word, until) = (w::WAIVER.get(language), w::day(waiver.expires, language));
                let justification = format!(
                    "{word} {}: {}, {}. {} {until}.",
                    waiver.id,
                    waiver.authority,
                    waiver.scope,
                    w::EXPIRES.get(language)
                );
                json!({ "kind": "external", "status": "accepted", "justification": one_line(&justification) })
            })
            .collect();
        result["suppressions"] = json!(suppressions);
    }
    Ok(result)
}

fn message(report: &Report, finding: &Finding<'_>, check: &CheckEntry) -> String {
    let language = report.language;
    let mut lines = vec![format!(
        "{}: {}. {}",
        check.verdict.text().get(language),
        name(check, language),
        check.message.get(language)
    )];
    for (label, value) in [(w::EXPECTED, expected(check, language)), (w::OBSERVED, observed(check, language))] {
        if !value.is_empty() {
            lines.push(format!("{}: {}", label.get(language), one_line(&value)));
        }
    }
    if check.verdict == Verdict::Fail {
        if let Some(remedy) = &check.remediation {
            lines.push(format!("{}: {}", w::REMEDY.get(language), remedy.get(language)));
        }
        if let Some(deadline) = finding.deadline(language) {
            lines.push(format!("{}: {deadline}", w::DEADLINE.get(language)));
        }
    }
    harmless(&lines.join("\n"))
}

fn notification(report: &Report, index: usize, finding: &Finding<'_>, check: Option<&CheckEntry>) -> Value {
    let verdict = check.map_or(Verdict::NotTested, |c| c.verdict);
    let text = match check {
        Some(check) => message(report, finding, check),
        None => w::NO_CHECK.get(report.language).to_owned(),
    };
    json!({
        "descriptor": { "id": verdict.name(), "index": usize::from(verdict == Verdict::Error) },
        "associatedRule": { "id": one_line(&finding.requirement.id), "index": index },
        "level": if verdict == Verdict::Error { "error" } else { "warning" },
        "message": { "text": text },
    })
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "error",
        Level::Should => "warning",
        Level::May => "note",
    }
}

fn text(value: &str) -> Value {
    json!(one_line(value))
}

/// A path as a relative URI reference (RFC 3986): everything but unreserved characters and slashes is percent-encoded.
fn uri(path: &str) -> String {
    path.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

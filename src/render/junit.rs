//! `junit.xml` for build servers: one suite a requirement, one case a result.
//!
//! A failure is `failure`; inconclusive and a fault of the probe are `error`; not applicable, not tested and waived are
//! `skipped` with the reason. A waived failure keeps its words, so nothing is hidden.

use super::view::{Finding, View, decider, expected, name, observed, parameter};
use super::{harmless, one_line, words as w};
use crate::error::{Error, Result};
use crate::language::Language;
use crate::report::v1::{CheckEntry, Report};
use crate::verdict::Verdict;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::fmt::Write;

type Xml = Writer<Vec<u8>>;

/// What a case counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Failure,
    Error,
    Skipped,
}

/// The report as JUnit XML.
pub fn junit(report: &Report) -> Result<String> {
    let view = View::of(report)?;
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(report, &view, &mut xml).map_err(|e| Error::Internal(format!("JUnit: {e}")))?;
    let mut text = String::from_utf8(xml.into_inner()).map_err(|e| Error::Internal(format!("JUnit: {e}")))?;
    text.push('\n');
    Ok(text)
}

fn write(report: &Report, view: &View<'_>, xml: &mut Xml) -> std::io::Result<()> {
    let language = report.language;
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let decision = report.aggregate.decision.text().get(language);
    let kinds: Vec<_> = view.all.iter().flat_map(kinds).collect();
    let seal = report.seal.assurance.text().get(language);
    let profile = &report.profile;
    let title = format!("{} {}: {} – {decision} – {seal}", profile.id, profile.version, report.system.name);
    let mut root = BytesStart::new("testsuites");
    attribute(&mut root, "name", &title);
    counts(&mut root, &kinds);
    xml.write_event(Event::Start(root))?;
    for finding in &view.all {
        suite(report, finding, xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn suite(report: &Report, finding: &Finding<'_>, xml: &mut Xml) -> std::io::Result<()> {
    let language = report.language;
    let requirement = finding.requirement;
    let mut suite = BytesStart::new("testsuite");
    attribute(&mut suite, "name", &format!("{} {}", requirement.id, requirement.title.get(language)));
    counts(&mut suite, &kinds(finding));
    xml.write_event(Event::Start(suite))?;
    xml.write_event(Event::Start(BytesStart::new("properties")))?;
    let properties = [
        ("requirement", requirement.id.as_str()),
        ("level", requirement.level.name()),
        ("category", requirement.category.name()),
        ("basis", requirement.basis.name()),
        ("source", &finding.source(language)),
        ("verdict", finding.result.verdict.name()),
    ];
    for (name, value) in properties {
        property(xml, name, value)?;
    }
    for waiver in &finding.result.waivers {
        property(xml, "waiver", &format!("{} ({}, {})", waiver.id, waiver.authority, waiver.expires))?;
    }
    xml.write_event(Event::End(BytesEnd::new("properties")))?;
    if finding.result.checks.is_empty() {
        let mut case = BytesStart::new("testcase");
        attribute(&mut case, "name", &requirement.id);
        attribute(&mut case, "classname", &requirement.id);
        xml.write_event(Event::Start(case))?;
        empty(xml, "skipped", w::NO_CHECK.get(language))?;
        xml.write_event(Event::End(BytesEnd::new("testcase")))?;
    }
    for check in &finding.result.checks {
        case(finding, check, language, xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn case(finding: &Finding<'_>, check: &CheckEntry, language: Language, xml: &mut Xml) -> std::io::Result<()> {
    let subject = check.subject.as_deref().map(|s| format!(" [{s}]")).unwrap_or_default();
    let mut case = BytesStart::new("testcase");
    attribute(&mut case, "name", &format!("{}{subject}", decider(check)));
    attribute(&mut case, "classname", &finding.requirement.id);
    let verdict = check.verdict.text().get(language);
    let message = format!("{verdict}: {}. {}", name(check, language), check.message.get(language));
    match kind(finding, check) {
        Kind::Passed => xml.write_event(Event::Empty(case)),
        Kind::Skipped => {
            xml.write_event(Event::Start(case))?;
            empty(xml, "skipped", &skip_reason(finding, check, &message, language))?;
            xml.write_event(Event::End(BytesEnd::new("testcase")))
        }
        kind @ (Kind::Failure | Kind::Error) => {
            xml.write_event(Event::Start(case))?;
            let tag = if kind == Kind::Failure { "failure" } else { "error" };
            let mut start = BytesStart::new(tag);
            attribute(&mut start, "message", &message);
            attribute(&mut start, "type", &check.reason);
            xml.write_event(Event::Start(start))?;
            xml.write_event(Event::Text(BytesText::new(&harmless(&details(finding, check, language)))))?;
            xml.write_event(Event::End(BytesEnd::new(tag)))?;
            xml.write_event(Event::End(BytesEnd::new("testcase")))
        }
    }
}

fn skip_reason(finding: &Finding<'_>, check: &CheckEntry, message: &str, language: Language) -> String {
    let mut reason = message.to_owned();
    // Writing to a String cannot fail.
    for value in [expected(check, language), observed(check, language)] {
        if !value.is_empty() {
            let _ = write!(reason, " ({value})");
        }
    }
    if check.verdict == Verdict::Fail {
        for waiver in &finding.result.waivers {
            let (word, expires) = (w::WAIVER.get(language), w::EXPIRES.get(language));
            let until = w::day(waiver.expires, language);
            let _ = write!(reason, " {word} {}: {}, {}. {expires} {until}.", waiver.id, waiver.authority, waiver.scope);
        }
    }
    reason
}

fn details(finding: &Finding<'_>, check: &CheckEntry, language: Language) -> String {
    let mut lines = vec![
        (w::REQUIREMENT, format!("{} {}", finding.requirement.id, finding.requirement.title.get(language))),
        (
            w::LEVEL,
            format!("{}, {}", finding.requirement.level.text().get(language), finding.requirement.category.name()),
        ),
        (w::EXPECTED, check.expected.clone()),
        (w::OBSERVED, check.observed.clone()),
    ];
    lines.extend(
        check.parameters.0.iter().map(|(name, value)| (w::PARAMETERS, format!("{name} = {}", parameter(value)))),
    );
    if let Some(remedy) = &check.remediation {
        lines.push((w::REMEDY, remedy.get(language).to_owned()));
    }
    if let Some(deadline) = finding.deadline(language).filter(|_| check.verdict == Verdict::Fail) {
        lines.push((w::DEADLINE, deadline));
    }
    lines.push((w::SOURCE, finding.source(language)));
    let lines = lines
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| format!("{}: {}", label.get(language), one_line(&value)));
    lines.collect::<Vec<_>>().join("\n")
}

fn kinds(finding: &Finding<'_>) -> Vec<Kind> {
    if finding.result.checks.is_empty() {
        return vec![Kind::Skipped];
    }
    finding.result.checks.iter().map(|c| kind(finding, c)).collect()
}

fn kind(finding: &Finding<'_>, check: &CheckEntry) -> Kind {
    match check.verdict {
        Verdict::Pass => Kind::Passed,
        Verdict::Fail if finding.is_waived() => Kind::Skipped,
        Verdict::Fail => Kind::Failure,
        Verdict::Inconclusive | Verdict::Error => Kind::Error,
        Verdict::NotTested | Verdict::NotApplicable => Kind::Skipped,
    }
}

fn counts(element: &mut BytesStart<'_>, kinds: &[Kind]) {
    let of = |kind| kinds.iter().filter(|k| **k == kind).count().to_string();
    attribute(element, "tests", &kinds.len().to_string());
    attribute(element, "failures", &of(Kind::Failure));
    attribute(element, "errors", &of(Kind::Error));
    attribute(element, "skipped", &of(Kind::Skipped));
}

fn property(xml: &mut Xml, name: &str, value: &str) -> std::io::Result<()> {
    let mut property = BytesStart::new("property");
    attribute(&mut property, "name", name);
    attribute(&mut property, "value", value);
    xml.write_event(Event::Empty(property))
}

fn empty(xml: &mut Xml, tag: &str, message: &str) -> std::io::Result<()> {
    let mut element = BytesStart::new(tag);
    attribute(&mut element, "message", message);
    xml.write_event(Event::Empty(element))
}

/// Attributes are one line: an XML reader would turn line breaks into spaces anyway.
fn attribute(element: &mut BytesStart<'_>, name: &str, value: &str) {
    element.push_attribute((name, one_line(value).as_str()));
}

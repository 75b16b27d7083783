//! A comparison of two reports, for people.

use super::one_line;
use super::values::value;
use super::words::{self, compare as w};
use crate::language::{Language, Text};
use crate::report::compare::{
    Cause, CauseOf, CheckChange, Comparison, Finding, RequirementChange, RequirementStand, Stand, Status,
};
use crate::verdict::Verdict;
use std::fmt::Write;

// Below, the results of `write!` are ignored: writing to a String cannot fail.

/// The comparison as text.
#[must_use]
pub fn comparison(comparison: &Comparison, language: Language) -> String {
    let t = |text: &Text| text.get(language);
    let mut out = String::new();
    for (label, report) in [(&w::OLD, &comparison.old), (&w::NEW, &comparison.new)] {
        let at = words::instant(report.at, language);
        let _ = writeln!(out, "{:<7}{}  {at}  {}", t(label), t(&report.decision.text()), one_line(&report.report_id));
    }
    let _ = writeln!(out, "\n{}", t(&comparison.worse.text()));
    if comparison.findings.is_empty() {
        let _ = writeln!(out, "{}", t(&w::NO_FINDINGS));
    }
    for status in Status::ALL {
        let findings: Vec<_> = comparison.findings.iter().filter(|f| f.status == status).collect();
        if !findings.is_empty() {
            let _ = writeln!(out, "\n{} ({})", t(&status.text()), findings.len());
        }
        for finding in findings {
            out.push_str(&finding_text(finding, language));
        }
    }
    section(&mut out, t(&w::REQUIREMENTS), comparison.requirements.iter().map(|c| requirement(c, language)));
    section(&mut out, t(&w::CHECKS), comparison.checks.iter().map(|c| check(c, language)));
    section(&mut out, t(&w::CAUSES), comparison.causes.iter().map(|c| cause(c, language)));
    out
}

fn section(out: &mut String, heading: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<_> = lines.collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "\n{heading} ({})", lines.len());
    }
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
}

fn finding_text(finding: &Finding, language: Language) -> String {
    let t = |text: &Text| text.get(language);
    let subject = finding.subject.as_deref().map(|s| format!(" {}", one_line(s))).unwrap_or_default();
    let mut out = format!("  {} {}{subject}", one_line(&finding.requirement), one_line(&finding.by));
    if finding.waived {
        let _ = write!(out, " ({})", t(&w::COVERED));
    }
    out.push('\n');
    if let Some(title) = &finding.title {
        let _ = writeln!(out, "    {}", one_line(title.get(language)));
    }
    for (label, stand) in [(&w::OLD, &finding.before), (&w::NEW, &finding.after)] {
        let shown = stand.as_ref().map_or_else(|| t(&w::ABSENT).to_owned(), |s| stand_text(s, language));
        let _ = writeln!(out, "    {}: {shown}", t(label));
    }
    if finding.causes.is_empty() && !finding.is_unchanged() {
        let both = finding.before.is_some() && finding.after.is_some();
        let decided = both && !matches!(finding.status, Status::New | Status::NotShown);
        let _ = writeln!(out, "    {}", t(if decided { &w::NO_CAUSE } else { &w::NO_CAUSE_SHOWN }));
    }
    for one in &finding.causes {
        let _ = writeln!(out, "    {}: {}", t(&w::CAUSE), cause(one, language));
    }
    out
}

fn stand_text(stand: &Stand, language: Language) -> String {
    let reason = crate::outcome::Reason::ALL.iter().find(|r| r.code() == stand.reason);
    let reason = reason.map_or_else(|| one_line(&stand.reason), |r| r.text().get(language).to_owned());
    let observed = one_line(&value(&stand.observed, language));
    let verdict = stand.verdict.text().get(language);
    if observed.is_empty() { format!("{verdict}. {reason}") } else { format!("{verdict}. {reason} {observed}") }
}

fn verdict(verdict: Option<Verdict>, language: Language) -> &'static str {
    verdict.map_or_else(|| w::ABSENT.get(language), |v| v.text().get(language))
}

fn requirement(change: &RequirementChange, language: Language) -> String {
    let stand = |stand: &Option<RequirementStand>| match stand {
        None => w::ABSENT.get(language).to_owned(),
        Some(RequirementStand { verdict, level, category, waivers }) => {
            let mut text =
                format!("{} ({}, {})", verdict.text().get(language), level.text().get(language), category.name());
            if !waivers.is_empty() {
                let _ = write!(text, ", {} {}", words::WAIVER.get(language), one_line(&waivers.join(", ")));
            }
            text
        }
    };
    let (id, title) = (one_line(&change.requirement), one_line(change.title.get(language)));
    format!("{id} {title}: {} -> {}", stand(&change.before), stand(&change.after))
}

fn check(change: &CheckChange, language: Language) -> String {
    let subject = change.subject.as_deref().map(|s| format!(" {}", one_line(s))).unwrap_or_default();
    format!(
        "{} {}{subject}: {} -> {}",
        one_line(&change.requirement),
        one_line(&change.by),
        verdict(change.before, language),
        verdict(change.after, language)
    )
}

fn cause(cause: &Cause, language: Language) -> String {
    let what = cause.what.text().get(language);
    let which = if cause.which.is_empty() { String::new() } else { format!(" {}", one_line(&cause.which)) };
    if cause.before.is_empty() && cause.after.is_empty() {
        return format!("{what}{which}: {}", w::CHANGED.get(language));
    }
    if cause.what == CauseOf::Expiry {
        return format!("{what}{which}: {}", one_line(&cause.after));
    }
    let value = |text: &str| if text.is_empty() { w::NOTHING.get(language).to_owned() } else { one_line(text) };
    format!("{what}{which}: {} -> {}", value(&cause.before), value(&cause.after))
}

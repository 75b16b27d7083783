//! What the command line shows after a run: the decision, the counts, and what to do about each failure.

use super::view::{Finding, Group, View, expected, grouped, name, observed};
use super::{one_line, words as w};
use crate::aggregate::Decision;
use crate::error::Result;
use crate::language::{Language, Text};
use crate::report::v1::{Assurance, Report};
use crate::verdict::{Category, Method, Verdict};
use anstyle::{AnsiColor, Style};
use std::fmt::Write;

/// How the terminal shows it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether to use colour; it never carries meaning alone.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// Language.
    pub language: Language,
}

/// The report for a terminal.
pub fn terminal(report: &Report, options: Options) -> Result<String> {
    let view = View::of(report)?;
    let mut out = Writer { text: String::new(), options };
    heading(report, &mut out);
    counts(report, &mut out);
    out.section(&w::FAILURES, view.failures.len());
    if view.failures.is_empty() {
        out.paragraph(2, out.t(&w::NO_FAILURES));
    }
    for finding in &view.failures {
        failure(finding, &mut out);
    }
    if !view.remarks.is_empty() {
        out.section(&w::REMARKS, view.remarks.len());
        for finding in &view.remarks {
            failure(finding, &mut out);
        }
    }
    if !view.waived.is_empty() || !report.waivers_without_effect.is_empty() {
        waivers(report, &view, &mut out);
    }
    if !view.undecided.is_empty() {
        out.section(&w::UNDECIDED, view.undecided.len());
        for finding in &view.undecided {
            undecided(finding, &mut out);
        }
    }
    Ok(out.text)
}

fn heading(report: &Report, out: &mut Writer) {
    let decision = report.aggregate.decision;
    let color = match decision {
        Decision::Accepted | Decision::AcceptedWithRemarks => AnsiColor::Green,
        Decision::Inconclusive => AnsiColor::Yellow,
        Decision::NotAccepted => AnsiColor::Red,
    };
    let words = format!("{} {}", decision.sign(), out.t(&decision.text()).to_uppercase());
    out.styled_line(color.on_default().bold(), &words);
    out.paragraph(2, out.t(&decision.definition()));
    let language = out.options.language;
    let environment = out.t(&report.system.environment.text());
    out.field(2, &w::SYSTEM, &format!("{} ({environment})", report.system.name));
    let profile = &report.profile;
    out.field(2, &w::PROFILE, &format!("{} ({} {})", profile.title.get(language), profile.id, profile.version));
    out.field(2, &w::JUDGED_AT, &w::instant(report.run.at, language));
    let seal = out.t(&report.seal.assurance.text());
    if report.seal.assurance == Assurance::AdvancedOces {
        out.field(2, &w::SEAL, seal);
    } else {
        let warning = format!("! {}. {}", seal.to_uppercase(), out.t(&report.seal.assurance.definition()));
        out.styled(AnsiColor::Yellow.on_default(), 2, &warning);
    }
}

fn counts(report: &Report, out: &mut Writer) {
    out.section_title(out.t(&w::COUNTS));
    let counts = &report.aggregate.counts;
    let verdicts: Vec<_> = Verdict::ALL
        .into_iter()
        .map(|v| format!("{} {}", out.t(&v.text()), counts.by_verdict.get(v.name()).copied().unwrap_or(0)))
        .collect();
    out.field(2, &w::BY_VERDICT, &verdicts.join(", "));
    let categories: Vec<_> = [Category::A, Category::B, Category::C]
        .into_iter()
        .map(|c| (c.name(), counts.by_category.get(c.name()).copied().unwrap_or_default()))
        .map(|(name, count)| {
            let waived = count.raw.saturating_sub(count.effective);
            match waived {
                0 => format!("{name} {}", count.raw),
                _ => format!("{name} {} ({} {waived})", count.raw, out.t(&w::WAIVED).to_lowercase()),
            }
        })
        .collect();
    out.field(2, &w::BY_CATEGORY, &categories.join(", "));
    for method in Method::ALL {
        let of = |v: Verdict| counts.by_method.get(method.name()).and_then(|m| m.get(v.name())).copied().unwrap_or(0);
        let parts: Vec<_> = Verdict::ALL
            .into_iter()
            .filter(|v| of(*v) > 0)
            .map(|v| format!("{} {}", out.t(&v.text()), of(v)))
            .collect();
        let line = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
        out.field(2, &method.text(), &line);
    }
    let coverage = &report.aggregate.coverage;
    out.field(2, &w::COVERAGE, &format!("{} / {}", coverage.must_decided, coverage.must_applicable));
}

fn failure(finding: &Finding<'_>, out: &mut Writer) {
    let language = out.options.language;
    title(finding, AnsiColor::Red, out);
    for group in grouped(&finding.failing()) {
        details(&group, out);
    }
    for remedy in finding.remedies(language) {
        out.field(6, &w::REMEDY, remedy);
    }
    let deadline = finding.deadline(language).unwrap_or_else(|| out.t(&w::DEADLINE_NONE).to_owned());
    out.field(6, &w::DEADLINE, &deadline);
}

fn title(finding: &Finding<'_>, color: AnsiColor, out: &mut Writer) {
    let requirement = finding.requirement;
    let line = format!(
        "{} {} {} [{} {}] {}",
        finding.result.verdict.sign(),
        out.t(&finding.result.verdict.text()),
        requirement.id,
        out.t(&requirement.level.text()),
        requirement.category.name(),
        requirement.title.get(out.options.language),
    );
    out.styled(color.on_default().bold(), 2, &line);
}

fn details(group: &Group<'_>, out: &mut Writer) {
    let check = group.check;
    let subject = if group.subjects.is_empty() { String::new() } else { format!(" ({})", group.subjects.join(", ")) };
    let language = out.options.language;
    out.paragraph(4, &format!("{}{subject}: {}", name(check, language), check.message.get(language)));
    if !check.expected.is_empty() {
        out.field(6, &w::EXPECTED, &expected(check, language));
    }
    if !check.observed.is_empty() {
        out.field(6, &w::OBSERVED, &observed(check, language));
    }
}

fn waivers(report: &Report, view: &View<'_>, out: &mut Writer) {
    out.section(&w::WAIVERS, view.waived.len());
    for finding in &view.waived {
        title(finding, AnsiColor::Yellow, out);
        for waiver in &finding.result.waivers {
            let expires = w::day(waiver.expires, out.options.language);
            let line = format!(
                "{} {}: {} {}. {}: {}. {} {expires}.",
                out.t(&w::WAIVER),
                waiver.id,
                out.t(&w::AUTHORITY),
                waiver.authority,
                out.t(&w::SCOPE),
                waiver.scope,
                out.t(&w::EXPIRES),
            );
            out.paragraph(4, &line);
        }
    }
    for idle in &report.waivers_without_effect {
        let line = format!("! {} {}: {}", out.t(&w::WAIVER), idle.id, out.t(&w::idle(&idle.because)));
        out.styled(AnsiColor::Yellow.on_default(), 2, &line);
    }
}

fn undecided(finding: &Finding<'_>, out: &mut Writer) {
    title(finding, AnsiColor::Yellow, out);
    let language = out.options.language;
    for group in grouped(&finding.undecided()) {
        let check = group.check;
        let subjects =
            if group.subjects.is_empty() { String::new() } else { format!("{}: ", group.subjects.join(", ")) };
        let detail = if check.observed.is_empty() { expected(check, language) } else { observed(check, language) };
        let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
        out.paragraph(4, &format!("{subjects}{}{detail}", check.message.get(language)));
    }
    if finding.result.checks.is_empty() {
        out.paragraph(4, out.t(&w::NO_CHECK));
    }
}

struct Writer {
    text: String,
    options: Options,
}

impl Writer {
    fn t(&self, text: &Text) -> &'static str {
        text.get(self.options.language)
    }

    fn styled_line(&mut self, style: Style, line: &str) {
        self.styled(style, 0, line);
    }

    fn section(&mut self, title: &Text, count: usize) {
        self.section_title(&format!("{} ({count})", self.t(title)));
    }

    fn section_title(&mut self, title: &str) {
        self.text.push('\n');
        self.styled_line(Style::new().bold(), title);
    }

    fn field(&mut self, indent: usize, label: &Text, value: &str) {
        self.paragraph(indent, &format!("{}: {value}", self.t(label)));
    }

    fn paragraph(&mut self, indent: usize, text: &str) {
        self.styled(Style::new(), indent, text);
    }

    /// Wrapped text; hanging lines stand two columns further in.
    fn styled(&mut self, style: Style, indent: usize, text: &str) {
        let first = " ".repeat(indent);
        let rest = " ".repeat(indent + 2);
        // Narrower than this, wrapping only hurts.
        let width = self.options.width.max(40);
        let options = textwrap::Options::new(width).initial_indent(&first).subsequent_indent(&rest);
        for line in textwrap::wrap(&one_line(text), options) {
            // Writing to a String cannot fail.
            if self.options.color && style != Style::new() {
                let _ = write!(self.text, "{style}{line}{style:#}");
            } else {
                self.text.push_str(&line);
            }
            self.text.push('\n');
        }
    }
}

//! `report.html`: one accessible file with everything in it, for people who are no programmers. No script, nothing loaded.

use super::view::{self, Finding, View};
use super::{harmless, is_hostile, usage, words};
use crate::canonical;
use crate::digest::{sha256, sha256_hex};
use crate::error::{Error, Result};
use crate::language::{Language, Localised, Text};
use crate::report::v1::{Assurance, Calibration, CheckEntry, Latency, Moment, Report, Session};
use crate::target::Party;
use crate::verdict::{Category, Level, Method, Verdict};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The stylesheet; its digest stands in the page's content security policy.
const CSS: &str = include_str!("../../templates/report.css");

/// The report as one HTML file.
pub fn html(report: &Report, language: Language) -> Result<String> {
    let canonical = canonical::bytes(report)?;
    let text = String::from_utf8(canonical).map_err(|_| Error::Internal("canonical JSON is not UTF-8".to_owned()))?;
    let page = Page {
        l: language,
        r: report,
        view: View::of(report)?,
        evidence_numbers: report.evidence.iter().zip(1..).map(|(e, n)| (e.sha256.as_str(), n)).collect(),
        css: CSS,
        style_digest: STANDARD.encode(sha256(CSS.as_bytes())),
        report_sha256: sha256_hex(text.as_bytes()),
        json: embeddable(&text),
    };
    let html = page.render().map_err(|e| Error::Internal(format!("HTML: {e}")))?;
    // Everything from outside is escaped by the template; what is left are characters that hide or reorder text.
    Ok(harmless(&html))
}

/// JSON that can stand inside a script element: no character that could end the element, start a comment, or be changed
/// by [`harmless`]. It parses to the same value.
fn embeddable(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, '<' | '>' | '&') || is_hostile(c) {
            // All of these are in the Basic Multilingual Plane, so one escape is enough. Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Height of one row of a drawing, and the width of its longest bar.
const ROW: usize = 24;
const WIDEST: u64 = 440;

/// A bar of a histogram as it is drawn.
struct DrawnBar {
    y: usize,
    label: String,
    width: u64,
    count: u64,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    l: Language,
    r: &'a Report,
    view: View<'a>,
    evidence_numbers: BTreeMap<&'a str, usize>,
    css: &'static str,
    style_digest: String,
    report_sha256: String,
    json: String,
}

impl Page<'_> {
    fn t(&self, text: impl Borrow<Text>) -> &'static str {
        text.borrow().get(self.l)
    }

    fn loc<'b>(&self, text: &'b Localised) -> &'b str {
        text.get(self.l)
    }

    fn day(&self, date: impl Borrow<jiff::civil::Date>) -> String {
        words::day(*date.borrow(), self.l)
    }

    fn instant(&self, at: &jiff::Timestamp) -> String {
        words::instant(*at, self.l)
    }

    fn title(&self) -> String {
        let decision = self.t(self.r.aggregate.decision.text());
        format!("{}: {} – {decision}", self.t(words::REPORT), self.r.system.name)
    }

    fn is_sealed(&self) -> bool {
        self.r.seal.assurance == Assurance::AdvancedOces
    }

    fn party(&self, party: Option<&Party>) -> String {
        view::party(party, self.l)
    }

    fn assessor(&self) -> String {
        view::assessor(self.r, self.l)
    }

    fn contract(&self) -> String {
        view::contract(self.r, self.l)
    }

    fn phase(&self) -> String {
        let phase = self.r.contract.as_ref().and_then(|c| c.phase.clone());
        phase.unwrap_or_else(|| self.t(words::NOT_STATED).to_owned())
    }

    fn scope(&self) -> Vec<(&'static str, &str)> {
        let scope = &self.r.profile.scope;
        [
            (&words::SCOPE_FRAMEWORK, &scope.framework),
            (&words::CONTRACT, &scope.contract),
            (&words::SCOPE_SERVICE_AREA, &scope.service_area),
            (&words::SCOPE_USE_CASE, &scope.use_case),
            (&words::SCOPE_PACKAGE, &scope.package),
        ]
        .into_iter()
        .filter_map(|(label, value)| Some((self.t(label), value.as_deref()?)))
        .collect()
    }

    fn profile_validity(&self) -> String {
        let from = self.day(self.r.profile.valid_from);
        match &self.r.profile.valid_until {
            Some(until) => format!("{from} – {}", self.day(until)),
            None => format!("{from} –"),
        }
    }

    /// Failures by category, categories without any left out.
    fn failures_by_category(&self) -> Vec<(&'static str, Vec<&Finding<'_>>)> {
        [Category::A, Category::B, Category::C]
            .into_iter()
            .map(|category| {
                let failures = self.view.failures.iter().filter(|f| f.requirement.category == category);
                (self.t(category.text()), failures.collect::<Vec<_>>())
            })
            .filter(|(_, failures)| !failures.is_empty())
            .collect()
    }

    /// Remarks by level, levels without any left out.
    fn remarks_by_level(&self) -> Vec<(&'static str, Vec<&Finding<'_>>)> {
        [Level::Should, Level::May]
            .into_iter()
            .map(|level| {
                let remarks = self.view.remarks.iter().filter(|f| f.requirement.level == level);
                (self.t(level.text()), remarks.collect::<Vec<_>>())
            })
            .filter(|(_, remarks)| !remarks.is_empty())
            .collect()
    }

    /// Id of a finding in the page: by its place in the report, never by what the profile calls it.
    fn place(&self, finding: &Finding<'_>) -> String {
        let place = self.view.all.iter().position(|f| f.requirement.id == finding.requirement.id);
        format!("r{}", place.map_or(0, |n| n + 1))
    }

    fn deadline(&self, finding: &Finding<'_>) -> String {
        finding.deadline(self.l).unwrap_or_else(|| self.t(words::DEADLINE_NONE).to_owned())
    }

    fn owner(&self) -> String {
        match &self.r.parties.supplier {
            Some(supplier) => format!("{} ({})", self.t(words::SUPPLIER_OWNS), supplier.name),
            None => self.t(words::SUPPLIER_OWNS).to_owned(),
        }
    }

    fn short_deadline(&self, finding: &Finding<'_>) -> String {
        finding.short_deadline(self.l).unwrap_or_else(|| self.t(words::DEADLINE_NONE).to_owned())
    }

    fn deadlines_note(&self) -> Option<String> {
        Some(words::deadlines_note(self.r.deadlines.first()?.if_delivered, self.l))
    }

    fn expected<'b>(&self, check: &'b CheckEntry) -> Cow<'b, str> {
        view::expected(check, self.l)
    }

    fn observed<'b>(&self, check: &'b CheckEntry) -> Cow<'b, str> {
        view::observed(check, self.l)
    }

    fn failing<'b>(finding: &Finding<'b>) -> Vec<view::Group<'b>> {
        view::grouped(&finding.failing())
    }

    fn undecided<'b>(finding: &Finding<'b>) -> Vec<view::Group<'b>> {
        view::grouped(&finding.undecided())
    }

    fn remedies<'b>(&self, finding: &Finding<'b>) -> Vec<&'b str> {
        finding.remedies(self.l)
    }

    fn name(&self, check: &CheckEntry) -> String {
        view::name(check, self.l)
    }

    fn parameters(check: &CheckEntry) -> Vec<(&str, String)> {
        check.parameters.0.iter().map(|(name, value)| (name.as_str(), view::parameter(value))).collect()
    }

    /// Evidence of a result: number in the evidence list (0 when the list does not have it) and digest.
    fn evidence<'b>(&self, check: &'b CheckEntry) -> Vec<(usize, &'b str)> {
        check
            .evidence
            .iter()
            .map(|digest| (self.evidence_numbers.get(digest.as_str()).copied().unwrap_or(0), digest.as_str()))
            .collect()
    }

    fn verdict_counts(&self) -> Vec<(Verdict, u64)> {
        let counts = &self.r.aggregate.counts.by_verdict;
        Verdict::ALL.into_iter().map(|v| (v, counts.get(v.name()).copied().unwrap_or(0))).collect()
    }

    fn category_counts(&self) -> Vec<(&'static str, u64, u64)> {
        [Category::A, Category::B, Category::C]
            .into_iter()
            .map(|category| {
                let count = self.r.aggregate.counts.by_category.get(category.name()).copied().unwrap_or_default();
                (self.t(category.text()), count.raw, count.effective)
            })
            .collect()
    }

    fn method_counts(&self) -> Vec<(&'static str, Vec<u64>)> {
        Method::ALL
            .into_iter()
            .map(|method| {
                let counts = self.r.aggregate.counts.by_method.get(method.name());
                let of = |v: Verdict| counts.and_then(|c| c.get(v.name())).copied().unwrap_or(0);
                (self.t(method.text()), Verdict::ALL.into_iter().map(of).collect())
            })
            .collect()
    }

    fn redactions(redactions: &BTreeMap<String, u32>) -> String {
        redactions.iter().map(|(kind, count)| format!("{kind}: {count}")).collect::<Vec<_>>().join(", ")
    }

    fn decider(check: &CheckEntry) -> &str {
        view::decider(check)
    }

    fn levels(&self) -> Vec<(&'static str, &'static str)> {
        [Level::Must, Level::Should, Level::May].map(|x| (self.t(x.text()), self.t(x.definition()))).to_vec()
    }

    fn methods(&self) -> Vec<(&'static str, &'static str)> {
        Method::ALL.map(|x| (self.t(x.text()), self.t(x.definition()))).to_vec()
    }

    /// How the rule set did on the reference vendor.
    fn calibration(&self, c: &Calibration) -> String {
        match self.l {
            Language::Da => format!(
                "{} af {} referencesystemer (ét uden fejl, de øvrige med hver sin fejl) gav netop de forventede udfald på {} prøver",
                c.holding, c.systems, c.checks
            ),
            Language::En => format!(
                "{} of {} reference systems (one without faults, the others with one fault each) gave exactly the expected outcomes on {} checks",
                c.holding, c.systems, c.checks
            ),
        }
    }

    /// Height of a drawing with so many rows.
    const fn chart_height(rows: usize) -> usize {
        rows * ROW + 8
    }

    /// The bars of a histogram, from the first to the last that has samples.
    fn bars(&self, latency: &Latency) -> Vec<DrawnBar> {
        let most = latency.bars.iter().map(|b| b.count).max().unwrap_or(0).max(1);
        let mut last = None;
        let drawn = latency.bars.iter().enumerate().map(|(row, bar)| {
            let label = match (bar.up_to_ms, last) {
                (Some(up_to), _) => format!("≤ {}", self.milliseconds(up_to)),
                (None, Some(from)) => format!("> {}", self.milliseconds(from)),
                (None, None) => String::new(),
            };
            last = bar.up_to_ms;
            DrawnBar { y: row * ROW, label, width: bar.count * WIDEST / most, count: bar.count }
        });
        drawn.collect()
    }

    fn moments(session: &Session) -> Vec<(usize, &Moment)> {
        session.moments.iter().enumerate().map(|(row, moment)| (row * ROW, moment)).collect()
    }

    fn milliseconds(&self, ms: u64) -> String {
        let comma = match self.l {
            Language::Da => ',',
            Language::En => '.',
        };
        match ms {
            0..1_000 => format!("{ms} ms"),
            1_000..60_000 if ms.is_multiple_of(1_000) => format!("{} s", ms / 1_000),
            1_000..60_000 => format!("{}{comma}{:03} s", ms / 1_000, ms % 1_000),
            _ if ms.is_multiple_of(60_000) => format!("{} min", ms / 60_000),
            _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        }
    }

    fn latency_words(&self, latency: &Latency) -> String {
        let [p50, p95, max] = [latency.p50_ms, latency.p95_ms, latency.max_ms].map(|ms| self.milliseconds(ms));
        let what = self.t(words::latency_of(latency.of));
        match self.l {
            Language::Da => format!("{what}: {} målinger, p50 {p50}, p95 {p95}, største {max}.", latency.count),
            Language::En => format!("{what}: {} samples, p50 {p50}, p95 {p95}, largest {max}.", latency.count),
        }
    }

    fn moment_words(&self, moment: &Moment) -> String {
        let what = self.t(words::moment(moment.what));
        match (moment.message, &moment.label) {
            (Some(number), Some(label)) => format!("{what}: {number} ({label})"),
            _ => what.to_owned(),
        }
    }

    fn session_words(&self, session: &Session) -> String {
        let begun = self.instant(&session.started);
        let mut text = match self.l {
            Language::Da => format!("Forløbet af {}, begyndt {begun}.", session.subject),
            Language::En => format!("The session of {}, begun {begun}.", session.subject),
        };
        if session.left_out > 0 {
            let more = session.left_out;
            let _ = match self.l {
                Language::Da => write!(text, " Yderligere {more} hændelser er ikke vist."),
                Language::En => write!(text, " {more} later moments are not shown."),
            };
        }
        text
    }

    /// How the bundle is called in the commands.
    fn bundle(&self) -> &'static str {
        match self.l {
            Language::Da => "PAKKE",
            Language::En => "BUNDLE",
        }
    }
}

//! A draft notice of defects (reklamation) from a report: HTML or Markdown, with everything a lawyer must decide marked.
//!
//! Only what the report shows as broken, and no waiver covers, is a defect. What was not decided is listed apart, never claimed.

use super::view::{self, Finding, Group, View};
use super::words::{self, notice as n};
use super::{harmless, one_line};
use crate::canonical;
use crate::check::Value;
use crate::digest::{sha256, sha256_hex};
use crate::error::{Error, Result};
use crate::language::{Language, Localised, Text};
use crate::outcome::Reason;
use crate::profile::Profile;
use crate::report::build::add_working_days;
use crate::report::v1::{AppliedWaiver, CheckEntry, DeclarationEntry, Report};
use crate::seal::Statement;
use crate::verdict::{Basis, Level, Verdict};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;

/// The stylesheet; its digest stands in the page's content security policy.
const CSS: &str = concat!(include_str!("../../templates/report.css"), include_str!("../../templates/notice.css"));

/// What the notice needs beside the report.
#[derive(Clone, Copy, Debug)]
pub struct NoticeFacts<'a> {
    /// Language of the notice.
    pub language: Language,
    /// Day on which report and notice are delivered; without it, deadlines are no dates.
    pub delivered: Option<Date>,
    /// The profile that was judged by.
    pub profile: &'a Profile,
    /// What the verification of the bundle could not show.
    pub not_proven: &'a [&'a Statement],
}

/// Form of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeForm {
    /// One file, nothing loaded.
    Html,
    /// CommonMark with tables.
    Markdown,
}

/// Whether a report shows a defect that a notice could be about: a broken `must` without a waiver.
pub fn has_defects(report: &Report) -> Result<bool> {
    Ok(!View::of(report)?.failures.is_empty())
}

/// The draft.
pub fn notice(report: &Report, facts: NoticeFacts<'_>, form: NoticeForm) -> Result<String> {
    let draft = Draft::new(report, facts)?;
    let rendered = match form {
        NoticeForm::Html => {
            Page { d: &draft, css: CSS, style_digest: STANDARD.encode(sha256(CSS.as_bytes())) }.render()
        }
        NoticeForm::Markdown => Sheet { d: &draft }.render(),
    };
    let text = rendered.map_err(|e| Error::Internal(format!("notice: {e}")))?;
    Ok(format!("{}\n", harmless(text.trim_end())))
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Page<'a> {
    d: &'a Draft<'a>,
    css: &'static str,
    style_digest: String,
}

#[derive(Template)]
#[template(path = "notice.md")]
struct Sheet<'a> {
    d: &'a Draft<'a>,
}

/// What both forms show.
struct Draft<'a> {
    l: Language,
    r: &'a Report,
    facts: NoticeFacts<'a>,
    defects: Vec<Finding<'a>>,
    matters: Vec<Finding<'a>>,
    waived: Vec<Finding<'a>>,
    not_shown: Vec<Finding<'a>>,
    /// Broken requirements for information, which a notice leaves out.
    left_out: usize,
    evidence_numbers: BTreeMap<&'a str, usize>,
    report_sha256: String,
}

impl<'a> Draft<'a> {
    fn new(report: &'a Report, facts: NoticeFacts<'a>) -> Result<Self> {
        let View { failures, remarks, waived, undecided, .. } = View::of(report)?;
        let (matters, information): (Vec<_>, Vec<_>) =
            remarks.into_iter().partition(|f| f.requirement.level == Level::Should);
        Ok(Self {
            l: facts.language,
            r: report,
            facts,
            defects: failures,
            matters,
            waived,
            not_shown: undecided,
            left_out: information.len(),
            evidence_numbers: report.evidence.iter().zip(1..).map(|(e, n)| (e.sha256.as_str(), n)).collect(),
            report_sha256: sha256_hex(&canonical::bytes(report)?),
        })
    }

    fn t(&self, text: impl Borrow<Text>) -> &'static str {
        text.borrow().get(self.l)
    }

    fn loc<'b>(&self, text: &'b Localised) -> &'b str {
        text.get(self.l)
    }

    fn title(&self) -> String {
        format!("{}: {}", self.t(n::TITLE), self.r.system.name)
    }

    /// Who, what and when: label and text.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let (r, l) = (self.r, self.l);
        let version = r.system.version.as_ref().map(|v| format!(" ({} {v})", self.t(words::SYSTEM_VERSION)));
        let delivered = match self.facts.delivered {
            Some(day) => words::day(day, l),
            None => self.t(n::DELIVERED_UNKNOWN).to_owned(),
        };
        let profile = &r.profile;
        vec![
            (self.t(n::FROM), view::party(r.parties.customer.as_ref(), l)),
            (self.t(n::TO), view::party(r.parties.supplier.as_ref(), l)),
            (self.t(words::CONTRACT), view::contract(r, l)),
            (self.t(words::SYSTEM), format!("{}{}", r.system.name, version.unwrap_or_default())),
            (self.t(words::ENVIRONMENT), self.t(r.system.environment.text()).to_owned()),
            (self.t(words::ASSESSOR), view::assessor(r, l)),
            (self.t(words::JUDGED_AT), words::instant(r.run.at, l)),
            (
                self.t(words::PROFILE),
                format!(
                    "{} ({} {}, {})",
                    self.loc(&profile.title),
                    profile.id,
                    profile.version,
                    self.t(profile.status.text())
                ),
            ),
            (self.t(words::REPORT_ID), r.report_id.clone()),
            (self.t(words::REPORT_JSON), self.report_sha256.clone()),
            (self.t(n::DELIVERED), delivered),
        ]
    }

    fn deadline(&self, finding: &Finding<'_>) -> String {
        let Some(count) = finding.requirement.remedy_working_days else {
            return self.t(n::DEADLINE_NONE).to_owned();
        };
        let days = words::counted(count.into(), &words::WORKING_DAYS_ONE, &words::WORKING_DAYS_MANY, self.l);
        let Some(delivered) = self.facts.delivered else { return n::from_delivery(&days, self.l) };
        let Some(calendar) = &self.facts.profile.calendar else {
            return format!("{}. {}", n::from_delivery(&days, self.l), self.t(n::NO_CALENDAR));
        };
        match add_working_days(delivered, count, calendar) {
            Some(due) => n::due(due, &days, delivered, self.l),
            None => format!("{}. {}", n::from_delivery(&days, self.l), self.t(n::CALENDAR_ENDS)),
        }
    }

    fn lawyer_deadlines(&self) -> Text {
        if self.facts.profile.calendar.is_some() { n::LAWYER_DEADLINES } else { n::LAWYER_DEADLINES_BARE }
    }

    fn tags(&self, finding: &Finding<'_>) -> String {
        let r = finding.requirement;
        let basis = format!("{}: {}", self.t(words::BASIS), self.t(r.basis.text()));
        [self.t(r.level.text()), self.t(r.category.text()), &basis].join(" · ")
    }

    /// Evidence of a breach, each piece once: number in the report, when it is listed there, and digest.
    fn evidence(&self, finding: &Finding<'_>) -> Vec<String> {
        let mut seen = Vec::new();
        for digest in finding.failing().iter().flat_map(|c| &c.evidence) {
            let shown = match self.evidence_numbers.get(digest.as_str()) {
                Some(number) => format!("E{number}, SHA-256 {digest}"),
                None => format!("SHA-256 {digest}"),
            };
            if !seen.contains(&shown) {
                seen.push(shown);
            }
        }
        seen
    }

    fn advice<'b>(&self, finding: &Finding<'b>) -> Vec<&'b str> {
        finding.remedies(self.l)
    }

    fn failing<'b>(finding: &Finding<'b>) -> Vec<Group<'b>> {
        view::grouped(&finding.failing())
    }

    fn undecided<'b>(finding: &Finding<'b>) -> Vec<Group<'b>> {
        view::grouped(&finding.undecided())
    }

    fn name(&self, check: &CheckEntry) -> String {
        view::name(check, self.l)
    }

    /// Id of what decided, and what it judged.
    fn decider(group: &Group<'_>) -> String {
        let id = view::decider(group.check);
        if group.subjects.is_empty() { id.to_owned() } else { format!("{id}: {}", group.subjects.join(", ")) }
    }

    fn expected<'b>(&self, check: &'b CheckEntry) -> Cow<'b, str> {
        view::expected(check, self.l)
    }

    /// What a requirement asks for, with where its number comes from: the check's own words know only that no official document
    /// sets it.
    fn demanded<'b>(&self, finding: &Finding<'_>, check: &'b CheckEntry) -> Cow<'b, str> {
        let shown = self.expected(check);
        let unofficial = n::UNOFFICIAL.iter().find_map(|ending| shown.strip_suffix(ending.get(self.l)));
        match unofficial {
            Some(limit) if self.is_set_by_contract(finding, check) => {
                Cow::Owned(format!("{limit} ({})", self.t(n::SET_BY_CONTRACT)))
            }
            _ => shown,
        }
    }

    /// Whether the number in what a check expects is one that the profile's own file sets, for a requirement of the contract. Its
    /// text alone tells a number that was set from a default.
    fn is_set_by_contract(&self, finding: &Finding<'_>, check: &CheckEntry) -> bool {
        let numbers: Vec<_> = check.expected.split(|c: char| !c.is_ascii_digit()).collect();
        let bound = self.facts.profile.file.requirement.iter().filter(|r| r.id == finding.requirement.id);
        finding.requirement.basis == Basis::Contract
            && bound.flat_map(|r| &r.check).filter(|b| Some(&b.id) == check.check.as_ref()).any(|binding| {
                binding.params.0.iter().any(|(name, value)| {
                    matches!(value, Value::Integer(n) if numbers.contains(&n.to_string().as_str()))
                        && check.parameters.0.get(name) == Some(value)
                })
            })
    }

    /// A breach that somebody declared: what was said, by whom, when, and on what document.
    fn declared(&self, check: &CheckEntry) -> Option<Vec<(&'static str, String)>> {
        let entry = self.declaration(check)?;
        let mut lines = Vec::new();
        if check.reason == Reason::DeclaredNotMet.code() {
            lines.push((self.t(n::DECLARED), self.t(n::DECLARED_NOT_MET).to_owned()));
        } else {
            lines.push((self.t(words::EXPECTED), self.expected(check).into_owned()));
            lines.push((self.t(n::DECLARED), entry.value.join(", ")));
        }
        let document = entry.document_sha256.as_ref();
        lines.extend([
            (self.t(words::DECLARED_BY), format!("{} ({})", entry.who, self.t(self.role(&entry.who)))),
            (self.t(words::STATED_ON), words::day(entry.when, self.l)),
            (self.t(words::DOCUMENT), document.map_or_else(|| self.t(n::NO_DOCUMENT).to_owned(), Clone::clone)),
        ]);
        Some(lines)
    }

    /// The declaration that a failing result rests on; none when a check contradicts what was declared.
    fn declaration(&self, check: &CheckEntry) -> Option<&'a DeclarationEntry> {
        let kind = check.declaration.as_ref()?;
        let is_word = check.verdict == Verdict::Fail && check.reason != Reason::ContradictedByMeasurement.code();
        self.r.declarations.iter().find(|d| is_word && d.kind == *kind)
    }

    /// What a lawyer must know of a breach that rests on somebody's word.
    fn lawyer_declared(&self, finding: &Finding<'_>) -> Option<String> {
        let mut roles: Vec<&str> = Vec::new();
        for entry in finding.failing().into_iter().filter_map(|check| self.declaration(check)) {
            let role = self.t(self.role(&entry.who));
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        (!roles.is_empty()).then(|| n::rests_on_declaration(&roles.join(", "), self.l))
    }

    /// Which party the author of a declaration belongs to, as far as the names show it.
    fn role(&self, who: &str) -> &'static Text {
        let who = who.to_lowercase();
        let parties = &self.r.parties;
        let named = [(parties.customer.as_ref(), &n::OF_CUSTOMER), (parties.supplier.as_ref(), &n::OF_SUPPLIER)];
        let mut found: Vec<_> = named
            .into_iter()
            .filter_map(|(party, role)| Some((party?.name.to_lowercase(), role)))
            .filter(|(name, _)| !name.trim().is_empty() && who.contains(name.as_str()))
            .collect();
        // The longer name says more: a company can be named after the municipality.
        found.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        match found.as_slice() {
            [(first, _), (second, _), ..] if first == second => &n::OF_NOBODY_KNOWN,
            [(_, role), ..] => role,
            [] => &n::OF_NOBODY_KNOWN,
        }
    }

    /// What stands where there is no evidence.
    fn no_proof(&self, finding: &Finding<'_>) -> &'static str {
        let is_declared = finding.failing().into_iter().any(|check| self.declaration(check).is_some());
        self.t(if is_declared { n::PROOF_DECLARED } else { n::PROOF_NONE })
    }

    fn observed<'b>(&self, check: &'b CheckEntry) -> Cow<'b, str> {
        view::observed(check, self.l)
    }

    /// What kept a result from deciding, in one line.
    fn why(&self, group: &Group<'_>) -> String {
        let check = group.check;
        let value = if check.observed.is_empty() { self.expected(check) } else { self.observed(check) };
        format!("{} ({}): {} {value}", self.name(check), Self::decider(group), self.loc(&check.message))
    }

    fn waiver(&self, waiver: &AppliedWaiver) -> String {
        let expires = words::day(waiver.expires, self.l);
        let mut text = format!(
            "{} {}: {}. {}: {}. {}: {expires}.",
            self.t(words::WAIVER),
            waiver.id,
            waiver.scope,
            self.t(words::AUTHORITY),
            waiver.authority,
            self.t(words::EXPIRES)
        );
        if self.facts.delivered.is_some_and(|day| waiver.expires < day) {
            text.push(' ');
            text.push_str(self.t(n::WAIVER_ENDED));
        }
        text
    }

    fn seal(&self) -> String {
        let seal = &self.r.seal.assurance;
        format!("{}. {}", self.t(seal.text()), self.t(seal.definition()))
    }

    fn left_out_note(&self) -> Option<String> {
        (self.left_out > 0).then(|| n::left_out(self.left_out, self.l))
    }

    fn bundle(&self) -> &'static str {
        match self.l {
            Language::Da => "PAKKE",
            Language::En => "BUNDLE",
        }
    }

    fn md(text: impl AsRef<str>) -> String {
        markdown(text.as_ref())
    }

    /// Text that begins a line.
    fn md_line(text: impl AsRef<str>) -> String {
        let text = markdown(text.as_ref());
        // A heading, a list, a quotation or a rule would begin here.
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && text[digits..].starts_with(['.', ')']) {
            return format!("{}\\{}", &text[..digits], &text[digits..]);
        }
        if text.starts_with(['#', '+', '-', '=', '>']) { format!("\\{text}") } else { text }
    }
}

/// Text from outside as Markdown that shows it and nothing else. Only what would be a mark where it stands is escaped.
fn markdown(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        let is_mark = match c {
            '`' | '*' | '[' | ']' | '|' | '~' => true,
            '\\' => after.is_none_or(|a| a.is_ascii_punctuation()),
            // Inside a word it is no emphasis.
            '_' => !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)),
            '<' => after.is_some_and(|a| a.is_ascii_alphabetic() || matches!(a, '/' | '!' | '?')),
            '&' => after.is_some_and(|a| a.is_ascii_alphabetic() || a == '#'),
            _ => false,
        };
        if is_mark {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_of_markdown_are_text_and_the_rest_stays_readable() {
        assert_eq!(
            markdown("a|b\n# <b> *x* _y_ [l](e) ![i](e) &amp; ~~z~~ \\*"),
            "a\\|b # \\<b> \\*x\\* \\_y\\_ \\[l\\](e) !\\[i\\](e) \\&amp; \\~\\~z\\~\\~ \\\\\\*"
        );
        for plain in
            ["http://www.w3.org/2000/09/xmldsig#rsa-sha1", "me@e.example", "a_b & c <= 30 {x}!", "-1 #", "1. x"]
        {
            assert_eq!(markdown(plain), plain);
        }
        for (text, shown) in [("# x", "\\# x"), ("1. x", "1\\. x"), ("- x", "\\- x"), ("3 dage", "3 dage")] {
            assert_eq!(Draft::md_line(text), shown);
        }
    }

    proptest! {
        #[test]
        fn taking_the_backslashes_away_gives_the_text_on_one_line(text in "[a-z<>|*_`#&!@\\[\\]{}~ ]{0,40}") {
            let shown = markdown(&text);
            prop_assert_eq!(shown.replace('\\', ""), one_line(&text));
            for (at, c) in shown.char_indices().filter(|(_, c)| "|*`[]~".contains(*c)) {
                prop_assert!(shown[..at].ends_with('\\'), "{c} is bare in {shown}");
            }
        }
    }
}

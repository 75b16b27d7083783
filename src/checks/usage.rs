//! The checks on logs of calls, in report order.
//!
//! Four rules make them just. What was seen counts without further condition. What was not seen counts only when the log would show
//! it: it holds the period and the integration completely (`covers`), every file was read to its end, and its bad lines are few. Lines
//! that could be what is looked for, but do not say so, keep absence from counting. And what a log lacks in itself (ids, times, days,
//! discretion) is the breach of the vendor alone who kept it.
//!
//! In production, lines that name another environment do not count. Elsewhere every line does: who tries a system in a test environment
//! often brings the log of its production.

pub mod ack_delay;
pub mod any_call_since_go_live;
pub mod claimed_packages;
pub mod current_versions;
pub mod error_share;
pub mod known_authority;
pub mod log_days;
pub mod log_ids;
pub mod log_times;
pub mod newest_call;
pub mod no_closed_integration;
pub mod no_cpr;
pub mod no_secrets;
pub mod portfolio;
pub mod receive_delay;
pub mod receive_gap;
pub mod receive_gap_alarm;
pub mod reconciled_daily;
pub mod redelivered_share;
pub mod reported_counts;
pub mod weekday_events;

use crate::check::Check;
use crate::denmark::{begins, danish_day};
use crate::outcome::{Outcome, Reason};
use crate::profile::{Calendar, shipped};
use crate::subject::usage::LogFacts;
use crate::subject::{Blob, UsageSubject};
use crate::target::is_cvr;
use crate::target::usage::Keeper;
use crate::usage::compare::count_any_call;
use crate::usage::is_of;
use crate::usage::summary::{Ended, Found, Group, Messages, Summary};
use crate::verdict::Environment;
use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Every check of the family, in report order.
pub static CHECKS: &[&dyn Check<UsageSubject>] = &[
    &newest_call::NewestCall,
    &any_call_since_go_live::AnyCallSinceGoLive,
    &claimed_packages::ClaimedPackages,
    &portfolio::Portfolio,
    &reported_counts::ReportedCounts,
    &current_versions::CurrentVersions,
    &no_closed_integration::NoClosedIntegration,
    &known_authority::KnownAuthority,
    &error_share::ErrorShare,
    &weekday_events::WeekdayEvents,
    &reconciled_daily::ReconciledDaily,
    &receive_delay::ReceiveDelay,
    &ack_delay::AckDelay,
    &redelivered_share::RedeliveredShare,
    &receive_gap::ReceiveGap,
    &receive_gap_alarm::ReceiveGapAlarm,
    &log_ids::LogIds,
    &log_times::LogTimes,
    &log_days::LogDays,
    &no_cpr::NoCpr,
    &no_secrets::NoSecrets,
];

/// Clocks of different parties differ by so much at most.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What a limit is that no official document sets, as findings say it.
fn threshold(limit: &str) -> String {
    format!("{limit}; parameter of the profile, no official number exists")
}

/// A period, whose end does not belong to it.
type Period = (Timestamp, Timestamp);

/// A phrase with a value that needs no words: a number, a date, a name.
type Note = (String, String);

fn note(phrase: impl Into<String>, value: impl Into<String>) -> Note {
    (phrase.into(), value.into())
}

/// What the parts of a question came to: one breach is a failure, whatever else there is; one part that is unclear or not stated keeps
/// the rest from passing.
struct Findings {
    expected: String,
    broken: Vec<(Reason, Note)>,
    unclear: Vec<Note>,
    absent: Vec<Note>,
    held: Vec<Note>,
}

impl Findings {
    fn new(expected: impl Into<String>) -> Self {
        let expected = expected.into();
        Self { expected, broken: Vec::new(), unclear: Vec::new(), absent: Vec::new(), held: Vec::new() }
    }

    /// A part that breaks the requirement.
    fn broken(&mut self, reason: Reason, phrase: impl Into<String>, value: impl Into<String>) {
        self.broken.push((reason, note(phrase, value)));
    }

    /// A part that the logs do not decide.
    fn unclear(&mut self, phrase: impl Into<String>, value: impl Into<String>) {
        self.unclear.push(note(phrase, value));
    }

    /// A part of which nothing is stated.
    fn absent(&mut self, phrase: impl Into<String>, value: impl Into<String>) {
        self.absent.push(note(phrase, value));
    }

    /// A part that meets the requirement.
    fn held(&mut self, phrase: impl Into<String>, value: impl Into<String>) {
        self.held.push(note(phrase, value));
    }

    fn outcome(self, view: &View<'_>) -> Outcome {
        let Self { expected, broken, unclear, absent, held } = self;
        let say = |notes: Vec<Note>| format!("{}; {}", view.keepers(), listed(&notes));
        if let Some((reason, _)) = broken.first() {
            let reason = *reason;
            return Outcome::fail(reason, expected, say(broken.into_iter().map(|(_, note)| note).collect()));
        }
        if !unclear.is_empty() {
            return Outcome::inconclusive(Reason::Unclear, expected, say(unclear));
        }
        if !absent.is_empty() {
            return Outcome::not_tested(Reason::NotSupplied, expected, listed(&absent));
        }
        if held.is_empty() {
            return Outcome::not_tested(Reason::NotSupplied, expected, "the logs hold nothing to judge");
        }
        Outcome::pass(expected, say(held))
    }
}

/// Notes in words: each phrase once, with its first values.
fn listed(notes: &[Note]) -> String {
    const SHOWN: usize = 5;
    let mut phrases: Vec<&str> = Vec::new();
    for (phrase, _) in notes {
        if !phrases.contains(&phrase.as_str()) {
            phrases.push(phrase);
        }
    }
    let mut parts = Vec::new();
    for phrase in phrases {
        parts.push(phrase.to_owned());
        let mut seen = BTreeSet::new();
        for (_, value) in notes.iter().filter(|(p, value)| p == phrase && !value.is_empty()) {
            if seen.insert(value) && seen.len() <= SHOWN {
                // Only phrases may be parted by semicolons: values hold text from logs.
                parts.push(value.replace(';', ","));
            }
        }
        if seen.len() > SHOWN {
            parts.push(format!("and {} more", seen.len() - SHOWN));
        }
    }
    parts.join("; ")
}

/// A log whose summary could be read.
struct Log<'a> {
    facts: &'a LogFacts,
    summary: Summary,
    /// Lines of other systems.
    other_calls: u64,
    /// Lines that name no system, and were left out.
    calls_without_system: u64,
    /// Whether any line is of the system and of the environment.
    has_lines: bool,
}

/// The logs with what they are held against.
struct View<'a> {
    subject: &'a UsageSubject,
    logs: Vec<Log<'a>>,
}

/// Which calls are looked for. `None` stands for any.
#[derive(Clone, Copy, Default)]
struct Calls<'a> {
    integration: Option<&'a str>,
    municipality: Option<&'a str>,
}

impl Calls<'_> {
    fn name(&self) -> String {
        let parts: Vec<_> = [self.integration, self.municipality].into_iter().flatten().collect();
        parts.join(" ")
    }

    /// Whether a group is of them for certain.
    fn has(&self, group: &Group) -> bool {
        self.integration.is_none_or(|wanted| is_of(wanted, &group.key.integration))
            && self.municipality.is_none_or(|cvr| group.key.municipality == cvr)
    }
}

/// Since when calls count.
#[derive(Clone, Copy)]
enum Since {
    /// So many days before the run.
    Days(i64),
    /// An instant.
    Instant(Timestamp),
}

/// Whether calls were seen.
enum State {
    /// They were, last at this instant.
    Used(Timestamp),
    /// They were not, and the logs would show them. Holds the newest of earlier calls.
    Idle(Option<Timestamp>),
    /// The logs do not say, and why.
    Unknown(Vec<Note>),
}

/// Judges the logs. A summary is the probe's own work: one that cannot be read is the probe's fault.
fn on_logs(subject: &UsageSubject, expected: &str, judge: impl FnOnce(&View<'_>) -> Outcome) -> Outcome {
    if subject.logs.is_empty() {
        return Outcome::not_tested(Reason::NotSupplied, expected, "the target names no log of calls");
    }
    let mut logs = Vec::new();
    for log in &subject.logs {
        match serde_json::from_slice::<Summary>(log.summary.data()) {
            Ok(mut summary) if summary.overview.format == 1 => {
                count_any_call(&mut summary.groups);
                let has_lines = summary.groups.iter().any(|g| is_here(g, subject.environment) == Some(true));
                let (other_calls, calls_without_system) = (log.other_calls, log.calls_without_system);
                logs.push(Log { facts: &log.facts, summary, other_calls, calls_without_system, has_lines });
            }
            _ => return Outcome::error(format!("the summary of a log cannot be read; {}", log.facts.name)),
        }
    }
    judge(&View { subject, logs })
}

/// Judges the cells of required integrations and municipalities.
fn on_cells(
    subject: &UsageSubject,
    integrations: &[String],
    expected: &str,
    judge: impl Fn(&View<'_>, Calls<'_>, &mut Findings),
) -> Outcome {
    on_logs(subject, expected, |view| {
        let mut findings = Findings::new(expected);
        if integrations.is_empty() {
            findings.absent("the profile names no integration", "");
        } else if let Some(missing) = view.lacks(!subject.municipalities.is_empty()) {
            findings.absent(missing, "");
        } else {
            for integration in integrations {
                for municipality in view.municipalities() {
                    let integration = Some(integration.as_str());
                    judge(view, Calls { integration, municipality }, &mut findings);
                }
            }
            // Whoever reads that calls are absent must know that others were left out: the system may have two names.
            let others: u64 = view.logs.iter().map(|log| log.other_calls).sum();
            if let Some((reason, _)) = findings.broken.first().filter(|_| others > 0) {
                findings.broken(*reason, "lines of other systems, which were left out", others.to_string());
            }
        }
        findings.outcome(view)
    })
}

/// What is in a blob that the capture wrote.
fn read<T: DeserializeOwned>(blob: &Blob, name: &str) -> Result<T, Outcome> {
    let read = serde_json::from_slice(blob.data());
    read.map_err(|_| Outcome::error(format!("{name} cannot be read")))
}

/// So many times 24 hours earlier: the limit of verdicts and of pictures.
pub(crate) fn earlier(at: Timestamp, days: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_hours(24 * days.clamp(0, 100_000))).unwrap_or(Timestamp::MIN)
}

fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

/// The days in Denmark that lie in a period from their beginning to their end.
fn whole_days(period: Period) -> Vec<Date> {
    let mut days = Vec::new();
    let mut day = danish_day(period.0);
    while next(day) > day && begins(next(day)) <= period.1 {
        if begins(day) >= period.0 {
            days.push(day);
        }
        day = next(day);
    }
    days
}

#[derive(Deserialize)]
struct WithCalendar {
    calendar: Calendar,
}

/// Whether Danish offices work on a day; `None` outside the years of the calendar.
fn is_working_day(day: Date) -> Option<bool> {
    static CALENDAR: LazyLock<Option<(Date, Calendar)>> = LazyLock::new(|| {
        let shipped: WithCalendar = toml::from_str(shipped::text("calendar-dk")?).ok()?;
        let first = shipped.calendar.holidays.iter().min()?.first_of_year();
        Some((first, shipped.calendar))
    });
    let (first, calendar) = CALENDAR.as_ref()?;
    let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    (*first <= day && day <= calendar.covers_until).then(|| !is_weekend && !calendar.holidays.contains(&day))
}

/// Calls and failed calls of a group on the days of a period, its first and last day included.
fn on_days(group: &Group, first: Date, last: Date) -> (u64, u64) {
    let days = group.days.iter().filter(|day| first <= day.date && day.date <= last);
    days.fold((0, 0), |(calls, errors), day| (calls + u64::from(day.calls), errors + u64::from(day.errors)))
}

/// Whether a group may have calls in a period.
fn touches(group: &Group, (from, until): Period) -> bool {
    from < until && group.newest >= from && group.first < until && {
        let (calls, _) = on_days(group, danish_day(from), danish_day(until));
        calls > 0
    }
}

/// Whether a group counts: in production, lines that name another environment do not. `None` when it cannot be told.
pub(crate) fn is_here(group: &Group, environment: Environment) -> Option<bool> {
    let text = group.key.environment.trim().to_lowercase();
    if environment != Environment::Production || text.is_empty() {
        return Some(true);
    }
    match text.as_str() {
        "production" | "produktion" | "prod" | "drift" => Some(true),
        "test"
        | "external-test"
        | "external test"
        | "exttest"
        | "eksterntest"
        | "ekstern test"
        | "eksternt testmiljø"
        | "nemlogin-test"
        | "local" => Some(false),
        _ => None,
    }
}

impl Log<'_> {
    /// What keeps the log from showing that anything did not happen.
    fn fault(&self) -> Option<Note> {
        let overview = &self.summary.overview;
        if let Some(file) = overview.files.iter().find(|file| matches!(file.ended, Ended::Damaged(_))) {
            return Some(note("a file could not be read to its end", &file.name));
        }
        if overview.rows == 0 {
            return Some(note("a log without any line shows nothing", &self.facts.name));
        }
        let lines = overview.rows + overview.duplicates + overview.bad_lines;
        if self.facts.has_too_many_bad(overview.bad_lines, lines) {
            let value = format!("{} {}/{lines}", self.facts.name, overview.bad_lines);
            return Some(note("more bad lines than the target allows", value));
        }
        if self.calls_without_system > 0 {
            let value = format!("{} {}", self.facts.name, self.calls_without_system);
            return Some(note("lines that name no system could be the system's", value));
        }
        if !self.has_lines {
            // A misspelt name of the system looks like this too, and so does the log of a test environment.
            return Some(note("no line of the log is of the system and the environment", &self.facts.name));
        }
        None
    }

    /// The period of which it holds its lines completely, or why there is none.
    fn period(&self, integration: Option<&str>, at: Timestamp) -> Result<Period, Note> {
        if let Some(fault) = self.fault() {
            return Err(fault);
        }
        let Some(covers) = &self.facts.covers else {
            return Err(note("the target does not say what the log holds completely", &self.facts.name));
        };
        if let Some(integration) = integration.filter(|wanted| !covers.holds(wanted)) {
            return Err(note("the log does not hold the integration", integration));
        }
        Ok((covers.from, covers.until.min(at)))
    }

    /// The period in which no such call can have been without standing in it, or why there is none.
    fn shown(&self, calls: Calls<'_>, subject: &UsageSubject) -> Result<Period, Note> {
        let period = self.period(calls.integration, subject.at)?;
        let held = self.facts.covers.as_ref().map_or(&[][..], |covers| &covers.municipalities);
        let holds = |cvr: &str| held.iter().any(|held| held == cvr);
        let is_held = match calls.municipality {
            _ if held.is_empty() => true,
            Some(cvr) => holds(cvr),
            None => !subject.municipalities.is_empty() && subject.municipalities.iter().all(|cvr| holds(cvr)),
        };
        if is_held {
            Ok(period)
        } else {
            Err(note(
                "the log does not hold the calls of the municipality",
                calls.municipality.unwrap_or(&self.facts.name),
            ))
        }
    }

    const fn is_suppliers(&self) -> bool {
        matches!(self.facts.kept_by, Keeper::Supplier)
    }
}

impl<'a> View<'a> {
    /// Who kept the logs.
    fn keepers(&self) -> String {
        let of = |keeper: Keeper, phrase: &'static str| {
            self.logs.iter().any(|log| log.facts.kept_by == keeper).then_some(phrase)
        };
        let keepers = [
            of(Keeper::Infrastructure, "a log kept by the common infrastructure"),
            of(Keeper::Supplier, "a log kept by the vendor"),
            of(Keeper::Customer, "a log kept by the municipality"),
        ];
        keepers.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// The municipalities to judge one by one; all together, when the target names none.
    fn municipalities(&self) -> Vec<Option<&'a str>> {
        let named = &self.subject.municipalities;
        if named.is_empty() { vec![None] } else { named.iter().map(|cvr| Some(cvr.as_str())).collect() }
    }

    fn is_here(&self, group: &Group) -> Option<bool> {
        is_here(group, self.subject.environment)
    }

    /// The groups of a log that count.
    fn groups<'b>(&'b self, log: &'b Log<'_>) -> impl Iterator<Item = &'b Group> {
        log.summary.groups.iter().filter(|group| self.is_here(group) == Some(true))
    }

    /// The groups of every log that count.
    fn all_groups(&self) -> impl Iterator<Item = &Group> {
        self.logs.iter().flat_map(|log| self.groups(log))
    }

    /// What no line of any log says although the question needs it.
    fn lacks(&self, needs_municipality: bool) -> Option<&'static str> {
        let mut groups = self.all_groups().peekable();
        groups.peek()?;
        let (mut integration, mut municipality) = (false, false);
        for group in groups {
            integration |= !group.key.integration.is_empty();
            municipality |= is_cvr(&group.key.municipality);
        }
        if !integration {
            Some("no line names an integration; let the mapping name its column")
        } else if needs_municipality && !municipality {
            Some("no line names the CVR number of a municipality; let the mapping name its column")
        } else {
            None
        }
    }

    /// The newest use that is not later than the run, and whether lines lie after the run.
    fn newest_use(&self, calls: Calls<'_>) -> (Option<Timestamp>, bool) {
        let uses = self.all_groups().filter(|group| calls.has(group)).filter_map(|group| group.newest_success);
        uses.fold((None, false), |(newest, after), at| {
            if at.duration_since(self.subject.at) > SKEW { (newest, true) } else { (newest.max(Some(at)), after) }
        })
    }

    /// The periods that the logs hold completely, joined, in order.
    fn shown(&self, calls: Calls<'_>) -> Vec<Period> {
        let mut periods: Vec<Period> = self.logs.iter().filter_map(|log| log.shown(calls, self.subject).ok()).collect();
        periods.sort_unstable();
        let mut joined: Vec<Period> = Vec::new();
        for (from, until) in periods {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        joined.retain(|(from, until)| from < until);
        joined
    }

    /// What keeps the logs from showing that there was no call of the kind in a period; nothing, when they would show one.
    fn doubts(&self, calls: Calls<'_>, period: Period) -> Vec<Note> {
        if period.0 >= period.1 {
            return vec![note("the period has no length", "")];
        }
        if !self.shown(calls).iter().any(|(from, until)| *from <= period.0 && period.1 <= *until) {
            return self.causes(calls, period);
        }
        let mut doubts = Vec::new();
        for group in self.logs.iter().flat_map(|log| &log.summary.groups).filter(|group| touches(group, period)) {
            let key = &group.key;
            let may_be_of = calls.integration.is_none_or(|i| key.integration.is_empty() || is_of(i, &key.integration))
                && calls.municipality.is_none_or(|cvr| key.municipality == cvr || !is_cvr(&key.municipality));
            if !may_be_of || self.is_here(group) == Some(false) {
                continue;
            }
            let count = || on_days(group, danish_day(period.0), danish_day(period.1)).0.to_string();
            if self.is_here(group).is_none() {
                doubts.push(note("the environment that lines name is not known", key.environment.clone()));
            } else if calls.integration.is_some() && key.integration.is_empty() {
                doubts.push(note("calls without a number of an integration could be of it", count()));
            } else if !calls.has(group) {
                doubts.push(note("calls without a CVR number could be of the municipality", count()));
            } else if group.unknown > 0 && group.newest_success.is_none_or(|at| at < period.0) {
                doubts.push(note("the log does not say whether calls succeeded", count()));
            }
        }
        doubts
    }

    /// Why no log holds a period completely.
    fn causes(&self, calls: Calls<'_>, period: Period) -> Vec<Note> {
        let shown = self.logs.iter().map(|log| log.shown(calls, self.subject));
        let mut causes: Vec<Note> = shown.filter_map(Result::err).collect();
        if causes.len() < self.logs.len() {
            let days = format!("{}/{}", danish_day(period.0), danish_day(period.1));
            causes.push(note("the logs do not cover the period", days));
        }
        causes
    }

    /// Whether calls were seen. Logs that end more than `fresh` days before the run say nothing about the present.
    fn state(&self, calls: Calls<'_>, since: Since, fresh: i64) -> State {
        let at = self.subject.at;
        let from = match since {
            Since::Days(days) => earlier(at, days),
            Since::Instant(from) => from,
        };
        let (newest, after) = self.newest_use(calls);
        match newest {
            Some(newest) if newest >= from => return State::Used(newest),
            _ if after => return State::Unknown(vec![note("calls lie after the run", calls.name())]),
            _ => {}
        }
        let Some((_, end)) = self.shown(calls).last().copied() else {
            return State::Unknown(self.causes(calls, (from, at)));
        };
        if end < earlier(at, fresh) {
            let note = note("the logs end too early to say anything about the present", danish_day(end).to_string());
            return State::Unknown(vec![note]);
        }
        let from = match since {
            Since::Days(days) => earlier(end, days),
            Since::Instant(from) => from,
        };
        if newest.is_some_and(|newest| newest >= from) {
            let note = note("the logs end before the newest call is too old", danish_day(end).to_string());
            return State::Unknown(vec![note]);
        }
        let doubts = self.doubts(calls, (from, end));
        if doubts.is_empty() { State::Idle(newest) } else { State::Unknown(doubts) }
    }

    /// The last so many days that the logs hold completely, when they reach close enough to the run.
    fn recent(&self, calls: Calls<'_>, days: i64, fresh: i64) -> Result<Period, Vec<Note>> {
        let at = self.subject.at;
        match self.shown(calls).last() {
            None => Err(self.causes(calls, (earlier(at, days), at))),
            Some((_, end)) if *end < earlier(at, fresh) => {
                let end = danish_day(*end).to_string();
                Err(vec![note("the logs end too early to say anything about the present", end)])
            }
            Some((from, end)) => Ok((earlier(*end, days).max(*from), *end)),
        }
    }
}

/// A cell with its date, as findings show it.
fn cell(calls: Calls<'_>, newest: Option<Timestamp>) -> String {
    let newest = newest.map_or_else(|| "-".to_owned(), |at| danish_day(at).to_string());
    format!("{} {newest}", calls.name()).trim().to_owned()
}

/// The lines of messages of one dueslag in one log.
struct Mailbox<'a> {
    name: &'a str,
    log: &'a Log<'a>,
    groups: Vec<&'a Group>,
}

impl Mailbox<'_> {
    fn messages(&self) -> impl Iterator<Item = &Messages> {
        self.groups.iter().filter_map(|group| group.messages.as_ref())
    }

    /// From the first line to the newest.
    fn period(&self) -> Period {
        let first = self.groups.iter().map(|group| group.first).min().unwrap_or(Timestamp::MAX);
        let newest = self.groups.iter().map(|group| group.newest).max().unwrap_or(Timestamp::MIN);
        (first, newest)
    }

    fn title(&self) -> String {
        if self.name.is_empty() { self.log.facts.name.clone() } else { self.name.to_owned() }
    }

    /// What keeps numbers over all its lines from counting for the present.
    fn doubt(&self, view: &View<'_>, fresh: i64) -> Option<Note> {
        let (first, newest) = self.period();
        if newest < earlier(view.subject.at, fresh) {
            return Some(note("no message close enough to the run", danish_day(newest).to_string()));
        }
        match self.log.period(None, view.subject.at) {
            Err(cause) => Some(cause),
            // An extract that leaves out lines moves every share and percentile.
            Ok((from, until)) if first < from || until <= newest => {
                Some(note("the log has lines outside the period that it holds completely", self.title()))
            }
            Ok(_) => None,
        }
    }
}

/// The dueslag that lines of messages name, log by log.
fn mailboxes<'b>(view: &'b View<'_>) -> Vec<Mailbox<'b>> {
    let mut found: Vec<Mailbox<'b>> = Vec::new();
    for log in &view.logs {
        let start = found.len();
        for group in view.groups(log).filter(|group| group.messages.is_some()) {
            match found[start..].iter_mut().find(|mailbox| mailbox.name == group.key.mailbox) {
                Some(mailbox) => mailbox.groups.push(group),
                None => found.push(Mailbox { name: &group.key.mailbox, log, groups: vec![group] }),
            }
        }
    }
    found
}

/// Judges the 95th percentile of a delay, by dueslag. `delay` gives the percentile in milliseconds with its count, and how many lines
/// have negative delays.
fn judge_delay(
    subject: &UsageSubject,
    expected: &str,
    (seconds, fewest, fresh): (i64, i64, i64),
    delay: impl Fn(&Messages) -> (Option<(f64, u64)>, u64),
) -> Outcome {
    // Percentiles of delays are at most 1.6 % above the true value and never below it.
    const ABOVE: f64 = 1.016;
    on_logs(subject, expected, |view| {
        let mut findings = Findings::new(expected);
        #[allow(clippy::cast_precision_loss, reason = "a limit in milliseconds is far below 2^52")]
        let limit = seconds.clamp(0, 1_000_000_000) as f64 * 1000.0;
        for mailbox in mailboxes(view) {
            let parts: Vec<_> = mailbox.messages().map(&delay).collect();
            let negative: u64 = parts.iter().map(|(_, negative)| negative).sum();
            let known: Vec<(f64, u64)> = parts.iter().filter_map(|(delay, _)| *delay).collect();
            let count: u64 = known.iter().map(|(_, count)| count).sum();
            if count + negative == 0 {
                continue;
            }
            // The percentile of all lies between the least and the greatest of the parts.
            let least = known.iter().map(|(p95, _)| *p95).fold(f64::INFINITY, f64::min);
            let most = known.iter().map(|(p95, _)| *p95).fold(0.0, f64::max);
            let value = format!("{} {:.1} s", mailbox.title(), most / 1000.0);
            if let Some((phrase, value)) = mailbox.doubt(view, fresh) {
                findings.unclear(phrase, value);
            } else if count < fewest.max(1).unsigned_abs() {
                findings.unclear("too few messages with both times", format!("{} {count}", mailbox.title()));
            } else if negative * 100 > count {
                findings.unclear(
                    "the clocks disagree: times lie before the delivery",
                    format!("{} {negative}", mailbox.title()),
                );
            } else if least / ABOVE > limit {
                findings.broken(Reason::TooLarge, "too long a delay", value);
            } else if most <= limit {
                findings.held("delay of 95 % of the messages at most", value);
            } else {
                findings.unclear("the delay lies too close to the limit, or differs among services", value);
            }
        }
        if view.all_groups().all(|group| group.messages.is_none()) {
            findings.absent("no line has times of messages; let the mapping name their columns", "");
        }
        findings.outcome(view)
    })
}

/// What was found in the texts of logs: numbers and secrets, which a vendor's log must not hold.
fn judge_found(subject: &UsageSubject, expected: &str, judge: impl Fn(&Log<'_>, &mut Findings) -> bool) -> Outcome {
    on_own_logs(subject, expected, |view, log, findings| {
        if judge(log, findings) {
            return;
        }
        match log.period(None, view.subject.at) {
            Err((phrase, value)) => findings.unclear(phrase, value),
            Ok(_) => findings.held("lines without any", log.summary.overview.rows.to_string()),
        }
    })
}

/// Judges the logs that the vendor keeps. How others keep theirs is nothing that the vendor can help, and what is wrong with a log of
/// several systems may lie in another's lines.
fn on_own_logs(subject: &UsageSubject, expected: &str, judge: impl Fn(&View<'_>, &Log<'_>, &mut Findings)) -> Outcome {
    on_logs(subject, expected, |view| {
        let mut findings = Findings::new(expected);
        for log in view.logs.iter().filter(|log| log.is_suppliers()) {
            let before = findings.broken.len();
            judge(view, log, &mut findings);
            if log.other_calls > 0 && findings.broken.len() > before {
                findings.unclear("in a log of several systems", &log.facts.name);
                let others = findings.broken.split_off(before);
                findings.unclear.extend(others.into_iter().map(|(_, note)| note));
            }
        }
        if !view.logs.iter().any(Log::is_suppliers) {
            findings.absent("no log is kept by the vendor", "");
        }
        findings.outcome(view)
    })
}

/// The first places of a finding, as findings show them.
fn places(found: &Found) -> String {
    let first: Vec<_> = found.places.iter().take(2).map(|place| format!("{} {}", place.file, place.line)).collect();
    format!("{} {}: {}", found.kind, found.count, first.join(", "))
}

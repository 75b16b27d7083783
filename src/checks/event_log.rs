//! What happened to single messages, items and tokens, as logs say.
//!
//! Four rules make that just. What is seen counts. What is not seen counts against the vendor only when every log that holds such lines
//! covers the period, was read to its end and has few bad lines; the chain of another item of the same log must show that ids meet at
//! all, so that a mapping that takes two different numbers for one id breaks nothing. A requirement on all lines passes only when the
//! logs hold all lines. Lines older than a window before the run say nothing about the present.

pub mod acknowledged_after_stored;
pub mod business_receipt;
pub mod correlated;
pub mod deleted_removed;
pub mod failed_post_handled;
pub mod indexed_within_minutes;
pub mod no_secrets;
pub mod nothing_lost;
pub mod post_closed;
pub mod post_size;
pub mod receive_delay;
pub mod receive_gap;
pub mod redelivered_share;
pub mod times;
pub mod token_authority;
pub mod token_reuse;
pub mod token_use_logged;
pub mod transaction_unique;

use crate::check::Check;
use crate::denmark::begins;
use crate::outcome::{Outcome, Reason};
use crate::percentile::nearest_rank;
use crate::subject::EventLogSubject;
use crate::subject::usage::LogFacts;
use crate::target::usage::Keeper;
use crate::usage::event::{Event, EventKind, EventOutcome, Events, Field};
use crate::usage::is_of;
use crate::usage::summary::Ended;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Every check of the family, in report order.
pub static CHECKS: &[&dyn Check<EventLogSubject>] = &[
    &acknowledged_after_stored::AcknowledgedAfterStored,
    &nothing_lost::NothingLost,
    &receive_delay::ReceiveDelay,
    &redelivered_share::RedeliveredShare,
    &receive_gap::ReceiveGap,
    &indexed_within_minutes::IndexedWithinMinutes,
    &deleted_removed::DeletedRemoved,
    &post_closed::PostClosed,
    &failed_post_handled::FailedPostHandled,
    &post_size::PostSize,
    &business_receipt::BusinessReceipt,
    &transaction_unique::TransactionUnique,
    &token_reuse::TokenReuse,
    &token_authority::TokenAuthority,
    &token_use_logged::TokenUseLogged,
    &correlated::Correlated,
    &no_secrets::NoSecrets,
    &times::Times,
];

/// Clocks of different logs differ by so many seconds at most.
pub(super) const SKEW: i64 = 5;

/// How an id begins that holds what must not be kept.
const HIDDEN: &str = "«redacted»";

/// Version of the form that the checks read.
const FORMAT: u32 = 1;

/// How many places a finding names.
const PLACES: usize = 4;

/// What a limit is that no official document sets, as findings say it.
fn threshold(limit: &str) -> String {
    format!("{limit}; parameter of the profile, no official number exists")
}

/// The logs of a subject.
pub(super) struct View<'a> {
    subject: &'a EventLogSubject,
    logs: Vec<Log<'a>>,
    /// Lines before it say nothing about the present.
    since: Timestamp,
}

/// A log.
pub(super) struct Log<'a> {
    index: usize,
    facts: &'a LogFacts,
    events: Events,
    /// The kinds of line that it holds, or would hold by what the target says.
    kinds: BTreeSet<EventKind>,
    /// Whether it is the only one.
    is_alone: bool,
}

/// A line of a log.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    log: &'a Log<'a>,
    event: &'a Event,
}

impl<'a> std::ops::Deref for Line<'a> {
    type Target = Event;

    fn deref(&self) -> &'a Event {
        self.event
    }
}

impl<'a> Line<'a> {
    /// Whether the log says that it goes on at this line: one that is written while the run lasts does so after the instant of the run.
    pub(super) fn is_covered(&self) -> bool {
        self.log.facts.covers.as_ref().is_some_and(|covers| self.time < covers.until)
    }

    /// Number of its log among the subject's.
    pub(super) const fn log(&self) -> usize {
        self.log.index
    }

    /// Its id, to compare by.
    pub(super) fn key(&self) -> Option<String> {
        self.comparable(self.event.id.as_deref()?)
    }

    /// Its transaction id, to compare by.
    pub(super) fn transaction_key(&self) -> Option<String> {
        self.comparable(self.event.transaction.as_deref()?)
    }

    /// Whose municipality's it is, when it names one by its CVR number. One message may go to several, each with its own copy.
    pub(super) fn municipality_key(&self) -> Option<&'a str> {
        self.event.municipality.as_deref().and_then(cvr)
    }

    /// An id that holds what must not be kept is a number of its own log, which means nothing in another.
    fn comparable(&self, text: &str) -> Option<String> {
        if text.starts_with(HIDDEN) && !self.log.is_alone { None } else { key(text) }
    }

    /// Whether it tells of something that was done: the log does not call it a failure.
    fn is_done(&self) -> bool {
        is_done(self.event)
    }
}

/// Whether the log does not call it a failure or unfinished.
pub(super) fn is_done(event: &Event) -> bool {
    matches!(event.outcome, None | Some(EventOutcome::Success))
}

/// Judges the logs; one that cannot be read leaves every check `not-tested`.
fn on_logs(
    subject: &EventLogSubject,
    window_days: i64,
    expected: &str,
    judge: impl FnOnce(&View<'_>) -> Findings,
) -> Outcome {
    let mut logs = Vec::new();
    for (index, log) in subject.logs.iter().enumerate() {
        match serde_json::from_slice::<Events>(log.events.data()) {
            Ok(events) if events.format == FORMAT => {
                let kinds = events.events.iter().map(|event| event.kind).chain(log.holds.iter().copied()).collect();
                logs.push(Log { index, facts: &log.facts, events, kinds, is_alone: subject.logs.len() == 1 });
            }
            _ => return Outcome::not_tested(Reason::SubjectUnreadable, expected, "an event log cannot be read"),
        }
    }
    if logs.is_empty() {
        return Outcome::not_tested(Reason::NotSupplied, expected, "no event log");
    }
    let since = before(subject.at, window_days.max(1).saturating_mul(86_400));
    let view = View { subject, logs, since };
    let mut findings = judge(&view);
    // A log that was read to nothing has no line that would bring its defect along.
    for log in view.logs.iter().filter(|log| log.events.events.is_empty()) {
        if log.events.bad_lines > 0 || log.events.ended.iter().any(|e| matches!(e, Ended::Damaged(_))) {
            findings.unclear("a log without any line that can be used");
        }
    }
    findings.outcome(&view, expected)
}

/// The instant so many seconds before another.
fn before(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
}

/// The instant so many seconds after another.
pub(super) fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Whole seconds from one instant to another, rounded up, so that nothing within a limit is a little beyond it, or the reverse.
pub(super) fn seconds(from: Timestamp, until: Timestamp) -> i64 {
    let span = until.duration_since(from);
    span.as_secs() + i64::from(span.subsec_nanos() > 0)
}

/// The name of a field, as mappings write it.
fn name(of: Field) -> String {
    serde_json::to_value(of).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Log<'_> {
    /// Why it cannot show that something did not happen; nothing, when it can.
    pub(super) fn defect(&self) -> Option<&'static str> {
        let events = &self.events;
        if events.ended.is_empty() || events.ended.iter().any(|e| matches!(e, Ended::Damaged(_))) {
            return Some("a file of the log was not read to its end");
        }
        let used = u64::try_from(events.events.len()).unwrap_or(u64::MAX);
        if events.lines_without_system > 0 {
            return Some("lines of the log name no system");
        }
        let others = [events.unnamed_lines, events.other_lines, events.repeated_lines, events.bad_lines];
        let lines = others.iter().fold(used, |a, b| a.saturating_add(*b));
        if self.facts.has_too_many_bad(events.bad_lines, lines) {
            return Some("too many lines of the log cannot be read");
        }
        self.facts.covers.is_none().then_some("the log does not say what it covers")
    }

    /// Whether lines of an integration would stand in it.
    pub(super) fn covers_integration(&self, integration: &str) -> bool {
        self.facts.covers.as_ref().is_none_or(|covers| covers.holds(integration))
    }

    fn names(&self, field: Field) -> bool {
        self.events.fields.contains(&field)
    }
}

/// An id to compare by: a UUID in lower case, anything else as it stands.
fn key(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = text.strip_prefix("urn:uuid:").unwrap_or(text).trim_matches(['{', '}']);
    let is_uuid = bare.len() == 36
        && bare.bytes().enumerate().all(
            |(i, b)| {
                if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() }
            },
        );
    let key = if is_uuid { bare.to_ascii_lowercase() } else { text.to_owned() };
    (!key.is_empty()).then_some(key)
}

/// Whether two lines may be one municipality's: they are not where each names another.
pub(super) fn may_be_of_one(a: Option<&str>, b: Option<&str>) -> bool {
    a.is_none() || b.is_none() || a == b
}

/// The CVR number that a text writes, in the forms of SF1461 6.
fn cvr(text: &str) -> Option<&str> {
    let text = text.trim();
    let bare = ["urn:oio:cvr-nr:", "urn:oio:cvr:"].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text);
    (bare.len() == 8 && bare.bytes().all(|b| b.is_ascii_digit())).then_some(bare)
}

impl<'a> View<'a> {
    /// Every line of every log, however old.
    pub(super) fn all(&'a self) -> impl Iterator<Item = Line<'a>> {
        self.logs.iter().flat_map(|log| log.events.events.iter().map(move |event| Line { log, event }))
    }

    /// The logs that hold a line of some kinds.
    pub(super) fn logs_with(&self, kinds: &[EventKind]) -> impl Iterator<Item = &Log<'a>> {
        self.logs.iter().filter(move |log| kinds.iter().any(|kind| log.kinds.contains(kind)))
    }

    /// Whether no log has a line of these kinds, though one is said to hold them, and every line's event is named: then there were none.
    pub(super) fn has_none(&self, kinds: &[EventKind]) -> bool {
        let mut logs = self.logs_with(kinds);
        logs.all(|log| {
            log.events.unnamed_lines == 0 && !log.events.events.iter().any(|event| kinds.contains(&event.kind))
        })
    }

    /// The period that a log covers, as far as it had passed at the instant of the run.
    pub(super) fn period_of(&self, log: &Log<'_>) -> Option<(Timestamp, Timestamp)> {
        log.facts.covers.as_ref().map(|covers| (covers.from, covers.until.min(self.subject.at)))
    }

    /// The lines of some kinds within the window; without any, why there is nothing to judge.
    fn lines(&'a self, kinds: &[EventKind], findings: &mut Findings) -> Vec<Line<'a>> {
        let of_kind = || self.all().filter(|line| kinds.contains(&line.kind));
        let lines: Vec<_> = of_kind().filter(|line| line.time >= self.since).collect();
        if lines.is_empty() {
            match of_kind().map(|line| line.time).max() {
                Some(newest) => findings.unclear(format!("the newest line of the event is too old; {newest}")),
                None => findings.absent(format!(
                    "no line of the event; {}",
                    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
                )),
            }
        }
        lines
    }

    /// Whether any log holds lines of this kind.
    fn holds(&self, kind: EventKind, findings: &mut Findings) -> bool {
        let holds = self.logs_with(&[kind]).next().is_some();
        if !holds {
            findings.absent(format!("no line of the event; {}", kind.name()));
        }
        holds
    }

    /// Every line within the window.
    fn recent(&'a self, findings: &mut Findings) -> Vec<Line<'a>> {
        let lines: Vec<_> = self.all().filter(|line| line.time >= self.since).collect();
        if lines.is_empty() {
            match self.all().map(|line| line.time).max() {
                Some(newest) => findings.unclear(format!("the newest line is too old; {newest}")),
                None => findings.absent("no line of any event"),
            }
        }
        lines
    }

    /// Those lines that the system wrote: what the infrastructure keeps is not its log.
    fn own(lines: Vec<Line<'a>>, findings: &mut Findings) -> Vec<Line<'a>> {
        let had_any = !lines.is_empty();
        let lines: Vec<_> = lines.into_iter().filter(|l| l.log.facts.kept_by != Keeper::Infrastructure).collect();
        if had_any && lines.is_empty() {
            findings.absent("no log of the system itself");
        }
        lines
    }

    /// Says what is wrong with lines of the system's log: a breach where the vendor keeps it. Whose program writes a log that the
    /// municipality keeps is not known.
    fn of_keeper(&self, lines: &[Line<'a>], reason: Reason, what: &str, findings: &mut Findings) {
        let (vendor, municipality): (Vec<_>, Vec<_>) =
            lines.iter().copied().partition(|line| line.log.facts.kept_by == Keeper::Supplier);
        if !vendor.is_empty() {
            findings.broken(reason, format!("{} {what}; {}", vendor.len(), self.places(&vendor)));
        }
        if !municipality.is_empty() {
            findings.unclear(format!("{} {what}; {}", municipality.len(), self.places(&municipality)));
        }
    }

    /// Those lines whose mapping names a column for the field; without any, nothing to judge.
    fn with_field(lines: Vec<Line<'a>>, field: Field, findings: &mut Findings) -> Vec<Line<'a>> {
        let had_any = !lines.is_empty();
        let lines: Vec<_> = lines.into_iter().filter(|line| line.log.names(field)).collect();
        if had_any && lines.is_empty() {
            findings.absent(format!("the mapping names no column; {}", name(field)));
        }
        lines
    }

    /// Says why the logs of these lines may lack some of their kind.
    pub(super) fn whole(lines: &[Line<'a>], findings: &mut Findings) {
        let logs: BTreeMap<_, _> = lines.iter().map(|line| (line.log.index, line.log)).collect();
        for defect in logs.values().filter_map(|log| log.defect()) {
            findings.unclear(defect);
        }
    }

    /// Those lines that lie in the period that their log covers: of them a share can be taken.
    fn covered(&self, lines: Vec<Line<'a>>, findings: &mut Findings) -> Vec<Line<'a>> {
        Self::whole(&lines, findings);
        let had_any = !lines.is_empty();
        let is_in = |line: &Line<'a>| {
            let covers = line.integration.as_deref().is_none_or(|number| line.log.covers_integration(number));
            covers && self.period_of(line.log).is_some_and(|(from, until)| from <= line.time && line.time < until)
        };
        let lines: Vec<_> = lines.into_iter().filter(is_in).collect();
        if had_any && lines.is_empty() {
            findings.unclear("no line lies in the covered period");
        }
        lines
    }

    /// Whether a day, in Denmark, lies in the period that the logs of all these lines cover.
    fn whole_days(&self, lines: &[Line<'a>]) -> impl Fn(Date) -> bool {
        let logs: BTreeMap<_, _> = lines.iter().map(|line| (line.log.index, line.log)).collect();
        let periods: Vec<_> = logs.values().filter_map(|log| self.period_of(log)).collect();
        move |day| {
            let (first, next) = (begins(day), day.tomorrow().map_or(Timestamp::MAX, begins));
            periods.iter().all(|(from, until)| *from <= first && next <= *until)
        }
    }

    /// Where lines stand.
    pub(super) fn places(&self, lines: &[Line<'_>]) -> String {
        let places = lines.iter().take(PLACES).map(|line| {
            let place = format!("file {} line {}", u64::from(line.file) + 1, line.line);
            if self.logs.len() > 1 { format!("log {} {place}", line.log.index + 1) } else { place }
        });
        places.collect::<Vec<_>>().join("; ")
    }

    /// Who kept the logs.
    fn kept(&self) -> String {
        let names: BTreeSet<_> = self
            .logs
            .iter()
            .map(|log| match log.facts.kept_by {
                Keeper::Infrastructure => "log kept by the infrastructure",
                Keeper::Supplier => "log kept by the vendor",
                Keeper::Customer => "log kept by the municipality",
            })
            .collect();
        names.into_iter().collect::<Vec<_>>().join("; ")
    }
}

/// The lines without those that overlapping extracts repeat: a line of another file of the same log with the same content.
fn distinct<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let mut first = HashMap::new();
    let mut repeated = HashSet::new();
    for (index, line) in lines.iter().enumerate() {
        let e = line.event;
        let content = (
            (line.log.index, e.time, e.kind, &e.id, &e.transaction, &e.integration, &e.service, &e.municipality),
            (&e.token_municipality, e.outcome.map(|o| o as u8), &e.reason, &e.assertion, &e.account, &e.name_id),
            (e.attempts, e.delivered, e.bytes),
        );
        if *first.entry(content).or_insert(e.file) != e.file {
            repeated.insert(index);
        }
    }
    lines.iter().enumerate().filter(|(index, _)| !repeated.contains(index)).map(|(_, line)| *line).collect()
}

/// The 95th percentile of known values, at best and at worst: some are known to lie above every limit, and some are not known.
fn percentile_95(mut known: Vec<i64>, never: usize, unknown: usize) -> Option<(i64, i64)> {
    let mut best = known.clone();
    best.extend(std::iter::repeat_n(i64::MAX, never));
    best.extend(std::iter::repeat_n(i64::MIN, unknown));
    best.sort_unstable();
    known.extend(std::iter::repeat_n(i64::MAX, never.saturating_add(unknown)));
    known.sort_unstable();
    Some((nearest_rank(&best, 95)?, nearest_rank(&known, 95)?))
}

/// What the parts of a log came to: one breach is a failure, whatever else there is; one part that is unclear or missing keeps the
/// rest from passing.
#[derive(Default)]
pub(super) struct Findings {
    broken: Vec<(Reason, String)>,
    unclear: Vec<String>,
    absent: Vec<String>,
    held: Vec<String>,
}

impl Findings {
    /// A part that breaks the requirement.
    pub(super) fn broken(&mut self, reason: Reason, what: impl Into<String>) {
        self.broken.push((reason, what.into()));
    }

    /// A part that the logs leave open.
    pub(super) fn unclear(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.unclear.contains(&what) {
            self.unclear.push(what);
        }
    }

    /// A part that the logs say nothing of.
    pub(super) fn absent(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.absent.contains(&what) {
            self.absent.push(what);
        }
    }

    /// A part that meets the requirement.
    pub(super) fn held(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.held.contains(&what) {
            self.held.push(what);
        }
    }

    fn outcome(self, view: &View<'_>, expected: &str) -> Outcome {
        let Self { broken, unclear, absent, held } = self;
        let told = |parts: Vec<String>| format!("{}; {}", parts.join("; "), view.kept());
        if let Some((reason, _)) = broken.first() {
            return Outcome::fail(*reason, expected, told(broken.iter().map(|(_, what)| what.clone()).collect()));
        }
        if !unclear.is_empty() {
            return Outcome::inconclusive(Reason::Unclear, expected, told(unclear));
        }
        if absent.is_empty() && held.is_empty() {
            return Outcome::not_tested(Reason::NotSupplied, expected, told(vec!["nothing to judge".to_owned()]));
        }
        if !absent.is_empty() {
            return Outcome::not_tested(Reason::NotSupplied, expected, told(absent));
        }
        Outcome::pass(expected, told(held))
    }
}

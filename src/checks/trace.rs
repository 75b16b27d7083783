//! What the system's log says about the logins, refusals and logouts that trials provoked.
//!
//! Each of them is looked for by its Assertion ID, then by its NameID, then by its time: one line counts for one of them alone. That a
//! line is missing counts only where a log would show it: inside what it covers, read to its end, and followed by another line. A column
//! in which no trial's Assertion ID stands may hold something else, and shows nothing; nor does a time that many lines have.

pub mod clock;
pub mod login_logged;
pub mod logout_logged;
pub mod refusal_logged;

use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::event_log::{Attempt, Did};
use crate::subject::usage::LogFacts;
use crate::subject::{Blob, EventLogSubject};
use crate::target::usage::Keeper;
use crate::usage::event::{Event, EventKind, Events, Field};
use crate::usage::summary::Ended;
use jiff::{SignedDuration, Timestamp, Unit};
use std::collections::BTreeSet;

/// Every check of the family, in report order.
pub static CHECKS: &[&dyn Check<EventLogSubject>] =
    &[&login_logged::LoginLogged, &refusal_logged::RefusalLogged, &logout_logged::LogoutLogged, &clock::LogClock];

/// The integrations of logins: login and single logout.
const LOGINS: [&str; 2] = ["SF1511", "SF1515"];
/// A column of Assertion IDs is known by the lines so near to a trial: farther than any clock or zone is wrong.
const NEAR: SignedDuration = SignedDuration::from_hours(24);
/// What a finding says of a column that holds something else.
const OTHER_IDS: &str = "its column for the Assertion ID holds the ID of no trial";
/// Most places that one finding names.
const MOST: usize = 4;

/// A log with its events.
struct Log<'s> {
    facts: &'s LogFacts,
    holds: &'s [EventKind],
    events: Events,
}

/// How a line was told to be the one of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Assertion,
    NameId,
    Time,
}

/// A line of a log: number of the log, number of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line(usize, usize);

/// An attempt with the line that it left.
struct Traced<'s> {
    attempt: &'s Attempt,
    line: Option<(Line, By)>,
}

/// What a log that has no line of an attempt says about it.
enum Silence {
    /// The attempt left no line.
    Shown,
    /// The log does not speak of that time, or not of logins.
    Elsewhere,
    /// Not to be told, for this reason.
    Unsure(String),
}

/// The logs, and the lines of every attempt.
struct Trace<'s> {
    logs: Vec<Log<'s>>,
    traced: Vec<Traced<'s>>,
    /// Logs and kinds of line whose Assertion IDs are none of the trials'.
    others_ids: BTreeSet<(usize, EventKind)>,
    /// How far each log's clock is ahead of the probe's.
    offsets: Vec<SignedDuration>,
    window: SignedDuration,
}

impl<'s> Trace<'s> {
    /// Reads the logs and finds the lines; the outcome when there is nothing to judge.
    fn of(subject: &'s EventLogSubject, expected: &str, window: i64) -> Result<Self, Outcome> {
        let read = |blob: &Blob| serde_json::from_slice::<Events>(blob.data()).ok().filter(|e| e.format == 1);
        let mut logs = Vec::new();
        for log in &subject.logs {
            let Some(events) = read(&log.events) else {
                return Err(Outcome::not_tested(Reason::SubjectUnreadable, expected, log.facts.name.as_str()));
            };
            logs.push(Log { facts: &log.facts, holds: &log.holds, events });
        }
        if logs.is_empty() {
            return Err(Outcome::not_tested(Reason::NotSupplied, expected, "no event log"));
        }
        let mut attempts: Vec<&Attempt> = subject.attempts.iter().collect();
        attempts.sort_by_key(|a| a.sent);
        let traced = attempts.into_iter().map(|attempt| Traced { attempt, line: None }).collect();
        let window = SignedDuration::from_secs(window.clamp(0, 3600));
        let mut trace = Self { logs, traced, others_ids: BTreeSet::new(), offsets: Vec::new(), window };
        let mut taken = BTreeSet::new();
        trace.find_assertions(&mut taken);
        trace.others_ids = trace.columns_of_other_ids();
        trace.offsets = (0..trace.logs.len()).map(|log| trace.offset(log)).collect();
        trace.find(By::NameId, &mut taken);
        trace.find(By::Time, &mut taken);
        Ok(trace)
    }

    fn event(&self, line: Line) -> &Event {
        &self.logs[line.0].events.events[line.1]
    }

    /// Every line of a kind.
    fn lines(&self, kind: EventKind) -> impl Iterator<Item = Line> {
        let events =
            self.logs.iter().enumerate().flat_map(|(log, l)| (0..l.events.events.len()).map(move |e| Line(log, e)));
        events.filter(move |line| self.event(*line).kind == kind)
    }

    /// The lines with the Assertion ID. A message that was handed over several times left a line each time.
    fn find_assertions(&mut self, taken: &mut BTreeSet<Line>) {
        for index in 0..self.traced.len() {
            let attempt = self.traced[index].attempt;
            let Some(id) = attempt.assertion.as_deref() else { continue };
            let nearest = self
                .lines(kind_of(attempt.did))
                .filter(|line| !taken.contains(line) && is_id(self.event(*line), id))
                .min_by_key(|line| distance(self.event(*line).time, attempt));
            if let Some(line) = nearest {
                taken.insert(line);
                self.traced[index].line = Some((line, By::Assertion));
            }
        }
    }

    /// Where lines on logins and logouts at the time of the trials name Assertions, and none of them a trial's.
    fn columns_of_other_ids(&self) -> BTreeSet<(usize, EventKind)> {
        let mut columns = BTreeSet::new();
        for did in [Did::Login, Did::Logout] {
            let attempts = || self.traced.iter().map(|t| t.attempt).filter(|attempt| attempt.did == did);
            let first = attempts().map(|a| a.sent).min();
            let last = attempts().map(|a| a.answered).max();
            let Some((first, last)) = first.zip(last) else { continue };
            let is_near =
                |event: &Event| first.duration_since(event.time) <= NEAR && event.time.duration_since(last) <= NEAR;
            let kind = kind_of(did);
            let named =
                self.lines(kind).filter(|line| self.event(*line).assertion.is_some() && is_near(self.event(*line)));
            columns.extend(named.map(|line| (line.0, kind)));
        }
        for (line, _) in self.traced.iter().filter_map(|t| t.line) {
            columns.remove(&(line.0, self.event(line).kind));
        }
        columns
    }

    /// How far a log's clock is ahead of the probe's, by the lines that name an Assertion: the middle one.
    fn offset(&self, log: usize) -> SignedDuration {
        let known = self.traced.iter().filter_map(|t| Some((t.attempt, t.line?.0))).filter(|(_, line)| line.0 == log);
        let mut ahead: Vec<_> = known.map(|(a, line)| self.event(line).time.duration_since(a.sent)).collect();
        ahead.sort_unstable();
        ahead.get(ahead.len() / 2).copied().unwrap_or_default()
    }

    /// The first line that nobody took within the window, for each attempt without one.
    fn find(&mut self, by: By, taken: &mut BTreeSet<Line>) {
        for index in 0..self.traced.len() {
            let Traced { attempt, line: None } = self.traced[index] else { continue };
            let fits = |line: &Line| {
                let event = self.event(*line);
                let same = by != By::NameId || (attempt.name_id.is_some() && event.name_id == attempt.name_id);
                same && self.is_near(*line, attempt) && !taken.contains(line) && self.may_be(*line, attempt, by)
            };
            let first =
                self.lines(kind_of(attempt.did)).filter(fits).min_by_key(|line| (self.event(*line).time, *line));
            if let Some(line) = first {
                taken.insert(line);
                self.traced[index].line = Some((line, by));
            }
        }
    }

    /// Whether a line lies within the window of an attempt.
    fn is_near(&self, line: Line, attempt: &Attempt) -> bool {
        distance(shifted(self.event(line).time, self.offsets[line.0]), attempt) <= self.window
    }

    /// Whether a line without the Assertion ID may speak of an attempt. A login or logout that names another Assertion is another's, unless
    /// the column holds something else. A system that refuses a message may have read any ID in it, or none; but one of another attempt
    /// is that attempt's.
    fn may_be(&self, line: Line, attempt: &Attempt, by: By) -> bool {
        let event = self.event(line);
        if event.assertion.is_none() {
            return true;
        }
        if attempt.did != Did::Refusal {
            return by == By::NameId && self.others_ids.contains(&(line.0, event.kind));
        }
        !self.traced.iter().any(|t| t.attempt.assertion.as_deref().is_some_and(|id| is_id(event, id)))
    }

    /// What keeps an attempt's line from being its own, when it was found by its time: far more lines than attempts lie there.
    fn crowd(&self, attempt: &Attempt) -> Option<String> {
        let is_free = |traced: &&Traced<'_>| traced.line.is_none_or(|(_, by)| by == By::Time);
        let tied: BTreeSet<Line> =
            self.traced.iter().filter_map(|t| t.line).filter(|(_, by)| *by != By::Time).map(|(line, _)| line).collect();
        let of_its_kind = self.lines(kind_of(attempt.did)).filter(|line| !tied.contains(line));
        let lines = of_its_kind.filter(|l| self.is_near(*l, attempt) && self.may_be(*l, attempt, By::Time)).count();
        let is_beside = |other: &Attempt| {
            let gap = other.sent.duration_since(attempt.answered).max(attempt.sent.duration_since(other.answered));
            other.did == attempt.did && gap <= self.window
        };
        let attempts = self.traced.iter().filter(is_free).filter(|t| is_beside(t.attempt)).count();
        // A system may write two lines for one message, and another user may be at it; more is a crowd.
        (lines > 2 * attempts + 1)
            .then(|| format!("{lines} lines at the time, {attempts} expected; only their time ties them"))
    }

    /// What it means that no log has a line of an attempt.
    fn silence(&self, attempt: &Attempt) -> Silence {
        let mut shown = false;
        for log in 0..self.logs.len() {
            match self.silence_of(log, attempt) {
                Silence::Shown => shown = true,
                Silence::Elsewhere => {}
                unsure @ Silence::Unsure(_) => return unsure,
            }
        }
        if shown { Silence::Shown } else { Silence::Elsewhere }
    }

    fn silence_of(&self, log: usize, attempt: &Attempt) -> Silence {
        let Log { facts, holds, events } = &self.logs[log];
        let kind = kind_of(attempt.did);
        if !holds.is_empty() && !holds.contains(&kind) {
            return Silence::Elsewhere;
        }
        // A log of messages would not have the line, whatever it covers.
        let is_of_logins = |event: &Event| [Did::Login, Did::Refusal, Did::Logout].map(kind_of).contains(&event.kind);
        if holds.is_empty() && !events.events.is_empty() && !events.events.iter().any(is_of_logins) {
            return Silence::Elsewhere;
        }
        let unsure = |why: &str| Silence::Unsure(format!("log {}; {why}", facts.name));
        let Some(covers) = &facts.covers else { return unsure("it does not say what it covers") };
        if !LOGINS.iter().any(|integration| covers.holds(integration))
            || attempt.sent < covers.from
            || attempt.answered >= covers.until
        {
            return Silence::Elsewhere;
        }
        if self.others_ids.contains(&(log, kind)) {
            return unsure(OTHER_IDS);
        }
        if let Some(file) = events.ended.iter().position(|e| matches!(e, Ended::Damaged(_))) {
            return unsure(&format!("file {} was not read to its end", file + 1));
        }
        if events.lines_without_system > 0 {
            return unsure(&format!("{} lines that name no system", events.lines_without_system));
        }
        let read = events.events.len() as u64 + events.unnamed_lines + events.other_lines + events.repeated_lines;
        let lines = read + events.bad_lines;
        if facts.has_too_many_bad(events.bad_lines, lines) {
            return unsure(&format!("{} bad lines of {lines}", events.bad_lines));
        }
        if events.unnamed_lines > 0 && events.events.iter().all(|e| e.kind != kind) {
            return unsure(&format!("{} lines whose event the mapping does not name", events.unnamed_lines));
        }
        // A log that is written later than the login, or was copied before it, shows nothing about it.
        let offset = self.offset(log);
        let goes_on = events.events.iter().any(|e| shifted(e.time, offset) >= attempt.sent);
        if goes_on { Silence::Shown } else { Silence::Elsewhere }
    }

    /// Where a line stands.
    fn place(&self, line: Line) -> String {
        let event = self.event(line);
        let file = u64::from(event.file) + 1;
        if self.logs.len() > 1 {
            format!("log {} file {file} line {}", self.logs[line.0].facts.name, event.line)
        } else {
            format!("file {file} line {}", event.line)
        }
    }

    /// Who kept the logs.
    fn keepers(&self) -> impl Iterator<Item = String> {
        let keepers: BTreeSet<_> = self.logs.iter().map(|log| keeper(log.facts.kept_by)).collect();
        keepers.into_iter().map(str::to_owned)
    }
}

const fn keeper(keeper: Keeper) -> &'static str {
    match keeper {
        Keeper::Infrastructure => "the log is kept by the infrastructure",
        Keeper::Supplier => "the log is kept by the vendor",
        Keeper::Customer => "the log is kept by the municipality",
    }
}

/// The lines that something leaves.
const fn kind_of(did: Did) -> EventKind {
    match did {
        Did::Login => EventKind::Login,
        Did::Refusal => EventKind::LoginRefused,
        Did::Logout => EventKind::Logout,
    }
}

fn shifted(time: Timestamp, ahead: SignedDuration) -> Timestamp {
    time.checked_sub(ahead).unwrap_or(time)
}

/// Whether a line names an Assertion, be it in other letters: some systems log ids in upper case.
fn is_id(event: &Event, id: &str) -> bool {
    event.assertion.as_deref().is_some_and(|logged| logged.trim().eq_ignore_ascii_case(id))
}

/// How far a time is outside the interval from handing the message over to its answer.
fn distance(time: Timestamp, attempt: &Attempt) -> SignedDuration {
    let before = attempt.sent.duration_since(time);
    let after = time.duration_since(attempt.answered);
    before.max(after).max(SignedDuration::ZERO)
}

fn to_the_second(at: Timestamp) -> Timestamp {
    at.round(Unit::Second).unwrap_or(at)
}

/// What a line must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Demand {
    field: Field,
    /// What a finding says when the line lacks it.
    missing: &'static str,
    /// What the mapping needs to name.
    column: &'static str,
}

/// What a line lacks.
enum Lack {
    Nothing,
    Missing(&'static str),
    Different(&'static str),
    /// The mapping names no column for it.
    Unmapped(&'static str),
}

impl Lack {
    const fn broken(&self) -> Option<(Reason, &'static str)> {
        match self {
            Self::Missing(what) => Some((Reason::Missing, what)),
            Self::Different(what) => Some((Reason::Different, what)),
            Self::Nothing | Self::Unmapped(_) => None,
        }
    }

    const fn unmapped(&self) -> Option<&'static str> {
        if let Self::Unmapped(what) = self { Some(what) } else { None }
    }
}

impl Demand {
    fn judge(&self, events: &Events, event: &Event, attempt: &Attempt) -> Lack {
        let value = match self.field {
            Field::Assertion => &event.assertion,
            Field::Account => &event.account,
            Field::NameId => &event.name_id,
            Field::Municipality => &event.municipality,
            Field::Reason => &event.reason,
            _ => return Lack::Nothing,
        };
        match value {
            None if events.fields.contains(&self.field) => Lack::Missing(self.missing),
            None => Lack::Unmapped(self.column),
            Some(cvr) if self.field == Field::Municipality && attempt.cvr.as_ref().is_some_and(|a| a != cvr) => {
                Lack::Different("another CVR number")
            }
            Some(_) => Lack::Nothing,
        }
    }
}

/// Judges that everything of a kind left its line, and what the line holds.
fn logged(
    subject: &EventLogSubject,
    parameters: &Parameters,
    did: Did,
    expected: &'static str,
    demands: &[Demand],
) -> Outcome {
    let trace = match Trace::of(subject, expected, parameters.integer("window_seconds")) {
        Ok(trace) => trace,
        Err(outcome) => return outcome,
    };
    let traced: Vec<&Traced<'_>> = trace.traced.iter().filter(|t| t.attempt.did == did).collect();
    if traced.is_empty() {
        let why = "no trial of this run or an earlier one shows one";
        return Outcome::not_tested(Reason::NotSupplied, expected, why);
    }
    let mut findings = Findings::default();
    for Traced { attempt, line } in &traced {
        let Some((line, by)) = *line else {
            findings.silent(trace.silence(attempt), attempt);
            continue;
        };
        if by == By::Time
            && let Some(crowd) = trace.crowd(attempt)
        {
            findings.unsure.insert(crowd);
            continue;
        }
        let names_another =
            trace.others_ids.contains(&(line.0, trace.event(line).kind)) && trace.event(line).assertion.is_some();
        if names_another && demands.iter().any(|demand| demand.field == Field::Assertion) {
            findings.unsure.insert(format!("log {}; {OTHER_IDS}", trace.logs[line.0].facts.name));
            continue;
        }
        let lacks: Vec<Lack> =
            demands.iter().map(|demand| demand.judge(&trace.logs[line.0].events, trace.event(line), attempt)).collect();
        let broken: Vec<(Reason, &str)> = lacks.iter().filter_map(Lack::broken).collect();
        let Some((reason, _)) = broken.first() else {
            findings.unmapped.extend(lacks.iter().filter_map(Lack::unmapped));
            findings.held.push((*attempt, line));
            continue;
        };
        if by != By::Assertion {
            // It may be somebody else's line, as long as the own one may be elsewhere.
            let silence = trace.silence(attempt);
            if !matches!(silence, Silence::Shown) {
                findings.silent(silence, attempt);
                continue;
            }
        }
        let what: Vec<_> = broken.iter().map(|(_, what)| *what).collect();
        findings.lacking.push((*reason, format!("{}; {}", trace.place(line), what.join("; "))));
    }
    if demands.iter().any(|demand| demand.field == Field::Account) {
        findings.unsure.extend(one_account(&trace, &findings.held));
    }
    findings.outcome(&trace, traced.len(), expected)
}

/// What is wrong with lines that name one account for users who are not the same: it does not lead to the user, or the system lets all
/// trials in as one user.
fn one_account(trace: &Trace<'_>, held: &[(&Attempt, Line)]) -> Option<String> {
    let users: BTreeSet<_> = held.iter().filter_map(|(attempt, _)| attempt.name_id.as_deref()).collect();
    let accounts: BTreeSet<_> = held.iter().filter_map(|(_, line)| trace.event(*line).account.as_deref()).collect();
    (users.len() > 1 && accounts.len() == 1).then(|| format!("{} users with one account in all lines", users.len()))
}

/// What the lines of one kind came to.
#[derive(Default)]
struct Findings<'s> {
    absent: Vec<Timestamp>,
    lacking: Vec<(Reason, String)>,
    unsure: BTreeSet<String>,
    unmapped: BTreeSet<&'static str>,
    elsewhere: usize,
    held: Vec<(&'s Attempt, Line)>,
}

impl Findings<'_> {
    fn silent(&mut self, silence: Silence, attempt: &Attempt) {
        match silence {
            Silence::Shown => self.absent.push(to_the_second(attempt.sent)),
            Silence::Elsewhere => self.elsewhere += 1,
            Silence::Unsure(why) => {
                self.unsure.insert(why);
            }
        }
    }

    fn outcome(self, trace: &Trace<'_>, all: usize, expected: &str) -> Outcome {
        let Self { absent, lacking, unsure, unmapped, elsewhere, held } = self;
        let mut parts = Vec::new();
        if !absent.is_empty() || !lacking.is_empty() {
            let reason = if absent.is_empty() { lacking[0].0 } else { Reason::Missing };
            if !absent.is_empty() {
                parts.push(format!("{} of {all} left no line", absent.len()));
                parts.extend(absent.iter().take(MOST).map(ToString::to_string));
            }
            if !lacking.is_empty() {
                parts.push(format!("{} of {all} left a line that lacks something", lacking.len()));
                parts.extend(lacking.into_iter().take(MOST).map(|(_, what)| what));
            }
            parts.extend(trace.keepers());
            return Outcome::fail(reason, expected, parts.join("; "));
        }
        if !unsure.is_empty() {
            parts.extend(unsure.into_iter().take(MOST));
            return Outcome::inconclusive(Reason::Unclear, expected, parts.join("; "));
        }
        if !unmapped.is_empty() {
            parts.push("the mapping names no column for".to_owned());
            parts.extend(unmapped.into_iter().map(str::to_owned));
            return Outcome::not_tested(Reason::NotSupplied, expected, parts.join("; "));
        }
        if elsewhere > 0 {
            parts.push(format!("{elsewhere} of {all} outside what the logs cover"));
        }
        if held.is_empty() {
            return Outcome::inconclusive(Reason::Unclear, expected, parts.join("; "));
        }
        let most = |away: fn(Timestamp, &Attempt) -> SignedDuration| {
            held.iter().map(|(a, line)| away(trace.event(*line).time, a).as_millis()).max().unwrap_or_default().max(0)
        };
        let before = most(|time, a| a.sent.duration_since(time));
        let after = most(|time, a| time.duration_since(a.sent));
        parts.insert(0, format!("{} left their lines", held.len()));
        parts.insert(1, format!("at most {before} ms before and {after} ms after the message"));
        parts.extend(trace.keepers());
        Outcome::pass(expected, parts.join("; "))
    }
}

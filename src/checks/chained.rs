//! Chains in event logs: whether one thing followed from another, such as the acknowledgement of a message from its reception.
//!
//! What followed may stand in any log. That nothing followed counts only when every log that holds such lines shows it.

use super::event_log::{Findings, Line, SKEW, View, after, may_be_of_one, seconds};
use crate::denmark::{begins, danish_day};
use crate::outcome::Reason;
use crate::usage::event::{Event, EventKind};
use jiff::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const OUTSIDE: &str = "the log does not cover it";

/// What must follow from what.
pub(super) struct Chain {
    /// Whether a line is what something must follow from.
    pub(super) start: fn(&Event) -> bool,
    /// Whether a line is what must follow.
    pub(super) end: fn(&Event) -> bool,
    /// The kinds of line that tell what must follow: only logs that hold one of them can show that it did not.
    pub(super) end_kinds: &'static [EventKind],
    /// Until when it must follow.
    pub(super) limit: Limit,
    /// The integration of lines that name none.
    pub(super) integration: &'static str,
    /// Whether it must follow from each line with an id, not just from one of the lines with the same id.
    pub(super) each: bool,
}

/// Until when something must follow.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    /// So many seconds later.
    Seconds(i64),
    /// The end of the day so many days later, in Denmark.
    Days(i64),
}

impl Limit {
    /// The last instant.
    fn of(self, start: Timestamp) -> Timestamp {
        match self {
            Self::Seconds(seconds) => after(start, seconds),
            Self::Days(days) => danish_day(start)
                .checked_add(Span::new().days(days.saturating_add(1).clamp(0, 36_500)))
                .ok()
                .map_or(Timestamp::MAX, begins),
        }
    }
}

/// What became of the starts of a chain.
#[derive(Default)]
pub(super) struct Walk<'a> {
    /// What followed in time, and after how many seconds.
    pub(super) closed: Vec<(Line<'a>, i64)>,
    /// What followed too late, and after how many seconds.
    pub(super) late: Vec<(Line<'a>, i64)>,
    /// From what nothing followed.
    pub(super) missing: Vec<Line<'a>>,
    /// How many are too young to judge where the logs end.
    pub(super) young: usize,
    /// From what nothing is seen to follow, though it may have; and why the logs do not show it.
    pub(super) open: Vec<(Line<'a>, &'static str)>,
    /// How many lines have no id.
    pub(super) nameless: usize,
}

/// When something ended, in which log, and for which municipality.
type End<'a> = (Timestamp, usize, Option<&'a str>);

/// Ends by what they can be found by, in order of time.
#[derive(Default)]
struct Ends<'a> {
    ids: HashMap<String, Vec<End<'a>>>,
    transactions: HashMap<String, Vec<End<'a>>>,
    /// The transactions of ends without an id.
    alone: HashMap<String, Vec<End<'a>>>,
}

impl<'a> Ends<'a> {
    fn new(view: &'a View<'a>, is_end: fn(&Event) -> bool) -> Self {
        let mut ends = Self::default();
        for line in view.all().filter(|line| is_end(line)) {
            let at = (line.time, line.log(), line.municipality_key());
            let (id, transaction) = keys(line);
            if let Some(transaction) = transaction {
                if id.is_none() {
                    ends.alone.entry(transaction.clone()).or_default().push(at);
                }
                ends.transactions.entry(transaction).or_default().push(at);
            }
            if let Some(id) = id {
                ends.ids.entry(id).or_default().push(at);
            }
        }
        for map in [&mut ends.ids, &mut ends.transactions, &mut ends.alone] {
            for at in map.values_mut() {
                at.sort_unstable();
            }
        }
        ends
    }

    /// Ends of one start: by id; by transaction where one of the two has no id, for one transaction may carry many items. What is for
    /// another municipality ends another copy of the same message.
    fn of(&self, start: Line<'_>, earliest: Timestamp) -> impl Iterator<Item = End<'a>> {
        let (id, transaction) = keys(start);
        let by_transaction = if id.is_some() { &self.alone } else { &self.transactions };
        let by_id = id.and_then(|id| self.ids.get(&id));
        let found = by_id.into_iter().chain(transaction.and_then(|t| by_transaction.get(&t)));
        let own = start.municipality_key();
        found.filter_map(move |ends| {
            let late = ends.get(ends.partition_point(|end| end.0 < earliest)..)?;
            late.iter().find(|end| may_be_of_one(own, end.2)).copied()
        })
    }

    /// The first end that is not before the start.
    fn first(&self, start: Line<'_>) -> Option<(Timestamp, usize)> {
        self.of(start, after(start.time, -SKEW)).min().map(|(at, log, _)| (at, log))
    }
}

fn keys(line: Line<'_>) -> (Option<String>, Option<String>) {
    (line.key(), line.transaction_key())
}

/// What one start came to, before it is known whether the logs show what they do not hold.
enum State {
    Closed(i64),
    /// When it followed, if it did.
    Unclosed(Option<i64>),
}

/// Follows the lines that a chain starts from.
pub(super) fn walk<'a>(view: &'a View<'a>, lines: &[Line<'a>], chain: &Chain) -> Walk<'a> {
    let ends = Ends::new(view, chain.end);
    let mut walk = Walk::default();
    let mut groups: BTreeMap<_, Vec<(Line<'a>, State)>> = BTreeMap::new();
    // Logs in which an id meets one of the ends: elsewhere the two may be different numbers.
    let mut met = BTreeSet::new();
    for (index, start) in lines.iter().copied().filter(|line| (chain.start)(line)).enumerate() {
        let ((Some(key), _) | (None, Some(key))) = keys(start) else {
            walk.nameless += 1;
            continue;
        };
        if ends.of(start, Timestamp::MIN).next().is_some() {
            met.insert(start.log());
        }
        let state = match ends.first(start) {
            // Between two logs, the difference of their clocks is nobody's delay.
            Some((at, log)) => {
                let delay = seconds(start.time, at).max(0);
                let allowed = if log == start.log() { 0 } else { SKEW };
                if at <= after(chain.limit.of(start.time), allowed) {
                    State::Closed(delay)
                } else {
                    State::Unclosed(Some(delay))
                }
            }
            None => State::Unclosed(None),
        };
        let own = chain.each && keys(start).0.is_some();
        groups.entry((key, start.municipality_key(), if own { index } else { 0 })).or_default().push((start, state));
    }
    let none = view.has_none(chain.end_kinds);
    for group in groups.into_values() {
        // Lines without an id that share a transaction may be one item or many.
        if group.len() > 1 && group.iter().all(|(start, _)| keys(*start).0.is_none()) {
            walk.nameless += group.len();
            continue;
        }
        let closed = group.iter().find_map(|(start, state)| match state {
            State::Closed(delay) => Some((*start, *delay)),
            State::Unclosed(_) => None,
        });
        if let Some(closed) = closed {
            walk.closed.push(closed);
            continue;
        }
        let shown: Vec<_> =
            group.iter().map(|(start, _)| shown(view, *start, chain, none || met.contains(&start.log()))).collect();
        let Some((first, State::Unclosed(delay))) = group.into_iter().next() else { continue };
        if shown.iter().any(|s| matches!(s, Shown::Young)) {
            walk.young += 1;
        } else if let Some(cause) =
            shown.iter().find_map(|s| if let Shown::Not(cause) = s { Some(*cause) } else { None })
        {
            walk.open.push((first, cause));
        } else if let Some(delay) = delay {
            walk.late.push((first, delay));
        } else {
            walk.missing.push(first);
        }
    }
    walk
}

/// Whether logs show that nothing followed in time.
enum Shown {
    Yes,
    /// The time for it ran out after the logs end.
    Young,
    Not(&'static str),
}

fn shown(view: &View<'_>, start: Line<'_>, chain: &Chain, meets: bool) -> Shown {
    let integration = start.integration.as_deref().unwrap_or(chain.integration);
    match view.shows(chain.end_kinds, integration, (start.time, chain.limit.of(start.time))) {
        Shown::Yes if !meets => Shown::Not("no id of the log meets one of such a line"),
        shown => shown,
    }
}

impl View<'_> {
    /// Whether the logs would show lines of some kinds in a period: each log that holds such lines does.
    fn shows(&self, kinds: &[EventKind], integration: &str, period: (Timestamp, Timestamp)) -> Shown {
        let logs: Vec<_> = self.logs_with(kinds).filter(|log| log.covers_integration(integration)).collect();
        let mut periods = Vec::new();
        for log in &logs {
            if let Some(defect) = log.defect() {
                return Shown::Not(defect);
            }
            periods.extend(self.period_of(log));
        }
        match periods.iter().map(|(_, until)| *until).max() {
            Some(last) if period.1 >= last => Shown::Young,
            Some(_) if periods.iter().all(|(from, until)| *from <= period.0 && period.1 < *until) => Shown::Yes,
            _ => Shown::Not(OUTSIDE),
        }
    }

    /// Whether the logs show that no line of a kind lies in a period; else why not.
    pub(super) fn shows_none(
        &self,
        kind: EventKind,
        integration: &str,
        period: (Timestamp, Timestamp),
    ) -> Result<(), &'static str> {
        match self.shows(&[kind], integration, period) {
            Shown::Yes => Ok(()),
            Shown::Young => Err(OUTSIDE),
            Shown::Not(cause) => Err(cause),
        }
    }
}

impl<'a> Walk<'a> {
    /// Counts what nothing followed from in time as closed where something else settles it.
    pub(super) fn settle(&mut self, is_settled: impl Fn(Line<'_>) -> bool) {
        let mut settled = Vec::new();
        let mut stays = |line: Line<'a>| {
            let is_settled = is_settled(line);
            settled.extend(is_settled.then_some((line, 0)));
            !is_settled
        };
        self.missing.retain(|line| stays(*line));
        self.late.retain(|(line, _)| stays(*line));
        self.open.retain(|(line, _)| stays(*line));
        self.closed.extend(settled);
    }

    /// How many were judged.
    pub(super) fn judged(&self) -> usize {
        self.closed.len() + self.late.len() + self.missing.len()
    }

    /// Says what was seen: `what` names the starts, `lacks` what the ones are that break the requirement.
    pub(super) fn tell(&self, view: &View<'_>, what: &str, lacks: &str, findings: &mut Findings) {
        let broken: Vec<_> = self.missing.iter().copied().chain(self.late.iter().map(|(line, _)| *line)).collect();
        if !broken.is_empty() {
            let count = format!("{} of {} {what} {lacks}", broken.len(), self.judged());
            findings.broken(Reason::Missing, format!("{count}; {}", view.places(&broken)));
        }
        let closed: Vec<_> = self.closed.iter().map(|(line, _)| *line).collect();
        View::whole(&closed, findings);
        self.tell_open(what, findings);
        if self.judged() > 0 {
            findings.held(format!("{} {what}", self.closed.len()));
        } else if self.young > 0 {
            findings.unclear(format!("{} {what}, all too close to the end of the log to judge", self.young));
        }
    }

    /// Says what the logs leave open.
    pub(super) fn tell_open(&self, what: &str, findings: &mut Findings) {
        if !self.open.is_empty() {
            findings.unclear(format!(
                "{} {what} without what must follow, and the log does not show that it is missing",
                self.open.len()
            ));
            for (_, cause) in &self.open {
                findings.unclear(*cause);
            }
        }
        if self.nameless > 0 {
            findings.unclear(format!("{} lines without an id", self.nameless));
        }
    }
}

//! See [`AcknowledgedAfterStored`].

use super::{Findings, Line, SKEW, View, before, may_be_of_one, on_logs, seconds};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use crate::usage::event::EventKind;
use std::collections::{BTreeMap, BTreeSet};

/// Two lines of one log whose times differ by no more than this say nothing about their order, seconds: they may be written by two threads.
const SAME_LOG: i64 = 1;

check! {
    /// No message is acknowledged before it is stored.
    ///
    /// ## Why
    /// With the acknowledgement the message counts as delivered and is the receiver's own: what was acknowledged and not stored is lost
    /// when the system stops at that moment. Counted by BeskedId and municipality, over all logs, in lines `stored` and `acknowledged`. A message that was
    /// delivered before may have been stored then: so a line that is missing counts where the log shows the whole time since the message
    /// could first be delivered.
    ///
    /// ## What to do
    /// Store a message durably before acknowledging it, and write a line for both.
    pub AcknowledgedAfterStored {
        id: "event-log.acknowledged-after-stored",
        family: EventLog,
        title: da "Ingen besked kvitteres, før den er gemt", en "No message is acknowledged before it is stored",
        rows: ["BFO-Q-07"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.2, 3, conditions 2 and 3")],
        remediation: da "Gem beskeden varigt, før den kvitteres.", en "Store a message durably before acknowledging it.",
        parameters: [
            ("retention_days", Integer(7), "How long the dueslag keeps a message that was delivered and not acknowledged, days; 7 unless it was changed"),
            ("window_days", Integer(90), "Lines of the last so many days before the run count, days; no official number exists"),
        ],
    }
}

impl Check<EventLogSubject> for AcknowledgedAfterStored {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "each acknowledged message stored before";
        let retention = parameters.integer("retention_days").clamp(0, 3_650) * 86_400;
        on_logs(subject, parameters.integer("window_days"), EXPECTED, |view| {
            let mut findings = Findings::default();
            let lines = view.lines(&[EventKind::Acknowledged], &mut findings);
            if view.holds(EventKind::Stored, &mut findings) {
                judge(view, &lines, retention, &mut findings);
            }
            findings
        })
    }
}

/// When a message was first stored, first acknowledged, and received with its first attempt at delivery.
#[derive(Default)]
struct Fate<'a> {
    stored: Option<Line<'a>>,
    acknowledged: Option<Line<'a>>,
    first_received: Option<Line<'a>>,
}

/// What became of each message, for each municipality that lines with its id name.
fn fates<'a>(view: &'a View<'a>) -> Vec<Fate<'a>> {
    let mut messages: BTreeMap<String, Vec<Line<'a>>> = BTreeMap::new();
    for line in view.all().filter(Line::is_done) {
        if let (EventKind::Stored | EventKind::Acknowledged | EventKind::Received, Some(id)) = (line.kind, line.key()) {
            messages.entry(id).or_default().push(line);
        }
    }
    let mut fates = Vec::new();
    for lines in messages.values() {
        let mut municipalities: BTreeSet<_> = lines.iter().map(Line::municipality_key).collect();
        // A line that names none may be of any.
        if municipalities.len() > 1 {
            municipalities.remove(&None);
        }
        for municipality in municipalities {
            let mut fate = Fate::default();
            for line in lines.iter().filter(|line| may_be_of_one(municipality, line.municipality_key())) {
                let place = match line.kind {
                    EventKind::Stored => &mut fate.stored,
                    EventKind::Acknowledged => &mut fate.acknowledged,
                    _ if line.attempts == Some(1) => &mut fate.first_received,
                    _ => continue,
                };
                if place.is_none_or(|known| line.time < known.time) {
                    *place = Some(*line);
                }
            }
            fates.push(fate);
        }
    }
    fates
}

fn judge<'a>(view: &'a View<'a>, lines: &[Line<'a>], retention: i64, findings: &mut Findings) {
    let fates = fates(view);
    let nameless = lines.iter().filter(|line| line.key().is_none()).count();
    if nameless > 0 {
        findings.unclear(format!("{nameless} lines without an id"));
    }
    let (mut held, mut before_stored, mut never, mut together) = (0, Vec::new(), Vec::new(), 0);
    // Whether an id of a log meets one of a stored message: elsewhere the two may be different numbers.
    let meets = |log: usize| fates.iter().any(|f| f.stored.is_some() && f.acknowledged.is_some_and(|a| a.log() == log));
    let met: Vec<_> = (0..view.logs.len()).map(meets).collect();
    let none = view.has_none(&[EventKind::Stored]);
    for fate in &fates {
        let Some(acknowledged) = fate.acknowledged.filter(|line| line.time >= view.since) else { continue };
        let delay = fate.stored.map(|stored| seconds(acknowledged.time, stored.time));
        if delay.is_some_and(|delay| delay <= 0) {
            held += 1;
            continue;
        }
        let tolerated = if fate.stored.is_some_and(|s| s.log() == acknowledged.log()) { SAME_LOG } else { SKEW };
        if delay.is_some_and(|delay| delay <= tolerated) {
            together += 1;
            continue;
        }
        let from = fate.first_received.map_or_else(|| before(acknowledged.time, retention), |first| first.time);
        let integration = acknowledged.integration.as_deref().unwrap_or("SF1461");
        match view.shows_none(EventKind::Stored, integration, (from.min(acknowledged.time), acknowledged.time)) {
            Ok(()) if !none && !met[acknowledged.log()] => {
                findings.unclear("no id of the log meets one of such a line");
            }
            Ok(()) if fate.stored.is_some() => before_stored.push(acknowledged),
            Ok(()) => never.push(acknowledged),
            Err(cause) => {
                findings.unclear("an acknowledged message without a line that it was stored before, and the log does not show that it was not");
                findings.unclear(cause);
            }
        }
    }
    for (broken, what) in
        [(never, "acknowledged and not stored"), (before_stored, "acknowledged before they were stored")]
    {
        if !broken.is_empty() {
            findings.broken(Reason::Missing, format!("{} messages {what}; {}", broken.len(), view.places(&broken)));
        }
    }
    if together > 0 {
        findings.unclear(format!(
            "{together} messages whose acknowledgement and storing lie too close to tell their order"
        ));
    }
    View::whole(lines, findings);
    if held > 0 {
        findings.held(format!("{held} messages stored before they were acknowledged"));
    }
}

//! See [`ReceiveGap`].

use super::{Findings, Mailbox, View, begins, earlier, mailboxes, on_logs, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::denmark::danish_day;
use crate::outcome::{Outcome, Reason};
use crate::subject::UsageSubject;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

check! {
    /// The system never pauses so long in receiving that waiting messages come near their deletion, as its log says.
    ///
    /// ## Why
    /// Messages are deleted after the dueslag's retention, 7 days unless it was changed: whoever receives nothing for so long loses them. A
    /// pause in which no message came is none, and a log of calls does not show what waited: a long pause fails only when a message of
    /// the log waited as long as the limit; otherwise it is left open. `mailbox.receive-gap` judges it from an export, which also knows the
    /// periods in which the dueslag was inactive.
    ///
    /// ## What to do
    /// Supervise that messages are received, also over holidays; set the dueslag inactive during a long outage; raise the retention.
    pub ReceiveGap {
        id: "usage.receive-gap",
        family: Usage,
        title: da "Modtagelsen holder ikke pause så længe, at beskeder nærmer sig sletning, viser loggen", en "Reception does not pause so long that messages come near their deletion, as the log shows",
        rows: ["BFO-Q-05"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.2, 3")],
        remediation: da "Overvåg, at der modtages beskeder, også i helligdage, og sæt dueslaget inaktivt under lange afbrud.",
                     en "Supervise that messages are received, also over holidays, and set the dueslag inactive during long outages.",
        parameters: [
            ("retention_days", Integer(7), "Retention of the dueslag, days"),
            ("margin_hours", Integer(24), "How long before deletion messages are received at the latest, hours; no official number exists"),
            ("fresh_days", Integer(7), "How long before the run the log may end, days; no official number exists"),
        ],
    }
}

impl Check<UsageSubject> for ReceiveGap {
    fn judge(&self, subject: &UsageSubject, parameters: &Parameters) -> Outcome {
        let (days, margin) = (parameters.integer("retention_days"), parameters.integer("margin_hours"));
        let hours = days.clamp(1, 30) * 24 - margin.clamp(0, 720);
        judge_gaps(subject, hours, parameters.integer("fresh_days"))
    }
}

/// Judges the pauses of every dueslag by a limit. Within a day the log gives only its first and last line, so no limit is below 24 hours.
pub(super) fn judge_gaps(subject: &UsageSubject, hours: i64, fresh: i64) -> Outcome {
    let hours = hours.clamp(24, 24 * 366);
    let expected = threshold(&format!("a pause below {hours} h"));
    on_logs(subject, &expected, |view| {
        let mut findings = Findings::new(expected.clone());
        for mailbox in mailboxes(view) {
            judge_mailbox(view, &mailbox, SignedDuration::from_hours(hours), fresh, &mut findings);
        }
        if view.all_groups().all(|group| group.messages.is_none()) {
            findings.absent("no line is of a message; let the mapping name their columns", "");
        }
        findings.outcome(view)
    })
}

/// Seconds of a day in which messages came: the first and the last.
#[derive(Clone, Copy)]
struct Bounds {
    first: u32,
    last: u32,
}

fn judge_mailbox(view: &View<'_>, mailbox: &Mailbox<'_>, limit: SignedDuration, fresh: i64, findings: &mut Findings) {
    let name = mailbox.title();
    let (from, until) = match mailbox.log.period(None, view.subject.at) {
        Ok(period) => period,
        Err((phrase, value)) => return findings.unclear(phrase, value),
    };
    if until < earlier(view.subject.at, fresh) {
        let end = danish_day(until).to_string();
        return findings.unclear("the logs end too early to say anything about the present", end);
    }
    if until.duration_since(from) < limit {
        return findings.unclear("the log holds a period shorter than the limit", name);
    }
    // What may have been a receipt, and what was one for certain. A day with failed calls has a receipt somewhere between its first
    // and last line.
    let (mut possible, mut certain) = (BTreeMap::new(), BTreeMap::new());
    for group in &mailbox.groups {
        let is_unsure = group.unknown > 0 && group.unknown < group.calls;
        for day in group.days.iter().filter(|day| day.calls > day.errors) {
            widen(&mut possible, day.date, Bounds { first: day.first, last: day.last });
            if !is_unsure && day.errors == 0 {
                widen(&mut certain, day.date, Bounds { first: day.first, last: day.last });
            } else if !is_unsure {
                widen(&mut certain, day.date, Bounds { first: day.last, last: day.first });
            }
        }
    }
    let at_least = longest(&possible, from, until);
    let at_most = longest(&certain, from, until);
    // Messages come in their order, so one that waited so long waited through a pause; but one that came again only waited for itself.
    let came_again = mailbox.messages().any(|m| m.redelivered > 0);
    let waited = mailbox.messages().filter_map(|m| m.receive_delay).map(|delay| delay.max).fold(0.0, f64::max);
    let hours = |gap: SignedDuration| format!("{name} {} h", gap.as_hours());
    if at_most < limit {
        // Rounded up: it is a most.
        findings.held("longest pause at most", hours(at_most.saturating_add(SignedDuration::from_secs(3599))));
    } else if at_least < limit {
        findings.unclear("calls that failed, or may have, lie within a pause", hours(at_most));
    } else if waited >= limit.as_millis_f64() && !came_again {
        findings.broken(Reason::TooLarge, "a pause while a message waited", hours(at_least));
    } else {
        findings.unclear("a pause, and the log does not show that a message waited", hours(at_least));
    }
}

fn widen(days: &mut BTreeMap<Date, Bounds>, day: Date, bounds: Bounds) {
    let of_day = days.entry(day).or_insert(bounds);
    of_day.first = of_day.first.min(bounds.first);
    of_day.last = of_day.last.max(bounds.last);
}

/// The longest time without a receipt in a period, gaps within one day aside (they are shorter than any limit).
fn longest(days: &BTreeMap<Date, Bounds>, from: Timestamp, until: Timestamp) -> SignedDuration {
    let (mut last, mut longest) = (from, SignedDuration::ZERO);
    for (day, bounds) in days {
        let at = |seconds: u32| begins(*day).saturating_add(SignedDuration::from_secs(seconds.into())).unwrap_or(until);
        let (first, end) = (at(bounds.first), at(bounds.last));
        if end < from || first >= until {
            continue;
        }
        longest = longest.max(first.duration_since(last));
        last = last.max(end);
    }
    longest.max(until.duration_since(last))
}

//! See [`ReceiveGap`].

use super::{Findings, View, on_export, seconds_outside, threshold};
use crate::besked::mailboxes::{Delivery, Id, Observations};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

const HOUR: i64 = 3600;
/// Days until messages are deleted, when nobody has changed it (SF1461 2.2).
const DEFAULT_RETENTION: u32 = 7;

check! {
    /// While messages wait in an active dueslag, the system never pauses so long that they come near their deletion.
    ///
    /// ## Why
    /// Messages are deleted after the dueslag's retention, 7 days unless it was changed: whoever receives nothing for so long loses them. A
    /// pause counts from the moment that a message was waiting, without the periods in which the dueslag was inactive; a pause in which
    /// no message came is none.
    ///
    /// ## What to do
    /// Supervise that messages are received, also over holidays; set the dueslag inactive during a long outage; raise the retention.
    pub ReceiveGap {
        id: "mailbox.receive-gap",
        family: Mailbox,
        title: da "Modtagelsen holder ikke pause så længe, at beskeder nærmer sig sletning", en "Reception does not pause so long that messages come near their deletion",
        rows: ["BFO-Q-05"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.2, 3")],
        remediation: da "Overvåg, at der modtages beskeder, også i helligdage, og sæt dueslaget inaktivt under lange afbrud.",
                     en "Supervise that messages are received, also over holidays, and set the dueslag inactive during long outages.",
        parameters: [("margin_hours", Integer(24), "How long before deletion messages are received at the latest, hours; no official number exists")],
    }
}

impl Check<MailboxSubject> for ReceiveGap {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let margin = parameters.integer("margin_hours");
        let expected = format!("retention (7 days unless changed) less {}", threshold(&format!("{margin} h")));
        judge(subject, &expected, |view, ident| {
            let stated = view.observed(ident).ok().flatten().and_then(|d| d.retention_days);
            i64::from(stated.unwrap_or(DEFAULT_RETENTION)).saturating_mul(24).saturating_sub(margin)
        })
    }
}

/// Judges every dueslag by its limit, hours.
pub(super) fn judge(subject: &MailboxSubject, expected: &str, hours: impl Fn(&View<'_>, &Id) -> i64) -> Outcome {
    on_export(subject, expected, |view| {
        let mut findings = Findings::new(expected);
        let Some(seen) = view.observations(&mut findings) else { return findings.outcome() };
        let Some(deliveries) = &seen.deliveries else {
            findings.absent("observations.deliveries");
            return findings.outcome();
        };
        let queues = seen.queues.iter().flatten().map(|q| &q.dueslag);
        for ident in view.idents(deliveries.iter().map(|d| &d.dueslag).chain(queues)) {
            let of_it: Vec<_> = deliveries.iter().filter(|d| d.dueslag == *ident).collect();
            judge_dueslag(view, seen, ident, &of_it, hours(view, ident).max(1).saturating_mul(HOUR), &mut findings);
        }
        findings.outcome()
    })
}

fn judge_dueslag(
    view: &View<'_>,
    seen: &Observations,
    ident: &Id,
    deliveries: &[&Delivery],
    limit: i64,
    findings: &mut Findings,
) {
    let (name, inactive) = (view.title(ident), view.inactive(ident));
    let mut received: Vec<_> = deliveries.iter().filter_map(|d| Some((d.received?, d.leverance_tidspunkt))).collect();
    received.sort_unstable();
    let before = findings.broken.len() + findings.unclear.len();
    let (mut last, mut longest) = (seen.from, 0);
    for (at, waiting) in received {
        // Messages come in their order, so the one that ends a pause is the one that waited longest.
        let pause = seconds_outside((waiting.unwrap_or(last).max(last), at), &inactive);
        match waiting {
            Some(_) if pause >= limit => {
                findings.broken(Reason::TooLarge, format!("{name}: {} h until {at}", pause / HOUR));
            }
            None if pause >= limit => {
                findings.unclear(format!("{name}: {} h until {at}, without LeveranceTidspunkt", pause / HOUR));
            }
            _ => longest = longest.max(pause),
        }
        last = last.max(at);
    }
    // The pause that lasted until the end of the period: did anything wait?
    let samples = seen.queues.iter().flatten().filter(|q| q.dueslag == *ident && q.at > last);
    let mut quiet_from = last;
    for sample in samples {
        if sample.depth == 0 {
            quiet_from = quiet_from.max(sample.at);
        } else if let Some(age) = sample.oldest_seconds {
            let waited = seconds_outside((last, sample.at), &inactive).min(i64::from(age));
            if waited >= limit {
                findings.broken(Reason::TooLarge, format!("{name}: {} h at {}", waited / HOUR, sample.at));
            }
        }
    }
    if seconds_outside((quiet_from, seen.until), &inactive) >= limit {
        findings.unclear(format!("{name}: nothing received after {last}, and not shown that nothing waited"));
    }
    if findings.broken.len() + findings.unclear.len() > before {
        return;
    }
    if seconds_outside((seen.from, seen.until), &[]) < limit {
        findings.unclear(format!("{name}: the observed period is shorter than {} h", limit / HOUR));
    } else {
        findings.held(format!("{name}: at most {} h", longest / HOUR));
    }
}

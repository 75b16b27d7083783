//! See [`ReceivedStoredAcked`].

use super::{Findings, on_export, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;
use jiff::Timestamp;
use std::collections::BTreeMap;

check! {
    /// The messages that were received, stored and acknowledged are the same, and none is acknowledged that was not stored.
    ///
    /// ## Why
    /// With the acknowledgement the message counts as delivered and is the receiver's own: what was acknowledged and not stored is lost.
    /// What was received and never acknowledged blocks the dueslag.
    ///
    /// ## What to do
    /// Store a message durably before acknowledging it, and acknowledge every message that was stored. How long acknowledging may take before
    /// it counts as missing is the profile's; no official number exists.
    pub ReceivedStoredAcked {
        id: "mailbox.received-stored-acked",
        family: Mailbox,
        title: da "Modtagne, gemte og kvitterede beskeder er de samme", en "The messages received, stored and acknowledged are the same",
        rows: ["BFO-Q-07"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, conditions 2 and 3")],
        remediation: da "Gem beskeden varigt, før den kvitteres, og kvittér for enhver gemt besked.", en "Store a message durably before acknowledging it, and acknowledge every message that was stored.",
        parameters: [("minutes", Integer(15), "Longest time from reception to storing and acknowledging, minutes; no official number exists")],
    }
}

/// What became of one message, over all its deliveries: when first received, first stored, last acknowledged.
#[derive(Default)]
struct Fate {
    received: Option<Timestamp>,
    stored: Option<Timestamp>,
    acked: Option<Timestamp>,
}

impl Check<MailboxSubject> for ReceivedStoredAcked {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let minutes = parameters.integer("minutes").max(0);
        let after = threshold(&format!("{minutes} min"));
        let expected = format!("no acknowledgement without a stored message; equal sets after {after}");
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let Some(seen) = view.observations(&mut findings) else { return findings.outcome() };
            if seen.deliveries.is_none() {
                findings.absent("observations.deliveries");
            }
            let mut fates: BTreeMap<_, Fate> = BTreeMap::new();
            for delivery in seen.deliveries.iter().flatten().filter(|d| view.observed(&d.dueslag).is_ok()) {
                let id = delivery.besked_id.trim().to_ascii_lowercase();
                let fate = fates.entry((&delivery.dueslag, id)).or_default();
                let first = |known: Option<Timestamp>, new: Option<Timestamp>| known.into_iter().chain(new).min();
                fate.received = first(fate.received, delivery.received);
                fate.stored = first(fate.stored, delivery.stored);
                fate.acked = fate.acked.max(delivery.acked);
            }
            // A log that never says when something was stored says nothing about what was not.
            let states = |what: fn(&Fate) -> Option<Timestamp>| fates.values().any(|f| what(f).is_some());
            for (stated, what) in [
                (states(|f| f.received), "when messages were received"),
                (states(|f| f.stored), "when messages were stored"),
                (states(|f| f.acked), "when messages were acknowledged"),
            ] {
                if !stated {
                    findings.absent(what);
                }
            }
            if !findings.absent.is_empty() {
                return findings.outcome();
            }
            for ((_, id), fate) in &fates {
                let settled = fate
                    .received
                    .is_some_and(|at| seen.until.duration_since(at).as_secs() > minutes.saturating_mul(60));
                match fate {
                    Fate { acked: Some(_), stored: None, .. } => {
                        findings.broken(Reason::Missing, format!("{id}: acknowledged, not stored"));
                    }
                    Fate { acked: None, stored: None, .. } if settled => {
                        findings.broken(Reason::Missing, format!("{id}: received, neither stored nor acknowledged"));
                    }
                    Fate { acked: None, stored: Some(_), .. } if settled => {
                        findings.broken(Reason::Missing, format!("{id}: stored, not acknowledged"));
                    }
                    Fate { received: None, .. } => {
                        findings.unclear(format!("{id}: when it was received is not stated"));
                    }
                    _ => {}
                }
            }
            if !fates.is_empty() {
                findings.held(format!("{} messages", fates.len()));
            }
            findings.outcome()
        })
    }
}

//! See [`ReceiveDelay`].

use super::{Findings, on_export, threshold};
use crate::besked::mailboxes::Mode;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::percentile::nearest_rank;
use crate::subject::MailboxSubject;

/// Clocks of different parties differ by so many seconds at most.
const SKEW: i64 = 5;

check! {
    /// The system receives messages soon after their LeveranceTidspunkt.
    ///
    /// ## Why
    /// Messages must be received at once; a pull client typically asks every five minutes. No official document sets a limit on the delay:
    /// the limits are the profile's. The 95th percentile counts, so that a few stragglers decide nothing.
    ///
    /// ## What to do
    /// Let the pull client ask more often or stay connected; let the push endpoint answer while it is called.
    pub ReceiveDelay {
        id: "mailbox.receive-delay",
        family: Mailbox,
        title: da "Beskeder modtages inden for grænsen efter leverancetidspunktet", en "Messages are received within the limit after their delivery time",
        rows: ["BFO-Q-03"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "2.1"), ("Underbilag 2O - Beskedkuvert", "table 9")],
        remediation: da "Lad modtageren hente oftere eller holde forbindelsen åben.", en "Let the receiver fetch more often, or keep the connection open.",
        parameters: [
            ("pull_seconds", Integer(300), "Longest delay of 95 % of the messages of a dueslag with pull, seconds; no official number exists"),
            ("push_seconds", Integer(60), "The same with push"),
            ("fewest", Integer(20), "Fewest deliveries that say anything"),
        ],
    }
}

impl Check<MailboxSubject> for ReceiveDelay {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let (pull, push) = (parameters.integer("pull_seconds"), parameters.integer("push_seconds"));
        let fewest = usize::try_from(parameters.integer("fewest")).unwrap_or(0).max(1);
        let expected = threshold(&format!("p95 <= {pull} s (pull), {push} s (push)"));
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let Some(seen) = view.observations(&mut findings) else { return findings.outcome() };
            let Some(deliveries) = &seen.deliveries else {
                findings.absent("observations.deliveries");
                return findings.outcome();
            };
            for ident in view.idents(deliveries.iter().map(|d| &d.dueslag)) {
                let name = view.title(ident);
                let mode = view.observed(ident).ok().flatten().and_then(|d| d.mode);
                let Some(mode) = mode else {
                    findings.absent(format!("mode of {name}"));
                    continue;
                };
                let limit = if mode == Mode::Pull { pull } else { push };
                let times = deliveries.iter().filter(|d| d.dueslag == *ident);
                let mut delays: Vec<i64> =
                    times.filter_map(|d| Some(d.received?.duration_since(d.leverance_tidspunkt?).as_secs())).collect();
                delays.sort_unstable();
                if delays.first().is_some_and(|least| *least < -SKEW) {
                    findings.unclear(format!("{name}: received before its LeveranceTidspunkt; the clocks disagree"));
                    continue;
                }
                match nearest_rank(&delays, 95) {
                    _ if delays.len() < fewest => {
                        findings.unclear(format!("{name}: {} deliveries with both times", delays.len()));
                    }
                    Some(delay) if delay > limit => {
                        findings.broken(Reason::TooLarge, format!("{name}: {delay} s of {} deliveries", delays.len()));
                    }
                    Some(delay) => findings.held(format!("{name}: {delay} s of {} deliveries", delays.len())),
                    None => findings.absent(format!("times of {name}")),
                }
            }
            findings.outcome()
        })
    }
}

//! See [`QueueTrend`].

use super::{Findings, on_export, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// The queue of an active dueslag does not grow over several samples in a row.
    ///
    /// ## Why
    /// Messages that are not fetched must not pile up. How many samples make a trend, and how much growth is noise, no official document
    /// says: both are the profile's.
    ///
    /// ## What to do
    /// Fetch more often, or process faster; look for a message that blocks the queue.
    pub QueueTrend {
        id: "mailbox.queue-trend",
        family: Mailbox,
        title: da "Udkøen vokser ikke over flere målinger i træk", en "The queue does not grow over several samples in a row",
        rows: ["BFO-Q-02"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, condition 1")],
        remediation: da "Hent og behandl beskederne hurtigere, og se efter en besked, der blokerer køen.",
                     en "Fetch and process the messages faster, and look for a message that blocks the queue.",
        parameters: [
            ("samples", Integer(3), "Samples in a row that may not each be larger than the one before, at least 2; no official number exists"),
            ("tolerance", Integer(0), "Growth from the first to the last of them that counts as none, messages; no official number exists"),
        ],
    }
}

impl Check<MailboxSubject> for QueueTrend {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let samples = usize::try_from(parameters.integer("samples")).unwrap_or(0).max(2);
        let tolerance = parameters.integer("tolerance");
        let expected = threshold(&format!("no growth by more than {tolerance} over {samples} samples"));
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let Some(seen) = view.observations(&mut findings) else { return findings.outcome() };
            let Some(queues) = &seen.queues else {
                findings.absent("observations.queues");
                return findings.outcome();
            };
            for ident in view.idents(queues.iter().map(|q| &q.dueslag)) {
                let inactive = view.inactive(ident);
                let is_active = |at| !inactive.iter().any(|(from, until)| *from <= at && at <= *until);
                let mut depths: Vec<_> =
                    queues.iter().filter(|q| q.dueslag == *ident).map(|q| (q.at, q.depth)).collect();
                depths.sort_unstable();
                depths.dedup_by_key(|(at, _)| *at);
                let name = view.title(ident);
                let mut judged = 0;
                for run in depths.windows(samples).filter(|run| run.iter().all(|(at, _)| is_active(*at))) {
                    judged += 1;
                    let [(at, first), .., (_, last)] = run else { continue };
                    let grows = run.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if a < b));
                    if grows && i64::from(*last) - i64::from(*first) > tolerance {
                        findings.broken(Reason::TooLarge, format!("{name} from {at}: {first} to {last}"));
                    }
                }
                if judged == 0 {
                    findings.absent(format!("{samples} samples in a row of {name}"));
                } else {
                    findings.held(format!("{name}: {} samples", depths.len()));
                }
            }
            findings.outcome()
        })
    }
}

//! See [`OldestMessage`].

use super::{Findings, on_export, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

check! {
    /// No message waits longer than the limit in an active dueslag.
    ///
    /// ## Why
    /// Messages must be received at once, and must not pile up; one message that cannot be received blocks those behind it. No official
    /// document sets a number: the limit is the profile's.
    ///
    /// ## What to do
    /// Find out why the oldest message was not received: no client ran, or the message cannot be processed and should be parked.
    pub OldestMessage {
        id: "mailbox.oldest-message",
        family: Mailbox,
        title: da "Den ældste besked i udkøen er yngre end grænsen", en "The oldest message in the queue is younger than the limit",
        rows: ["BFO-Q-01"],
        basis: Contract,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, condition 1")],
        remediation: da "Find ud af, hvorfor den ældste besked ikke er modtaget, og sørg for, at udkøen tømmes løbende.",
                     en "Find out why the oldest message was not received, and see to it that the queue is emptied continuously.",
        parameters: [("minutes", Integer(15), "Longest age of the oldest message, minutes; no official number exists")],
    }
}

impl Check<MailboxSubject> for OldestMessage {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let minutes = parameters.integer("minutes");
        let expected = threshold(&format!("<= {minutes} min"));
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let Some(seen) = view.observations(&mut findings) else { return findings.outcome() };
            if seen.queues.is_none() {
                findings.absent("observations.queues");
            }
            let mut oldest: Option<(i64, String)> = None;
            for sample in seen.queues.iter().flatten().filter(|s| view.observed(&s.dueslag).is_ok()) {
                let inactive = view.inactive(&sample.dueslag);
                if inactive.iter().any(|(from, until)| *from <= sample.at && sample.at <= *until) {
                    continue;
                }
                let of = format!("{} at {}", view.title(&sample.dueslag), sample.at);
                let age = match (sample.depth, sample.oldest_seconds) {
                    (_, Some(seconds)) => i64::from(seconds),
                    (0, None) => 0,
                    (_, None) => {
                        findings.absent(format!("age of the oldest message of {of}"));
                        continue;
                    }
                };
                if age > minutes.saturating_mul(60) {
                    findings.broken(Reason::TooLarge, format!("{of}: {} min", age / 60));
                } else if oldest.as_ref().is_none_or(|(most, _)| age > *most) {
                    oldest = Some((age, of));
                }
            }
            if let Some((age, of)) = oldest {
                findings.held(format!("at most {} min ({of})", age / 60));
            }
            findings.outcome()
        })
    }
}

//! See [`DeliveryAttempts`].

use super::{Findings, on_export, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::denmark::danish_day;
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;
use std::collections::BTreeMap;

check! {
    /// Few messages need a second attempt at delivery, and none needs many.
    ///
    /// ## Why
    /// AntalLeveranceforsoeg above 1 means that the system did not take the message when it was offered. Each attempt holds back the
    /// messages behind it. No official document sets a number: the limits are the profile's. A day with few messages is not judged on its
    /// share, where one message would decide.
    ///
    /// ## What to do
    /// Find out what failed at the first attempt: no answer, an empty answer, StatusKode 40, or a connection that closed before the
    /// acknowledgement.
    pub DeliveryAttempts {
        id: "mailbox.delivery-attempts",
        family: Mailbox,
        title: da "Få beskeder kræver mere end ét leveranceforsøg", en "Few messages need more than one attempt at delivery",
        rows: ["BFO-Q-04"],
        basis: Contract,
        method: Inspected,
        sources: [("D.09.02 Besked-FåTilsendt-Snitflade", "7.1"), ("Underbilag 2O - Beskedkuvert", "table 9")],
        remediation: da "Find ud af, hvad der fejlede ved første forsøg, og ret det.", en "Find out what failed at the first attempt, and correct it.",
        parameters: [
            ("per_mille", Integer(10), "Largest share of messages of a day with more than one attempt, per mille; no official number exists"),
            ("attempts", Integer(10), "AntalLeveranceforsoeg that no message reaches; no official number exists"),
            ("fewest", Integer(100), "Fewest messages of a day of which a share says anything"),
        ],
    }
}

impl Check<MailboxSubject> for DeliveryAttempts {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let (share, most) = (parameters.integer("per_mille"), parameters.integer("attempts"));
        let fewest = parameters.integer("fewest").max(1);
        let expected = threshold(&format!("<= {share} per mille of a day above 1, none at {most}"));
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let Some(seen) = view.observations(&mut findings) else { return findings.outcome() };
            if seen.deliveries.is_none() {
                findings.absent("observations.deliveries");
            }
            // A message that came several times counts once, with its last attempt, on the day of its first one.
            let mut messages = BTreeMap::new();
            for delivery in seen.deliveries.iter().flatten().filter(|d| view.observed(&d.dueslag).is_ok()) {
                let (Some(attempt), Some(at)) =
                    (delivery.antal_leveranceforsoeg, delivery.received.or(delivery.leverance_tidspunkt))
                else {
                    continue;
                };
                let entry = messages.entry((&delivery.dueslag, &delivery.besked_id)).or_insert((at, attempt));
                *entry = (entry.0.min(at), entry.1.max(attempt));
            }
            let mut days: BTreeMap<_, (i64, i64)> = BTreeMap::new();
            for ((_, id), (at, attempt)) in &messages {
                if i64::from(*attempt) >= most {
                    findings.broken(Reason::TooLarge, format!("{id}: {attempt} attempts"));
                }
                let day = days.entry(danish_day(*at)).or_default();
                *day = (day.0 + 1, day.1 + i64::from(*attempt > 1));
            }
            let (mut judged, mut total) = (0, 0);
            for (day, (all, again)) in days.iter().filter(|(_, (all, _))| *all >= fewest) {
                judged += 1;
                total += all;
                if again * 1000 > share.saturating_mul(*all) {
                    findings.broken(Reason::TooLarge, format!("{day}: {again} of {all} messages more than once"));
                }
            }
            if judged > 0 {
                findings.held(format!("{total} messages of {judged} days"));
            } else if !messages.is_empty() {
                findings.unclear(format!("{} messages, no day with {fewest}", messages.len()));
            }
            findings.outcome()
        })
    }
}

//! See [`TimeOrder`].

use super::{on_message, shown};
use crate::besked::read::{Element, Message, Written};
use crate::besked::time::Time;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;
use jiff::SignedDuration;

check! {
    /// The times of a message follow each other: Registreringstidspunkt, Dannelsestidspunkt, and what the
    /// Beskedfordeler adds after them.
    ///
    /// ## Why
    /// Receivers order events by these times and count delays from them. ModtagelsesTidspunkt and LeveranceTidspunkt
    /// are the Beskedfordeler's own, so their order among themselves is not judged. No official document gives a
    /// tolerance: the parameter `tolerance_seconds` allows for clocks that differ. Times without a zone are compared
    /// only as far as every zone agrees.
    ///
    /// ## What to do
    /// Set the clock (NTP), and write Registreringstidspunkt before Dannelsestidspunkt, both with their zone.
    pub TimeOrder {
        id: "message.time-order",
        family: Message,
        title: da "Beskedens tidspunkter følger efter hinanden", en "The times of the message follow each other",
        rows: [],
        basis: Inference,
        method: Inspected,
        sources: [
            ("Underbilag 2O, Beskedkuvert (SF1461 2.0)", "ObjektRegistrering, Leveranceinformation"),
        ],
        remediation: da "Synkroniser uret, og skriv tidspunkterne i rækkefølge og med tidszone.",
                     en "Synchronise the clock, and write the times in order and with their zone.",
        parameters: [("tolerance_seconds", Integer(60), "how far clocks may differ, seconds")],
    }
}

impl Check<MessageSubject> for TimeOrder {
    fn judge(&self, subject: &MessageSubject, parameters: &Parameters) -> Outcome {
        let tolerance = SignedDuration::from_secs(parameters.integer("tolerance_seconds"));
        let expected = format!(
            "Registreringstidspunkt <= Dannelsestidspunkt <= ModtagelsesTidspunkt, within {} s (the profile's number; no official one exists)",
            tolerance.as_secs()
        );
        on_message(subject, |message| {
            let pairs = pairs(message);
            if pairs.is_empty() {
                return Outcome::not_tested(Reason::Missing, &*expected, "fewer than two times");
            }
            let mut open = Vec::new();
            for (early, late) in &pairs {
                let apart = Time::parse(late.value).zip(Time::parse(early.value)).and_then(|(l, e)| l.since(&e));
                let observed = format!("{} before {}", shown(late.value, late.place), shown(early.value, early.place));
                match apart {
                    Some((_, most)) if most < -tolerance => {
                        return Outcome::fail(Reason::Contradiction, &*expected, observed);
                    }
                    Some((least, _)) if least >= -tolerance => {}
                    _ => open.push(format!("{} and {}", early.value.trim(), late.value.trim())),
                }
            }
            if open.is_empty() {
                Outcome::pass(&*expected, format!("{} pairs in order", pairs.len()))
            } else {
                Outcome::inconclusive(Reason::Unclear, &*expected, open.join("; "))
            }
        })
    }
}

/// Pairs of times that the sender answers for, the one that comes first before the other.
fn pairs(message: &Message) -> Vec<(Written<'_>, Written<'_>)> {
    let Some(created) = message.created() else { return Vec::new() };
    let registered = message.registrations().filter_map(|r| r.child("Registreringstidspunkt")?.time());
    let received = message.routes().filter_map(|r| r.child("ModtagelsesTidspunkt").and_then(Element::time));
    registered.map(|r| (r, created)).chain(received.map(|r| (created, r))).collect()
}

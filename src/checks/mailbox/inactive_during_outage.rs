//! See [`InactiveDuringOutage`].

use super::{Findings, on_export, threshold};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MailboxSubject;

const MINUTE: i64 = 60;

check! {
    /// During a long outage the system's dueslag were set inactive until it was fit again.
    ///
    /// ## Why
    /// On serious errors the receiver sets its dueslag inactive, so that the Beskedfordeler does not try in vain. How long an outage is serious,
    /// and how fast the dueslag must be inactive, no official document says: both are the profile's. Planned outages are not judged.
    ///
    /// ## What to do
    /// Make setting the dueslag inactive a step of the plan for outages, with a time limit.
    pub InactiveDuringOutage {
        id: "mailbox.inactive-during-outage",
        family: Mailbox,
        title: da "Dueslag er sat inaktive under lange afbrud", en "Dueslag are set inactive during long outages",
        rows: ["BFO-Q-08"],
        basis: Norm,
        method: Inspected,
        sources: [("SF1461 Modtag beskeder via Beskedfordeler 2.0", "3, condition 5")],
        remediation: da "Sæt dueslaget inaktivt, når systemet ikke kan modtage, og aktivt igen, når det kan.", en "Set the dueslag inactive when the system cannot receive, and active again when it can.",
        parameters: [
            ("outage_hours", Integer(4), "Shortest outage that is judged, hours; no official number exists"),
            ("within_minutes", Integer(60), "Longest time from the outage's begin until the dueslag is inactive, minutes; no official number exists"),
        ],
    }
}

impl Check<MailboxSubject> for InactiveDuringOutage {
    fn judge(&self, subject: &MailboxSubject, parameters: &Parameters) -> Outcome {
        let (hours, within) = (parameters.integer("outage_hours"), parameters.integer("within_minutes"));
        let expected = threshold(&format!("inactive within {within} min in outages of {hours} h"));
        on_export(subject, &expected, |view| {
            let mut findings = Findings::new(expected.clone());
            let Some(seen) = view.observations(&mut findings) else { return findings.outcome() };
            let Some(outages) = &seen.outages else {
                findings.absent("observations.outages");
                return findings.outcome();
            };
            let long = |from: jiff::Timestamp, until: jiff::Timestamp| {
                until.duration_since(from).as_secs() >= hours.saturating_mul(3600)
            };
            let serious: Vec<_> =
                outages.iter().filter(|o| !o.planned && long(o.from, o.until.unwrap_or(seen.until))).collect();
            if serious.is_empty() {
                return Outcome::not_applicable(&expected, "no unplanned outage of this length is stated");
            }
            if seen.inactive.is_none() {
                findings.absent("observations.inactive");
                return findings.outcome();
            }
            for dueslag in view.dueslag(&mut findings) {
                let periods = view.inactive(&dueslag.ident);
                for outage in serious.iter().filter(|o| o.dueslag.as_ref().is_none_or(|d| *d == dueslag.ident)) {
                    let end = outage.until.unwrap_or(seen.until);
                    let of = format!("{} in the outage of {}", dueslag.title(), outage.from);
                    let soon = |from: jiff::Timestamp| {
                        from.duration_since(outage.from).as_secs() <= within.saturating_mul(MINUTE)
                    };
                    // It may be active again a moment before the outage ends.
                    if periods.iter().any(|(from, until)| soon(*from) && end.duration_since(*until).as_secs() <= MINUTE)
                    {
                        findings.held(of);
                    } else {
                        findings.broken(Reason::Different, format!("{of}: not inactive"));
                    }
                }
            }
            findings.outcome()
        })
    }
}

//! See [`TimesZoned`].

use super::{on_message, shown};
use crate::besked::time::Time;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::MessageSubject;

check! {
    /// Registreringstidspunkt and Dannelsestidspunkt say which zone they are in.
    ///
    /// ## Why
    /// A time without a zone means another instant to every reader, twice a year even to the same one. KOMBIT's samples
    /// of messages to send have times without a zone, so this is advice and no requirement.
    ///
    /// ## What to do
    /// Write UTC with `Z`, or the offset.
    pub TimesZoned {
        id: "message.times-zoned",
        family: Message,
        title: da "Tidspunkterne har tidszone", en "The times have a zone",
        rows: [],
        basis: GoodPractice,
        method: Inspected,
        sources: [
            ("W3C XML Schema Part 2", "3.2.7 dateTime"),
            ("kombit/bfo_infrastructureSamples-java", "externTestBesked.xml (without a zone)"),
        ],
        remediation: da "Skriv tidspunkter i UTC med Z eller med forskydning.",
                     en "Write times in UTC with Z or with their offset.",
        parameters: [],
    }
}

impl Check<MessageSubject> for TimesZoned {
    fn judge(&self, subject: &MessageSubject, _: &Parameters) -> Outcome {
        const EXPECTED: &str = "Z or an offset";
        on_message(subject, |message| {
            let registered = message.registrations().filter_map(|r| r.child("Registreringstidspunkt")?.time());
            // What is no time at all is the schema's business.
            let times = registered.chain(message.created()).filter_map(|t| Some((Time::parse(t.value)?, t)));
            let times: Vec<_> = times.collect();
            if times.is_empty() {
                return Outcome::not_tested(Reason::Missing, EXPECTED, "no time");
            }
            let bare = times.iter().filter(|(time, _)| !time.is_zoned());
            let bare: Vec<String> = bare.map(|(_, t)| shown(t.value, t.place)).collect();
            let observed = if bare.is_empty() { format!("{} times", times.len()) } else { bare.join(", ") };
            Outcome::when(bare.is_empty(), Reason::Missing, EXPECTED, observed)
        })
    }
}

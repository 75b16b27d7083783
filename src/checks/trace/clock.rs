//! See [`LogClock`].

use super::{By, Trace, distance};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::{Outcome, Reason};
use crate::subject::EventLogSubject;
use jiff::SignedDuration;

check! {
    /// The time of each line that names the Assertion of a trial lies within seconds of when the message was handed over and answered.
    ///
    /// ## Why
    /// Messages are valid for five minutes. A system whose clock is off refuses good ones or takes old ones, and its log cannot be laid
    /// beside the Context Handler's.
    ///
    /// ## How
    /// The clock of the machine that ran the trials is the measure: let it follow UTC (NTP) before the run. Lines that only their time ties to a
    /// trial say nothing about the clock and do not count.
    ///
    /// ## What to do
    /// Let every server follow UTC by NTP, and write times with a zone. A difference of whole hours is a missing zone, not a wrong clock. A
    /// line must bear the time of the event, not of its writing.
    pub LogClock {
        id: "trace.clock",
        family: Trace,
        title: da "Loggens ur følger UTC", en "The log's clock follows UTC",
        rows: ["FKI-LOG-06"],
        basis: Inference,
        method: Measured,
        sources: [
            ("Safewhere/kombit 7cdcbfd, SampleMessages", "messages are valid for five minutes"),
            ("kravprobe default; the contract sets it", "max_seconds"),
        ],
        remediation: da "Lad alle servere følge UTC med NTP, og skriv hændelsens tidspunkt med tidszone i loggen.",
                     en "Let every server follow UTC by NTP, and write the time of the event with its zone into the log.",
        parameters: [("max_seconds", Integer(5), "most seconds between the time of a line and the message's way")],
    }
}

impl Check<EventLogSubject> for LogClock {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        let most = parameters.integer("max_seconds");
        let expected = format!("within {most} s of the message (parameter of the profile)");
        let trace = match Trace::of(subject, &expected, 0) {
            Ok(trace) => trace,
            Err(outcome) => return outcome,
        };
        if trace.traced.is_empty() {
            let why = "no trial of this run or an earlier one shows one";
            return Outcome::not_tested(Reason::NotSupplied, expected, why);
        }
        let known = trace.traced.iter().filter_map(|t| Some((t.attempt, t.line?)));
        let known = known.filter(|(_, (_, by))| *by == By::Assertion);
        let mut away: Vec<_> = known.map(|(a, (line, _))| (distance(trace.event(line).time, a), line)).collect();
        away.sort_unstable();
        let Some((farthest, line)) = away.last().copied() else {
            return Outcome::inconclusive(Reason::Unclear, expected, "no line names the Assertion of a trial");
        };
        let mut parts = vec![format!("{} lines", away.len()), format!("at most {} ms away", farthest.as_millis())];
        let holds = farthest <= SignedDuration::from_secs(most.max(0));
        if !holds {
            parts.push(trace.place(line));
        }
        parts.extend(trace.keepers());
        Outcome::when(holds, Reason::TooLarge, expected, parts.join("; "))
    }
}

//! See [`RefusalLogged`].

use super::{Demand, logged};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::EventLogSubject;
use crate::subject::event_log::Did;
use crate::usage::event::Field;

check! {
    /// Each message that a trial handed over and the system refused left a line in its log, with the reason.
    ///
    /// ## Why
    /// Refused logins are how an attack shows before it succeeds, and the reason is what tells it from a wrong clock. Who sees no refusals
    /// sees neither.
    ///
    /// ## How
    /// A system need not be able to read what it refuses, so a line with the message's Assertion ID is looked for first and then any line on a
    /// refused login at that time. One line counts for one message; many more lines than messages at that time leave it open. That there is none counts only where the log covers the moment, was
    /// read to its end, and goes on after it.
    ///
    /// ## What to do
    /// Write a line wherever a Response is turned away, with the rule that it broke and, when it could be read, the Assertion ID.
    pub RefusalLogged {
        id: "trace.refusal-logged",
        family: Trace,
        title: da "Hvert afvist login efterlader en linje i loggen med årsag", en "Each refused login leaves a line in the log with the reason",
        rows: ["FKI-LOG-02"],
        basis: Inference,
        method: Measured,
        sources: [(
            "KOMBIT sample brugervendt system (Safewhere/kombit-web-net 8c8b526)",
            "MyPage.aspx.cs logs logins and logouts; that refusals are logged too follows from the purpose"
        )],
        remediation: da "Skriv for hver afvist Response en linje med tidspunkt og den regel, den brød.",
                     en "Write a line for each refused Response with time and the rule that it broke.",
        parameters: [("window_seconds", Integer(10), "how far the time of a line without the Assertion ID may be from the refusal, in seconds")],
    }
}

const DEMANDS: [Demand; 1] = [Demand { field: Field::Reason, missing: "no reason", column: "reason" }];

impl Check<EventLogSubject> for RefusalLogged {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        logged(subject, parameters, Did::Refusal, "a line for each refused login with the reason", &DEMANDS)
    }
}

//! See [`LogoutLogged`].

use super::logged;
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::EventLogSubject;
use crate::subject::event_log::Did;

check! {
    /// Each logout that a trial made left a line in the system's log, whether the user began it in the system or the identity provider did.
    ///
    /// ## Why
    /// The line ends the period in which the account was in use. Without it a login looks as if it had gone on for ever.
    ///
    /// ## How
    /// As for logins: a line is found by the Assertion ID, else by the NameID, else by its time. Where many lines lie at that time, or the
    /// column for the Assertion ID holds the ID of no trial, it stays open.
    ///
    /// ## What to do
    /// Write a line where the session ends, on both ways: the system's own logout and the identity provider's LogoutRequest.
    pub LogoutLogged {
        id: "trace.logout-logged",
        family: Trace,
        title: da "Hvert logout efterlader en linje i loggen", en "Each logout leaves a line in the log",
        rows: ["FKI-LOG-03"],
        basis: Sample,
        method: Measured,
        sources: [(
            "KOMBIT sample brugervendt system (Safewhere/kombit-web-net 8c8b526)",
            "MyPage.aspx.cs: SLO1: log the logout with the id of the internal account"
        )],
        remediation: da "Skriv en linje, når sessionen slutter, både ved systemets eget logout og ved identitetsudbyderens LogoutRequest.",
                     en "Write a line when the session ends, both at the system's own logout and at the identity provider's LogoutRequest.",
        parameters: [("window_seconds", Integer(10), "how far the time of a line without the Assertion ID may be from the logout, in seconds")],
    }
}

impl Check<EventLogSubject> for LogoutLogged {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        logged(subject, parameters, Did::Logout, "a line for each logout", &[])
    }
}

//! See [`LoginLogged`].

use super::{Demand, logged};
use crate::check;
use crate::check::{Check, Parameters};
use crate::outcome::Outcome;
use crate::subject::EventLogSubject;
use crate::subject::event_log::Did;
use crate::usage::event::Field;

check! {
    /// Each login that a trial made left a line in the system's log: time, Assertion ID, the internal account, the NameID or a hash of it,
    /// and the CVR number of the user's organisation.
    ///
    /// ## Why
    /// When access is misused, the line is what leads from the Context Handler's log by the Assertion to the account inside the system.
    /// Without the Assertion ID nobody can tell which login it was; without the account nobody can tell what it was used for.
    ///
    /// ## How
    /// The trials have identities of their own, so their logins are known. A line is found by the Assertion ID, else by the NameID, else by
    /// its time. That there is none counts only where the log covers the login, was read to its end, and goes on after it. Columns that the
    /// mapping does not name are never missed. It stays open where the column for the Assertion ID holds the ID of no trial, where many lines
    /// lie at the time of the only tie, and where different users all have one account.
    ///
    /// ## What to do
    /// Write one line for each login after the message was verified, and give the log's keeper the columns.
    pub LoginLogged {
        id: "trace.login-logged",
        family: Trace,
        title: da "Hvert login efterlader en linje i loggen med Assertion ID, konto, NameID og CVR-nummer",
               en "Each login leaves a line in the log with Assertion ID, account, NameID and CVR number",
        rows: ["FKI-LOG-01"],
        basis: Sample,
        method: Measured,
        sources: [(
            "KOMBIT sample brugervendt system (Safewhere/kombit-web-net 8c8b526)",
            "MyPage.aspx.cs: BSA6, SSO6: log the id of the internal account that is matched to the SAML Assertion"
        )],
        remediation: da "Skriv for hvert login en linje med tidspunkt, Assertion ID, intern konto, NameID (eller hash af det) og CVR-nummer.",
                     en "Write a line for each login with time, Assertion ID, internal account, NameID (or a hash of it) and CVR number.",
        parameters: [("window_seconds", Integer(10), "how far the time of a line without the Assertion ID may be from the login, in seconds")],
    }
}

const DEMANDS: [Demand; 4] = [
    Demand { field: Field::Assertion, missing: "no Assertion ID", column: "Assertion ID" },
    Demand { field: Field::Account, missing: "no account", column: "account" },
    Demand { field: Field::NameId, missing: "no NameID and no hash of it", column: "NameID or its hash" },
    Demand { field: Field::Municipality, missing: "no CVR number", column: "CVR number" },
];

impl Check<EventLogSubject> for LoginLogged {
    fn judge(&self, subject: &EventLogSubject, parameters: &Parameters) -> Outcome {
        const EXPECTED: &str = "a line for each login with time, Assertion ID, account, NameID or its hash, CVR number";
        logged(subject, parameters, Did::Login, EXPECTED, &DEMANDS)
    }
}

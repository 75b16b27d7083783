//! The system's event log: a line for each login, refused login and logout, in the program's own form of event logs. Persons stand in it as
//! account numbers and hashes.

use super::SystemError;
use super::fault::{Fault, Faults};
use super::store::Session;
use crate::digest::sha256_hex;
use jiff::{SignedDuration, Timestamp};
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

const COLUMNS: [&str; 8] = ["time", "event", "reason", "assertion", "account", "name_id", "municipality", "details"];
/// How far the clock of a log with that fault is ahead.
const FAST: SignedDuration = SignedDuration::from_mins(3);
/// The same, where the date is wrong.
const DAY_AHEAD: SignedDuration = SignedDuration::from_hours(24);
/// How far the clock of a server with that fault is behind.
const SLOW: SignedDuration = SignedDuration::from_mins(1);

#[derive(Debug)]
pub(super) struct EventLog {
    file: Mutex<File>,
    faults: Faults,
}

/// What one line says.
#[derive(Default)]
struct Line<'a> {
    event: &'a str,
    reason: &'a str,
    assertion: &'a str,
    account: String,
    name_id: String,
    municipality: &'a str,
    details: &'a str,
}

impl EventLog {
    pub(super) fn create(path: PathBuf, faults: &[Fault]) -> Result<Self, SystemError> {
        let mut file = File::create_new(&path).map_err(|e| SystemError::EventLog(path.clone(), e))?;
        let header = format!("{}\n", COLUMNS.join(","));
        file.write_all(header.as_bytes()).map_err(|e| SystemError::EventLog(path, e))?;
        Ok(Self { file: Mutex::new(file), faults: Faults::new(faults) })
    }

    /// `cookie` is what opens the session.
    pub(super) fn logged_in(&self, now: Timestamp, session: &Session, cookie: &str) {
        if self.faults.has(Fault::LoginNotLogged) {
            return;
        }
        let details =
            if self.faults.has(Fault::LogsSessionCookie) { format!("Set-Cookie: {cookie}") } else { String::new() };
        self.write(now, Line { event: "login", details: &details, ..Line::of(session) });
    }

    pub(super) fn logged_out(&self, now: Timestamp, session: &Session) {
        if !self.faults.has(Fault::LogoutNotLogged) {
            self.write(now, Line { event: "logout", ..Line::of(session) });
        }
    }

    /// The identity provider ended the session. A server of its own takes those requests, and may have a clock of its own.
    pub(super) fn logged_out_by_provider(&self, now: Timestamp, session: &Session) {
        let behind = if self.faults.has(Fault::LogoutServerSlow) { SLOW } else { SignedDuration::ZERO };
        self.logged_out(now.checked_sub(behind).unwrap_or(now), session);
    }

    /// `fields` are those of the form that was refused.
    pub(super) fn refused(&self, now: Timestamp, why: &str, assertion: Option<&str>, fields: &[(String, String)]) {
        if self.faults.has(Fault::RefusalNotLogged) {
            return;
        }
        let whole = fields.iter().find(|(name, _)| name == "SAMLResponse" && self.faults.has(Fault::LogsWholeResponse));
        self.write(
            now,
            Line {
                event: "login-refused",
                reason: if self.faults.has(Fault::RefusalWithoutReason) { "" } else { why },
                assertion: assertion.unwrap_or_default(),
                details: whole.map_or("", |(_, value)| value),
                ..Line::default()
            },
        );
    }

    /// What cannot be written is lost: this system has nobody to tell.
    fn write(&self, now: Timestamp, mut line: Line<'_>) {
        let ahead = match () {
            () if self.faults.has(Fault::LogClockDayAhead) => DAY_AHEAD,
            () if self.faults.has(Fault::LogClockWrong) => FAST,
            () => SignedDuration::ZERO,
        };
        let time = now.checked_add(ahead).unwrap_or(now).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        if self.faults.has(Fault::LoggedWithoutAssertion) {
            line.assertion = "";
        }
        if self.faults.has(Fault::LoggedWithoutAccount) {
            line.account.clear();
        }
        let fields: [&str; COLUMNS.len()] = [
            &time,
            line.event,
            line.reason,
            line.assertion,
            &line.account,
            &line.name_id,
            line.municipality,
            line.details,
        ];
        let mut record = csv::Writer::from_writer(Vec::new());
        if let Ok(bytes) = record.write_record(fields).map_err(drop).and_then(|()| record.into_inner().map_err(drop)) {
            let _ = self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&bytes);
        }
    }
}

impl<'a> Line<'a> {
    fn of(session: &'a Session) -> Self {
        let identity = &session.identity;
        Self {
            assertion: &identity.assertion_id,
            account: format!("bruger-{}", session.user),
            name_id: format!("sha256:{}", sha256_hex(identity.name_id.value.as_bytes())),
            municipality: &identity.cvr,
            ..Self::default()
        }
    }
}

//! What the system has stored: received messages with what came of them, unreadable ones, messages to send, value lists. An
//! SQLite file that is written to the disk before anything is acknowledged.

use super::envelope::Envelope;
use super::fault::{Fault, Faults};
use crate::digest::sha256_hex;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const TABLES: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS message (
        besked_id TEXT PRIMARY KEY, digest TEXT NOT NULL, at TEXT NOT NULL, parked TEXT, body BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS effect (besked_id TEXT NOT NULL, authority TEXT NOT NULL, at TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS effect_of ON effect (besked_id);
    CREATE TABLE IF NOT EXISTS unreadable (sha256 TEXT PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL, body BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS outbox (
        number INTEGER PRIMARY KEY AUTOINCREMENT, besked_id TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, status INTEGER);
    CREATE TABLE IF NOT EXISTS list (name TEXT PRIMARY KEY, uuid TEXT NOT NULL, last TEXT NOT NULL);
";

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody stopped the store.
    #[error("the store is stopped")]
    Stopped,
    /// SQLite.
    #[error("the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// It is stored now.
    New,
    /// It was stored already, with the same content.
    Again,
    /// Another message with its BeskedId was stored already; this one is put aside.
    Conflict,
}

/// A message to send.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub(super) number: i64,
    pub(super) besked_id: String,
    pub(super) body: String,
}

#[derive(Debug)]
pub(super) struct Store {
    connection: Mutex<Connection>,
    stopped: AtomicBool,
}

impl Store {
    pub(super) fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(TABLES)?;
        Ok(Self { connection: Mutex::new(connection), stopped: AtomicBool::new(false) })
    }

    /// Stops it or starts it again.
    pub(super) fn switch(&self, on: bool) {
        self.stopped.store(!on, Ordering::SeqCst);
    }

    fn open_now(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        if self.stopped.load(Ordering::SeqCst) {
            return Err(StoreError::Stopped);
        }
        Ok(self.connection.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stores a message and carries it out for these authorities, as one: afterwards it is stored wholly and once, or not at all.
    pub(super) fn receive(
        &self,
        envelope: &Envelope,
        authorities: &[String],
        body: &[u8],
        faults: &Faults,
        now: Timestamp,
    ) -> Result<Stored, StoreError> {
        let known = || -> Result<Option<String>, StoreError> {
            let sql = "SELECT digest FROM message WHERE besked_id = ?1";
            Ok(self.open_now()?.query_row(sql, [&envelope.besked_id], |row| row.get(0)).optional()?)
        };
        let mut carry_out_again = faults.has(Fault::StoresTwice);
        if faults.has(Fault::DuplicateRace) {
            // Looks first and writes later: in between, others find nothing either.
            carry_out_again = known()?.is_none();
            std::thread::sleep(Duration::from_millis(150));
        }
        let mut connection = self.open_now()?;
        let transaction = connection.transaction()?;
        let inserted = transaction.execute(
            "INSERT OR IGNORE INTO message (besked_id, digest, at, parked, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![envelope.besked_id, envelope.digest, now.to_string(), envelope.parked, body],
        )? == 1;
        let mut stored = Stored::New;
        if !inserted {
            let sql = "SELECT digest FROM message WHERE besked_id = ?1";
            let digest: String = transaction.query_row(sql, [&envelope.besked_id], |row| row.get(0))?;
            stored = if digest == envelope.digest { Stored::Again } else { Stored::Conflict };
        }
        if stored == Stored::Conflict && faults.has(Fault::OverwritesContent) {
            let sql = "UPDATE message SET digest = ?2, body = ?3 WHERE besked_id = ?1";
            transaction.execute(sql, params![envelope.besked_id, envelope.digest, body])?;
            stored = Stored::Again;
        }
        if stored == Stored::Conflict && !carry_out_again {
            put_aside(&transaction, body, "another message has the same BeskedId", now)?;
        } else if stored == Stored::New || carry_out_again {
            for authority in authorities {
                transaction.execute(
                    "INSERT INTO effect (besked_id, authority, at) VALUES (?1, ?2, ?3)",
                    params![envelope.besked_id, authority, now.to_string()],
                )?;
            }
            stored = Stored::New;
        }
        transaction.commit()?;
        Ok(stored)
    }

    /// Puts a message aside that cannot be read.
    pub(super) fn park(&self, body: &[u8], reason: &str, now: Timestamp) -> Result<(), StoreError> {
        put_aside(&*self.open_now()?, body, reason, now)
    }

    /// How often a message was carried out, by authority. Reading works while the store is stopped: that is for writing.
    pub(super) fn effects(&self, besked_id: &str) -> Result<BTreeMap<String, i64>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = "SELECT authority, count(*) FROM effect WHERE besked_id = ?1 GROUP BY authority";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([besked_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Why a stored message was parked; `None` when it was not, or is not there.
    pub(super) fn parked(&self, besked_id: &str) -> Result<Option<String>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = "SELECT parked FROM message WHERE besked_id = ?1";
        Ok(connection.query_row(sql, [besked_id], |row| row.get(0)).optional()?.flatten())
    }

    /// Numbers of stored messages, of their effects, and of unreadable messages put aside.
    pub(super) fn totals(&self) -> Result<[i64; 3], StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |table: &str| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
        Ok([count("message")?, count("effect")?, count("unreadable")?])
    }

    /// Keeps a message that is to be sent.
    pub(super) fn keep(&self, besked_id: &str, body: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO outbox (besked_id, body, at) VALUES (?1, ?2, ?3)";
        self.open_now()?.execute(sql, params![besked_id, body, now.to_string()])?;
        Ok(())
    }

    /// The oldest message that is to be sent.
    pub(super) fn next_to_send(&self) -> Result<Option<Outgoing>, StoreError> {
        let sql = "SELECT number, besked_id, body FROM outbox WHERE status IS NULL ORDER BY number LIMIT 1";
        let read =
            |row: &rusqlite::Row<'_>| Ok(Outgoing { number: row.get(0)?, besked_id: row.get(1)?, body: row.get(2)? });
        Ok(self.open_now()?.query_row(sql, [], read).optional()?)
    }

    /// Notes an attempt to send; with a status the message is done.
    pub(super) fn attempted(&self, number: i64, status: Option<u16>) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET attempts = attempts + 1, status = ?2 WHERE number = ?1";
        self.open_now()?.execute(sql, params![number, status])?;
        Ok(())
    }

    /// Gives a message to send another BeskedId and body.
    pub(super) fn rename(&self, number: i64, besked_id: &str, body: &str) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET besked_id = ?2, body = ?3 WHERE number = ?1";
        self.open_now()?.execute(sql, params![number, besked_id, body])?;
        Ok(())
    }

    /// UUID and last value of a value list that the system has created.
    pub(super) fn list(&self, name: &str) -> Result<Option<(String, String)>, StoreError> {
        let sql = "SELECT uuid, last FROM list WHERE name = ?1";
        Ok(self.open_now()?.query_row(sql, [name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// Remembers a value list; without a UUID it is forgotten.
    pub(super) fn remember_list(&self, name: &str, list: Option<(&str, &str)>) -> Result<(), StoreError> {
        let connection = self.open_now()?;
        match list {
            None => connection.execute("DELETE FROM list WHERE name = ?1", [name])?,
            Some((uuid, value)) => connection
                .execute("INSERT OR REPLACE INTO list (name, uuid, last) VALUES (?1, ?2, ?3)", [name, uuid, value])?,
        };
        Ok(())
    }
}

/// The same unreadable bytes are kept once, however often they come.
fn put_aside(connection: &Connection, body: &[u8], reason: &str, now: Timestamp) -> Result<(), StoreError> {
    connection.execute(
        "INSERT OR IGNORE INTO unreadable (sha256, reason, at, body) VALUES (?1, ?2, ?3, ?4)",
        params![sha256_hex(body), reason, now.to_string(), body],
    )?;
    Ok(())
}

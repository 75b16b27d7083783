//! What is set up, and messages, read from the target's files.

use super::Work;
use crate::besked::mailboxes::{JSON, MAX_BYTES, Mailboxes, TOML};
use crate::capture::metadata::begins_like_xml;
use crate::capture::{Captured, Origin, Origins};
use crate::document::read_bounded;
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use crate::report::v1::Direction;
use crate::saml::xml;
use crate::subject::message::MESSAGE;
use crate::subject::{Blob, MailboxSubject, MessageSubject, Subject};
use crate::target::beskedfordeler::{Beskedfordeler, MessageDirection};
use std::collections::BTreeMap;
use std::path::Path;

/// Most message files of a target, and most sent messages that are judged. Each subject names all the others.
const MAX_MESSAGES: usize = 200;

/// Reads the export and the messages that the plan needs. `sent` are the bodies of the messages that the system sent in trials.
pub fn capture(work: &Work<'_>, sent: &[Vec<u8>]) -> Result<Vec<Captured>> {
    let wants_export = work.needed.iter().any(|id| id.starts_with("mailbox:"));
    let wants_messages = work.needed.iter().any(|id| id.starts_with("message:"));
    if !wants_export && !wants_messages {
        return Ok(Vec::new());
    }
    let files = messages(work)?;
    let mut captured = Vec::new();
    if let (true, Some(file)) = (wants_export, &work.table.configuration) {
        let received: Vec<_> = files.iter().filter(|m| m.direction == MessageDirection::Received).collect();
        captured.push(mailbox(work, file, &received)?);
    }
    if wants_messages {
        captured.extend(judged_messages(work, files, sent));
    }
    Ok(captured)
}

fn mailbox(work: &Work<'_>, file: &Path, messages: &[&MessageFile]) -> Result<Captured> {
    let path = work.loaded.path(file);
    let (bytes, media_type) = read_export(&path)?;
    let name = path.display().to_string();
    let export = Mailboxes::open(&name, &bytes, media_type)?;
    if let Some(taken) = export.exported.filter(|taken| *taken > work.at) {
        return Err(Error::file(
            path,
            format!("at `exported`: {taken} lies after the instant of judgement; correct it"),
        ));
    }
    // What is judged is what will be kept: if redaction breaks the file, that is said now and not by every check.
    let kept = redact(&bytes, media_type).bytes;
    if Mailboxes::parse(&name, &kept, media_type).is_err() {
        let problem = "holds a secret or a CPR number where the format has another value; remove it";
        return Err(Error::file(path, problem));
    }
    let Beskedfordeler { cvr, other_cvr, system, push, pull, .. } = work.table;
    let subject = MailboxSubject {
        id: "mailbox:configuration".to_owned(),
        environment: work.loaded.target.environment,
        at: work.at,
        export: Blob::new(media_type, bytes),
        messages: messages.iter().map(|m| m.blob.clone()).collect(),
        cvr: cvr.clone(),
        other_cvr: other_cvr.clone(),
        system: system.clone(),
        pushes: push.is_some(),
        pulls: pull.is_some(),
    };
    let usual =
        Origin { direction: Direction::Supplied, peer: file.display().to_string(), redactions: BTreeMap::new() };
    Ok(Captured { subject: Subject::Mailbox(subject), origins: origins(usual, messages.iter().copied()) })
}

/// Reads the bytes of an export, with its media type. TOML is known by the file's name.
pub fn read_export(path: &Path) -> Result<(Vec<u8>, &'static str)> {
    let is_toml = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
    Ok((read_bounded(path, MAX_BYTES)?, if is_toml { TOML } else { JSON }))
}

/// Reads a message file. Whether it is a good message is for the checks to say; what is not XML at all is the user's mistake.
pub fn read_message(path: &Path) -> Result<Vec<u8>> {
    let bytes = read_bounded(path, xml::MAX_BYTES as u64)?;
    if !begins_like_xml(&bytes) {
        return Err(Error::file(path, "is not XML; name a file with one Haendelsesbesked or ModtagBeskedInput"));
    }
    Ok(bytes)
}

/// A message with where it came from, redacted once: it becomes evidence of many subjects.
struct MessageFile {
    name: String,
    direction: MessageDirection,
    origin: Origin,
    blob: Blob,
}

impl MessageFile {
    fn new(name: String, direction: MessageDirection, way: Direction, peer: String, bytes: &[u8]) -> Self {
        let redacted = redact(bytes, MESSAGE);
        let origin = Origin { direction: way, peer, redactions: redacted.counts };
        Self { name, direction, origin, blob: Blob::new(MESSAGE, redacted.bytes) }
    }
}

/// Origins of a subject's own bytes and of the messages that it holds besides.
fn origins<'a>(usual: Origin, messages: impl Iterator<Item = &'a MessageFile>) -> Origins {
    let by_digest = messages.map(|m| (m.blob.sha256.clone(), m.origin.clone())).collect();
    Origins { usual, by_digest }
}

fn messages(work: &Work<'_>) -> Result<Vec<MessageFile>> {
    let entries = &work.table.message;
    if entries.len() > MAX_MESSAGES {
        let problem =
            format!("the target names {} message files; at most {MAX_MESSAGES} are judged at a time", entries.len());
        return Err(Error::Usage(problem));
    }
    let read = |entry: &crate::target::beskedfordeler::MessageEntry| {
        let bytes = read_message(&work.loaded.path(&entry.file))?;
        let peer = entry.file.display().to_string();
        Ok(MessageFile::new(entry.name.clone(), entry.direction, Direction::Supplied, peer, &bytes))
    };
    entries.iter().map(read).collect()
}

/// One subject for each message file that the plan needs, and one for each message that the system sent in a trial.
fn judged_messages(work: &Work<'_>, mut files: Vec<MessageFile>, sent: &[Vec<u8>]) -> Vec<Captured> {
    files.extend(sent.iter().take(MAX_MESSAGES).enumerate().map(|(number, body)| {
        let (name, peer) = (format!("sent/{}", number + 1), "AFSEND_BESKED_EXCHANGE".to_owned());
        MessageFile::new(name, MessageDirection::Sent, Direction::In, peer, body)
    }));
    let needs = |name: &str| {
        let id = format!("message:{name}");
        work.needs(&id) || (name.starts_with("sent/") && work.needs("message:sent/*"))
    };
    let subject = |(number, file): (usize, &MessageFile)| {
        let others = files.iter().enumerate().filter(|(other, _)| *other != number);
        let message = MessageSubject {
            id: format!("message:{}", file.name),
            name: file.name.clone(),
            environment: work.loaded.target.environment,
            at: work.at,
            direction: file.direction,
            cvr: MessageSubject::authorities(work.table),
            system: work.table.system.clone(),
            message: file.blob.clone(),
            others: others.map(|(_, other)| other.blob.clone()).collect(),
        };
        Captured { subject: Subject::Message(message), origins: origins(file.origin.clone(), files.iter()) }
    };
    files.iter().enumerate().filter(|(_, file)| needs(&file.name)).map(subject).collect()
}

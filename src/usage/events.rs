//! Reading event logs: a line is one event of a message, an item, a token or a login, or several when it has several times.
//!
//! The files are opened, decoded and cut into records as those of calls are. What identifies a person leaves this module as a digest.

pub mod mapping;

use super::event::{Event, EventKind, EventOutcome, Events, Field, digest};
use super::input::{self, Content, Workbook};
use super::mapping::Encoding;
use super::read::{Broken, Start, find_header, read_head, shown_name, with_delimiter};
use super::reader::{Chunk, Chunks, Piece, Records, first_line};
use super::scan::{Secrets, masked, only_integration, shown_text, text};
use super::summary::{Bad, BadKind, DayFinds, Ended, File, Found, Place, Sample};
use super::tally::{cvr, fits};
use super::time::{Clock, Problem};
use super::worker::{Notes, column, fields, header, leaf, leaves, scalar};
use crate::denmark::danish_day;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::evidence::redact::redact;
use jiff::Timestamp;
use jiff::civil::Date;
use mapping::{Ready, Slot};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Most events of a log.
pub const MOST_EVENTS: usize = 250_000;

/// Samples of bad lines in all.
const SAMPLES: usize = 5;

/// How a log is read.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The system's names; every line counts when there are none.
    pub systems: Vec<String>,
    /// Whether lines that name no system are the system's: the vendor kept the log.
    pub is_own: bool,
    /// Most events.
    pub limit: usize,
    /// Size of a chunk, bytes. The result does not depend on it.
    pub chunk: usize,
    /// Folder from which the names of files are given.
    pub base: PathBuf,
    /// Counts the bytes that were read.
    pub progress: Arc<AtomicU64>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            systems: Vec::new(),
            is_own: true,
            limit: MOST_EVENTS,
            chunk: 1 << 20,
            base: PathBuf::new(),
            progress: Arc::default(),
        }
    }
}

/// What was read.
#[derive(Debug)]
pub struct EventLogRead {
    /// The events.
    pub events: Events,
    /// Bad lines by kind.
    pub bad: Vec<Bad>,
    /// The files.
    pub files: Vec<File>,
}

/// Reads event logs by a mapping.
pub fn read(files: &[PathBuf], ready: &Ready, rules: &Rules) -> Result<EventLogRead> {
    let mut reader = Reader {
        ready,
        rules,
        systems: rules.systems.iter().map(|system| shown_text(system.as_bytes()).to_lowercase()).collect(),
        clock: Clock::of(&ready.mapping.time, ready.zone.as_ref()),
        secrets: Secrets::new(),
        notes: Notes::default(),
        events: Events { format: 1, ..Events::default() },
        files: Vec::new(),
        present: Vec::new(),
        hidden: HashMap::new(),
        persons: HashMap::new(),
        seen: HashSet::new(),
        last: None,
        is_first: true,
    };
    for file in files {
        reader.file(file)?;
    }
    Ok(reader.finish())
}

struct Reader<'a> {
    ready: &'a Ready,
    rules: &'a Rules,
    systems: Vec<String>,
    clock: Clock,
    secrets: Secrets,
    notes: Notes,
    events: Events,
    files: Vec<File>,
    /// Fields that have a column, of each file with lines.
    present: Vec<BTreeSet<Field>>,
    /// Identifiers that hold what must not be kept, by their digests, with their numbers. A log may have any number of long ones.
    hidden: HashMap<[u8; 32], usize>,
    /// Persons' identifiers in the form in which they are kept.
    persons: HashMap<String, String>,
    /// Log ids with their lines' content.
    seen: HashSet<[u8; 32]>,
    /// Time of the line before in the file.
    last: Option<i64>,
    /// Whether no time was read in the file yet.
    is_first: bool,
}

/// How one file is laid out.
struct Layout {
    form: Form,
    header: Vec<String>,
    /// Where each column stands.
    places: Vec<(Slot, usize)>,
    /// Columns whose digits have a known meaning.
    typed: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Delimited(u8),
    JsonLines,
    Workbook,
}

/// The values of one line by what they are for.
struct Line<'a> {
    place: (u32, u64),
    values: Vec<(Slot, Cow<'a, str>)>,
}

impl Line<'_> {
    fn get(&self, slot: Slot) -> &str {
        self.values.iter().find(|(known, _)| *known == slot).map_or("", |(_, text)| text.trim())
    }

    fn field(&self, field: Field) -> &str {
        self.get(Slot::Field(field))
    }
}

/// What came of a line.
#[derive(Default)]
struct Taken {
    /// Why it cannot be used.
    problem: Option<Unusable>,
    /// Its day, of a line of the system.
    day: Option<Date>,
    /// It is another system's, or may be anybody's.
    is_others: bool,
}

impl Taken {
    fn not(self, problem: Unusable) -> Self {
        Self { problem: Some(problem), ..self }
    }
}

/// Why a line cannot be used, and what a sample shows of it. Never a whole line: it names persons.
struct Unusable(BadKind, String);

impl Layout {
    fn new(form: Form, header: Vec<String>, ready: &Ready) -> std::result::Result<Self, String> {
        let mut places = Vec::new();
        for (slot, name) in &ready.columns {
            places.extend(column(name, slot, &header, ready.demands(*slot))?.map(|at| (*slot, at)));
        }
        let mut typed = vec![false; header.len()];
        for (slot, at) in &places {
            typed[*at] |= slot.is_typed();
        }
        Ok(Self { form, header, places, typed })
    }

    fn json() -> Self {
        Self { form: Form::JsonLines, header: Vec::new(), places: Vec::new(), typed: Vec::new() }
    }
}

impl<'a> Reader<'a> {
    fn number(&self) -> u32 {
        u32::try_from(self.files.len()).unwrap_or(u32::MAX)
    }

    fn file(&mut self, path: &Path) -> Result<()> {
        (self.last, self.is_first) = (None, true);
        self.present.push(BTreeSet::new());
        let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let opened = input::open(path, &self.rules.progress)?;
        let before = self.files.len();
        self.files.push(File {
            name: shown_name(path, &self.rules.base),
            form: String::new(),
            bytes,
            records: 0,
            ended: Ended::Empty,
            backward: 0,
        });
        let (form, ended) = match opened.content {
            Content::Empty => ("empty".to_owned(), Ended::Empty),
            Content::Workbook(book) => ("xlsx".to_owned(), self.workbook(path, *book)?),
            Content::Text(text) => self.text(path, text)?,
        };
        let file = &mut self.files[before];
        file.form = format!("{}{form}", opened.packing);
        file.ended = if ended == Ended::Complete && file.records == 0 { Ended::HeaderOnly } else { ended };
        Ok(())
    }

    fn text(&mut self, path: &Path, mut text: Box<dyn Read + Send>) -> Result<(String, Ended)> {
        let mut head = Vec::new();
        let damage = read_head(&mut text, &mut head).err();
        let wrong = |problem: String| Error::file(path, problem);
        let Some(start) = find_header(&head).map_err(wrong)? else {
            return Ok(("empty".to_owned(), damage.map_or(Ended::Empty, |e| Ended::Damaged(e.to_string()))));
        };
        let (layout, from, line) = match start {
            Start::Json { at, line } => (Layout::json(), at, line),
            Start::Header { at, line, delimiter } => {
                let (text, next) = first_line(&head[at..]);
                let given = self.ready.mapping.file.delimiter.and_then(|d| u8::try_from(d).ok()).or(delimiter);
                let make = |d: u8| Layout::new(Form::Delimited(d), header(text, d), self.ready);
                (with_delimiter(text, given, make).map_err(wrong)?, at + next, line + 1)
            }
        };
        let (records, form) = match layout.form {
            Form::Delimited(b'\t') => (Records::Delimited(b'\t'), "csv tab".to_owned()),
            Form::Delimited(delimiter) => (Records::Delimited(delimiter), format!("csv {}", char::from(delimiter))),
            _ => (Records::Lines, "json-lines".to_owned()),
        };
        let carry = head.split_off(from);
        let source: Box<dyn Read + Send> = match damage {
            Some(error) => Box::new(Broken(Some(error))),
            None => text,
        };
        let mut chunks = Chunks::new(source, records, self.rules.chunk, carry, line);
        let mut chunk = Chunk::default();
        loop {
            match chunks.next(&mut chunk) {
                Piece::Chunk => match layout.form {
                    Form::Delimited(delimiter) => self.delimited(path, &layout, &chunk, delimiter)?,
                    _ => self.json(path, &chunk)?,
                },
                Piece::Bad(line, bytes, why) => {
                    self.count();
                    let place = (self.current(), line);
                    self.bad(place, &Unusable(why.into(), length(&bytes)));
                    self.notes.field(&mut self.secrets, "(line)", &bytes, place, None);
                }
                Piece::End => return Ok((form, Ended::Complete)),
                Piece::Damaged(problem) => return Ok((form, Ended::Damaged(problem))),
            }
        }
    }

    /// Number of the file that is being read.
    fn current(&self) -> u32 {
        self.number().saturating_sub(1)
    }

    fn count(&mut self) {
        if let Some(file) = self.files.last_mut() {
            file.records += 1;
        }
    }

    fn bad(&mut self, (file, line): (u32, u64), Unusable(kind, shown): &Unusable) {
        self.notes.bad(*kind, file, line, shown.as_bytes());
    }

    fn delimited(&mut self, path: &Path, layout: &Layout, chunk: &Chunk, delimiter: u8) -> Result<()> {
        let (bytes, mut at, mut line) = (chunk.bytes.as_slice(), 0, chunk.line);
        while at < bytes.len() {
            let (cells, end) = fields(bytes, at, delimiter);
            let record = &bytes[at..end];
            let place = (self.current(), line);
            line += memchr::memchr_iter(b'\n', record).count() as u64;
            at = end;
            if record.trim_ascii().is_empty() {
                continue;
            }
            let is_cut_off = chunk.cut_off && end == bytes.len() && record.last() != Some(&b'\n');
            let problem = if is_cut_off {
                Some(Unusable(BadKind::CutOff, length(record)))
            } else if cells.len() != layout.header.len() {
                Some(Unusable(BadKind::ColumnCount, columns(cells.len(), layout)))
            } else {
                self.encoding_problem(record)
            };
            self.cells(path, layout, &cells, place, problem)?;
        }
        Ok(())
    }

    /// Why a record that is no UTF-8 cannot be taken.
    fn encoding_problem(&self, record: &[u8]) -> Option<Unusable> {
        let refused = self.ready.mapping.file.encoding == Encoding::Utf8 && std::str::from_utf8(record).is_err();
        refused.then(|| Unusable(BadKind::Encoding, length(record)))
    }

    /// A row of columns.
    fn cells(
        &mut self,
        path: &Path,
        layout: &Layout,
        cells: &[String],
        place: (u32, u64),
        problem: Option<Unusable>,
    ) -> Result<()> {
        self.count();
        let taken = if let Some(problem) = problem {
            Taken::default().not(problem)
        } else {
            let value = |(slot, at): &(Slot, usize)| (*slot, Cow::Borrowed(cells.get(*at).map_or("", |c| c.as_str())));
            self.note_present(layout.places.iter().map(|(slot, _)| *slot));
            self.line(path, Line { place, values: layout.places.iter().map(value).collect() })?
        };
        for (at, cell) in cells.iter().enumerate().filter(|_| !taken.is_others) {
            if taken.problem.is_some() || layout.typed.get(at) != Some(&true) {
                // In a line with too many or too few columns nobody knows which is which; a workbook's cells know their own.
                let is_known = cells.len() == layout.header.len() || layout.form == Form::Workbook;
                let name = layout.header.get(at).filter(|_| is_known).map_or("(line)", String::as_str);
                self.notes.field(&mut self.secrets, name, cell.as_bytes(), place, taken.day);
            }
        }
        if let Some(problem) = taken.problem {
            self.bad(place, &problem);
        }
        Ok(())
    }

    fn note_present(&mut self, slots: impl Iterator<Item = Slot>) {
        if let Some(present) = self.present.last_mut() {
            present.extend(slots.filter_map(Slot::field));
        }
    }

    fn json(&mut self, path: &Path, chunk: &Chunk) -> Result<()> {
        let (mut at, mut line) = (0, chunk.line);
        while at < chunk.bytes.len() {
            let (record, next) = first_line(&chunk.bytes[at..]);
            at += next;
            let is_cut_off = chunk.cut_off && at == chunk.bytes.len() && chunk.bytes.last() != Some(&b'\n');
            if !record.trim_ascii().is_empty() {
                self.object(path, record, (self.current(), line), is_cut_off)?;
            }
            line += 1;
        }
        Ok(())
    }

    fn object(&mut self, path: &Path, record: &[u8], place: (u32, u64), is_cut_off: bool) -> Result<()> {
        self.count();
        let problem =
            if is_cut_off { Some(Unusable(BadKind::CutOff, length(record))) } else { self.encoding_problem(record) };
        let mut taken = Taken { problem, ..Taken::default() };
        let decoded = text(record);
        let value: Option<Value> = serde_json::from_str(&decoded).ok().filter(Value::is_object);
        if let Some(value) = &value {
            if taken.problem.is_none() {
                let values: Vec<_> = (self.ready.columns.iter())
                    .map(|(slot, name)| (*slot, Cow::Owned(leaf(value, name))))
                    .filter(|(_, text): &(Slot, Cow<'_, str>)| !text.is_empty())
                    .collect();
                self.note_present(values.iter().map(|(slot, _)| *slot));
                taken = self.line(path, Line { place, values })?;
            }
            self.values(value, &taken, place);
        } else {
            taken.problem.get_or_insert_with(|| Unusable(BadKind::NotJson, length(record)));
            self.notes.field(&mut self.secrets, "(line)", record, place, None);
        }
        if let Some(problem) = taken.problem {
            self.bad(place, &problem);
        }
        Ok(())
    }

    /// Looks through every value of an object.
    fn values(&mut self, value: &Value, taken: &Taken, place: (u32, u64)) {
        if taken.is_others {
            return;
        }
        let columns = &self.ready.columns;
        leaves(value, "", &mut |name, value| {
            let is_typed = columns.iter().any(|(slot, column)| column == name && slot.is_typed());
            if taken.problem.is_some() || !is_typed {
                let shown = super::scan::shown_path(name);
                self.notes.field(&mut self.secrets, &shown, scalar(value).as_bytes(), place, taken.day);
            }
        });
    }

    fn workbook(&mut self, path: &Path, mut book: Workbook) -> Result<Ended> {
        let ready = self.ready;
        let mut layout: Option<Layout> = None;
        let mut failed = None;
        let done = book.rows(ready.mapping.file.sheet.as_deref(), |line, cells| {
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                return true;
            }
            let step = if let Some(layout) = &layout {
                // A row that ends early has empty cells at its end; one that is too long has cells without a name.
                let is_long = cells.iter().skip(layout.header.len()).any(|cell| !cell.is_empty());
                let problem = is_long.then(|| Unusable(BadKind::ColumnCount, columns(cells.len(), layout)));
                self.cells(path, layout, cells, (self.current(), line), problem)
            } else {
                let header = cells.iter().map(|cell| cell.trim().to_owned()).collect();
                let made = Layout::new(Form::Workbook, header, ready).map_err(|problem| Error::file(path, problem));
                made.map(|made| layout = Some(made))
            };
            failed = step.err();
            failed.is_none()
        });
        if let Some(error) = failed {
            return Err(error);
        }
        match done {
            Err(problem) if layout.is_none() => Err(Error::file(path, problem)),
            Err(problem) => Ok(Ended::Damaged(problem)),
            Ok(()) if layout.is_none() => Ok(Ended::Empty),
            Ok(()) => Ok(Ended::Complete),
        }
    }

    /// Takes the events of a line.
    fn line<'b>(&mut self, path: &Path, mut line: Line<'b>) -> Result<Taken>
    where
        'a: 'b,
    {
        let ready: &'a Ready = self.ready;
        line.values.extend(ready.fixed.iter().map(|(slot, text)| (*slot, Cow::Borrowed(text.as_str()))));
        if !self.is_the_systems(&line) {
            return Ok(Taken { is_others: true, ..Taken::default() });
        }
        let time = self.time(&line);
        let day = time.as_ref().ok().map(|time| danish_day(instant(*time)));
        let taken = Taken { day, ..Taken::default() };
        let Some(kind) =
            ready.mapping.event.fixed.or_else(|| ready.kinds.get(&line.get(Slot::Event).to_lowercase()).copied())
        else {
            self.events.unnamed_lines += 1;
            return Ok(taken);
        };
        let time = match time {
            Ok(time) => time,
            // A mapping that says nothing of the zone cannot be right when the first time carries none.
            Err(Problem::NoZone) if self.is_first => {
                return Err(Error::file(
                    path,
                    format!(
                        "line {}: the time in column `{}` carries no zone, and the mapping gives none; write `zone = \"Europe/Copenhagen\"` \
                         (or `UTC`) under `[time]`, after asking whoever made the file",
                        line.place.1, self.ready.mapping.time.column
                    ),
                ));
            }
            Err(problem) => {
                return Ok(taken.not(Unusable(problem.into(), self.shown(Slot::Time, &line))));
            }
        };
        let events = match self.events_of(&line, kind, time) {
            Ok(events) => events,
            Err((kind, slot)) => return Ok(taken.not(Unusable(kind, self.shown(slot, &line)))),
        };
        self.is_first = false;
        if self.is_known_already(&line) {
            self.events.repeated_lines += 1;
            return Ok(taken);
        }
        if let Some(file) = self.files.last_mut() {
            file.backward += u64::from(self.last.is_some_and(|last| time < last));
        }
        self.last = Some(time);
        if self.events.events.len() + events.len() > self.rules.limit {
            let problem = format!(
                "line {}: more than {} events; give an extract of a shorter period, or of fewer kinds of events",
                line.place.1, self.rules.limit
            );
            return Err(Error::file(path, problem));
        }
        self.events.events.extend(events);
        Ok(taken)
    }

    /// Whether a line is the system's; others are counted.
    fn is_the_systems(&mut self, line: &Line<'_>) -> bool {
        if self.systems.is_empty() || !self.ready.names_system() {
            return true;
        }
        let system = shown_text(line.get(Slot::System).as_bytes()).to_lowercase();
        if system.is_empty() {
            self.events.lines_without_system += u64::from(!self.rules.is_own);
            return self.rules.is_own;
        }
        let is_own = self.systems.contains(&system);
        self.events.other_lines += u64::from(!is_own);
        is_own
    }

    fn time(&mut self, line: &Line<'_>) -> std::result::Result<i64, Problem> {
        if self.ready.mapping.time.time_of_day.is_some() {
            self.clock.read(format!("{} {}", line.get(Slot::Time), line.get(Slot::TimeOfDay)).as_bytes())
        } else {
            self.clock.read(line.get(Slot::Time).as_bytes())
        }
    }

    /// Another time of the line, when it has one.
    fn other_time(&mut self, line: &Line<'_>, slot: Slot) -> std::result::Result<Option<i64>, (BadKind, Slot)> {
        match self.clock.read(line.get(slot).as_bytes()) {
            Ok(time) => Ok(Some(time)),
            Err(Problem::Missing) => Ok(None),
            Err(_) => Err((BadKind::MessageTime, slot)),
        }
    }

    fn events_of(
        &mut self,
        line: &Line<'_>,
        kind: EventKind,
        time: i64,
    ) -> std::result::Result<Vec<Event>, (BadKind, Slot)> {
        let number = |field, kind| match line.field(field) {
            "" => Ok(None),
            text => text.parse::<u64>().map(Some).map_err(|_| (kind, Slot::Field(field))),
        };
        let attempts = number(Field::Attempts, BadKind::Attempts)?.map(u32::try_from).transpose();
        let attempts = attempts.map_err(|_| (BadKind::Attempts, Slot::Field(Field::Attempts)))?;
        let bytes = number(Field::Bytes, BadKind::Size)?;
        let delivered = self.other_time(line, Slot::Field(Field::Delivered))?.map(instant);
        let outcome = self.outcome(line.field(Field::Outcome));
        let shown = |field| Some(shown_text(line.field(field).as_bytes())).filter(|text| !text.is_empty());
        let authority = |field| Some(cvr(line.field(field).as_bytes())).filter(|text| !text.is_empty());
        let integration = only_integration(line.field(Field::Integration).as_bytes());
        let first = Event {
            time: instant(time),
            kind: match (kind, outcome) {
                (EventKind::Login, Some(EventOutcome::Failure)) => EventKind::LoginRefused,
                (kind, _) => kind,
            },
            file: line.place.0,
            line: line.place.1,
            id: self.id(line.field(Field::Id)),
            transaction: self.id(line.field(Field::Transaction)),
            integration: integration.map(|number| text(number).to_uppercase()),
            service: shown(Field::Service),
            municipality: authority(Field::Municipality),
            token_municipality: authority(Field::TokenMunicipality),
            outcome,
            reason: shown(Field::Reason),
            assertion: self.id(line.field(Field::Assertion)),
            account: self.person(line.field(Field::Account)),
            name_id: self.person(line.field(Field::NameId)),
            attempts,
            delivered,
            bytes,
        };
        let mut events = vec![first];
        for kind in self.ready.mapping.times.keys() {
            if let Some(time) = self.other_time(line, Slot::Further(*kind))? {
                events.push(Event { time: instant(time), kind: *kind, ..events[0].clone() });
            }
        }
        Ok(events)
    }

    fn outcome(&self, value: &str) -> Option<EventOutcome> {
        let column = self.ready.mapping.outcome.as_ref().filter(|_| !value.is_empty())?;
        let is = |values: &[String]| values.iter().any(|pattern| fits(pattern, value));
        if is(&column.success) {
            Some(EventOutcome::Success)
        } else if is(&column.failure) {
            Some(EventOutcome::Failure)
        } else {
            is(&column.pending).then_some(EventOutcome::Pending)
        }
    }

    /// An id as it is kept: as it stands; as a digest when it is too long to be shown.
    fn id(&mut self, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        let shown = shown_text(text.as_bytes());
        Some(if shown == text { shown } else { self.digest_or_number(text) })
    }

    /// A person's identifier as it is kept: as a digest.
    fn person(&mut self, text: &str) -> Option<String> {
        const REMEMBERED: usize = 100_000;
        const LONGEST: usize = 1000;
        if text.is_empty() {
            return None;
        }
        if let Some(known) = self.persons.get(text) {
            return Some(known.clone());
        }
        let kept = self.digest_or_number(text);
        if self.persons.len() < REMEMBERED && text.len() <= LONGEST {
            self.persons.insert(text.to_owned(), kept.clone());
        }
        Some(kept)
    }

    /// A digest; but a number for what holds a CPR number or a secret: its digest would be found by trying them all.
    fn digest_or_number(&mut self, text: &str) -> String {
        if redact(text.as_bytes(), "text/plain").counts.is_empty() {
            return digest(text);
        }
        let next = self.hidden.len() + 1;
        format!("«redacted» {}", self.hidden.entry(sha256(text.as_bytes())).or_insert(next))
    }

    /// Whether a line with this log id and content was taken already.
    fn is_known_already(&mut self, line: &Line<'_>) -> bool {
        if line.get(Slot::LogId).is_empty() {
            return false;
        }
        let mut content = Vec::new();
        for (slot, _) in &self.ready.columns {
            let text = line.get(*slot);
            content.extend_from_slice(&text.len().to_le_bytes());
            content.extend_from_slice(text.as_bytes());
        }
        !self.seen.insert(sha256(&content))
    }

    /// What a sample of a bad line shows: the value that cannot be read, with every letter masked, for a line names persons.
    fn shown(&self, slot: Slot, line: &Line<'_>) -> String {
        let name = self.ready.columns.iter().find(|(known, _)| *known == slot).map_or("", |(_, name)| name.as_str());
        let value = shown_text(line.get(slot).as_bytes());
        format!("{name}: {}", masked(&value))
    }

    fn finish(self) -> EventLogRead {
        let Self { notes, mut events, files, present, ready, .. } = self;
        let place = |file: u32, line| {
            let name = files.get(file as usize).map_or_else(String::new, |file| file.name.clone());
            Place { file: name, line }
        };
        let mut samples = BTreeSet::new();
        let bad: Vec<_> = notes
            .bad
            .into_iter()
            .map(|(kind, (count, found))| {
                samples.extend(found.iter().cloned());
                let found = found.into_iter().map(|(file, line, text)| Sample { place: place(file, line), text });
                Bad { kind, count, samples: found.collect() }
            })
            .collect();
        events.bad_lines = bad.iter().map(|bad| bad.count).sum();
        let samples = samples.into_iter().take(SAMPLES);
        events.bad_samples = samples.map(|(file, line, text)| Sample { place: place(file, line), text }).collect();
        let days = notes.days;
        let found = notes.found.into_iter().map(|((kind, column), (count, places))| {
            let days =
                days.range((kind.clone(), column.clone(), Date::MIN)..=(kind.clone(), column.clone(), Date::MAX));
            Found {
                days: days.map(|((_, _, date), count)| DayFinds { date: *date, count: *count }).collect(),
                kind,
                column,
                count,
                places: places.into_iter().map(|(file, line)| place(file, line)).collect(),
            }
        });
        events.found = found.collect();
        events.ended = files.iter().map(|file| file.ended.clone()).collect();
        // A field counts as named when every file with lines has its column: else lines would be missing what was never asked of them.
        let with_lines = || present.iter().zip(&files).filter(|(_, file)| file.records > 0).map(|(present, _)| present);
        let fixed = ready.fixed.iter().map(|(slot, _)| *slot);
        let mut fields: BTreeSet<_> = fixed.filter_map(Slot::field).collect();
        let named = ready.columns.iter().filter_map(|(slot, _)| slot.field());
        fields.extend(named.filter(|field| with_lines().all(|present| present.contains(field))));
        events.fields = fields.into_iter().collect();
        EventLogRead { events, bad, files }
    }
}

fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}

fn length(bytes: &[u8]) -> String {
    format!("{} bytes", bytes.trim_ascii_end().len())
}

fn columns(count: usize, layout: &Layout) -> String {
    format!("{count} columns, and the header has {}", layout.header.len())
}

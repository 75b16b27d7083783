//! From chunks and rows to counts: fields by column, bad lines, and what must not stand in a log.

use super::mapping::{Encoding, ROLES, Ready, Role};
use super::reader::{BadPiece, Chunk, first_line};
use super::scan::{Index, Secrets, each_number, path, shown_path, shown_text, text};
use super::summary::BadKind;
use super::tally::{Fields, Order, Refused, Shared, Tally};
use crate::document::nearest;
use crate::error::Result;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

/// Samples of each kind of bad line, and places of each find.
const SAMPLES: usize = 5;
/// Columns whose finds are told apart; a log of JSON objects may have any number of keys.
const MOST_COLUMNS: usize = 1000;
/// Most days of kinds and columns that are told apart.
const MOST_DAYS: usize = 20_000;
/// Most columns of a file.
const WIDEST: usize = 16_384;

/// How one file is laid out.
#[derive(Debug)]
pub struct Layout {
    /// Number of the file.
    pub file: u32,
    /// What it is.
    pub form: Form,
    /// Names of its columns.
    pub header: Vec<String>,
    /// Where each role's column stands.
    columns: Vec<(Role, usize)>,
    /// Columns that hold times and durations: their digits are no CPR numbers.
    typed: Vec<bool>,
    /// Columns whose whole value is a secret, by their name.
    secret: Vec<Option<String>>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Columns between delimiters.
    Delimited(u8),
    /// A JSON object a line.
    JsonLines,
    /// Rows of a workbook.
    Workbook,
}

impl Layout {
    /// The layout of a file with this header. The error says which column is missing.
    pub fn new(file: u32, form: Form, header: Vec<String>, ready: &Ready) -> std::result::Result<Self, String> {
        if header.len() > WIDEST {
            return Err(format!("has more than {WIDEST} columns"));
        }
        let mut columns = Vec::new();
        for role in Role::ALL {
            let Some(name) = &ready.columns[role as usize] else { continue };
            columns.extend(column(name, &role, &header, ready.demands(role))?.map(|at| (role, at)));
        }
        let typed_roles = [Role::Time, Role::TimeOfDay, Role::Duration, Role::Attempts, Role::Delivered, Role::Acked];
        let mut typed = vec![false; header.len()];
        for (role, at) in &columns {
            typed[*at] |= typed_roles.contains(role);
        }
        let mut secrets = Secrets::new();
        let secret = header.iter().map(|name| secrets.kinds(name, b"x1y2z3w4v5").into_iter().next()).collect();
        Ok(Self { file, form, header, columns, typed, secret })
    }

    /// The layout of a file of JSON objects, which has no header.
    #[must_use]
    pub const fn json(file: u32) -> Self {
        Self {
            file,
            form: Form::JsonLines,
            header: Vec::new(),
            columns: Vec::new(),
            typed: Vec::new(),
            secret: Vec::new(),
        }
    }
}

/// Where the column of a name stands; `None` when it is not there and need not be.
pub(super) fn column(
    name: &str,
    role: &dyn Debug,
    header: &[String],
    is_demanded: bool,
) -> std::result::Result<Option<usize>, String> {
    let places = |same: &dyn Fn(&String) -> bool| -> Vec<usize> {
        header.iter().enumerate().filter(|(_, known)| same(known)).map(|(at, _)| at).collect()
    };
    let exact = places(&|known| known == name);
    let found =
        if exact.is_empty() { places(&|known| known.to_lowercase() == name.trim().to_lowercase()) } else { exact };
    match found.as_slice() {
        [at] => Ok(Some(*at)),
        [] if is_demanded => Err(missing(name, role, header)),
        [] => Ok(None),
        _ => Err(format!("has more than one column `{name}`; which one is {role:?}?")),
    }
}

fn missing(name: &str, role: &dyn Debug, header: &[String]) -> String {
    let shown = header.iter().take(40).map(|name| shown_text(name.as_bytes())).collect::<Vec<_>>().join(", ");
    let near = nearest(name, header.iter().map(String::as_str));
    let near = near.map_or(String::new(), |near| format!("; is it `{}`?", shown_text(near.as_bytes())));
    format!("has no column `{name}`, which the mapping takes as {role:?}{near} Its columns are: {shown}")
}

/// How many, and the first few of them: file, line and what there is to say.
type Counted<T> = (u64, BTreeSet<T>);

/// What was noticed beside the counts.
#[derive(Debug, Default)]
pub struct Notes {
    /// Bad lines by kind: how many, and the first few.
    pub bad: BTreeMap<BadKind, Counted<(u32, u64, String)>>,
    /// Finds by kind and column: how many, and the first places.
    pub found: BTreeMap<(String, String), Counted<(u32, u64)>>,
    /// Finds by kind, column and day, of logs of events.
    pub days: BTreeMap<(String, String, Date), u64>,
    /// Rows read as Windows-1252.
    pub windows_1252: u64,
    /// Records of each file.
    pub records: HashMap<u32, u64>,
    /// Order of times of each file and chunk.
    pub order: BTreeMap<(u32, u64), Order>,
}

impl Notes {
    /// Notes a bad line.
    pub fn bad(&mut self, kind: BadKind, file: u32, line: u64, bytes: &[u8]) {
        let (count, samples) = self.bad.entry(kind).or_default();
        *count += 1;
        let is_early = samples.last().is_none_or(|(f, l, _)| (file, line) < (*f, *l));
        if samples.len() < SAMPLES || is_early {
            samples.insert((file, line, sample(bytes)));
            if samples.len() > SAMPLES {
                samples.pop_last();
            }
        }
    }

    /// Notes a find.
    pub fn found(&mut self, kind: &str, column: &str, place: (u32, u64), day: Option<Date>) {
        let mut key = (kind.to_owned(), column.to_owned());
        if self.found.len() >= MOST_COLUMNS && !self.found.contains_key(&key) {
            "(other columns)".clone_into(&mut key.1);
        }
        if let Some(day) = day {
            let key = (key.0.clone(), key.1.clone(), day);
            if self.days.len() < MOST_DAYS || self.days.contains_key(&key) {
                *self.days.entry(key).or_default() += 1;
            }
        }
        let (count, places) = self.found.entry(key).or_default();
        *count += 1;
        places.insert(place);
        if places.len() > SAMPLES {
            places.pop_last();
        }
    }

    /// Looks through one field.
    pub fn field(&mut self, secrets: &mut Secrets, name: &str, field: &[u8], place: (u32, u64), day: Option<Date>) {
        let mut kinds = Vec::new();
        each_number(field, |_, end| kinds.push(if end.is_some() { "cpr" } else { "ten-digits" }.to_owned()));
        if !field.is_empty() && (Secrets::may_hold(field) || Secrets::may_hold(name.as_bytes())) {
            kinds.extend(secrets.kinds(name, field));
        }
        for kind in kinds {
            self.found(&kind, &shown_text(name.as_bytes()), place, day);
        }
    }

    /// Takes in the notes of another.
    pub fn merge(&mut self, other: Self) {
        for (kind, (count, samples)) in other.bad {
            let mine = self.bad.entry(kind).or_default();
            mine.0 += count;
            mine.1.extend(samples);
            while mine.1.len() > SAMPLES {
                mine.1.pop_last();
            }
        }
        for (key, (count, places)) in other.found {
            let mine = self.found.entry(key).or_default();
            mine.0 += count;
            mine.1.extend(places);
            while mine.1.len() > SAMPLES {
                mine.1.pop_last();
            }
        }
        self.windows_1252 += other.windows_1252;
        for (file, count) in other.records {
            *self.records.entry(file).or_default() += count;
        }
        self.order.extend(other.order);
    }
}

/// A bad line as people may see it.
fn sample(bytes: &[u8]) -> String {
    let mut cut = &bytes[..bytes.len().min(2000)];
    if bytes.len() > cut.len() {
        // A value that is cut in half would not be recognised; so the last word goes.
        let end = cut.iter().rposition(|b| matches!(b, b',' | b';' | b'\t' | b'|' | b'{' | b'}')).unwrap_or(0);
        cut = &cut[..end];
    }
    shown_text(cut)
}

/// One worker.
#[derive(Debug)]
pub struct Worker {
    /// Its counts.
    pub tally: Tally,
    /// Its notes.
    pub notes: Notes,
    encoding: Encoding,
    json_columns: Vec<(Role, String)>,
    secrets: Secrets,
    index: Index,
    ends: Vec<usize>,
    marks: Vec<usize>,
    scratch: Vec<u8>,
}

/// Where a record's fields stand.
#[derive(Clone, Copy)]
struct Record<'a> {
    start: usize,
    /// End of each field but the last: the place of its delimiter.
    ends: &'a [usize],
    /// End of the last field.
    end: usize,
    /// Where the next record begins.
    next: usize,
}

impl Record<'_> {
    /// Number of fields.
    const fn width(&self) -> usize {
        self.ends.len() + 1
    }

    #[inline]
    fn field(&self, number: usize) -> Range<usize> {
        let start = if number == 0 { self.start } else { self.ends.get(number - 1).map_or(self.end, |end| end + 1) };
        start..self.ends.get(number).copied().unwrap_or(self.end)
    }

    fn fields(&self) -> impl Iterator<Item = Range<usize>> {
        (0..self.width()).map(|number| self.field(number))
    }
}

/// Lines of offsets in a chunk, counted as far as needed.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, offset: usize) -> u64 {
        self.line += memchr::memchr_iter(b'\n', &self.bytes[self.at..offset]).count() as u64;
        self.at = offset;
        self.line
    }
}

impl Worker {
    /// A worker of a run.
    #[must_use]
    pub fn new(shared: &Arc<Shared>) -> Self {
        let ready = &shared.ready;
        let json_columns =
            Role::ALL.iter().filter_map(|role| Some((*role, ready.columns[*role as usize].clone()?))).collect();
        Self {
            tally: Tally::new(Arc::clone(shared)),
            notes: Notes::default(),
            encoding: ready.mapping.file.encoding,
            json_columns,
            secrets: Secrets::new(),
            index: Index::default(),
            ends: Vec::new(),
            marks: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Counts the records of a chunk.
    pub fn chunk(&mut self, layout: &Layout, chunk: &Chunk) -> Result<()> {
        let records = match layout.form {
            Form::JsonLines => self.json(layout, chunk)?,
            Form::Delimited(delimiter) => self.delimited(layout, chunk, delimiter)?,
            Form::Workbook => 0,
        };
        self.tally.settle()?;
        *self.notes.records.entry(layout.file).or_default() += records;
        self.notes.order.insert((layout.file, chunk.number), self.tally.take_order());
        Ok(())
    }

    fn delimited(&mut self, layout: &Layout, chunk: &Chunk, delimiter: u8) -> Result<u64> {
        let bytes = chunk.bytes.as_slice();
        let mut index = std::mem::take(&mut self.index);
        let mut marks = std::mem::take(&mut self.marks);
        let mut ends = std::mem::take(&mut self.ends);
        index.read(bytes, delimiter);
        self.secrets.places(bytes, &mut marks);
        let any_quotes = memchr::memchr(b'"', bytes).is_some();
        let is_utf8 = std::str::from_utf8(bytes).is_ok();
        let has_secret_columns = layout.secret.iter().any(Option::is_some);
        let (mut numbers, mut marks_left) = (index.numbers.as_slice(), marks.as_slice());
        let mut places = index.ends();
        let mut lines = Lines { bytes, at: 0, line: chunk.line };
        let mut fields: Fields<'_> = [&[]; ROLES];
        let (mut at, mut records) = (0, 0);
        while at < bytes.len() {
            let record =
                if any_quotes { quoted(bytes, at, delimiter, &mut ends) } else { plain(bytes, at, &mut places) };
            at = record.next;
            let whole = &bytes[record.start..at];
            if whole.first().is_none_or(u8::is_ascii_whitespace) && whole.trim_ascii().is_empty() {
                continue;
            }
            records += 1;
            let problem = if chunk.cut_off && at == bytes.len() && whole.last() != Some(&b'\n') {
                Some(BadKind::CutOff)
            } else if record.width() != layout.header.len() {
                Some(BadKind::ColumnCount)
            } else if !is_utf8 && !self.is_encoding_allowed(whole) {
                Some(BadKind::Encoding)
            } else if any_quotes && record.fields().any(|field| bytes.get(field.start) == Some(&b'"')) {
                self.unquoted(layout, bytes, &record)?
            } else {
                for (role, column) in &layout.columns {
                    fields[*role as usize] = &bytes[record.field(*column)];
                }
                outcome(self.tally.add(&fields))?
            };
            if let Some(problem) = problem {
                let line = lines.of(record.start);
                self.notes.bad(problem, layout.file, line, first_line(whole).0);
            }
            while let Some((number, rest)) = numbers.split_first()
                && number.0 < at
            {
                numbers = rest;
                self.number(layout, *number, &record, problem.is_some(), &mut lines);
            }
            if has_secret_columns || marks_left.first().is_some_and(|mark| *mark < at) {
                marks_left = &marks_left[marks_left.iter().take_while(|mark| **mark < at).count()..];
                let line = lines.of(record.start);
                self.secrets_of(layout, bytes, &record, line);
            }
        }
        (self.index, self.marks, self.ends) = (index, marks, ends);
        Ok(records)
    }

    /// Whether a record that may be no UTF-8 can be taken.
    fn is_encoding_allowed(&mut self, record: &[u8]) -> bool {
        if self.encoding == Encoding::Windows1252 || std::str::from_utf8(record).is_ok() {
            return true;
        }
        let allowed = self.encoding == Encoding::Auto;
        self.notes.windows_1252 += u64::from(allowed);
        allowed
    }

    /// Counts a record that may have quoted fields.
    fn unquoted(&mut self, layout: &Layout, bytes: &[u8], record: &Record<'_>) -> Result<Option<BadKind>> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let mut ranges: [Range<usize>; ROLES] = std::array::from_fn(|_| 0..0);
        for (role, column) in &layout.columns {
            let begin = scratch.len();
            unquote(&bytes[record.field(*column)], &mut scratch);
            ranges[*role as usize] = begin..scratch.len();
        }
        let done = self.tally.add(&ranges.map(|range| &scratch[range]));
        self.scratch = scratch;
        outcome(done)
    }

    /// Notes a number that could be a CPR number.
    fn number(
        &mut self,
        layout: &Layout,
        (at, end): (usize, Option<usize>),
        record: &Record<'_>,
        is_bad: bool,
        lines: &mut Lines<'_>,
    ) {
        let column = record.fields().position(|field| at < field.end);
        let Some(column) = column else { return };
        // Digits of a time or a duration that could be read are what they are.
        if !is_bad && layout.typed.get(column) == Some(&true) {
            return;
        }
        if end.is_some_and(|end| end > record.field(column).end) {
            return;
        }
        let kind = if end.is_some() { "cpr" } else { "ten-digits" };
        let place = (layout.file, lines.of(record.start));
        self.notes.found(kind, &column_name(layout, column, record.width()), place, None);
    }

    fn secrets_of(&mut self, layout: &Layout, bytes: &[u8], record: &Record<'_>, line: u64) {
        let is_known = record.width() == layout.header.len();
        for (column, field) in record.fields().enumerate() {
            let field = bytes[field].trim_ascii();
            if field.is_empty() || field == b"\"\"" {
                continue;
            }
            let name = column_name(layout, column, record.width());
            if let Some(kind) = layout.secret.get(column).filter(|_| is_known).and_then(Option::as_ref) {
                self.notes.found(kind, &name, (layout.file, line), None);
            } else if Secrets::may_hold(field) {
                for kind in self.secrets.kinds("", field) {
                    self.notes.found(&kind, &name, (layout.file, line), None);
                }
            }
        }
    }

    fn json(&mut self, layout: &Layout, chunk: &Chunk) -> Result<u64> {
        let (mut records, mut at, mut line) = (0, 0, chunk.line);
        while at < chunk.bytes.len() {
            let (record, next) = first_line(&chunk.bytes[at..]);
            let is_cut_off = chunk.cut_off && at + next == chunk.bytes.len() && chunk.bytes.last() != Some(&b'\n');
            at += next;
            if !record.trim_ascii().is_empty() {
                records += 1;
                self.object(layout, record, line, is_cut_off)?;
            }
            line += 1;
        }
        Ok(records)
    }

    fn object(&mut self, layout: &Layout, record: &[u8], line: u64, is_cut_off: bool) -> Result<()> {
        let decoded;
        let mut record = record;
        let mut problem = is_cut_off.then_some(BadKind::CutOff);
        if std::str::from_utf8(record).is_err() {
            if !self.is_encoding_allowed(record) {
                problem = problem.or(Some(BadKind::Encoding));
            }
            decoded = text(record);
            record = decoded.as_bytes();
        }
        let value: Option<Value> = serde_json::from_slice(record).ok().filter(Value::is_object);
        if let (None, Some(value)) = (problem, &value) {
            let texts: Vec<_> = self.json_columns.iter().map(|(role, name)| (*role, leaf(value, name))).collect();
            let mut fields: Fields<'_> = [&[]; ROLES];
            for (role, text) in &texts {
                fields[*role as usize] = text.as_bytes();
            }
            problem = outcome(self.tally.add(&fields))?;
        } else {
            problem = problem.or(Some(BadKind::NotJson));
        }
        if let Some(problem) = problem {
            self.notes.bad(problem, layout.file, line, record);
        }
        let place = (layout.file, line);
        match value {
            Some(value) => self.values(&value, problem.is_some(), place),
            None => self.field("(line)", record, place),
        }
        Ok(())
    }

    /// Looks through every value of an object.
    fn values(&mut self, value: &Value, is_bad: bool, place: (u32, u64)) {
        let typed = [Role::Time, Role::TimeOfDay, Role::Duration, Role::Attempts, Role::Delivered, Role::Acked];
        let columns = &self.json_columns;
        leaves(value, "", &mut |name, value| {
            let is_typed = columns.iter().any(|(role, column)| column == name && typed.contains(role));
            if is_bad || !is_typed {
                self.notes.field(&mut self.secrets, &shown_path(name), scalar(value).as_bytes(), place, None);
            }
        });
    }

    /// Looks through one field.
    fn field(&mut self, name: &str, field: &[u8], place: (u32, u64)) {
        self.notes.field(&mut self.secrets, name, field, place, None);
    }

    /// Counts a row of a workbook.
    pub fn cells(&mut self, layout: &Layout, cells: &[String], line: u64) -> Result<()> {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        *self.notes.records.entry(layout.file).or_default() += 1;
        let mut fields: Fields<'_> = [&[]; ROLES];
        for (role, column) in &layout.columns {
            fields[*role as usize] = cells.get(*column).map_or(&[], |cell| cell.as_bytes());
        }
        // A row that ends early has empty cells at its end; one that is too long has cells without a name.
        let is_long = cells.iter().skip(layout.header.len()).any(|cell| !cell.is_empty());
        let problem = if is_long { Some(BadKind::ColumnCount) } else { outcome(self.tally.add(&fields))? };
        if let Some(problem) = problem {
            self.notes.bad(problem, layout.file, line, cells.join(";").as_bytes());
        }
        for (column, cell) in cells.iter().enumerate() {
            if problem.is_some() || layout.typed.get(column) != Some(&true) {
                let name = layout.header.get(column).map_or("(line)", String::as_str);
                self.field(name, cell.as_bytes(), (layout.file, line));
            }
        }
        Ok(())
    }

    /// Notes a line that the reader left out.
    pub fn piece(&mut self, layout: &Layout, line: u64, bytes: &[u8], why: BadPiece) {
        *self.notes.records.entry(layout.file).or_default() += 1;
        self.notes.bad(why.into(), layout.file, line, bytes);
        self.field("(line)", bytes, (layout.file, line));
    }

    /// The problem that the first record's time has, if any.
    pub fn first_time(&mut self, layout: &Layout, chunk: &Chunk) -> Option<BadKind> {
        let bytes = &chunk.bytes;
        match layout.form {
            Form::Delimited(delimiter) => {
                let mut ends = Vec::new();
                let record = quoted(bytes, 0, delimiter, &mut ends);
                if record.width() != layout.header.len() {
                    return None;
                }
                let mut texts: [Vec<u8>; ROLES] = std::array::from_fn(|_| Vec::new());
                for (role, column) in &layout.columns {
                    unquote(&bytes[record.field(*column)], &mut texts[*role as usize]);
                }
                self.tally.time(&std::array::from_fn(|role| texts[role].as_slice())).err()
            }
            Form::JsonLines => {
                let value: Value = serde_json::from_slice(first_line(bytes).0).ok()?;
                let mut texts: [String; ROLES] = std::array::from_fn(|_| String::new());
                for (role, name) in &self.json_columns {
                    texts[*role as usize] = leaf(&value, name);
                }
                self.tally.time(&std::array::from_fn(|role| texts[role].as_bytes())).err()
            }
            Form::Workbook => None,
        }
    }
}

fn outcome(done: std::result::Result<(), Refused>) -> Result<Option<BadKind>> {
    match done {
        Ok(()) => Ok(None),
        Err(Refused::Bad(kind)) => Ok(Some(kind)),
        Err(Refused::Stop(error)) => Err(error),
    }
}

fn column_name(layout: &Layout, column: usize, width: usize) -> String {
    // In a line with too many or too few columns nobody knows which is which.
    match layout.header.get(column) {
        Some(name) if width == layout.header.len() => shown_text(name.as_bytes()),
        _ => "(line)".into(),
    }
}

/// The value of a path such as `call.status`, as text.
pub(super) fn leaf(value: &Value, path: &str) -> String {
    let found = value.get(path).or_else(|| path.split('.').try_fold(value, |value, key| value.get(key)));
    found.map(scalar).unwrap_or_default()
}

/// Every text, number and truth value in a value, with its path as [`path`] cuts it. The members of an array stand under the array's name.
pub(super) fn leaves(value: &Value, name: &str, each: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                leaves(member, &path(name, key), each);
            }
        }
        Value::Array(members) => members.iter().for_each(|member| leaves(member, name, each)),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => each(name, value),
        Value::Null => {}
    }
}

pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => String::new(),
    }
}

/// The next record of text without quotation marks. `places` are those of the delimiters and line ends that are left.
#[inline]
fn plain<'a>(bytes: &[u8], start: usize, places: &mut &'a [usize]) -> Record<'a> {
    let width = places.iter().take_while(|place| bytes[**place] != b'\n').count();
    let (ends, rest) = places.split_at(width);
    let (end, rest) = rest.split_first().map_or((bytes.len(), rest), |(end, rest)| (*end, rest));
    *places = rest;
    ended(bytes, start, ends, end)
}

/// The next record of text that may have quotation marks.
fn quoted<'a>(bytes: &[u8], start: usize, delimiter: u8, ends: &'a mut Vec<usize>) -> Record<'a> {
    ends.clear();
    let mut from = start;
    loop {
        let mut at = from;
        if bytes.get(from) == Some(&b'"') {
            at += 1;
            while let Some(quote) = memchr::memchr(b'"', &bytes[at..]).map(|found| found + at) {
                at = quote + 1;
                if bytes.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
        let end = memchr::memchr2(delimiter, b'\n', &bytes[at..]).map_or(bytes.len(), |found| found + at);
        if bytes.get(end) != Some(&delimiter) {
            return ended(bytes, start, ends, end);
        }
        ends.push(end);
        from = end + 1;
    }
}

/// A record whose line ends at `end`.
#[inline]
fn ended<'a>(bytes: &[u8], start: usize, ends: &'a [usize], end: usize) -> Record<'a> {
    let last = ends.last().map_or(start, |before| before + 1);
    let bare = if end > last && bytes[end - 1] == b'\r' { end - 1 } else { end };
    Record { start, ends, end: bare, next: (end + 1).min(bytes.len()) }
}

/// A field without its quotation marks.
fn unquote(field: &[u8], into: &mut Vec<u8>) {
    let Some(mut rest) = field.strip_prefix(b"\"") else {
        into.extend_from_slice(field);
        return;
    };
    while let Some(quote) = memchr::memchr(b'"', rest) {
        into.extend_from_slice(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix(b"\"") {
            Some(after) => {
                into.push(b'"');
                rest = after;
            }
            // What follows the closing mark belongs to the field as it stands.
            None => break,
        }
    }
    into.extend_from_slice(rest);
}

/// The names of a header line.
#[must_use]
pub fn header(line: &[u8], delimiter: u8) -> Vec<String> {
    fields(line, 0, delimiter).0.iter().map(|name| name.trim().to_owned()).collect()
}

/// The fields of a line as text, and where the next begins.
#[must_use]
pub fn fields(bytes: &[u8], start: usize, delimiter: u8) -> (Vec<String>, usize) {
    let mut ends = Vec::new();
    let record = quoted(bytes, start, delimiter, &mut ends);
    let texts = record.fields().map(|range| {
        let mut field = Vec::new();
        unquote(&bytes[range], &mut field);
        text(&field)
    });
    (texts.collect(), record.next)
}

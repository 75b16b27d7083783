//! A run over files: one reader, a worker per processor, one summary.

use super::input::{self, Content, Workbook};
use super::mapping::{Mapping, Ready, Role, SHIPPED};
use super::reader::{Chunk, Chunks, Piece, Records, first_line};
use super::summary::{Bad, BadKind, Ended, File, Found, Overview, Place, Precision, Sample, Summary};
use super::tally::{Limits, Member, Merged, Order, Shared, Tally, by_name, group_count};
use super::worker::{Form, Layout, Notes, Worker, header};
use crate::error::{Error, Result};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Longest header line, bytes.
const HEADER: usize = 1 << 20;

/// How a run is done. Nothing of it changes the result, the limits aside.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bounds.
    pub limits: Limits,
    /// Size of a chunk, bytes.
    pub chunk: usize,
    /// Workers.
    pub workers: usize,
    /// Folder from which the names of files are given.
    pub base: PathBuf,
    /// Counts the bytes that were read.
    pub progress: Arc<AtomicU64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            chunk: 1 << 20,
            workers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            base: PathBuf::new(),
            progress: Arc::default(),
        }
    }
}

/// What a run found.
#[derive(Debug)]
pub struct Usage {
    /// What was read, and what was wrong with it.
    pub overview: Overview,
    shared: Arc<Shared>,
    tallies: Vec<Tally>,
    members: Vec<Member>,
}

impl Usage {
    /// The groups by key, one at a time: all of them with their days can be larger than what they were made from.
    #[must_use]
    pub fn groups(&self) -> Merged<'_> {
        Merged::new(&self.shared, &self.tallies, &self.members)
    }

    /// The whole summary.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary { overview: self.overview.clone(), groups: self.groups().collect() }
    }
}

/// Reads files by a mapping.
pub fn read(files: &[PathBuf], ready: &Ready, options: &Options) -> Result<Usage> {
    let shared = Arc::new(Shared::new(ready.clone(), options.limits));
    let (full, full_end) = sync_channel(options.workers * 2);
    let full_end = Arc::new(Mutex::new(full_end));
    let (empty, empty_end) = channel();
    for _ in 0..options.workers * 2 + 2 {
        // The other end is here.
        let _ = empty.send(Chunk::default());
    }
    let stop = Stop::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..options.workers.max(1))
            .map(|_| {
                let (shared, full, empty, stop) = (&shared, Arc::clone(&full_end), empty.clone(), &stop);
                scope.spawn(move || work(shared, &full, &empty, stop))
            })
            .collect();
        // When every worker is gone, sending and receiving end instead of waiting.
        drop((full_end, empty));
        let mut reader =
            Reader { own: Worker::new(&shared), files: Vec::new(), options, full, empty: empty_end, stop: &stop };
        let read = files.iter().try_for_each(|file| reader.file(file));
        let Reader { own, files, full, .. } = reader;
        drop(full);
        let mut all = vec![own];
        for worker in workers {
            all.push(worker.join().map_err(|_| Error::Internal("a worker of the usage reader broke down".into()))?);
        }
        stop.error()?;
        read?;
        bring_together(&shared, files, all)
    })
}

/// The first error of a worker; the others then do nothing more.
#[derive(Default)]
struct Stop {
    is_set: AtomicBool,
    error: Mutex<Option<Error>>,
}

impl Stop {
    fn set(&self, error: Error) {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.is_set.store(true, Ordering::Relaxed);
    }

    fn error(&self) -> Result<()> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }
}

type Job = (Arc<Layout>, Chunk);

fn work(shared: &Arc<Shared>, full: &Mutex<Receiver<Job>>, empty: &Sender<Chunk>, stop: &Stop) -> Worker {
    let mut worker = Worker::new(shared);
    loop {
        let job = full.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((layout, chunk)) = job else { break };
        if !stop.is_set.load(Ordering::Relaxed)
            && let Err(error) = worker.chunk(&layout, &chunk)
        {
            stop.set(error);
        }
        // The reader may have ended by an error of its own.
        let _ = empty.send(chunk);
    }
    if let Err(error) = worker.tally.close() {
        stop.set(error);
    }
    worker
}

struct Reader<'a> {
    own: Worker,
    files: Vec<File>,
    options: &'a Options,
    full: SyncSender<Job>,
    empty: Receiver<Chunk>,
    stop: &'a Stop,
}

impl Reader<'_> {
    fn ready(&self) -> Ready {
        self.own.tally.shared().ready.clone()
    }

    fn number(&self) -> u32 {
        u32::try_from(self.files.len()).unwrap_or(u32::MAX)
    }

    fn file(&mut self, path: &Path) -> Result<()> {
        let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let opened = input::open(path, &self.options.progress)?;
        let (form, ended) = match opened.content {
            Content::Empty => ("empty".to_owned(), Ended::Empty),
            Content::Workbook(book) => ("xlsx".to_owned(), self.workbook(path, *book)?),
            Content::Text(text) => self.text(path, text)?,
        };
        let name = shown_name(path, &self.options.base);
        let form = format!("{}{form}", opened.packing);
        self.files.push(File { name, form, bytes, records: 0, ended, backward: 0 });
        Ok(())
    }

    fn workbook(&mut self, path: &Path, mut book: Workbook) -> Result<Ended> {
        let (ready, number) = (self.ready(), self.number());
        let mut layout: Option<Layout> = None;
        let mut failed = None;
        let own = &mut self.own;
        let done = book.rows(ready.mapping.file.sheet.as_deref(), |line, cells| {
            let step = if let Some(layout) = &layout {
                own.cells(layout, cells, line)
            } else {
                let header = cells.iter().map(|cell| cell.trim().to_owned()).collect();
                Layout::new(number, Form::Workbook, header, &ready)
                    .map(|made| layout = Some(made))
                    .map_err(|problem| Error::file(path, problem))
            };
            failed = step.err();
            failed.is_none()
        });
        if let Some(error) = failed {
            return Err(error);
        }
        own.notes.order.insert((number, 0), own.tally.take_order());
        Ok(match done {
            Err(problem) if layout.is_none() => return Err(Error::file(path, problem)),
            Err(problem) => Ended::Damaged(problem),
            Ok(()) if layout.is_none() => Ended::Empty,
            Ok(()) => Ended::Complete,
        })
    }

    fn text(&mut self, path: &Path, mut text: Box<dyn Read + Send>) -> Result<(String, Ended)> {
        let mut head = Vec::new();
        let damage = read_head(&mut text, &mut head).err();
        let ready = self.ready();
        let Some(start) = find_header(&head).map_err(|problem| Error::file(path, problem))? else {
            return Ok(("empty".to_owned(), damage.map_or(Ended::Empty, |e| Ended::Damaged(e.to_string()))));
        };
        let (layout, from, line) = match start {
            Start::Json { at, line } => (Layout::json(self.number()), at, line),
            Start::Header { at, line, delimiter } => {
                let (text, next) = first_line(&head[at..]);
                let layout = self.header(text, delimiter, &ready).map_err(|problem| Error::file(path, problem))?;
                (layout, at + next, line + 1)
            }
        };
        let (records, form) = match layout.form {
            Form::Delimited(b'\t') => (Records::Delimited(b'\t'), "csv tab".to_owned()),
            Form::Delimited(delimiter) => (Records::Delimited(delimiter), format!("csv {}", char::from(delimiter))),
            _ => (Records::Lines, "json-lines".to_owned()),
        };
        let layout = Arc::new(layout);
        let carry = head.split_off(from);
        let source: Box<dyn Read + Send> = match damage {
            // What could be read is still to be counted, and then the damage told.
            Some(error) => Box::new(Broken(Some(error))),
            None => text,
        };
        let mut chunks = Chunks::new(source, records, self.options.chunk, carry, line);
        let mut any = false;
        loop {
            if self.stop.is_set.load(Ordering::Relaxed) {
                return Ok((form, Ended::Damaged("stopped".into())));
            }
            let gone = || Error::Internal("the workers of the usage reader are gone".into());
            let mut chunk = self.empty.recv().map_err(|_| gone())?;
            match chunks.next(&mut chunk) {
                Piece::Chunk => {
                    if !any {
                        self.check_first(path, &layout, &chunk)?;
                    }
                    any = true;
                    self.full.send((Arc::clone(&layout), chunk)).map_err(|_| gone())?;
                    continue;
                }
                Piece::Bad(line, bytes, why) => {
                    any = true;
                    self.own.piece(&layout, line, &bytes, why);
                }
                Piece::End => return Ok((form, if any { Ended::Complete } else { Ended::HeaderOnly })),
                Piece::Damaged(problem) => return Ok((form, Ended::Damaged(problem))),
            }
            self.give_back(&mut chunk)?;
        }
    }

    /// A chunk that was not filled is used for the next piece.
    fn give_back(&mut self, chunk: &mut Chunk) -> Result<()> {
        // An empty chunk passes through a worker unread, so that there is one way back.
        let layout = Arc::new(Layout::json(self.number()));
        let chunk = Chunk { number: u64::MAX, ..std::mem::take(chunk) };
        self.full.send((layout, chunk)).map_err(|_| Error::Internal("the workers of the usage reader are gone".into()))
    }

    fn header(&self, line: &[u8], named: Option<u8>, ready: &Ready) -> std::result::Result<Layout, String> {
        let number = self.number();
        let make = |delimiter: u8| Layout::new(number, Form::Delimited(delimiter), header(line, delimiter), ready);
        let given = ready.mapping.file.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).or(named);
        with_delimiter(line, given, make)
    }

    /// A mapping that says nothing of the zone cannot be right when the first time carries none.
    fn check_first(&mut self, path: &Path, layout: &Layout, chunk: &Chunk) -> Result<()> {
        if self.own.first_time(layout, chunk) != Some(BadKind::TimeWithoutZone) {
            return Ok(());
        }
        let column = self.ready().columns[Role::Time as usize].clone().unwrap_or_default();
        Err(Error::file(
            path,
            format!(
                "line {}: the time in column `{column}` carries no zone, and the mapping gives none; write `zone = \
                 \"Europe/Copenhagen\"` (or `UTC`) under `[time]`, after asking whoever made the file",
                chunk.line
            ),
        ))
    }
}

/// What is made of a header by the given delimiter, or by the first one that fits.
pub(super) fn with_delimiter<T>(
    line: &[u8],
    given: Option<u8>,
    make: impl Fn(u8) -> std::result::Result<T, String>,
) -> std::result::Result<T, String> {
    if let Some(delimiter) = given {
        return make(delimiter);
    }
    delimiters(line)
        .into_iter()
        .map(&make)
        .reduce(|first, next| if first.is_ok() { first } else { next.or(first) })
        .unwrap_or_else(|| make(b';'))
}

/// A file's name from a folder, as it may be shown.
#[must_use]
pub fn shown_name(path: &Path, base: &Path) -> String {
    super::scan::shown_text(path.strip_prefix(base).unwrap_or(path).display().to_string().as_bytes())
}

/// A source that is known to be damaged.
pub(super) struct Broken(pub(super) Option<std::io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Reads until the first lines are there: an empty line, a `sep=` line and a header are enough.
pub(super) fn read_head(text: &mut dyn Read, head: &mut Vec<u8>) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 14];
    loop {
        let lines = head.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        if lines > 2 || head.len() > HEADER {
            return Ok(());
        }
        match text.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => head.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Where the content of a text file begins.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    /// A header line.
    Header {
        /// Offset.
        at: usize,
        /// Line number.
        line: u64,
        /// Delimiter that a `sep=` line before it names.
        delimiter: Option<u8>,
    },
    /// JSON objects.
    Json {
        /// Offset.
        at: usize,
        /// Line number.
        line: u64,
    },
}

/// Finds the header or the first object; `None` when there are only empty lines.
pub fn find_header(head: &[u8]) -> std::result::Result<Option<Start>, String> {
    let (mut at, mut line, mut delimiter) = (0, 1, None);
    while at < head.len() {
        let (text, next) = first_line(&head[at..]);
        match text.trim_ascii() {
            [] => {}
            [b'{', ..] => return Ok(Some(Start::Json { at, line })),
            [b'[', ..] => {
                return Err("is one JSON array; write one object a line, for instance with `jq -c '.[]'`".into());
            }
            _ if text.len() >= HEADER => return Err("its first line is longer than 1 MiB; is there a header?".into()),
            [b's', b'e', b'p', b'=', mark] => delimiter = Some(*mark),
            text if memchr::memchr_iter(b'"', text).count() % 2 == 1 => {
                return Err("its header has a quotation mark that is not closed on the line".into());
            }
            _ => return Ok(Some(Start::Header { at, line, delimiter })),
        }
        at += next;
        line += 1;
    }
    Ok(None)
}

/// Delimiters that a header has, the most frequent first.
#[must_use]
pub fn delimiters(line: &[u8]) -> Vec<u8> {
    let mut counts: Vec<_> = b";,\t|"
        .iter()
        .map(|delimiter| (header(line, *delimiter).len(), *delimiter))
        .filter(|(count, _)| *count > 1)
        .collect();
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    if counts.is_empty() { vec![b';'] } else { counts.into_iter().map(|(_, delimiter)| delimiter).collect() }
}

fn bring_together(shared: &Arc<Shared>, mut files: Vec<File>, workers: Vec<Worker>) -> Result<Usage> {
    let mut notes = Notes::default();
    let mut tallies = Vec::new();
    for worker in workers {
        let Worker { mut tally, notes: its, .. } = worker;
        tally.close()?;
        notes.merge(its);
        tallies.push(tally);
    }
    for (number, file) in (0_u32..).zip(&mut files) {
        file.records = notes.records.get(&number).copied().unwrap_or(0);
        let orders = notes.order.range((number, 0)..(number + 1, 0)).map(|(_, order)| *order);
        file.backward = backward(orders);
        if file.ended == Ended::Complete && file.records == 0 {
            file.ended = Ended::HeaderOnly;
        }
    }
    let name = |file: u32| files.get(file as usize).map_or_else(String::new, |file| file.name.clone());
    let place = |file, line| Place { file: name(file), line };
    let bad: Vec<_> = notes
        .bad
        .into_iter()
        .map(|(kind, (count, samples))| {
            let samples = samples.into_iter().map(|(file, line, text)| Sample { place: place(file, line), text });
            Bad { kind, count, samples: samples.collect() }
        })
        .collect();
    let found = notes.found.into_iter().map(|((kind, column), (count, places))| {
        let places = places.into_iter().map(|(file, line)| place(file, line)).collect();
        Found { kind, column, count, places, days: Vec::new() }
    });
    let members = by_name(&tallies);
    let total = |count: fn(&Tally) -> u64| tallies.iter().map(count).sum();
    let has_log_ids = shared.ids.as_ref().is_some_and(super::ids::Ids::any);
    let overview = Overview {
        format: 1,
        mapping: shared.ready.mapping.name.clone(),
        precision: if shared.is_bounded() { Precision::Bounded } else { Precision::Exact },
        rows: total(|tally| tally.rows),
        bad_lines: bad.iter().map(|bad| bad.count).sum(),
        duplicates: total(|tally| tally.duplicates),
        conflicting_ids: shared.ids.as_ref().map_or(0, super::ids::Ids::conflicts),
        without_log_id: if has_log_ids { total(|tally| tally.without_log_id) } else { 0 },
        has_log_ids,
        without_integration: total(|tally| tally.without_integration),
        windows_1252: notes.windows_1252,
        bad,
        found: found.collect(),
        group_count: group_count(&tallies, &members),
        files,
    };
    Ok(Usage { overview, shared: Arc::clone(shared), tallies, members })
}

/// Rows earlier than the row before, over the chunks of a file.
fn backward(orders: impl Iterator<Item = Order>) -> u64 {
    let (mut count, mut last) = (0, None);
    for order in orders {
        count += order.backward;
        if let Some((first, end)) = order.ends {
            count += u64::from(last.is_some_and(|last| first < last));
            last = Some(end);
        }
    }
    count
}

/// The mapping to use: the named one, or the shipped one whose columns the first file has that is not empty.
pub fn mapping(named: Option<&str>, files: &[PathBuf]) -> Result<Ready> {
    if let Some(name) = named {
        return Mapping::load(name);
    }
    let mut first = files.first().ok_or_else(|| Error::Usage("no file was named".into()))?;
    let mut columns = Vec::new();
    for file in files {
        columns = super::guess::names(file)?;
        if !columns.is_empty() {
            first = file;
            break;
        }
    }
    if columns.is_empty() {
        return Err(Error::file(first, "is empty; there is nothing to count"));
    }
    for (name, _) in SHIPPED {
        let ready = Mapping::load(name)?;
        let has = |role: Role| {
            ready.columns[role as usize]
                .as_ref()
                .is_none_or(|column| columns.iter().any(|known| known.eq_ignore_ascii_case(column)))
        };
        // Our own format stands on its time and integration; of the others every column must be there.
        let fits = Role::ALL.into_iter().filter(|role| ready.demands(*role) || *role == Role::Integration).all(has);
        if fits {
            return Ok(ready);
        }
    }
    Err(Error::Usage(format!(
        "{}: its columns fit no known mapping; run `kravprobe usage guess {}` and give what it writes with --mapping",
        first.display(),
        first.display()
    )))
}

//! Opening what people hand over: plain, gzip or zstd; UTF-8, UTF-16 or Windows-1252; text or workbook. Bombs are bounded.

use crate::error::{Error, Result};
use calamine::{Data, DataRef, Reader as _, Xlsx, XlsxError};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Most files of one run.
const MOST_FILES: usize = 100_000;
/// What a compressed file may always grow to, bytes.
const FREE: u64 = 1 << 30;
/// How many times its size a larger one may grow to. gzip reaches 1032, logs stay below 50.
const RATIO: u64 = 300;
/// Largest workbook, unpacked, bytes.
const WORKBOOK: u64 = 1 << 30;
/// Largest table of shared strings, which is held in memory, bytes.
const STRINGS: u64 = 256 << 20;
/// Largest window of zstd, as a power of two.
const WINDOW: u32 = 27;
const ENDINGS: [&str; 9] = ["csv", "tsv", "txt", "log", "json", "jsonl", "ndjson", "xlsx", "dat"];

/// Every file of arguments that are files, folders (their logs, subfolders too) or glob patterns; each file once.
pub fn expand(arguments: &[String]) -> Result<Vec<PathBuf>> {
    expand_from(Path::new(""), arguments)
}

/// As [`expand`], with paths that start from a folder.
pub fn expand_from(base: &Path, arguments: &[String]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for argument in arguments {
        let path = base.join(argument);
        if path.is_dir() {
            let before = files.len();
            walk(&path, 0, &mut files)?;
            if files.len() == before {
                return Err(Error::file(path, format!("no log in this folder; known endings: {}", ENDINGS.join(", "))));
            }
        } else if path.exists() {
            files.push(path);
        } else {
            files.extend(matching(base, argument)?);
        }
        if files.len() > MOST_FILES {
            return Err(Error::Usage(format!("more than {MOST_FILES} files; name fewer")));
        }
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
    for file in &files {
        if !std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file()) {
            return Err(Error::file(
                file,
                "is no ordinary file (a pipe or a device?); save its content to a file first",
            ));
        }
    }
    Ok(files)
}

/// The files that a pattern fits. A folder that cannot be opened is an error: a log must not vanish in silence.
fn matching(base: &Path, argument: &str) -> Result<Vec<PathBuf>> {
    let pattern = if Path::new(argument).is_absolute() || base.as_os_str().is_empty() {
        argument.to_owned()
    } else {
        format!("{}/{argument}", glob::Pattern::escape(&base.to_string_lossy()))
    };
    let paths = glob::glob(&pattern)
        .map_err(|e| Error::Usage(format!("{argument}: no such file, and no pattern either: {e}")))?;
    let mut found = Vec::new();
    for path in paths {
        let path = path.map_err(|e| Error::file(e.path(), format!("cannot be opened: {}", e.error())))?;
        if path.is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(Error::file(base.join(argument), "there is no such file"));
    }
    Ok(found)
}

fn walk(folder: &Path, depth: usize, into: &mut Vec<PathBuf>) -> Result<()> {
    let wrong = |e: io::Error| Error::file(folder, format!("cannot be opened: {e}"));
    let entries = std::fs::read_dir(folder).map_err(wrong)?;
    let mut paths = entries.map(|entry| Ok(entry.map_err(wrong)?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        if name.starts_with('.') || into.len() > MOST_FILES {
            continue;
        }
        if path.is_dir() {
            if depth < 16 && !is_link {
                walk(&path, depth + 1, into)?;
            }
        } else {
            let bare = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
            if bare.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending)) {
                into.push(path);
            }
        }
    }
    Ok(())
}

/// An opened file.
pub struct Opened {
    /// `gzip `, `zstd ` or nothing.
    pub packing: &'static str,
    /// What is in it.
    pub content: Content,
}

/// What is in a file.
pub enum Content {
    /// Nothing.
    Empty,
    /// Text without byte order mark. Bytes as they stand; UTF-16 has become UTF-8.
    Text(Box<dyn Read + Send>),
    /// A workbook.
    Workbook(Box<Workbook>),
}

/// Opens a file. `progress` counts the bytes that are read from the disk.
pub fn open(path: &Path, progress: &Arc<AtomicU64>) -> Result<Opened> {
    let wrong = |problem: &dyn std::fmt::Display| Error::file(path, problem);
    let open = || File::open(path).map_err(|e| wrong(&format!("cannot be opened: {e}")));
    let mut file = Counted { inner: open()?, count: Arc::clone(progress), own: Arc::default() };
    let head = head_of(&mut file, 4).map_err(|e| wrong(&format!("cannot be read: {e}")))?;
    let own = Arc::clone(&file.own);
    let whole = Cursor::new(head.clone()).chain(file);
    let (packing, mut text): (_, Box<dyn Read + Send>) = match head.as_slice() {
        [0x1F, 0x8B, ..] => {
            let unpacked = flate2::read::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, whole));
            ("gzip ", Box::new(Bounded { inner: unpacked, packed: own, produced: 0 }))
        }
        [0x28, 0xB5, 0x2F, 0xFD] => {
            let mut unpacked = zstd::stream::read::Decoder::new(whole).map_err(|e| wrong(&e))?;
            unpacked.window_log_max(WINDOW).map_err(|e| wrong(&e))?;
            ("zstd ", Box::new(Bounded { inner: unpacked, packed: own, produced: 0 }))
        }
        _ => ("", Box::new(whole)),
    };
    // A file that is damaged within its first bytes has said nothing yet.
    let head = head_of(&mut text, 4096).map_err(|e| wrong(&format!("cannot be unpacked: {e}")))?;
    let content = match head.as_slice() {
        [] => Content::Empty,
        [b'P', b'K', 3 | 5, 4 | 6, ..] => {
            let bytes = if packing.is_empty() {
                drop(text);
                Source::File(BufReader::new(open()?))
            } else {
                Source::Memory(in_memory(head, text).map_err(|e| wrong(&e))?)
            };
            Content::Workbook(Box::new(Workbook::open(bytes).map_err(|e| wrong(&e))?))
        }
        [0x1F, 0x8B, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] => return Err(wrong(&"is compressed twice; unpack it once")),
        _ => Content::Text(decoded(head, text).map_err(|e| wrong(&e))?),
    };
    Ok(Opened { packing, content })
}

fn head_of(reader: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut buffer = vec![0; length];
    while head.len() < length {
        match reader.read(&mut buffer[..length - head.len()]) {
            Ok(0) => break,
            Ok(count) => head.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What came before an error counts; the error comes again.
            Err(_) if !head.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(head)
}

/// Text without its byte order mark; UTF-16 as UTF-8.
fn decoded(head: Vec<u8>, rest: Box<dyn Read + Send>) -> std::result::Result<Box<dyn Read + Send>, &'static str> {
    let (encoding, skip) = match head.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => (None, 3),
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => return Err("is UTF-32; save it as UTF-8"),
        [0xFF, 0xFE, ..] => (Some(encoding_rs::UTF_16LE), 2),
        [0xFE, 0xFF, ..] => (Some(encoding_rs::UTF_16BE), 2),
        _ => {
            let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
            let (even, odd) = (zeros(0), zeros(1));
            // Half of the bytes of UTF-16 text are zero, all on one side.
            match (even * 10 > head.len() * 3, odd * 10 > head.len() * 3) {
                (false, true) => (Some(encoding_rs::UTF_16LE), 0),
                (true, false) => (Some(encoding_rs::UTF_16BE), 0),
                _ if even + odd > 0 => return Err("holds zero bytes: it is no text and no known kind of file"),
                _ => (None, 0),
            }
        }
    };
    let mut whole = Cursor::new(head).chain(rest);
    let mut mark = [0; 3];
    whole.read_exact(&mut mark[..skip]).map_err(|_| "cannot be read")?;
    Ok(match encoding {
        None => Box::new(whole),
        Some(encoding) => Box::new(Utf16 {
            inner: whole,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: vec![0; 1 << 16],
            output: Vec::new(),
            given: 0,
            ended: false,
        }),
    })
}

/// A reader that makes UTF-8 of UTF-16.
struct Utf16<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() && !self.ended {
            let count = self.inner.read(&mut self.input)?;
            self.ended = count == 0;
            self.output.resize(self.input.len() * 2, 0);
            // Three bytes of UTF-8 for two of UTF-16 at most, so the output always takes all of the input.
            let (_, _, written, _) = self.decoder.decode_to_utf8(&self.input[..count], &mut self.output, self.ended);
            self.output.truncate(written);
            self.given = 0;
        }
        let count = into.len().min(self.output.len() - self.given);
        into[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

/// Counts bytes.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
    own: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        self.own.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Ends a file that grows too much when it is unpacked.
struct Bounded<R> {
    inner: R,
    packed: Arc<AtomicU64>,
    produced: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.produced += count as u64;
        let packed = self.packed.load(Ordering::Relaxed);
        if self.produced > FREE && self.produced / RATIO > packed {
            return Err(io::Error::other(format!("grows to more than {RATIO} times its size when it is unpacked")));
        }
        Ok(count)
    }
}

fn in_memory(head: Vec<u8>, rest: impl Read) -> std::result::Result<Vec<u8>, String> {
    let mut bytes = head;
    rest.take(STRINGS + 1).read_to_end(&mut bytes).map_err(|e| format!("cannot be unpacked: {e}"))?;
    if bytes.len() as u64 > STRINGS {
        return Err("a compressed workbook of more than 256 MiB; unpack it first".into());
    }
    Ok(bytes)
}

enum Source {
    File(BufReader<File>),
    Memory(Vec<u8>),
}

/// A workbook.
pub enum Workbook {
    /// On disk.
    File(Xlsx<BufReader<File>>),
    /// Unpacked from a compressed file.
    Memory(Xlsx<Cursor<Vec<u8>>>),
}

impl Workbook {
    fn open(source: Source) -> std::result::Result<Self, String> {
        let wrong = |e: XlsxError| format!("is no workbook that can be read: {e}");
        match source {
            Source::File(mut file) => {
                check_archive(&mut file)?;
                file.rewind().map_err(|e| e.to_string())?;
                unharmed(move || Xlsx::new(file))?.map(Self::File).map_err(wrong)
            }
            Source::Memory(bytes) => {
                check_archive(&mut Cursor::new(&bytes))?;
                unharmed(move || Xlsx::new(Cursor::new(bytes)))?.map(Self::Memory).map_err(wrong)
            }
        }
    }

    /// Calls `row` with the number (from 1) and the cells of every row of a sheet; the first sheet when none is named.
    /// `row` ends the reading by giving `false`.
    pub fn rows(
        &mut self,
        sheet: Option<&str>,
        row: impl FnMut(u64, &[String]) -> bool,
    ) -> std::result::Result<(), String> {
        match self {
            Self::File(book) => rows(book, sheet, row),
            Self::Memory(book) => rows(book, sheet, row),
        }
    }
}

/// Reads a part of a workbook. The library panics at some that are damaged: at a column of ten letters, for one.
fn unharmed<T>(read: impl FnOnce() -> T) -> std::result::Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(read)).map_err(|_| "is a damaged workbook".to_owned())
}

/// Unpacks every member once, to see how large it really is; the directory may lie.
fn check_archive<R: Read + Seek>(source: &mut R) -> std::result::Result<(), String> {
    let mut archive = zip::ZipArchive::new(source).map_err(|e| format!("is a damaged zip archive: {e}"))?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err("is a zip archive and no workbook; unpack it first".into());
    }
    let mut total = 0;
    for number in 0..archive.len() {
        let member = archive.by_index(number).map_err(|e| format!("is a damaged workbook: {e}"))?;
        let is_strings = member.name().is_ok_and(|name| name.eq_ignore_ascii_case("xl/sharedStrings.xml"));
        let limit = if is_strings { STRINGS } else { WORKBOOK };
        let size = io::copy(&mut member.take(limit + 1), &mut io::sink()).map_err(|e| format!("is damaged: {e}"))?;
        total += size;
        if size > limit || total > WORKBOOK {
            return Err("is larger than 1 GiB when it is unpacked (256 MiB for its texts); save it as CSV".into());
        }
    }
    Ok(())
}

fn rows<R: Read + Seek>(
    book: &mut Xlsx<R>,
    sheet: Option<&str>,
    mut row: impl FnMut(u64, &[String]) -> bool,
) -> std::result::Result<(), String> {
    let names = book.sheet_names();
    let name = match sheet {
        Some(name) => names.iter().find(|known| known.as_str() == name),
        None => names.first(),
    };
    let name = name.ok_or_else(|| format!("there is no such sheet; the sheets are: {}", names.join(", ")))?;
    let mut cells = unharmed(|| book.worksheet_cells_reader(name))?.map_err(|e| e.to_string())?;
    let mut fields: Vec<String> = Vec::new();
    let mut current = None;
    loop {
        let reader = &mut cells;
        let Some(cell) = unharmed(move || reader.next_cell())?.map_err(|e| format!("is damaged: {e}"))? else { break };
        let (number, column) = cell.get_position();
        if current != Some(number) {
            if let Some(done) = current
                && !row(u64::from(done) + 1, &fields)
            {
                return Ok(());
            }
            current = Some(number);
            fields.clear();
        }
        let column = column as usize;
        if column >= 16_384 {
            return Err("has a cell beyond the last column that a sheet can have".into());
        }
        if fields.len() <= column {
            fields.resize(column + 1, String::new());
        }
        fields[column] = cell_text(cell.get_value());
    }
    if let Some(done) = current {
        row(u64::from(done) + 1, &fields);
    }
    Ok(())
}

fn cell_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
            if at.is_duration() || (0.0..1.0).contains(&at.as_f64()) {
                format!("{hour:02}:{minute:02}:{second:02}.{milli:03}")
            } else {
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}")
            }
        }
        other => Data::from(other.clone()).to_string(),
    }
}

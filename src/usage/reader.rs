//! Cutting text into chunks of whole records.
//!
//! A quotation mark opens a quoted field only at a field's beginning, as the workers read it too; line breaks inside belong to the
//! field. The reader follows the quotation marks (and nothing else, by `memchr`), so a cut never falls inside a record.

use std::io::Read;

/// Longest record, bytes. 10 MB lines are real: a log may hold whole documents.
pub const LONGEST: usize = 16 << 20;

/// Unclosed quotation marks after which a file's quoting is given up on.
const MOST_UNCLOSED: u32 = 64;

/// Whole records.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Number of the file.
    pub file: u32,
    /// Number of the chunk in its file.
    pub number: u64,
    /// The records, each with its line end; the last record of a file may lack it.
    pub bytes: Vec<u8>,
    /// Line of the first record, from 1.
    pub line: u64,
    /// Whether the last record is cut off by damage.
    pub cut_off: bool,
}

/// What a reader gives.
pub enum Piece {
    /// Records.
    Chunk,
    /// A line that belongs to no record: its number, its first bytes, and why.
    Bad(u64, Vec<u8>, BadPiece),
    /// The end.
    End,
    /// The end, before the file's end.
    Damaged(String),
}

/// Why a line belongs to no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPiece {
    /// A quotation mark that is never closed.
    UnclosedQuote,
    /// Longer than the limit.
    TooLong,
    /// The damaged file ends within it.
    CutOff,
}

/// How records are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// A record a line.
    Lines,
    /// Fields between delimiters, quoted where needed.
    Delimited(u8),
}

/// Reads chunks.
pub struct Chunks<R> {
    source: R,
    records: Records,
    size: usize,
    /// Text after the last chunk.
    carry: Vec<u8>,
    line: u64,
    number: u64,
    unclosed: u32,
    ended: bool,
    damage: Option<String>,
}

/// Where scanning stands in a buffer.
#[derive(Clone, Copy, Debug, Default)]
struct Scan {
    at: usize,
    quoted: bool,
    /// End of the last whole record.
    whole: usize,
}

impl<R: Read> Chunks<R> {
    /// Cuts `source` into chunks of about `size` bytes. `carry` is text that was read before, which begins on `line`.
    pub fn new(source: R, records: Records, size: usize, carry: Vec<u8>, line: u64) -> Self {
        Self { source, records, size, carry, line, number: 0, unclosed: 0, ended: false, damage: None }
    }

    /// Fills `chunk` with the next records, or says why there are none.
    pub fn next(&mut self, chunk: &mut Chunk) -> Piece {
        let buffer = &mut chunk.bytes;
        buffer.clear();
        buffer.append(&mut self.carry);
        let mut scan = Scan::default();
        let mut want = self.size.max(buffer.len() + 1);
        loop {
            self.fill(buffer, want);
            self.scan(buffer, &mut scan);
            if scan.whole > 0 || (self.ended && !scan.quoted && !buffer.is_empty()) {
                return self.give(chunk, scan);
            }
            if self.ended && buffer.is_empty() {
                return match self.damage.take() {
                    Some(problem) => Piece::Damaged(problem),
                    None => Piece::End,
                };
            }
            if self.ended || buffer.len() > LONGEST {
                return self.drop_line(chunk);
            }
            // No more than the limit, so that what is too long does not depend on the size of chunks.
            want = (buffer.len() * 2).min(LONGEST + 1);
        }
    }

    fn fill(&mut self, buffer: &mut Vec<u8>, want: usize) {
        while !self.ended && buffer.len() < want {
            let room = u64::try_from(want - buffer.len()).unwrap_or(u64::MAX);
            let before = buffer.len();
            match (&mut self.source).take(room).read_to_end(buffer) {
                Ok(_) => self.ended = buffer.len() == before || buffer.len() < want,
                Err(error) => {
                    self.ended = true;
                    self.damage = Some(error.to_string());
                }
            }
        }
    }

    /// Goes on to the end of the buffer.
    fn scan(&self, buffer: &[u8], scan: &mut Scan) {
        let Records::Delimited(delimiter) = self.records else {
            if let Some(end) = memchr::memrchr(b'\n', &buffer[scan.at..]) {
                scan.whole = scan.at + end + 1;
            }
            scan.at = buffer.len();
            return;
        };
        while scan.at < buffer.len() {
            let quote = memchr::memchr(b'"', &buffer[scan.at..]).map(|at| at + scan.at);
            if scan.quoted {
                let Some(quote) = quote else {
                    scan.at = buffer.len();
                    return;
                };
                match buffer.get(quote + 1) {
                    Some(b'"') => scan.at = quote + 2,
                    Some(_) => {
                        scan.quoted = false;
                        scan.at = quote + 1;
                    }
                    None if self.ended => {
                        scan.quoted = false;
                        scan.at = quote + 1;
                    }
                    // Whether it closes the field is told by the next byte.
                    None => {
                        scan.at = quote;
                        return;
                    }
                }
            } else {
                let end = quote.unwrap_or(buffer.len());
                if let Some(line) = memchr::memrchr(b'\n', &buffer[scan.at..end]) {
                    scan.whole = scan.at + line + 1;
                }
                let Some(quote) = quote else {
                    scan.at = buffer.len();
                    return;
                };
                scan.quoted = quote == 0 || buffer[quote - 1] == delimiter || buffer[quote - 1] == b'\n';
                scan.at = quote + 1;
            }
        }
    }

    fn give(&mut self, chunk: &mut Chunk, scan: Scan) -> Piece {
        // At the end the last record may lack its line end.
        let end = if self.ended && !scan.quoted { chunk.bytes.len() } else { scan.whole };
        self.carry.extend_from_slice(&chunk.bytes[end..]);
        chunk.bytes.truncate(end);
        chunk.number = self.number;
        self.number += 1;
        chunk.line = self.line;
        chunk.cut_off = self.damage.is_some() && self.carry.is_empty() && chunk.bytes.last() != Some(&b'\n');
        self.line += memchr::memchr_iter(b'\n', &chunk.bytes).count() as u64;
        Piece::Chunk
    }

    /// Leaves out the first line of what cannot be a record.
    fn drop_line(&mut self, chunk: &mut Chunk) -> Piece {
        let line = self.line;
        let buffer = std::mem::take(&mut chunk.bytes);
        let sample = buffer[..buffer.len().min(2000)].to_vec();
        if self.ended && self.damage.is_some() {
            self.line += memchr::memchr_iter(b'\n', &buffer).count() as u64;
            return Piece::Bad(line, sample, BadPiece::CutOff);
        }
        let Some(end) = memchr::memchr(b'\n', &buffer) else {
            // No line end in sight: either the limit is passed, or the file ends within quotation marks.
            let kind = if buffer.len() > LONGEST { BadPiece::TooLong } else { BadPiece::UnclosedQuote };
            drop(buffer);
            self.skip_to_line_end();
            self.line += 1;
            return Piece::Bad(line, sample, kind);
        };
        self.carry = buffer[end + 1..].to_vec();
        self.line += 1;
        self.unclosed += 1;
        if self.unclosed > MOST_UNCLOSED {
            self.ended = true;
            self.carry.clear();
            self.damage = Some(format!(
                "line {line}: more than {MOST_UNCLOSED} quotation marks are never closed; the file's quoting cannot be followed"
            ));
        }
        let sample = sample[..sample.len().min(end)].to_vec();
        Piece::Bad(line, sample, BadPiece::UnclosedQuote)
    }

    fn skip_to_line_end(&mut self) {
        while !self.ended {
            let mut buffer = Vec::new();
            self.fill(&mut buffer, 1 << 16);
            if let Some(end) = memchr::memchr(b'\n', &buffer) {
                self.carry = buffer[end + 1..].to_vec();
                return;
            }
        }
    }
}

/// The first line of a buffer without its line end, and where the next begins.
#[must_use]
pub fn first_line(bytes: &[u8]) -> (&[u8], usize) {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = &bytes[..end];
    (line.strip_suffix(b"\r").unwrap_or(line), (end + 1).min(bytes.len()))
}

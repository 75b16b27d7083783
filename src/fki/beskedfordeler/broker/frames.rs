//! Frames of AMQP 0-9-1 in a stream of bytes: cut out within bounds, then read by `amq-protocol`.
//!
//! A client may send anything. A frame's length is judged from its first seven bytes, so that nobody makes the broker wait for,
//! or keep, more than is allowed. Tables inside tables are counted before they are parsed: the parser goes down one call a level
//! and a stack has an end.

use amq_protocol::frame::{AMQPFrame, WriteContext, gen_frame, parse_frame};

/// The header that a client opens with, and that it is shown when it opened with another.
pub const PROTOCOL: [u8; 8] = *b"AMQP\x00\x00\x09\x01";
/// Bytes of a frame beside its payload.
pub const OVERHEAD: usize = 8;
/// Deepest nesting of tables and arrays.
const MAX_DEPTH: usize = 16;
const END: u8 = 0xCE;

/// What is wrong with a stream of bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameProblem {
    /// It does not begin as AMQP 0-9-1 does.
    #[error("the connection does not begin with the header of AMQP 0-9-1")]
    Protocol,
    /// A type of frame that does not exist.
    #[error("frame of type {0}")]
    Type(u8),
    /// A frame longer than was agreed.
    #[error("frame with {size} bytes of payload, more than the {max} that were agreed")]
    TooLarge {
        /// Its payload, bytes.
        size: usize,
        /// The most that is allowed.
        max: usize,
    },
    /// The byte after the payload is not the frame end.
    #[error("the frame does not end with the frame-end octet")]
    End,
    /// Tables inside tables beyond measure.
    #[error("tables nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// The payload is no method, header or body.
    #[error("the frame's payload cannot be read")]
    Malformed,
}

/// Bytes on their way to frames.
#[derive(Debug)]
pub struct Frames {
    buffer: Vec<u8>,
    begun: bool,
    max_payload: usize,
}

impl Frames {
    /// Nothing yet; payloads may have this many bytes.
    #[must_use]
    pub const fn new(max_payload: usize) -> Self {
        Self { buffer: Vec::new(), begun: false, max_payload }
    }

    /// Allows payloads of this many bytes from now on.
    pub const fn allow(&mut self, max_payload: usize) {
        self.max_payload = max_payload;
    }

    /// Takes bytes. The caller takes out the frames before it brings more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether the beginning of a frame waits for the rest.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Whether the protocol header has come.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.begun
    }

    /// Takes the protocol header; `false` while it is not complete.
    pub fn begin(&mut self) -> Result<bool, FrameProblem> {
        let known = self.buffer.len().min(PROTOCOL.len());
        if self.buffer[..known] != PROTOCOL[..known] {
            return Err(FrameProblem::Protocol);
        }
        if known < PROTOCOL.len() {
            return Ok(false);
        }
        self.buffer.drain(..known);
        self.begun = true;
        Ok(true)
    }

    /// The next whole frame; `None` while there is none.
    pub fn take(&mut self) -> Result<Option<AMQPFrame>, FrameProblem> {
        let Some(&[kind, _, _, a, b, c, d]) = self.buffer.first_chunk::<7>() else {
            return match self.buffer.first() {
                Some(kind) if !matches!(kind, 1..=3 | 8) => Err(FrameProblem::Type(*kind)),
                _ => Ok(None),
            };
        };
        if !matches!(kind, 1..=3 | 8) {
            return Err(FrameProblem::Type(kind));
        }
        let size = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if size > self.max_payload {
            return Err(FrameProblem::TooLarge { size, max: self.max_payload });
        }
        let whole = size + OVERHEAD;
        if self.buffer.len() < whole {
            return Ok(None);
        }
        if self.buffer[whole - 1] != END {
            return Err(FrameProblem::End);
        }
        let bytes: Vec<u8> = self.buffer.drain(..whole).collect();
        if kind != 3 && nesting(&bytes[7..whole - 1]) > MAX_DEPTH {
            return Err(FrameProblem::TooDeep);
        }
        match parse_frame(bytes.as_slice()) {
            Ok(([], frame)) => Ok(Some(frame)),
            _ => Err(FrameProblem::Malformed),
        }
    }
}

/// An upper bound for how deep tables and arrays of a payload go. Whatever stands inside a table or array begins after it and ends no
/// later than it, so no nesting is deeper than the longest row of places that look like the beginning of one (`F` or `A`, then a
/// length that fits) whose ends never rise. Text may look like one, too, but holds no zero bytes and hence no length that fits.
fn nesting(payload: &[u8]) -> usize {
    // The end, as late as possible, of a row with this many places; never rises.
    let mut ends: Vec<usize> = Vec::new();
    for (at, window) in payload.windows(5).enumerate() {
        let &[b'F' | b'A', a, b, c, d] = window else { continue };
        let end = (at + 5).saturating_add(usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX));
        if end > payload.len() {
            continue;
        }
        let place = ends.partition_point(|known| *known >= end);
        match ends.get_mut(place) {
            Some(known) => *known = end,
            None => ends.push(end),
        }
    }
    ends.len()
}

/// Writes a frame. One that cannot be written leaves nothing: what the broker writes is its own.
pub fn write(frame: &AMQPFrame, out: &mut Vec<u8>) {
    let context = WriteContext::from(Vec::new());
    if let Ok((bytes, _)) = gen_frame(frame)(context).map(WriteContext::into_inner) {
        out.extend_from_slice(&bytes);
    }
}

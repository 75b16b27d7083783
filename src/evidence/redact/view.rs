//! A text with its escapes undone, where each byte knows the source bytes it came from.

use std::ops::Range;

/// A decoded text.
pub(super) struct View {
    /// The decoded bytes.
    pub(super) bytes: Vec<u8>,
    /// For each decoded byte the first source byte it stands for and how many; `None` for the source itself.
    spans: Option<Vec<(u32, u32)>>,
}

impl View {
    /// The source as it stands.
    pub(super) fn of(source: &[u8]) -> Self {
        Self { bytes: source.to_vec(), spans: None }
    }

    /// The source range of a range of this view.
    pub(super) fn source(&self, range: &Range<usize>) -> Range<usize> {
        let Some(spans) = &self.spans else { return range.clone() };
        match (spans.get(range.start), range.end.checked_sub(1).and_then(|last| spans.get(last))) {
            (Some(&(start, _)), Some(&(last, length))) if range.start < range.end => {
                start as usize..last as usize + length as usize
            }
            _ => 0..0,
        }
    }

    /// Widens a range of the source so that it does not cut an escape in two. Only for the first round of undoing.
    pub(super) fn whole_escapes(&self, range: Range<usize>) -> Range<usize> {
        let Some(spans) = &self.spans else { return range };
        let around = |place: usize| -> Option<Range<usize>> {
            let after = spans.partition_point(|&(start, _)| (start as usize) < place);
            let &(start, length) = spans.get(after.checked_sub(1)?)?;
            let span = start as usize..start as usize + length as usize;
            (span.start < place && place < span.end).then_some(span)
        };
        let start = around(range.start).map_or(range.start, |span| span.start);
        let end = around(range.end).map_or(range.end, |span| span.end);
        start..end
    }

    /// Undoes one round of URL, XML and JSON escapes at once; `None` when there are none. Which of the three is in force
    /// is not asked: decoding too much can only find too much.
    pub(super) fn unescape(&self) -> Option<Self> {
        if !self.bytes.iter().any(|b| matches!(b, b'%' | b'&' | b'\\')) {
            return None;
        }
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut spans = Vec::with_capacity(self.bytes.len());
        let mut changed = false;
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            let rest = &self.bytes[at..];
            let escape = if matches!(byte, b'%' | b'&' | b'\\') { escape_of_one_round(rest) } else { None };
            let (decoded, length) = match &escape {
                Some((decoded, length)) => {
                    changed = true;
                    (decoded.as_slice(), *length)
                }
                None => (&rest[..1], 1),
            };
            let span = self.source(&(at..at + length));
            // Items are far below 4 GiB (`StoreLimits`), and `redact` refuses to scan larger ones.
            let start = u32::try_from(span.start).unwrap_or(u32::MAX);
            let count = u32::try_from(span.len()).unwrap_or(u32::MAX);
            for &b in decoded {
                bytes.push(b);
                spans.push((start, count));
            }
            at += length;
        }
        changed.then_some(Self { bytes, spans: Some(spans) })
    }
}

type Decoded = Option<(Vec<u8>, usize)>;

fn escape_of_one_round(rest: &[u8]) -> Decoded {
    match rest.first()? {
        b'%' => percent(rest),
        b'&' => entity(rest),
        b'\\' => json_escape(rest),
        _ => None,
    }
}

/// The escape at the start of `rest` and its length; one whose percent sign is escaped too (`%252D`) is one.
pub(super) fn escape(rest: &[u8]) -> Decoded {
    let mut nested = 0;
    while rest.get(1 + nested..3 + nested) == Some(b"25") && percent_code(rest.get(3 + nested..)?).is_some() {
        nested += 2;
    }
    if nested > 0 && rest.first() == Some(&b'%') {
        return percent_code(&rest[1 + nested..]).map(|byte| (vec![byte], 3 + nested));
    }
    escape_of_one_round(rest)
}

fn percent(rest: &[u8]) -> Decoded {
    Some((vec![percent_code(rest.get(1..)?)?], 3))
}

fn percent_code(digits: &[u8]) -> Option<u8> {
    Some(hex_digit(*digits.first()?)? * 16 + hex_digit(*digits.get(1)?)?)
}

fn hex_digit(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// XML's five entities, character references, and the HTML names of what may stand between the two parts of a CPR number.
fn entity(rest: &[u8]) -> Decoded {
    const LONGEST: usize = 16;
    let end = rest.iter().take(LONGEST).position(|&b| b == b';')?;
    let name = std::str::from_utf8(rest.get(1..end)?).ok()?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "shy" => '\u{ad}',
        "ndash" => '–',
        "mdash" => '—',
        "hyphen" | "dash" => '‐',
        "minus" => '−',
        "Tab" => '\t',
        "NewLine" => '\n',
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)?
        }
    };
    Some((character.to_string().into_bytes(), end + 1))
}

fn json_escape(rest: &[u8]) -> Decoded {
    let one = |byte: u8| Some((vec![byte], 2));
    match rest.get(1)? {
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'b' => one(8),
        b'f' => one(12),
        &byte @ (b'"' | b'\\' | b'/' | b'\'') => one(byte),
        b'u' => {
            let digits = std::str::from_utf8(rest.get(2..6)?).ok()?;
            let number = u32::from_str_radix(digits, 16).ok()?;
            // A lone surrogate is no character; what counts here is only that it is no digit.
            let character = char::from_u32(number).unwrap_or('\u{fffd}');
            Some((character.to_string().into_bytes(), 6))
        }
        _ => None,
    }
}

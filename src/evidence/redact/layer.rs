//! Opens layers, scans each, and packs them again.

use super::pattern::{self, Patterns};
use super::structure::{self, Segment, Style};
use super::view::View;
use super::{Kind, is_marker};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;

/// Deepest nesting of base64, DEFLATE, gzip and UTF-16 that is opened.
const DEPTH: usize = 8;
/// Most rounds of undoing escapes, and most passes until nothing is found.
const ROUNDS: usize = 10;
/// Most bytes that one compressed layer may unpack to.
const INFLATED: usize = 16 << 20;
/// Shortest run of base64 that can hold a CPR number.
const SHORTEST_TOKEN: usize = 14;

/// Could not be looked into within the bounds.
#[derive(Debug)]
pub(super) struct Unscannable;

/// One run over one item of evidence.
pub(super) struct Scanner {
    /// Values removed so far.
    pub(super) counts: BTreeMap<Kind, u32>,
    saml_messages: bool,
    /// Whether the outermost document's JSON numbers are figures.
    figures: bool,
    work_left: usize,
}

struct Hit {
    range: Range<usize>,
    kind: Kind,
    /// What stands in its place; `None` for the marker. Only a layer that was packed again has its own bytes.
    packed: Option<Vec<u8>>,
}

impl Scanner {
    pub(super) fn new(length: usize, saml_messages: bool, figures: bool) -> Self {
        let work_left = length.saturating_mul(400).saturating_add(64 << 20);
        Self { counts: BTreeMap::new(), saml_messages, figures, work_left }
    }

    pub(super) fn count(&mut self, kind: Kind) {
        *self.counts.entry(kind).or_default() += 1;
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Unscannable> {
        if let Some(left) = self.work_left.checked_sub(bytes) {
            self.work_left = left;
            return Ok(());
        }
        self.work_left = 0;
        Err(Unscannable)
    }

    /// Redacts a whole item; `None` when nothing had to go.
    pub(super) fn redact_document(&mut self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Unscannable> {
        let patterns = pattern::patterns().ok_or(Unscannable)?;
        self.layer(patterns, bytes, 0)
    }

    fn layer(&mut self, patterns: &Patterns, bytes: &[u8], depth: usize) -> Result<Option<Vec<u8>>, Unscannable> {
        let mut current = None;
        for _ in 0..ROUNDS {
            match self.pass(patterns, current.as_deref().unwrap_or(bytes), depth)? {
                Some(changed) => current = Some(changed),
                None => return Ok(current),
            }
        }
        Err(Unscannable)
    }

    fn pass(&mut self, patterns: &Patterns, bytes: &[u8], depth: usize) -> Result<Option<Vec<u8>>, Unscannable> {
        self.spend(bytes.len())?;
        if is_public_document(bytes) {
            return Ok(None);
        }
        if depth > DEPTH {
            return Err(Unscannable);
        }
        if let Some(utf16) = Utf16::detect(bytes) {
            let text = utf16.decode(bytes);
            return Ok(self.layer(patterns, text.as_bytes(), depth + 1)?.map(|new| utf16.encode(&new)));
        }
        if let Some(packing) = Packing::detect(bytes) {
            match packing.unpack(bytes)? {
                Some(inner) => {
                    self.spend(inner.len())?;
                    return Ok(self.layer(patterns, &inner, depth + 1)?.map(|new| packing.pack(&new)));
                }
                None if packing == Packing::Zip => return Err(Unscannable),
                None => {}
            }
        }
        let mut hits = Vec::new();
        for segment in structure::segments(bytes) {
            self.segment(patterns, bytes, &segment, depth, &mut hits)?;
        }
        if depth == 0 || !bytes.is_ascii() {
            self.embedded_gzip(patterns, bytes, depth, &mut hits)?;
        }
        Ok(self.cut(bytes, hits))
    }

    fn segment(
        &mut self,
        patterns: &Patterns,
        bytes: &[u8],
        segment: &Segment,
        depth: usize,
        hits: &mut Vec<(Hit, Style)>,
    ) -> Result<(), Unscannable> {
        let Some(value) = bytes.get(segment.range.clone()).filter(|value| !value.is_empty()) else { return Ok(()) };
        let whole = |kind| Hit { range: segment.range.clone(), kind, packed: None };
        if let Some(name) = &segment.name {
            let blank = value.trim_ascii().is_empty();
            if let Some(kind) = patterns.by_name(name) {
                if !blank && !is_marker(value) {
                    hits.push((whole(kind), segment.style));
                }
                return Ok(());
            }
            if self.saml_messages
                && [&b"SAMLResponse"[..], b"SAMLRequest", b"wresult"].iter().any(|n| name.eq_ignore_ascii_case(n))
                && !blank
                && !is_marker(value)
            {
                hits.push((whole(Kind::SamlMessage), segment.style));
                return Ok(());
            }
            let private_jwk = matches!(name.as_slice(), b"d" | b"p" | b"q" | b"dp" | b"dq" | b"qi" | b"k")
                && pattern::contains(bytes, b"\"kty\"");
            let private_xml = matches!(name.as_slice(), b"D" | b"P" | b"Q" | b"DP" | b"DQ" | b"InverseQ")
                && (pattern::contains(bytes, b"RSAKeyValue") || pattern::contains(bytes, b"RSAKeyPair"));
            if (private_jwk || private_xml) && !blank && !is_marker(value) {
                hits.push((whole(Kind::PrivateKey), segment.style));
                return Ok(());
            }
            if patterns.is_production_unit(name, value) {
                return Ok(());
            }
            // NumericDate (RFC 7519 section 2): seconds since 1970, ten digits that often look like a CPR number.
            if segment.style == Style::JsonNumber
                && matches!(name.as_slice(), b"iat" | b"exp" | b"nbf" | b"auth_time" | b"updated_at")
            {
                return Ok(());
            }
        }
        let mut found = Vec::new();
        match segment.style {
            Style::JsonNumber if self.figures && depth == 0 => {}
            Style::Text => self.text(patterns, value, depth, &mut found)?,
            // A number with decimals was measured.
            Style::JsonNumber if !value.contains(&b'.') && !pattern::cpr_numbers(value).is_empty() => {
                found.push(Hit { range: 0..value.len(), kind: Kind::Cpr, packed: None });
            }
            Style::JsonNumber => {}
            Style::Name => found.extend(pattern::cpr_numbers(value).into_iter().map(|range| Hit {
                range,
                kind: Kind::Cpr,
                packed: None,
            })),
        }
        hits.extend(found.into_iter().map(|mut hit| {
            hit.range = hit.range.start + segment.range.start..hit.range.end + segment.range.start;
            (hit, segment.style)
        }));
        Ok(())
    }

    /// Scans one text as it stands and after each round of undoing escapes.
    fn text(
        &mut self,
        patterns: &Patterns,
        source: &[u8],
        depth: usize,
        hits: &mut Vec<Hit>,
    ) -> Result<(), Unscannable> {
        let already = hits.len();
        let mut view = View::of(source);
        for round in 0..ROUNDS {
            if round == 1 {
                for hit in &mut hits[already..] {
                    hit.range = view.whole_escapes(hit.range.clone());
                }
            }
            self.spend(view.bytes.len())?;
            for (range, kind) in patterns.find(&view.bytes, self.saml_messages) {
                hits.push(Hit { range: view.source(&range), kind, packed: None });
            }
            for mut hit in self.base64_tokens(patterns, &view.bytes, depth)? {
                let range = view.source(&hit.range);
                if let Some(packed) = &mut hit.packed
                    && source.get(range.clone()).is_some_and(|raw| raw.contains(&b'%'))
                {
                    *packed = percent_encode(packed);
                }
                hits.push(Hit { range, ..hit });
            }
            match view.unescape() {
                Some(next) => view = next,
                None => return Ok(()),
            }
        }
        Err(Unscannable)
    }

    /// Opens every run of base64 characters, also when it is wrapped over lines or glued to other text.
    fn base64_tokens(&mut self, patterns: &Patterns, text: &[u8], depth: usize) -> Result<Vec<Hit>, Unscannable> {
        let mut hits = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let end = token_end(text, at);
            if end == at {
                at += 1;
                continue;
            }
            let token = &text[at..end];
            if token.len() >= SHORTEST_TOKEN
                && let Some(hit) = self.base64_token(patterns, token, depth)?
            {
                hits.push(Hit { range: at..end, ..hit });
            }
            at = end;
        }
        Ok(hits)
    }

    fn base64_token(&mut self, patterns: &Patterns, token: &[u8], depth: usize) -> Result<Option<Hit>, Unscannable> {
        let whole = decode_base64(token, 0);
        self.spend(token.len())?;
        if is_public_document(&whole) {
            return Ok(None);
        }
        let hit = |kind, packed| Ok(Some(Hit { range: 0..token.len(), kind, packed }));
        if depth >= DEPTH {
            // The bottom: text inside text inside text. What still looks like text is not kept unread.
            let text = whole.len() >= 10 && whole.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace());
            let packed = inflate(&whole)?.is_some_and(|inner| inner.len() >= 10);
            return if text || packed { hit(Kind::Unscanned, None) } else { Ok(None) };
        }
        // The SAML redirect binding packs with raw DEFLATE inside base64.
        match inflate(&whole) {
            Ok(Some(inner)) if inner.len() >= 10 => match self.nested(patterns, &inner, depth)? {
                Nested::Clean => {}
                Nested::Changed(new) => return hit(Kind::Cpr, Some(encode_like(token, &deflate(&new)))),
                Nested::Unscannable => return hit(Kind::Unscanned, None),
            },
            Ok(_) => {}
            Err(Unscannable) => {
                self.spend(INFLATED)?;
                return hit(Kind::Unscanned, None);
            }
        }
        match self.nested(patterns, &whole, depth)? {
            Nested::Clean => {}
            Nested::Changed(new) => return hit(Kind::Cpr, Some(encode_like(token, &new))),
            Nested::Unscannable => return hit(Kind::Unscanned, None),
        }
        // Glued to other text, the run may begin at any of four places; right after a line end or a character that also
        // separates words, a value may begin without a boundary in front of it.
        for offset in 0..4 {
            for split in [false, true] {
                let decoded = if split { decode_split(token, offset) } else { decode_base64(token, offset) };
                if decoded.len() < 10 || (offset == 0 && !split) || (split && decoded == decode_base64(token, offset)) {
                    continue;
                }
                self.spend(decoded.len())?;
                let before = self.counts.clone();
                match self.nested(patterns, &decoded, depth)? {
                    Nested::Clean => {}
                    Nested::Changed(_) => {
                        let kind = self.counts.iter().find(|(k, n)| before.get(k) != Some(*n)).map(|(k, _)| *k);
                        self.counts = before;
                        return hit(kind.unwrap_or(Kind::Unscanned), None);
                    }
                    Nested::Unscannable => {
                        self.counts = before;
                        return hit(Kind::Unscanned, None);
                    }
                }
            }
        }
        Ok(None)
    }

    /// Redacts an inner layer. Only spent work stops the whole item; an inner layer that cannot be scanned is one hit.
    fn nested(&mut self, patterns: &Patterns, inner: &[u8], depth: usize) -> Result<Nested, Unscannable> {
        let before = self.counts.clone();
        match self.layer(patterns, inner, depth + 1) {
            Ok(None) => Ok(Nested::Clean),
            Ok(Some(new)) => Ok(Nested::Changed(new)),
            Err(Unscannable) if self.work_left == 0 => Err(Unscannable),
            Err(Unscannable) => {
                self.counts = before;
                Ok(Nested::Unscannable)
            }
        }
    }

    /// A gzip body inside a larger message, such as an HTTP answer with its headers.
    fn embedded_gzip(
        &mut self,
        patterns: &Patterns,
        bytes: &[u8],
        depth: usize,
        hits: &mut Vec<(Hit, Style)>,
    ) -> Result<(), Unscannable> {
        let mut at = 1;
        while let Some(position) = bytes.get(at..).and_then(|rest| rest.windows(3).position(|w| w == [0x1f, 0x8b, 8])) {
            let start = at + position;
            let mut rest = &bytes[start..];
            let mut inner = Vec::new();
            let complete = {
                let mut decoder = flate2::bufread::GzDecoder::new(&mut rest);
                (&mut decoder).take(INFLATED as u64 + 1).read_to_end(&mut inner).is_ok()
            };
            self.spend(inner.len())?;
            let end = if complete { bytes.len() - rest.len() } else { bytes.len() };
            let changed = inner.len() > INFLATED || !matches!(self.nested(patterns, &inner, depth)?, Nested::Clean);
            if changed && !inner.is_empty() {
                hits.push((Hit { range: start..end, kind: Kind::Unscanned, packed: None }, Style::Text));
            }
            at = start + 3;
        }
        Ok(())
    }

    /// Cuts the hits out. Hits that overlap are cut as one, named by the widest of them.
    fn cut(&mut self, bytes: &[u8], mut hits: Vec<(Hit, Style)>) -> Option<Vec<u8>> {
        hits.retain(|(hit, _)| hit.range.start < hit.range.end && hit.range.end <= bytes.len());
        if hits.is_empty() {
            return None;
        }
        hits.sort_by(|(a, _), (b, _)| {
            a.range
                .start
                .cmp(&b.range.start)
                .then(b.range.end.cmp(&a.range.end))
                .then(a.packed.is_some().cmp(&b.packed.is_some()))
        });
        let mut merged: Vec<(Hit, Style)> = Vec::new();
        for (hit, style) in hits {
            match merged.last_mut() {
                Some((last, _)) if hit.range.start < last.range.end => {
                    // A packed layer already holds no secret; a marker that touches it takes it whole.
                    if hit.packed.is_none() && last.packed.is_some() {
                        last.kind = hit.kind;
                    }
                    if hit.packed.is_none() || hit.range.end > last.range.end {
                        last.packed = None;
                    }
                    last.range.end = last.range.end.max(hit.range.end);
                }
                _ => merged.push((hit, style)),
            }
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        for (hit, style) in merged {
            out.extend_from_slice(&bytes[at..hit.range.start]);
            match (&hit.packed, style) {
                (Some(packed), _) => out.extend_from_slice(packed),
                (None, Style::Text) => out.extend_from_slice(hit.kind.marker().as_bytes()),
                (None, Style::JsonNumber) => {
                    out.extend_from_slice(format!("\"{}\"", hit.kind.marker()).as_bytes());
                }
                (None, Style::Name) => out.extend_from_slice(format!("redacted-{}", hit.kind.name()).as_bytes()),
            }
            if hit.packed.is_none() {
                self.count(hit.kind);
            }
            at = hit.range.end;
        }
        out.extend_from_slice(&bytes[at..]);
        Some(out)
    }
}

enum Nested {
    Clean,
    Changed(Vec<u8>),
    Unscannable,
}

/// Certificates, CRLs and OCSP answers, whole and exact: public, signed, and worthless as evidence once a byte differs.
fn is_public_document(bytes: &[u8]) -> bool {
    use x509_parser::prelude::FromDer;
    bytes.first() == Some(&0x30)
        && bytes.len() > 64
        && (x509_parser::certificate::X509Certificate::from_der(bytes).is_ok_and(|(rest, _)| rest.is_empty())
            || x509_parser::revocation_list::CertificateRevocationList::from_der(bytes)
                .is_ok_and(|(rest, _)| rest.is_empty())
            || openssl::ocsp::OcspResponse::from_der(bytes)
                .ok()
                .and_then(|response| response.to_der().ok())
                .is_some_and(|der| der == bytes))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// End of the run of base64 characters at `at`: single line ends with indentation continue it, padding ends it.
fn token_end(text: &[u8], at: usize) -> usize {
    let mut end = at;
    loop {
        while text.get(end).copied().is_some_and(is_base64) {
            end += 1;
        }
        if end == at {
            return at;
        }
        let mut next = end;
        if text.get(next) == Some(&b'\r') {
            next += 1;
        }
        if text.get(next) != Some(&b'\n') {
            break;
        }
        next += 1;
        while matches!(text.get(next), Some(b' ' | b'\t')) {
            next += 1;
        }
        if !text.get(next).copied().is_some_and(is_base64) {
            break;
        }
        end = next;
    }
    for _ in 0..2 {
        end += usize::from(text.get(end) == Some(&b'='));
    }
    end
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Decodes both alphabets leniently (a scanner must read more than a reader may), from the `offset`th character on.
pub(super) fn decode_base64(token: &[u8], offset: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(token.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for value in token.iter().filter_map(|&b| sextet(b)).skip(offset) {
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

/// Like [`decode_base64`], with a line end in front of each group of four that follows a separating character.
fn decode_split(token: &[u8], offset: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(token.len());
    let mut group: Vec<u8> = Vec::with_capacity(4);
    let mut skipped = 0;
    let mut separated = false;
    for &byte in token {
        let Some(_) = sextet(byte) else {
            separated = true;
            continue;
        };
        if skipped < offset {
            skipped += 1;
        } else {
            if group.is_empty() && separated {
                out.push(b'\n');
            }
            group.push(byte);
            if group.len() == 4 {
                out.extend(decode_base64(&group, 0));
                group.clear();
            }
        }
        separated = !byte.is_ascii_alphanumeric();
    }
    out.extend(decode_base64(&group, 0));
    out
}

/// Encodes in the alphabet and with the padding of the original.
fn encode_like(original: &[u8], bytes: &[u8]) -> Vec<u8> {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    let url = original.iter().any(|b| matches!(b, b'-' | b'_'));
    let padded =
        original.ends_with(b"=") || (!url && original.iter().filter(|&&b| is_base64(b)).count().is_multiple_of(4));
    match (url, padded) {
        (false, true) => STANDARD.encode(bytes),
        (false, false) => STANDARD_NO_PAD.encode(bytes),
        (true, true) => URL_SAFE.encode(bytes),
        (true, false) => URL_SAFE_NO_PAD.encode(bytes),
    }
    .into_bytes()
}

fn percent_encode(base64: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(base64.len());
    for &byte in base64 {
        match byte {
            b'+' => out.extend_from_slice(b"%2B"),
            b'/' => out.extend_from_slice(b"%2F"),
            b'=' => out.extend_from_slice(b"%3D"),
            _ => out.push(byte),
        }
    }
    out
}

fn read_bounded(reader: impl Read) -> Result<Option<Vec<u8>>, Unscannable> {
    let mut out = Vec::new();
    match reader.take(INFLATED as u64 + 1).read_to_end(&mut out) {
        Ok(_) if out.len() > INFLATED => Err(Unscannable),
        Ok(_) => Ok(Some(out)),
        // Cut short: what was unpacked so far is what a reader could see too.
        Err(_) => Ok((out.len() >= 64).then_some(out)),
    }
}

fn inflate(bytes: &[u8]) -> Result<Option<Vec<u8>>, Unscannable> {
    read_bounded(flate2::read::DeflateDecoder::new(bytes))
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = flate2::read::DeflateEncoder::new(bytes, flate2::Compression::default());
    match encoder.read_to_end(&mut out) {
        Ok(_) => out,
        // Reading from memory does not fail; were it to, nothing is kept rather than the original.
        Err(_) => Vec::new(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zlib,
    /// Archives are never evidence of a message; they are not opened and so not kept.
    Zip,
}

impl Packing {
    fn detect(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, _, _, ..] => Some(Self::Zlib),
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            _ => None,
        }
    }

    fn unpack(self, bytes: &[u8]) -> Result<Option<Vec<u8>>, Unscannable> {
        match self {
            Self::Gzip => read_bounded(flate2::read::MultiGzDecoder::new(bytes)),
            Self::Zlib => read_bounded(flate2::read::ZlibDecoder::new(bytes)),
            Self::Zip => Ok(None),
        }
    }

    fn pack(self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let level = flate2::Compression::default();
        let result = match self {
            Self::Gzip => flate2::read::GzEncoder::new(bytes, level).read_to_end(&mut out),
            Self::Zlib => flate2::read::ZlibEncoder::new(bytes, level).read_to_end(&mut out),
            Self::Zip => Ok(0),
        };
        if result.is_ok() { out } else { Vec::new() }
    }
}

/// UTF-16, by its byte order mark or by the zero bytes of ASCII text.
#[derive(Clone, Copy)]
struct Utf16 {
    big_endian: bool,
    mark: bool,
}

impl Utf16 {
    fn detect(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xfe, 0xff, ..] => Some(Self { big_endian: true, mark: true }),
            [0xff, 0xfe, ..] => Some(Self { big_endian: false, mark: true }),
            _ if bytes.len() >= 20 && bytes.len().is_multiple_of(2) => {
                let zeros = |parity: usize| bytes.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
                let most = bytes.len() / 2 * 9 / 10;
                match (zeros(0), zeros(1)) {
                    (high, low) if high >= most && low == 0 => Some(Self { big_endian: true, mark: false }),
                    (high, low) if low >= most && high == 0 => Some(Self { big_endian: false, mark: false }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn decode(self, bytes: &[u8]) -> String {
        let units = bytes.get(if self.mark { 2 } else { 0 }..).unwrap_or_default().chunks(2).map(|pair| match *pair {
            [a, b] if self.big_endian => u16::from_be_bytes([a, b]),
            [a, b] => u16::from_le_bytes([a, b]),
            _ => 0xfffd,
        });
        char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect()
    }

    fn encode(self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut put = |unit: u16| out.extend(if self.big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() });
        if self.mark {
            put(0xfeff);
        }
        String::from_utf8_lossy(text).encode_utf16().for_each(put);
        out
    }
}

//! Reading hostile XML within bounds: size, encoding, depth, numbers of elements and attributes, and no DTD at all.

use quick_xml::events::Event;
use thiserror::Error;
use uppsala::{Document, Parser, XmlError};

/// Largest document that is parsed at all. Requirements on size are a check's business and stay far below.
pub const MAX_BYTES: usize = 2 << 20;
/// Deepest nesting. SAML metadata needs about ten levels.
pub const MAX_DEPTH: u32 = 64;
/// Most elements, comments and processing instructions. One entity's metadata has some hundred; every schema error costs
/// time in proportion to the document's length.
pub const MAX_NODES: usize = 2_500;
/// Most attributes of one element (the parser looks for duplicates pairwise).
pub const MAX_ATTRIBUTES_PER_ELEMENT: usize = 100;

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum XmlProblem {
    /// No bytes, or white space alone.
    #[error("the document is empty")]
    Empty,
    /// More bytes than are parsed.
    #[error("the document has {size} bytes, more than {limit}")]
    TooLarge {
        /// Bytes found.
        size: usize,
        /// Most bytes that are parsed.
        limit: usize,
    },
    /// In another encoding. That is allowed (XML 1.0 4.3.3), but this program reads UTF-8 alone.
    #[error("the encoding is {found}; only UTF-8 is read here")]
    Encoding {
        /// What its first bytes or its XML declaration say.
        found: String,
    },
    /// A document type declaration (SDP-G03: no message with a DTD).
    #[error("a document type declaration (DTD) stands at {0}")]
    DocumentType(Place),
    /// Beyond a bound.
    #[error("more than {limit} {what} at {place}")]
    Bound {
        /// The bound.
        limit: usize,
        /// Of what.
        what: &'static str,
        /// Where it was passed.
        place: Place,
    },
    /// Breaks a rule of XML 1.0 or of Namespaces in XML.
    #[error("not well-formed at {place}: {message}")]
    NotWellFormed {
        /// What is wrong.
        message: String,
        /// Where.
        place: Place,
    },
}

/// Line and column, counted from 1; columns count bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        Self::of_bytes(text.as_bytes(), offset)
    }

    fn of_bytes(bytes: &[u8], offset: usize) -> Self {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let line = before.split(|b| *b == b'\n').count();
        let column = before.len() - before.iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1) + 1;
        Self { line, column }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// The document as text, when it is UTF-8 (a byte order mark is accepted) and not too large.
pub fn decode(bytes: &[u8]) -> Result<&str, XmlProblem> {
    decode_within(bytes, MAX_BYTES)
}

/// The same with another bound on the size.
pub fn decode_within(bytes: &[u8], limit: usize) -> Result<&str, XmlProblem> {
    if bytes.len() > limit {
        return Err(XmlProblem::TooLarge { size: bytes.len(), limit });
    }
    let wide = match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<', ..] | [b'<', 0, ..] => Some("UTF-16"),
        _ => None,
    };
    if let Some(found) = wide {
        return Err(XmlProblem::Encoding { found: found.to_owned() });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| match declared_encoding(bytes) {
        Some(found) => XmlProblem::Encoding { found },
        // Without a declaration it is UTF-8, and other bytes are a fatal error (XML 1.0 4.3.3).
        None => XmlProblem::NotWellFormed {
            message: "bytes that are not UTF-8".to_owned(),
            place: Place::of_bytes(bytes, error.valid_up_to()),
        },
    })?;
    if text.trim_start_matches('\u{FEFF}').trim().is_empty() {
        return Err(XmlProblem::Empty);
    }
    Ok(text)
}

/// The encoding that the XML declaration names, unless it is UTF-8 or a part of it.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let Ok(Event::Decl(declaration)) = quick_xml::Reader::from_reader(bytes).read_event() else { return None };
    let name = declaration.encoding()?.ok()?;
    other_encoding(&name)
}

fn other_encoding(name: &str) -> Option<String> {
    let known = ["utf-8", "us-ascii"].contains(&name.to_ascii_lowercase().as_str());
    (!known).then(|| name.chars().take(40).collect())
}

/// Parses text that passed [`decode`]. A DTD and anything beyond the bounds is refused before the tree is built.
pub fn parse(text: &str) -> Result<Document<'_>, XmlProblem> {
    parse_within(text, MAX_NODES)
}

/// The same with another bound on the number of elements, comments and processing instructions.
pub fn parse_within(text: &str, max_nodes: usize) -> Result<Document<'_>, XmlProblem> {
    bounded(text, max_nodes)?;
    let parser = Parser::new().with_max_depth(MAX_DEPTH).with_forbid_dtd(true).with_forbid_entities(true);
    let document = parser.parse(text).map_err(|error| not_well_formed(&error, text))?;
    let declared = document.xml_declaration.as_ref().and_then(|d| d.encoding.as_deref());
    match declared.and_then(other_encoding) {
        Some(found) => Err(XmlProblem::Encoding { found }),
        None => Ok(document),
    }
}

/// Reads through the document once, linearly, and stops at the first bound passed. Malformed input is left to the parser,
/// which says more precisely what is wrong, unless it comes after a bound.
fn bounded(text: &str, max_nodes: usize) -> Result<(), XmlProblem> {
    let mut reader = quick_xml::Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let (mut depth, mut nodes) = (0_u32, 0_usize);
    loop {
        let start = offset(reader.buffer_position());
        let bound = |limit, what| Err(XmlProblem::Bound { limit, what, place: Place::of(text, start) });
        if nodes > max_nodes {
            return bound(max_nodes, "elements, comments and instructions");
        }
        let (tag, opens) = match reader.read_event() {
            Ok(Event::DocType(_)) => return Err(XmlProblem::DocumentType(Place::of(text, start))),
            Ok(Event::Start(tag)) => (tag, true),
            Ok(Event::Empty(tag)) => (tag, false),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Ok(Event::Comment(_) | Event::PI(_)) => {
                nodes += 1;
                continue;
            }
            Ok(Event::Eof) | Err(_) => return Ok(()),
            Ok(_) => continue,
        };
        nodes += 1;
        depth += u32::from(opens);
        if depth > MAX_DEPTH {
            return bound(MAX_DEPTH as usize, "levels of nesting");
        }
        if tag.attributes().with_checks(false).take(MAX_ATTRIBUTES_PER_ELEMENT + 1).count() > MAX_ATTRIBUTES_PER_ELEMENT
        {
            return bound(MAX_ATTRIBUTES_PER_ELEMENT, "attributes of one element");
        }
    }
}

/// Byte offset of the end of the document element's start tag; None when it is an empty-element tag or unreadable.
pub(super) fn end_of_root_start_tag(text: &str) -> Option<usize> {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(_) => return Some(offset(reader.buffer_position())),
            Event::Empty(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn not_well_formed(error: &XmlError, text: &str) -> XmlProblem {
    let (message, line, column) = match error {
        XmlError::Parse(e) => (e.message.clone(), e.line, e.column),
        XmlError::WellFormedness(e) => (e.message.clone(), e.line, e.column),
        XmlError::Namespace(e) => (e.message.clone(), e.line, e.column),
        other => {
            let end = Place::of(text, text.len());
            (other.to_string(), end.line, end.column)
        }
    };
    XmlProblem::NotWellFormed { message, place: Place { line, column } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(), XmlProblem> {
        parse(decode(bytes)?).map(|_| ())
    }

    #[test]
    fn utf8_with_or_without_byte_order_mark_is_read() {
        assert_eq!(read(b"<a/>"), Ok(()));
        assert_eq!(read("\u{FEFF}<?xml version='1.0' encoding='utf-8'?><a>æøå</a>".as_bytes()), Ok(()));
    }

    #[test]
    fn other_encodings_are_named() {
        for bytes in [&b"\xFF\xFE<\0a\0"[..], b"\xFE\xFF\0<", b"<\0a\0/\0>\0"] {
            assert_eq!(read(bytes), Err(XmlProblem::Encoding { found: "UTF-16".to_owned() }), "{bytes:?}");
        }
        for content in [&b"<a/>"[..], b"<a>\xE6</a>"] {
            let latin = read(&[b"<?xml version='1.0' encoding='ISO-8859-1'?>", content].concat());
            assert_eq!(latin, Err(XmlProblem::Encoding { found: "ISO-8859-1".to_owned() }));
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_though_nothing_else_is_said_are_malformed() {
        let place = Place { line: 2, column: 4 };
        for declaration in ["<?xml version='1.0'?>", "<?xml version='1.0' encoding='utf-8'?>"] {
            let bytes = [declaration.as_bytes(), b"\n<a>\xE6</a>"].concat();
            let message = "bytes that are not UTF-8".to_owned();
            assert_eq!(read(&bytes), Err(XmlProblem::NotWellFormed { message, place }), "{declaration}");
        }
    }

    #[test]
    fn a_document_type_is_refused_with_its_place() {
        let place = Place { line: 2, column: 1 };
        assert_eq!(read(b"<?xml version='1.0'?>\n<!DOCTYPE a><a/>"), Err(XmlProblem::DocumentType(place)));
        assert!(matches!(read(b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"), Err(XmlProblem::DocumentType(_))));
    }

    #[test]
    fn malformed_xml_is_refused_with_its_place() {
        let Err(XmlProblem::NotWellFormed { place, .. }) = read(b"<a>\n  <b></c></a>") else { panic!("not refused") };
        assert_eq!(place.line, 2);
        for bytes in
            [&b"<a>"[..], b"<a/><b/>", b"<a b='1' b='2'/>", b"<x:a/>", b"<a>&undefined;</a>", b"junk", b"<a/>junk"]
        {
            assert!(read(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(read(b""), Err(XmlProblem::Empty));
        assert_eq!(read(b" \n"), Err(XmlProblem::Empty));
    }

    #[test]
    fn every_bound_holds() {
        let deep = "<a>".repeat(100_000);
        assert!(matches!(read(deep.as_bytes()), Err(XmlProblem::Bound { what: "levels of nesting", .. })));
        let wide = format!("<a>{}</a>", "<b/>".repeat(100_000));
        assert!(matches!(
            read(wide.as_bytes()),
            Err(XmlProblem::Bound { what: "elements, comments and instructions", .. })
        ));
        let attributes = (0..100_000).map(|n| format!(" a{n}=''")).collect::<Vec<_>>().concat();
        let rich = format!("<a{attributes}/>");
        assert!(matches!(read(rich.as_bytes()), Err(XmlProblem::Bound { what: "attributes of one element", .. })));
        assert!(matches!(read(&vec![b' '; MAX_BYTES + 1]), Err(XmlProblem::TooLarge { .. })));
    }
}

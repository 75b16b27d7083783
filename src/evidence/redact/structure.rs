//! The parts of a JSON or XML document in which a value may be replaced without breaking the document.

use std::ops::Range;

/// How a removed value is written in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Plain marker: text, attribute values, inside JSON strings.
    Text,
    /// A JSON number, which becomes a string.
    JsonNumber,
    /// Part of an XML name or declaration, where the marker's quotation marks may not stand.
    Name,
}

/// One part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// Name of the field that holds it: JSON member, XML element or attribute, SAML attribute.
    pub(super) name: Option<Vec<u8>>,
    /// How a value in it is replaced.
    pub(super) style: Style,
}

/// The parts of a document; a text without structure is one part.
pub(super) fn segments(bytes: &[u8]) -> Vec<Segment> {
    if is_json(bytes) {
        json_segments(bytes)
    } else if is_xml(bytes) {
        xml_segments(bytes)
    } else {
        vec![Segment { range: 0..bytes.len(), name: None, style: Style::Text }]
    }
}

/// Whether the bytes are a JSON document (a lone number is taken for text).
pub(super) fn is_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'))
        && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// Whether the bytes are a well-formed XML document without a document type declaration (with one, a value may stand
/// inside an entity, and the whole is treated as plain text instead).
pub(super) fn is_xml(bytes: &[u8]) -> bool {
    use quick_xml::events::Event;
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if body.first() != Some(&b'<') {
        return false;
    }
    let mut reader = quick_xml::Reader::from_reader(body);
    let (mut elements, mut depth) = (0_usize, 0_usize);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return elements > 0 && depth == 0,
            Ok(Event::DocType(_)) | Err(_) => return false,
            Ok(event) => {
                let (Event::Start(start) | Event::Empty(start)) = &event else {
                    if matches!(event, Event::End(_)) {
                        depth = depth.saturating_sub(1);
                    }
                    continue;
                };
                elements += 1;
                depth += usize::from(matches!(event, Event::Start(_)));
                if start.attributes().any(|attribute| attribute.is_err()) {
                    return false;
                }
            }
        }
    }
}

fn json_segments(bytes: &[u8]) -> Vec<Segment> {
    struct Open {
        object: bool,
        name: Option<Vec<u8>>,
    }
    let mut found: Vec<Segment> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut name: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let start = at + 1;
                let mut end = start;
                while let Some(&b) = bytes.get(end) {
                    match b {
                        b'"' => break,
                        b'\\' => end += 2,
                        _ => end += 1,
                    }
                }
                let end = end.min(bytes.len());
                found.push(Segment { range: start..end, name: name.clone(), style: Style::Text });
                at = end + 1;
                continue;
            }
            b':' => {
                if let Some(member) = found.last_mut() {
                    member.name = None;
                    name = bytes.get(member.range.clone()).map(<[u8]>::to_vec);
                }
            }
            b',' if open.last().is_some_and(|o| o.object) => name = None,
            b'{' | b'[' => {
                open.push(Open { object: byte == b'{', name: name.clone() });
                if byte == b'{' {
                    name = None;
                }
            }
            b'}' | b']' => name = open.pop().and_then(|o| o.name),
            b'-' | b'0'..=b'9' => {
                let length = bytes[at..]
                    .iter()
                    .take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'))
                    .count();
                found.push(Segment { range: at..at + length, name: name.clone(), style: Style::JsonNumber });
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn xml_segments(bytes: &[u8]) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut at = 0;
    // Local name of the element whose text this is, and the Name of the SAML attribute around it.
    let mut element: Option<Vec<u8>> = None;
    let mut attribute: Option<Vec<u8>> = None;
    let until = |from: usize, end: &[u8]| {
        bytes
            .get(from..)
            .and_then(|rest| rest.windows(end.len()).position(|w| w == end))
            .map_or(bytes.len(), |position| from + position)
    };
    while at < bytes.len() {
        let rest = &bytes[at..];
        let name = match (&element, &attribute) {
            (Some(local), Some(_)) if local.as_slice() == b"AttributeValue" => attribute.clone(),
            _ => element.clone(),
        };
        let (start, end, after) = if rest.starts_with(b"<!--") {
            let end = until(at + 4, b"-->");
            (at + 4, end, end + 3)
        } else if rest.starts_with(b"<![CDATA[") {
            let end = until(at + 9, b"]]>");
            (at + 9, end, end + 3)
        } else if rest.starts_with(b"<?") {
            let end = until(at + 2, b"?>");
            (at + 2, end, end + 2)
        } else if rest.starts_with(b"<") {
            at = tag(bytes, at, &mut found, &mut element, &mut attribute);
            continue;
        } else {
            let end = until(at, b"<");
            (at, end, end)
        };
        found.push(Segment { range: start.min(end)..end, name, style: Style::Text });
        at = after;
    }
    found
}

/// Reads one tag at `at`; returns the place after it.
fn tag(
    bytes: &[u8],
    at: usize,
    found: &mut Vec<Segment>,
    element: &mut Option<Vec<u8>>,
    attribute: &mut Option<Vec<u8>>,
) -> usize {
    let mut values: Vec<(Vec<u8>, Range<usize>)> = Vec::new();
    let mut gap = at + 1;
    let mut next = at + 1;
    let mut end = bytes.len();
    while let Some(&byte) = bytes.get(next) {
        match byte {
            b'>' => {
                end = next;
                break;
            }
            b'"' | b'\'' => {
                let start = next + 1;
                let stop = bytes[start..].iter().position(|&b| b == byte).map_or(bytes.len(), |p| start + p);
                let name = bytes[gap..next]
                    .split(|b| b.is_ascii_whitespace() || *b == b'=')
                    .rfind(|part| !part.is_empty())
                    .unwrap_or_default()
                    .to_vec();
                found.push(Segment { range: gap..next, name: None, style: Style::Name });
                values.push((name, start..stop));
                gap = (stop + 1).min(bytes.len());
                next = stop + 1;
            }
            _ => next += 1,
        }
    }
    found.push(Segment { range: gap.min(end)..end, name: None, style: Style::Name });
    let head = bytes.get(at + 1..end).unwrap_or_default();
    let qualified = head
        .strip_prefix(b"/")
        .unwrap_or(head)
        .split(|b| b.is_ascii_whitespace() || *b == b'/')
        .next()
        .unwrap_or_default();
    let name = local(qualified);
    let named = values
        .iter()
        .find(|(attribute, _)| attribute.eq_ignore_ascii_case(b"name"))
        .and_then(|(_, range)| bytes.get(range.clone()));
    if head.first() == Some(&b'/') {
        *element = None;
        if name == b"Attribute" {
            *attribute = None;
        }
    } else if head.last() == Some(&b'/') {
        *element = None;
    } else {
        *element = Some(name.to_vec());
        if name == b"Attribute" {
            *attribute = named.map(<[u8]>::to_vec);
        }
    }
    for (attribute_name, range) in values {
        // <input name="password" value="...">: the value is named by its neighbour.
        let name = match named {
            Some(named) if attribute_name.eq_ignore_ascii_case(b"value") => named.to_vec(),
            _ => local(&attribute_name).to_vec(),
        };
        found.push(Segment { range, name: Some(name), style: Style::Text });
    }
    (end + 1).min(bytes.len())
}

fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|&b| b == b':').next().unwrap_or_default()
}

//! Requests that a system sent to the Sags- og Dokumentindeks (SF1470) or to Organisation (SF1500): reading them, and the
//! rules of the anvisninger as data. Pure.

pub mod anvisninger;
pub mod period;
pub mod read;

use crate::saml::xml::{self, XmlProblem};
use regex::bytes::{Captures, Regex};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use uppsala::{Document, NodeId};

/// A captured request without the credentials that its SOAP header carries (WS-Security, SAML assertions) and without names and texts
/// on persons, and how many of each there were. Lines stay where they are. What cannot be read and may hold some is removed whole.
#[must_use]
pub fn without_confidential(bytes: &[u8]) -> (Cow<'_, [u8]>, BTreeMap<&'static str, u32>) {
    let parsed = xml::decode_within(bytes, read::MAX_BYTES)
        .and_then(|text| Ok((text, xml::parse_within(text, read::MAX_NODES)?)));
    let (text, document) = match parsed {
        Ok(parsed) => parsed,
        Err(problem) => return unreadable(bytes, &problem),
    };
    let mut found = Vec::new();
    if let Some(root) = document.document_element() {
        confidential(&document, root, &mut found);
    }
    if found.is_empty() {
        return (Cow::Borrowed(bytes), BTreeMap::new());
    }
    let (mut kept, mut from, mut counts) = (String::with_capacity(text.len()), 0, BTreeMap::new());
    for (range, kind) in &found {
        kept.push_str(text.get(from..range.start).unwrap_or_default());
        kept.push_str(kind.placeholder());
        let lines = text.get(range.clone()).unwrap_or_default().matches('\n').count();
        kept.push_str(&"\n".repeat(lines));
        from = range.end;
        *counts.entry(kind.name()).or_default() += 1;
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    (Cow::Owned(kept.into_bytes()), counts)
}

/// A request that cannot be read: removed whole when it may hold something confidential. From one that is not well-formed persons alone
/// are removed, so that the place of the fault is told; unless the fault would go with them.
fn unreadable<'a>(bytes: &'a [u8], problem: &XmlProblem) -> (Cow<'a, [u8]>, BTreeMap<&'static str, u32>) {
    // UTF-16 and UTF-32 are plain without their zero bytes.
    let plain: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let holds = |names: &[&str]| names.iter().any(|name| memchr::memmem::find(&plain, name.as_bytes()).is_some());
    let kind = if holds(&["Assertion", "Security"]) {
        Kind::Credential
    } else if holds(&PERSONS) {
        if matches!(problem, XmlProblem::NotWellFormed { .. })
            && let Some((kept, count)) = without_persons(bytes)
        {
            return (Cow::Owned(kept), BTreeMap::from([(Kind::Person.name(), count)]));
        }
        Kind::Person
    } else {
        return (Cow::Borrowed(bytes), BTreeMap::new());
    };
    let removed = format!("<redacted>«redacted:{}»</redacted>", kind.name());
    (Cow::Owned(removed.into_bytes()), BTreeMap::from([(kind.name(), 1)]))
}

/// The text after each tag of an element that describes a person, taken out. `None` when what is left could be read.
fn without_persons(bytes: &[u8]) -> Option<(Vec<u8>, u32)> {
    static TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let names = PERSONS.join("|");
        Regex::new(&format!(r"(?s-u)(<(?:[^\s<>/:]+:)?(?:{names})(?:\s[^<>]*)?>)[^<]*[^<\s][^<]*")).ok()
    });
    let text = TEXT.as_ref()?;
    let mut count = 0;
    let kept = text.replace_all(bytes, |found: &Captures<'_>| {
        count += 1;
        [&found[1], Kind::Person.placeholder().as_bytes()].concat()
    });
    let is_read = xml::decode_within(&kept, read::MAX_BYTES)
        .and_then(|text| xml::parse_within(text, read::MAX_NODES).map(|_| ()))
        .is_ok();
    (!is_read).then(|| (kept.into_owned(), count))
}

/// What is taken out of a request before anything is judged or kept.
#[derive(Clone, Copy)]
enum Kind {
    /// A signature or token; the whole element goes.
    Credential,
    /// A text that names or describes a person; what the element holds goes.
    Person,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Credential => "token",
            Self::Person => "person",
        }
    }

    const fn placeholder(self) -> &'static str {
        match self {
            Self::Credential => "<!-- «redacted:token» -->",
            Self::Person => "«redacted:person»",
        }
    }
}

/// Where confidential things stand, in the document's order. The parser keeps the depth within [`xml::MAX_DEPTH`].
fn confidential(document: &Document<'_>, node: NodeId, found: &mut Vec<(std::ops::Range<usize>, Kind)>) {
    const CREDENTIALS: [&str; 4] = ["Security", "Assertion", "EncryptedAssertion", "BinarySecurityToken"];
    let name = document.element(node).map(|e| e.name.local_name.to_string()).unwrap_or_default();
    if CREDENTIALS.contains(&name.as_str()) {
        found.extend(document.node_range(node).map(|range| (range, Kind::Credential)));
    } else if PERSONS.contains(&name.as_str()) {
        found.extend(inside(document, node).map(|range| (range, Kind::Person)));
    } else if name == "URNIdentifikator" || name == "UUIDIdentifikator" {
        found.extend(named_by(document, node).map(|range| (range, Kind::Person)));
    } else {
        for child in document.children(node) {
            confidential(document, child, found);
        }
    }
}

/// Names of persons, what a case is about, and how people are reached. No check reads them; that they are filled still shows.
const PERSONS: [&str; 17] = [
    "FuldtNavn",
    "Titel",
    "TitelAlternativTekst",
    "Notat",
    "Adresse",
    "Beskrivelse",
    "Navn",
    "Emailadresse",
    "NavnTekst",
    "AdresseTekst",
    "BeskrivelseTekst",
    "NotatTekst",
    "TelefonnummerTekst",
    "NoteTekst",
    "AendringsnotatTekst",
    "TitelTekst",
    "KaldenavnTekst",
];

/// What follows in a URN that names a person, or numbers one who has no CPR number (anvisning for Sag 1.7, 3.7).
fn named_by(document: &Document<'_>, node: NodeId) -> Option<std::ops::Range<usize>> {
    const OF_PERSONS: [&str; 4] =
        ["urn:oio:fuldtnavn:", "urn:oio:us:personid:", "urn:oio:us:borgerid:", "urn:oio:udk:borgerid:"];
    let text = document.text_content_deep(node).to_ascii_lowercase();
    let begin = OF_PERSONS.iter().find_map(|urn| Some(text.find(urn)? + urn.len()))?;
    let whole = inside(document, node)?;
    // Where the text is written otherwise than it reads (references, comments), all of it goes.
    let from = if whole.len() == text.len() { whole.start + begin } else { whole.start };
    Some(from..whole.end)
}

/// What an element holds, when it holds anything but blanks.
fn inside(document: &Document<'_>, node: NodeId) -> Option<std::ops::Range<usize>> {
    let ranges: Vec<_> = document.children(node).into_iter().filter_map(|child| document.node_range(child)).collect();
    let range = ranges.first()?.start..ranges.last()?.end;
    (!document.text_content_deep(node).trim().is_empty()).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_and_lines_stay() {
        let xml = "<e:Envelope xmlns:e='x'><e:Header><w:Security xmlns:w='y'>\n<a:Assertion xmlns:a='z'>secret\n</a:Assertion></w:Security><id/></e:Header>\n<e:Body/></e:Envelope>";
        let (kept, count) = without_confidential(xml.as_bytes());
        let kept = String::from_utf8(kept.into_owned()).unwrap();
        assert_eq!(count, BTreeMap::from([("token", 1)]));
        assert_eq!((kept.contains("secret"), kept.lines().count()), (false, xml.lines().count()), "{kept}");
        assert!(kept.contains("<id/>") && xml::parse(&kept).is_ok(), "{kept}");
        assert_eq!(without_confidential(b"<a>b</a>"), (Cow::Borrowed(&b"<a>b</a>"[..]), BTreeMap::new()));
        let (cut, count) = without_confidential(b"<e:Envelope><a:Assertion>secret");
        assert_eq!((count["token"], cut.starts_with(b"<redacted>")), (1, true));
        assert_eq!(without_confidential(b"<a><b>").1.len(), 0);
    }

    #[test]
    fn what_cannot_be_read_and_may_hold_something_goes_whole() {
        let wide = |text: &str| [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let latin: &[u8] =
            b"<?xml version='1.0' encoding='ISO-8859-1'?><x:FuldtNavn xmlns:x='y'>Bj\xF8rn</x:FuldtNavn>";
        let cases: [(Vec<u8>, &str); 4] = [
            (wide("<e:Envelope xmlns:e='x'><a:Assertion xmlns:a='z'>secret</a:Assertion></e:Envelope>"), "token"),
            (wide("<x:FuldtNavn xmlns:x='y'>Grethe</x:FuldtNavn>"), "person"),
            (latin.to_vec(), "person"),
            (b"<e:Envelope><w:Security e:mustUnderstand='1'><w:Password>secret".to_vec(), "token"),
        ];
        let broken =
            b"<a><x:FuldtNavn>Grethe</x:FuldtNavn><FuldtNavn a='b'>\nJensen<b/></FuldtNavn><Titel> </Titel><c>";
        let (kept, count) = without_confidential(broken);
        assert_eq!(count, BTreeMap::from([("person", 2)]));
        let expected = "<a><x:FuldtNavn>«redacted:person»</x:FuldtNavn><FuldtNavn a='b'>«redacted:person»<b/></FuldtNavn><Titel> </Titel><c>";
        assert_eq!(String::from_utf8_lossy(&kept), expected);
        let (kept, _) = without_confidential(b"<a><FuldtNavn>Hansen & Jensen</FuldtNavn></a>");
        assert_eq!(kept, "<redacted>«redacted:person»</redacted>".as_bytes(), "its fault would be gone");
        for (bytes, kind) in cases {
            let (kept, count) = without_confidential(&bytes);
            assert_eq!(count, BTreeMap::from([(kind, 1)]));
            assert_eq!(kept, format!("<redacted>«redacted:{kind}»</redacted>").as_bytes());
        }
    }

    #[test]
    fn names_and_titles_go_and_their_elements_stay() {
        let xml = "<x:a xmlns:x='y'><x:FuldtNavn>Grethe <!-- Testperson --> Jensen</x:FuldtNavn>\n<x:Titel><![CDATA[Underretning]]></x:Titel><x:Titel> </x:Titel><x:Sagsnummer>7</x:Sagsnummer></x:a>";
        let (kept, count) = without_confidential(xml.as_bytes());
        let kept = String::from_utf8(kept.into_owned()).unwrap();
        assert_eq!(count, BTreeMap::from([("person", 2)]));
        assert!(!kept.contains("Grethe") && !kept.contains("Testperson") && !kept.contains("Underretning"), "{kept}");
        assert!(
            kept.contains("<x:FuldtNavn>«redacted:person»</x:FuldtNavn>") && kept.contains("<x:Titel> </x:Titel>"),
            "{kept}"
        );
        assert!(kept.contains("Sagsnummer>7<") && xml::parse(&kept).is_ok(), "{kept}");
    }

    #[test]
    fn persons_that_a_urn_names_go_and_its_kind_stays() {
        for (written, kept) in [
            ("urn:oio:fuldtnavn:Grethe Jensen", "urn:oio:fuldtnavn:«redacted:person»"),
            (" URN:OIO:us:personid:1234567 ", " URN:OIO:us:personid:«redacted:person»"),
            ("urn:oio:fuldtnavn:Grethe &amp; Erling", "«redacted:person»"),
            ("urn:oio:cvr-nr:11111111", "urn:oio:cvr-nr:11111111"),
        ] {
            let xml = format!("<ReferenceID><URNIdentifikator>{written}</URNIdentifikator></ReferenceID>");
            let (bytes, _) = without_confidential(xml.as_bytes());
            let expected = format!("<ReferenceID><URNIdentifikator>{kept}</URNIdentifikator></ReferenceID>");
            assert_eq!(String::from_utf8_lossy(&bytes), expected);
        }
    }
}

//! Reads a message (`Haendelsesbesked`, alone or in `ModtagBeskedInput`) out of hostile bytes: every element of the envelope
//! as it is written, with its place.
//!
//! Reading is tolerant, judging is not: elements are found by their local names wherever the schema puts them, whatever
//! their namespace, their order or their number, so that a message in a wrong namespace can be named as such. Whether the
//! document is valid is for [`super::schema`] to say.

use super::KUVERT;
use crate::saml::xml::{self, Place, XmlProblem};
use std::fmt;
use thiserror::Error;
use uppsala::{Document, NodeId, NodeKind};

/// Most elements, comments and processing instructions of a message: payloads in plain XML are longer than SAML metadata.
pub const MAX_NODES: usize = 20_000;
/// Most elements of the envelope, payload aside. Every schema error costs time in proportion to the document's length.
pub const MAX_ELEMENTS: usize = 2_500;

/// Why there is no message to read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// The bytes are no XML document within the bounds.
    #[error(transparent)]
    Xml(#[from] XmlProblem),
    /// A document of another kind.
    #[error("the document element at {place} is {found}, and neither it nor a child of it is a Haendelsesbesked")]
    NoMessage {
        /// Name of the document element, cut to a readable length.
        found: Name,
        /// Where it begins.
        place: Place,
    },
}

/// A name with its namespace as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Local name.
    pub local: String,
    /// Namespace; none is another thing than an empty one only in theory.
    pub namespace: Option<String>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| text.chars().take(80).collect::<String>();
        match &self.namespace {
            Some(namespace) => write!(f, "{{{}}}{}", short(namespace), short(&self.local)),
            None => write!(f, "{}", short(&self.local)),
        }
    }
}

/// An element of the envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// Where it begins.
    pub place: Place,
    /// Its own text as written, white space included; comments left out.
    pub text: String,
    /// Its children in their order.
    pub children: Vec<Self>,
}

impl Element {
    /// The first child of this local name.
    #[must_use]
    pub fn child(&self, local: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.name.local == local)
    }

    /// Every child of this local name, in their order.
    pub fn all<'a>(&'a self, local: &'a str) -> impl Iterator<Item = &'a Self> + 'a {
        self.children.iter().filter(move |c| c.name.local == local)
    }

    /// What is found by going down these local names, always to the first child.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, local| element.child(local))
    }

    /// The identifier in it (UnikIdType or AktoerType), when it has one.
    #[must_use]
    pub fn id(&self) -> Option<Id<'_>> {
        let value = |kind, local| self.child(local).map(|e| Id { kind, value: &e.text, place: e.place });
        value(IdKind::Uuid, "UUIDIdentifikator").or_else(|| value(IdKind::Urn, "URNIdentifikator"))
    }

    /// The time in it (TidspunktType), as written; none when it is a GraenseIndikator or has nothing.
    #[must_use]
    pub fn time(&self) -> Option<Written<'_>> {
        self.child("TidsstempelDatoTid").map(Self::written)
    }

    /// Its own text with its place.
    #[must_use]
    pub fn written(&self) -> Written<'_> {
        Written { value: &self.text, place: self.place }
    }

    /// Itself and everything below it, in document order.
    #[must_use]
    pub fn descendants(&self) -> Vec<&Self> {
        let mut found = vec![self];
        for child in &self.children {
            found.extend(child.descendants());
        }
        found
    }
}

/// Which element an identifier stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// `UUIDIdentifikator`.
    Uuid,
    /// `URNIdentifikator`.
    Urn,
}

/// An identifier as written. The schema lets any text stand in either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id<'a> {
    /// Which element it stands in.
    pub kind: IdKind,
    /// The text.
    pub value: &'a str,
    /// Where that element begins.
    pub place: Place,
}

/// A text as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written<'a> {
    /// The text.
    pub value: &'a str,
    /// Where its element begins.
    pub place: Place,
}

/// An element inside Beskeddata. What it means is not read here: the payload belongs to the message type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Its name.
    pub name: Name,
    /// Where it begins.
    pub place: Place,
    /// Its attributes: name as written and value.
    pub attributes: Vec<(String, String)>,
    /// The element as it stands in the document.
    pub source: String,
    /// All text in it.
    pub text: String,
}

impl Payload {
    /// The content of a `Base64` element; `None` when it is another element or no base64 (white space is allowed).
    #[must_use]
    pub fn decoded(&self) -> Option<Vec<u8>> {
        if self.name.local != "Base64" {
            return None;
        }
        let compact: Vec<u8> = self.text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, compact).ok()
    }
}

/// A message that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The document element when the message stands inside another one, as `ModtagBeskedInput` of a push.
    pub wrapper: Option<Name>,
    /// The element `Haendelsesbesked`, with the content of each Beskeddata left out.
    pub besked: Element,
    /// Every element directly inside a Beskeddata.
    pub payload: Vec<Payload>,
}

/// Reads a message.
pub fn read(bytes: &[u8]) -> Result<Message, Unreadable> {
    let text = xml::decode(bytes)?;
    let document = xml::parse_within(text, MAX_NODES)?;
    of(&document)
}

/// The message in a parsed document.
pub fn of(document: &Document<'_>) -> Result<Message, Unreadable> {
    let lines = Lines::of(document.input_text());
    let mut reader = Reader { document, lines, elements: 0, most: MAX_ELEMENTS, leaves_payload: true };
    let root = document.document_element().ok_or(XmlProblem::Empty)?;
    let (wrapper, node) = if reader.name(root).local == "Haendelsesbesked" {
        (None, root)
    } else {
        let inner = reader.children(root).find(|n| reader.name(*n).local == "Haendelsesbesked");
        let other = || Unreadable::NoMessage { found: reader.name(root), place: reader.place(root) };
        (Some(reader.name(root)), inner.ok_or_else(other)?)
    };
    let payload = reader
        .children(node)
        .filter(|n| reader.name(*n).local == "Beskeddata")
        .flat_map(|data| reader.children(data))
        .map(|n| reader.payload(n))
        .collect();
    Ok(Message { wrapper, besked: reader.element(node, 0)?, payload })
}

/// The document element with everything in it, at most so many elements: for documents that are no message.
pub(crate) fn whole(document: &Document<'_>, most: usize) -> Result<Element, XmlProblem> {
    let lines = Lines::of(document.input_text());
    let root = document.document_element().ok_or(XmlProblem::Empty)?;
    Reader { document, lines, elements: 0, most, leaves_payload: false }.element(root, 0)
}

struct Reader<'a> {
    document: &'a Document<'a>,
    lines: Lines,
    /// Elements that were read.
    elements: usize,
    /// Most elements that are read.
    most: usize,
    /// Whether what lies in Beskeddata is left out.
    leaves_payload: bool,
}

impl Reader<'_> {
    fn name(&self, node: NodeId) -> Name {
        let named = |element: &uppsala::Element<'_>| Name {
            local: element.name.local_name.to_string(),
            namespace: element.name.namespace_uri.as_deref().filter(|uri| !uri.is_empty()).map(str::to_owned),
        };
        self.document.element(node).map_or_else(|| Name { local: String::new(), namespace: None }, named)
    }

    fn place(&self, node: NodeId) -> Place {
        self.lines.place(self.document.node_range(node).map_or(0, |range| range.start))
    }

    fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        self.document.children(node).into_iter().filter(|n| self.document.element(*n).is_some())
    }

    /// An element of the envelope. The parser keeps the depth within [`xml::MAX_DEPTH`].
    fn element(&mut self, node: NodeId, depth: usize) -> Result<Element, XmlProblem> {
        let (name, place) = (self.name(node), self.place(node));
        self.elements += 1;
        if self.elements > self.most {
            return Err(XmlProblem::Bound { limit: self.most, what: "elements of the envelope", place });
        }
        let payload = self.leaves_payload && depth == 1 && name.local == "Beskeddata";
        let (mut text, mut children) = (String::new(), Vec::new());
        for child in self.document.children(node) {
            match self.document.node_kind(child) {
                Some(NodeKind::Element(_)) if !payload => children.push(self.element(child, depth + 1)?),
                Some(NodeKind::Text(part) | NodeKind::CData(part)) => text.push_str(part),
                _ => {}
            }
        }
        Ok(Element { name, place, text, children })
    }

    fn payload(&self, node: NodeId) -> Payload {
        let attributes = self.document.element(node).map(|e| e.attributes.iter());
        let attributes = attributes.into_iter().flatten();
        Payload {
            name: self.name(node),
            place: self.place(node),
            attributes: attributes.map(|a| (a.name.prefixed_name().into_owned(), a.value.to_string())).collect(),
            source: self.document.node_source(node).unwrap_or_default().to_owned(),
            text: self.document.text_content_deep(node),
        }
    }
}

/// Where each line begins, so that many places are found in one pass.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(breaks).collect())
    }

    fn place(&self, offset: usize) -> Place {
        let line = self.0.partition_point(|begin| *begin <= offset);
        let begin = self.0.get(line.saturating_sub(1)).copied().unwrap_or_default();
        Place { line, column: offset.saturating_sub(begin) + 1 }
    }
}

impl Message {
    /// Whether the envelope stands in its namespace.
    #[must_use]
    pub fn in_namespace(&self) -> bool {
        self.besked.name.namespace.as_deref() == Some(KUVERT)
    }

    /// BeskedId.
    #[must_use]
    pub fn besked_id(&self) -> Option<Id<'_>> {
        self.besked.child("BeskedId")?.id()
    }

    /// BeskedVersion.
    #[must_use]
    pub fn version(&self) -> Option<Written<'_>> {
        self.besked.child("BeskedVersion").map(Element::written)
    }

    /// Beskedkuvert.
    #[must_use]
    pub fn envelope(&self) -> Option<&Element> {
        self.besked.child("Beskedkuvert")
    }

    /// Filtreringsdata.
    #[must_use]
    pub fn filter(&self) -> Option<&Element> {
        self.envelope()?.child("Filtreringsdata")
    }

    /// Leveranceinformation.
    #[must_use]
    pub fn delivery(&self) -> Option<&Element> {
        self.envelope()?.child("Leveranceinformation")
    }

    /// Beskedtype.
    #[must_use]
    pub fn message_type(&self) -> Option<Id<'_>> {
        self.filter()?.child("Beskedtype")?.id()
    }

    /// BeskedAnsvarligAktoer.
    #[must_use]
    pub fn responsible(&self) -> Option<Id<'_>> {
        self.filter()?.child("BeskedAnsvarligAktoer")?.id()
    }

    /// Each TilladtModtager.
    #[must_use]
    pub fn permitted(&self) -> Vec<Id<'_>> {
        self.filter().into_iter().flat_map(|f| f.all("TilladtModtager")).filter_map(Element::id).collect()
    }

    /// Each RelateretObjekt.
    pub fn related(&self) -> impl Iterator<Item = &Element> {
        self.filter().into_iter().flat_map(|f| f.all("RelateretObjekt"))
    }

    /// Each ObjektRegistrering.
    pub fn registrations(&self) -> impl Iterator<Item = &Element> {
        self.filter().into_iter().flat_map(|f| f.all("ObjektRegistrering"))
    }

    /// What each ObjektRegistrering has of one identifier, such as `OpgaveEmne`.
    #[must_use]
    pub fn registered(&self, local: &str) -> Vec<Id<'_>> {
        self.registrations().filter_map(|r| r.child(local)?.id()).collect()
    }

    /// Dannelsestidspunkt.
    #[must_use]
    pub fn created(&self) -> Option<Written<'_>> {
        self.delivery()?.child("Dannelsestidspunkt")?.time()
    }

    /// TransaktionsId, which the Beskedfordeler sets.
    #[must_use]
    pub fn transaction(&self) -> Option<Id<'_>> {
        self.delivery()?.child("TransaktionsId")?.id()
    }

    /// Sikkerhedsklassificering.
    #[must_use]
    pub fn sensitivity(&self) -> Option<Id<'_>> {
        self.delivery()?.child("Sikkerhedsklassificering")?.id()
    }

    /// Each Leverancerute, which the Beskedfordeler adds.
    pub fn routes(&self) -> impl Iterator<Item = &Element> {
        let routes = self.delivery().and_then(|d| d.child("Leveranceruter"));
        routes.into_iter().flat_map(|r| r.all("Leverancerute"))
    }

    /// Modtagerhandling, which is not implemented.
    #[must_use]
    pub fn receiver_action(&self) -> Option<&Element> {
        self.envelope()?.child("Modtagerhandling")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::besked::write::{Besked, Payload as Written};
    use crate::besked::{NOT_CONFIDENTIAL, STS, TEST_TYPE};

    fn good() -> Besked {
        Besked::good("11111111", "2026-03-01T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut besked = good().delivered("2026-03-01T10:00:01Z".parse().unwrap());
        besked.permitted.push("12345678".to_owned());
        for (xml, wrapped) in [(besked.xml(), false), (besked.push_xml(), true)] {
            let message = read(xml.as_bytes()).unwrap();
            assert_eq!(message.wrapper.as_ref().map(|w| w.namespace.as_deref()), wrapped.then_some(Some(STS)));
            assert!(message.in_namespace());
            let value = |id: Option<Id<'_>>| id.map(|i| i.value.to_owned());
            assert_eq!(value(message.besked_id()), besked.besked_id);
            assert_eq!(message.version().unwrap().value, "1.0");
            assert_eq!(value(message.message_type()).as_deref(), Some(TEST_TYPE));
            assert_eq!(value(message.responsible()), besked.responsible);
            assert_eq!(message.permitted().iter().map(|p| p.value).collect::<Vec<_>>(), besked.permitted);
            assert!(message.permitted().iter().all(|p| p.kind == IdKind::Urn));
            assert_eq!(message.registered("OpgaveEmne")[0].value, "urn:oio:kle:32.01.01");
            assert_eq!(message.registered("ObjektId")[0].value, besked.object);
            assert_eq!(message.created().unwrap().value, "2026-03-01T10:00:00.000Z");
            assert_eq!(value(message.sensitivity()).as_deref(), Some(NOT_CONFIDENTIAL));
            assert_eq!(value(message.transaction()), besked.delivery.as_ref().map(|d| d.transaction.clone()));
            assert_eq!(message.routes().count(), 1);
            assert!(message.receiver_action().is_none());
            assert_eq!((message.payload.len(), &*message.payload[0].name.local), (1, "Test"));
        }
    }

    #[test]
    fn places_count_lines_and_columns_from_one() {
        let text = [
            "<h:Haendelsesbesked xmlns:h='urn:oio:besked:kuvert:1.0' xmlns='urn:oio:sagdok:3.0.0'>",
            "  <h:BeskedId>",
            "    <!-- a -->",
            "    <UUIDIdentifikator>x<!-- b --><![CDATA[&y]]>&amp;</UUIDIdentifikator>",
            "  </h:BeskedId>",
            "</h:Haendelsesbesked>",
        ]
        .join("\n");
        let message = read(text.as_bytes()).unwrap();
        let id = message.besked_id().unwrap();
        assert_eq!((id.kind, id.value, id.place), (IdKind::Uuid, "x&y&", Place { line: 4, column: 5 }));
        assert_eq!(message.besked.place, Place { line: 1, column: 1 });
        assert_eq!(message.besked.child("BeskedId").unwrap().place, Place { line: 2, column: 3 });
    }

    #[test]
    fn a_wrong_namespace_is_read_and_named() {
        let wrong = good().xml().replace(KUVERT, "urn:oio:ns2:kuvert:1.0");
        let message = read(wrong.as_bytes()).unwrap();
        assert!(!message.in_namespace());
        assert_eq!(message.besked.name.namespace.as_deref(), Some("urn:oio:ns2:kuvert:1.0"));
        assert_eq!(message.message_type().unwrap().value, TEST_TYPE);
        let none = read(b"<Haendelsesbesked/>").unwrap();
        assert_eq!((none.besked.name.namespace, none.besked.children.len()), (None, 0));
    }

    #[test]
    fn the_payload_is_kept_apart_from_the_envelope() {
        let mut besked = good();
        besked.payload = Written::Base64 { namespace: "urn:besked:kuvert:1.0", content: b"<a/>".to_vec() };
        let message = read(besked.xml().as_bytes()).unwrap();
        let [payload] = &message.payload[..] else { panic!("one payload") };
        assert_eq!(payload.name.to_string(), "{urn:besked:kuvert:1.0}Base64");
        assert_eq!(payload.decoded().as_deref(), Some(&b"<a/>"[..]));
        assert!(payload.attributes.contains(&("file-type".to_owned(), ".xml".to_owned())));
        assert!(payload.source.starts_with("<Base64 ") && payload.source.ends_with("</Base64>"));
        assert!(message.besked.child("Beskeddata").unwrap().children.is_empty());
        // A message type of the payload is none of the message.
        let inside = besked.xml().replace("<k:Beskeddata>", "<k:Beskeddata><k:BeskedId/>");
        let message = read(inside.as_bytes()).unwrap();
        assert_eq!((message.payload.len(), message.besked.all("BeskedId").count()), (2, 1));
    }

    #[test]
    fn what_is_no_message_is_named() {
        let place = Place { line: 1, column: 1 };
        let found = Name { local: "a".to_owned(), namespace: Some("n".to_owned()) };
        assert_eq!(read(b"<a xmlns='n'><b/></a>"), Err(Unreadable::NoMessage { found, place }));
        assert_eq!(read(b""), Err(Unreadable::Xml(XmlProblem::Empty)));
        let dtd = b"<!DOCTYPE a><Haendelsesbesked/>";
        assert!(matches!(read(dtd), Err(Unreadable::Xml(XmlProblem::DocumentType(_)))));
        let much = format!("<Haendelsesbesked>{}</Haendelsesbesked>", "<a/>".repeat(MAX_ELEMENTS));
        assert!(matches!(read(much.as_bytes()), Err(Unreadable::Xml(XmlProblem::Bound { .. }))));
        let payload = much.replacen("<a/>", "<Beskeddata>", 1).replace("</H", "</Beskeddata></H");
        assert_eq!(read(payload.as_bytes()).unwrap().payload.len(), MAX_ELEMENTS - 1);
        let long = format!("<{}/>", "x".repeat(10_000));
        assert!(read(long.as_bytes()).unwrap_err().to_string().len() < 300);
    }
}

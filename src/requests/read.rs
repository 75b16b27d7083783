//! Reads a request out of hostile bytes: a SOAP envelope, or its body alone.
//!
//! Elements are found by their local names, whatever their prefix, order or number. What a request is for is told by the
//! namespace of its operation, whatever the version in it; an unknown namespace is named, never guessed.

use crate::besked::read::{Element, Name, whole};
use crate::saml::xml::{self, Place, XmlProblem};
use crate::target::usage::RequestService;
use std::fmt;
use thiserror::Error;

/// Largest request. 500 objects of Organisation need one or two megabytes.
pub const MAX_BYTES: usize = 16 << 20;
/// Most elements, comments and processing instructions.
pub const MAX_NODES: usize = 200_000;

/// Why there is no request of the named service to read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// The bytes are no XML document within the bounds.
    #[error(transparent)]
    Xml(#[from] XmlProblem),
    /// A document of another kind, such as an answer.
    #[error("no operation (…Input) stands in {found} at {place}")]
    NoRequest {
        /// The document element.
        found: Name,
        /// Where it begins.
        place: Place,
    },
    /// More than one operation.
    #[error("a second operation, {found}, stands at {place}; a file holds one request")]
    Several {
        /// The second.
        found: Name,
        /// Where it begins.
        place: Place,
    },
    /// An operation in a namespace that no schema of the services has.
    #[error("the operation {found} at {place} stands in a namespace of none of the services")]
    UnknownNamespace {
        /// The operation.
        found: Name,
        /// Where it begins.
        place: Place,
    },
    /// A request to another service than the target says.
    #[error("the operation {found} at {place} belongs to another service than {named}")]
    OtherService {
        /// The operation.
        found: Name,
        /// Where it begins.
        place: Place,
        /// The service that the target names.
        named: &'static str,
    },
}

/// What answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// SagDokumentIndeks, for both kinds of objects.
    SagDokument,
    /// SagIndeks.
    Sag,
    /// DokumentIndeks.
    Dokument,
    /// A service of Organisation.
    Organisation,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Writes whole objects (`Import…`).
    Import,
    /// Changes objects (`Opdater…`, `Ret…`).
    Update,
    /// Everything else: reading, searching, creating, removing.
    Other,
}

/// Which rules an object stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A Sag.
    Sag,
    /// A Dokument.
    Dokument,
}

impl ObjectKind {
    /// Its name in the lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sag => "Sag",
            Self::Dokument => "Dokument",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A Sag or Dokument that a request imports or updates.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    /// Its kind.
    pub kind: ObjectKind,
    /// Import or update.
    pub operation: Operation,
    /// The element that holds its UUID.
    pub element: &'a Element,
    /// What holds attributes, states and relations: each Registrering of an import, the element itself in an update.
    pub registrations: Vec<&'a Element>,
    /// Whether the schema gives the registration a Tidspunkt. `RetInput` has none.
    pub has_time: bool,
}

/// A request that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The document element.
    pub document: Element,
    /// Whether the document is a SOAP envelope, so that its header can be seen.
    pub in_envelope: bool,
    /// Way from the document element to the operation, by child number.
    way: Vec<usize>,
    /// What answers it.
    pub system: System,
    /// Version, as the namespace has it.
    pub version: String,
    /// What it does.
    pub kind: Operation,
}

/// Reads a request, whatever service it is for.
pub fn read(bytes: &[u8]) -> Result<Request, Unreadable> {
    let text = xml::decode_within(bytes, MAX_BYTES)?;
    let document = whole(&xml::parse_within(text, MAX_NODES)?, MAX_NODES)?;
    let in_envelope = document.name.local == "Envelope";
    let start = if in_envelope { document.children.iter().position(|c| c.name.local == "Body") } else { None };
    let body = start.map_or(&document, |at| &document.children[at]);
    let mut way: Vec<usize> = start.into_iter().collect();
    let Some(below) = operation(body, 0) else {
        return Err(Unreadable::NoRequest { found: document.name, place: document.place });
    };
    way.extend(below);
    let beside = way.split_last().map_or(&[][..], |(_, above)| &follow(&document, above).children);
    if let Some(second) = beside.iter().filter(|e| is_operation(e)).nth(1) {
        return Err(Unreadable::Several { found: second.name.clone(), place: second.place });
    }
    let element = follow(&document, &way);
    let Some((system, version)) = element.name.namespace.as_deref().and_then(system) else {
        return Err(Unreadable::UnknownNamespace { found: element.name.clone(), place: element.place });
    };
    let kind = match element.name.local.as_str() {
        "ImporterSagDokumentIndeksInput" | "ImportInput" | "ImporterOrganisationSystemInput" => Operation::Import,
        "OpdaterSagDokumentIndeksInput" | "RetInput" => Operation::Update,
        _ => Operation::Other,
    };
    let version = version.to_owned();
    Ok(Request { document, in_envelope, way, system, version, kind })
}

/// Reads a request to this service.
pub fn read_for(bytes: &[u8], service: RequestService) -> Result<Request, Unreadable> {
    let request = read(bytes)?;
    let (has_sag, has_dokument) = request.objects().iter().fold((false, false), |(sag, dokument), object| {
        (sag || object.kind == ObjectKind::Sag, dokument || object.kind == ObjectKind::Dokument)
    });
    let belongs = match (service, request.system) {
        (RequestService::Organisation, System::Organisation)
        | (RequestService::Sagsindeks, System::Sag)
        | (RequestService::Dokumentindeks, System::Dokument) => true,
        (RequestService::Sagsindeks, System::SagDokument) => has_sag || !has_dokument,
        (RequestService::Dokumentindeks, System::SagDokument) => has_dokument || !has_sag,
        _ => false,
    };
    if belongs {
        return Ok(request);
    }
    let operation = request.operation();
    let (found, place) = (operation.name.clone(), operation.place);
    Err(Unreadable::OtherService { found, place, named: name(service) })
}

/// A service as people call it.
#[must_use]
pub const fn name(service: RequestService) -> &'static str {
    match service {
        RequestService::Sagsindeks => "Sagsindeks",
        RequestService::Dokumentindeks => "Dokumentindeks",
        RequestService::Organisation => "Organisation",
    }
}

/// The way to the operation: the element itself, or below what wraps it (`ImporterRequest`).
fn operation(element: &Element, depth: usize) -> Option<Vec<usize>> {
    if is_operation(element) {
        return Some(Vec::new());
    }
    if depth == 2 {
        return None;
    }
    element.children.iter().enumerate().find_map(|(at, child)| {
        let mut way = vec![at];
        way.extend(operation(child, depth + 1)?);
        Some(way)
    })
}

fn is_operation(element: &Element) -> bool {
    element.name.local.ends_with("Input")
}

fn follow<'a>(document: &'a Element, way: &[usize]) -> &'a Element {
    way.iter().fold(document, |element, at| &element.children[*at])
}

/// The service and the version that a namespace names.
fn system(namespace: &str) -> Option<(System, &str)> {
    const INDEX: [(&str, System); 4] = [
        ("urn:oio:sts:sagdok:sagdokumentindeks:", System::SagDokument),
        ("urn:oio:sts:sagdok:sagindeks:", System::Sag),
        ("urn:oio:sts:sagdok:sag:", System::Sag),
        ("urn:oio:sts:sagdok:dokumentindeks:", System::Dokument),
    ];
    let index = INDEX.iter().find_map(|(begin, system)| Some((*system, namespace.strip_prefix(begin)?)));
    index.or_else(|| {
        let (_, version) = namespace.strip_prefix("http://stoettesystemerne.dk/organisation/")?.split_once('/')?;
        Some((System::Organisation, version.trim_end_matches('/')))
    })
}

impl Request {
    /// The operation's element.
    #[must_use]
    pub fn operation(&self) -> &Element {
        follow(&self.document, &self.way)
    }

    /// The SOAP header.
    #[must_use]
    pub fn header(&self) -> Option<&Element> {
        if self.in_envelope { self.document.child("Header") } else { None }
    }

    /// The elements of this name beside the data: in the header, and between the body and the operation.
    #[must_use]
    pub fn beside_data(&self, local: &str) -> Vec<&Element> {
        let around = (0..self.way.len()).map(|depth| follow(&self.document, &self.way[..depth]));
        let wrappers = around.flat_map(|element| &element.children).filter(|e| e.name.local == local);
        let header = self.header().into_iter().flat_map(Element::descendants).filter(|e| e.name.local == local);
        wrappers.chain(header).collect()
    }

    /// The id of the transaction, as the header has it.
    #[must_use]
    pub fn transaction(&self) -> Option<&Element> {
        ["TransactionUUID", "TransaktionsUUID"].into_iter().find_map(|name| self.beside_data(name).first().copied())
    }

    /// Each Sag and Dokument that it imports or updates.
    #[must_use]
    pub fn objects(&self) -> Vec<Object<'_>> {
        let operation = self.operation();
        let import = |name: &'static str, kind| {
            operation.all(name).map(move |element| {
                let registrations = element.all("Registrering").collect();
                Object { kind, operation: Operation::Import, element, registrations, has_time: true }
            })
        };
        let update = |element, kind, has_time| Object {
            kind,
            operation: Operation::Update,
            element,
            registrations: vec![element],
            has_time,
        };
        match (self.system, self.kind) {
            (System::SagDokument, Operation::Import) => {
                let sager = import("SagIndeks", ObjectKind::Sag);
                sager.chain(import("DokumentIndeks", ObjectKind::Dokument)).collect()
            }
            (System::SagDokument, Operation::Update) => {
                let sager = operation.all("OpdaterSagIndeks").map(|e| update(e, ObjectKind::Sag, true));
                let others = operation.all("OpdaterDokumentIndeks").map(|e| update(e, ObjectKind::Dokument, true));
                sager.chain(others).collect()
            }
            (System::Sag, Operation::Import) => import("Sag", ObjectKind::Sag).collect(),
            (System::Dokument, Operation::Import) => import("DokumentIndeks", ObjectKind::Dokument).collect(),
            (System::Sag, Operation::Update) => vec![update(operation, ObjectKind::Sag, false)],
            (System::Dokument, Operation::Update) => vec![update(operation, ObjectKind::Dokument, false)],
            _ => Vec::new(),
        }
    }

    /// How many objects it carries: whatever has a Registrering of its own.
    #[must_use]
    pub fn carried(&self) -> usize {
        let all = self.operation().descendants();
        all.iter().filter(|element| element.child("Registrering").is_some()).count()
    }
}

//! The value-list service (VærdilisteRediger, D0905 and its WSDL): SOAP over mutual TLS, without a token. Lists belong to the
//! certificate that made them and live as long as the services.
//!
//! Values are mostly CPR numbers. They stay in memory, so that a system reads what it wrote; a recording holds how many there
//! were and what stands before them, never one of them.

use super::hub::Hub;
use super::tokens::clean;
use crate::besked::write::new_uuid;
use crate::besked::{SAGDOK, reply};
use crate::digest::sha256_hex;
use crate::saml::ns;
use crate::saml::xml::MAX_DEPTH;
use crate::subject::distribution::recording::Happening;
use crate::web::Peer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use jiff::Timestamp;
use quick_xml::NsReader;
use quick_xml::escape::escape;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

/// Namespace of the operations.
pub const VALUE_LIST: &str = "urn:oio:sts:beskedfordeler:vaerdiliste:1.0.0";
/// Most lists, and most values of all of them.
const MAX_LISTS: usize = 1000;
const MAX_VALUES: usize = 1_000_000;
/// Most different prefixes that a recording keeps of one call.
const MAX_PREFIXES: usize = 20;

pub(super) fn router(hub: &Arc<Hub>) -> Router {
    Router::new().route(super::VALUE_LIST_PATH, post(call)).with_state(Arc::clone(hub))
}

/// An operation of the WSDL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Importer,
    List,
    Laes,
    Opret,
    Passiver,
    Ret,
    Slet,
    Soeg,
    TilfoejVaerdier,
    FjernVaerdier,
}

impl Operation {
    const ALL: [(Self, &'static str, &'static str); 10] = [
        (Self::Importer, "Importer", "Import"),
        (Self::List, "List", "List"),
        (Self::Laes, "Laes", "Laes"),
        (Self::Opret, "Opret", "Opret"),
        (Self::Passiver, "Passiver", "Passiver"),
        (Self::Ret, "Ret", "Ret"),
        (Self::Slet, "Slet", "Slet"),
        (Self::Soeg, "Soeg", "Soeg"),
        (Self::TilfoejVaerdier, "TilfoejVaerdier", "TilfoejVaerdier"),
        (Self::FjernVaerdier, "FjernVaerdier", "FjernVaerdier"),
    ];

    fn of(element: &str) -> Option<Self> {
        let stem = element.strip_suffix("Input")?;
        Self::ALL.iter().find(|(_, _, known)| *known == stem).map(|(operation, ..)| *operation)
    }

    /// Its name, and the stem of its elements.
    fn names(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|(known, ..)| *known == self).map_or(("", ""), |(_, name, stem)| (name, stem))
    }
}

/// A list. Its values are never printed.
struct ValueList {
    owner: String,
    name: String,
    key: String,
    values: BTreeSet<String>,
    passive: bool,
    changed: Timestamp,
    life: &'static str,
}

impl std::fmt::Debug for ValueList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ValueList({} values)", self.values.len())
    }
}

/// Every list, by its UUID.
#[derive(Debug, Default)]
pub(super) struct Lists(BTreeMap<String, ValueList>);

/// A call as far as it can be read.
#[derive(Default)]
struct Call {
    soap_1_2: bool,
    operation: Option<Operation>,
    token: bool,
    ids: Vec<String>,
    name: String,
    key: String,
    /// Whether a list's content came along.
    content: bool,
    values: Vec<String>,
}

/// What an operation gives: StatusKode, words, and what stands beside StandardRetur.
struct Outcome(u16, &'static str, String);

const OK: &str = "Ok";
const NOT_FOUND: &str = "objekt ikke fundet";

async fn call(State(hub): State<Arc<Hub>>, Extension(peer): Extension<Peer>, body: Bytes) -> Response {
    let read = std::str::from_utf8(&body).ok().and_then(|text| read(text.trim_start_matches('\u{FEFF}')));
    let well_formed = read.is_some();
    let call = read.unwrap_or_default();
    let certificate = peer.certificate.as_deref().map(sha256_hex);
    let known = peer.certificate.as_ref().is_some_and(|der| hub.registered.is_empty() || hub.registered.contains(der));
    let owner = certificate.clone().filter(|_| known);
    let outcome = hub.change(|state| {
        let outcome = match (&owner, call.operation) {
            (None, _) => Outcome(41, "ikke autoriseret: ukendt eller intet certifikat", String::new()),
            _ if call.token => Outcome(40, "forkert struktur: et token hører ikke til i kaldet", String::new()),
            (_, None) => Outcome(40, "forkert struktur", String::new()),
            _ if !well_formed => Outcome(40, "forkert struktur", String::new()),
            (Some(owner), Some(operation)) => state.lists.call(operation, &call, owner),
        };
        let prefixes: BTreeSet<&str> =
            call.values.iter().filter_map(|v| v.rsplit_once(':')).map(|(prefix, _)| prefix).collect();
        let list = [call.ids.first(), Some(&call.name)].into_iter().flatten().find(|text| !text.is_empty());
        state.record(
            0,
            Happening::ValueListCalled {
                operation: call.operation.map_or_else(String::new, |o| o.names().0.to_owned()),
                certificate,
                token: call.token,
                list: list.map(|text| clean(text, 200)),
                values: call.values.len(),
                prefixes: prefixes.into_iter().take(MAX_PREFIXES).map(|p| clean(p, 100)).collect(),
                status: outcome.0,
            },
        );
        outcome
    });
    answer(&call, &outcome)
}

fn answer(call: &Call, Outcome(code, text, content): &Outcome) -> Response {
    let (soap, kind) = if call.soap_1_2 {
        (ns::SOAP_1_2, "application/soap+xml; charset=utf-8")
    } else {
        (ns::SOAP_1_1, "text/xml; charset=utf-8")
    };
    // What is no operation has no output of its own; the one of reading is the plainest.
    let stem = call.operation.unwrap_or(Operation::Laes).names().1;
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:Envelope xmlns:s=\"{soap}\"><s:Body>\
         <v:{stem}Output xmlns:v=\"{VALUE_LIST}\" xmlns:sd=\"{SAGDOK}\">{}{content}</v:{stem}Output></s:Body></s:Envelope>",
        reply::element(*code, text)
    );
    (StatusCode::OK, [(header::CONTENT_TYPE, kind)], body).into_response()
}

impl Lists {
    fn call(&mut self, operation: Operation, call: &Call, owner: &str) -> Outcome {
        match operation {
            Operation::Opret => self.make(call, owner, new_uuid(), "Opstaaet"),
            Operation::Importer => match call.ids.first() {
                Some(id) if self.0.contains_key(id) => refused(49, "konflikt: uuid findes"),
                Some(id) => self.make(call, owner, id.clone(), "Importeret"),
                None => refused(40, "forkert struktur: uuid mangler"),
            },
            Operation::List => self.list(call, owner),
            Operation::Soeg => self.search(call, owner),
            Operation::Slet => match self.owned(call, owner) {
                Ok((id, _)) => {
                    self.0.remove(&id);
                    Outcome(20, OK, String::new())
                }
                Err(outcome) => outcome,
            },
            _ => self.change(operation, call, owner),
        }
    }

    /// The list that a call names, when its certificate owns it.
    fn owned(&mut self, call: &Call, owner: &str) -> Result<(String, &mut ValueList), Outcome> {
        let Some(id) = call.ids.first() else { return Err(refused(40, "forkert struktur: uuid mangler")) };
        match self.0.get_mut(id) {
            Some(list) if list.owner == owner => Ok((id.clone(), list)),
            _ => Err(refused(44, NOT_FOUND)),
        }
    }

    fn make(&mut self, call: &Call, owner: &str, id: String, life: &'static str) -> Outcome {
        if call.name.is_empty() {
            return refused(40, "forkert struktur: navn mangler");
        }
        if self.0.values().any(|list| list.owner == owner && list.name == call.name) {
            return refused(49, "konflikt: navn findes");
        }
        if self.0.len() >= MAX_LISTS || self.is_full(call.values.len()) {
            return refused(50, "uventet serverfejl: for mange lister eller værdier");
        }
        let list = ValueList {
            owner: owner.to_owned(),
            name: call.name.clone(),
            key: call.key.clone(),
            values: call.values.iter().cloned().collect(),
            passive: false,
            changed: Timestamp::now(),
            life,
        };
        let registration = list.registration();
        let content = if life == "Opstaaet" {
            let id = escape(&id);
            format!("<v:Vaerdiliste><sd:UUIDIdentifikator>{id}</sd:UUIDIdentifikator>{registration}</v:Vaerdiliste>")
        } else {
            registration
        };
        self.0.insert(id, list);
        Outcome(20, OK, content)
    }

    fn is_full(&self, more: usize) -> bool {
        self.0.values().map(|list| list.values.len()).sum::<usize>() + more > MAX_VALUES
    }

    fn change(&mut self, operation: Operation, call: &Call, owner: &str) -> Outcome {
        let full = self.is_full(call.values.len());
        let list = match self.owned(call, owner) {
            Ok((_, list)) => list,
            Err(outcome) => return outcome,
        };
        if operation == Operation::Laes {
            return Outcome(20, OK, format!("<v:LaesResultat>{}</v:LaesResultat>", list.registration()));
        }
        if list.passive {
            return refused(49, "konflikt: listen er passiveret");
        }
        match operation {
            Operation::Passiver => {
                list.passive = true;
                list.life = "Passiveret";
            }
            Operation::FjernVaerdier => {
                for value in &call.values {
                    list.values.remove(value);
                }
                list.life = "Rettet";
            }
            _ if full => return refused(50, "uventet serverfejl: for mange værdier"),
            Operation::TilfoejVaerdier => {
                list.values.extend(call.values.iter().cloned());
                list.life = "Rettet";
            }
            _ => {
                if call.content {
                    list.values = call.values.iter().cloned().collect();
                }
                if !call.name.is_empty() {
                    list.name.clone_from(&call.name);
                }
                list.life = "Rettet";
            }
        }
        list.changed = Timestamp::now();
        let content = match operation {
            Operation::TilfoejVaerdier | Operation::FjernVaerdier => String::new(),
            _ => list.registration(),
        };
        Outcome(20, OK, content)
    }

    fn list(&self, call: &Call, owner: &str) -> Outcome {
        if call.ids.is_empty() {
            return refused(40, "forkert struktur: uuid mangler");
        }
        let found: Vec<&ValueList> =
            call.ids.iter().filter_map(|id| self.0.get(id)).filter(|list| list.owner == owner).collect();
        if found.is_empty() {
            return refused(44, NOT_FOUND);
        }
        let mut content = String::new();
        for list in found {
            let _ = write!(content, "<v:LaesResultat>{}</v:LaesResultat>", list.registration());
        }
        Outcome(20, OK, content)
    }

    fn search(&self, call: &Call, owner: &str) -> Outcome {
        let fits = |id: &str, list: &ValueList| {
            list.owner == owner
                && (call.ids.is_empty() || call.ids.iter().any(|wanted| wanted == id))
                && (call.name.is_empty() || call.name == list.name)
                && (call.key.is_empty() || call.key == list.key)
        };
        let mut ids = String::new();
        for (id, _) in self.0.iter().filter(|(id, list)| fits(id, list)) {
            let _ = write!(ids, "<sd:UUIDIdentifikator>{}</sd:UUIDIdentifikator>", escape(id.as_str()));
        }
        Outcome(20, OK, format!("<sd:IdListe>{ids}</sd:IdListe>"))
    }
}

const fn refused(code: u16, text: &'static str) -> Outcome {
    Outcome(code, text, String::new())
}

impl ValueList {
    fn registration(&self) -> String {
        let mut values = String::new();
        for value in &self.values {
            let _ = write!(values, "<v:Vaerdi>{}</v:Vaerdi>", escape(value.as_str()));
        }
        let changed = self.changed.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
        let key = if self.key.is_empty() {
            String::new()
        } else {
            format!("<sd:BrugervendtNoegleTekst>{}</sd:BrugervendtNoegleTekst>", escape(&self.key))
        };
        format!(
            "<v:Registrering><sd:FraTidspunkt><sd:TidsstempelDatoTid>{changed}</sd:TidsstempelDatoTid></sd:FraTidspunkt>\
             <sd:LivscyklusKode>{}</sd:LivscyklusKode><v:AttributListe><v:Egenskab>{key}<v:Vaerdiliste><v:Navn>{}</v:Navn>{values}\
             </v:Vaerdiliste><sd:Virkning><sd:FraTidspunkt><sd:TidsstempelDatoTid>{changed}</sd:TidsstempelDatoTid></sd:FraTidspunkt>\
             <sd:TilTidspunkt><sd:GraenseIndikator>true</sd:GraenseIndikator></sd:TilTidspunkt><sd:AktoerRef>\
             <sd:UUIDIdentifikator>cf12c051-39ce-4066-ba11-704b46fa23c4</sd:UUIDIdentifikator></sd:AktoerRef>\
             <sd:AktoerTypeKode>ItSystem</sd:AktoerTypeKode></sd:Virkning></v:Egenskab></v:AttributListe><v:TilstandListe/>\
             <v:RelationListe/></v:Registrering>",
            self.life,
            escape(&self.name),
        )
    }
}

/// Reads a call in one pass: a list may have more values than a tree may have nodes. `None` when it is no well-formed envelope.
fn read(text: &str) -> Option<Call> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut call = Call::default();
    let mut path: Vec<(String, String)> = Vec::new();
    let mut current = String::new();
    let mut seen_envelope = false;
    loop {
        match reader.read_event().ok()? {
            Event::DocType(_) => return None,
            Event::Start(start) => {
                let (namespace, local) = reader.resolver().resolve_element(start.name());
                let namespace = match namespace {
                    ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
                    ResolveResult::Unbound => String::new(),
                    ResolveResult::Unknown(_) => return None,
                };
                let local = local.as_ref().to_owned();
                path.push((namespace, local));
                if path.len() > MAX_DEPTH as usize {
                    return None;
                }
                current.clear();
                seen_envelope |= enter(&mut call, &path)?;
            }
            Event::Text(part) => current.push_str(&part),
            Event::CData(part) => current.push_str(&part),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(character) => current.push(character),
                None => current.push_str(quick_xml::escape::resolve_predefined_entity(&reference)?),
            },
            Event::End(_) => {
                leave(&mut call, &path, current.trim());
                current.clear();
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    (seen_envelope && path.is_empty()).then_some(call)
}

/// Looks at an element that begins; whether it is the envelope. `None` when the document is no envelope.
fn enter(call: &mut Call, path: &[(String, String)]) -> Option<bool> {
    let (namespace, local) = path.last()?;
    match (path.len(), local.as_str()) {
        (1, "Envelope") if namespace == ns::SOAP_1_1 || namespace == ns::SOAP_1_2 => {
            call.soap_1_2 = namespace == ns::SOAP_1_2;
            return Some(true);
        }
        (1, _) => return None,
        (3, _) if path[1].1 == "Body" && namespace == VALUE_LIST => call.operation = Operation::of(local),
        (_, "AttributListe") => call.content = true,
        // WS-Security in the header, or an assertion anywhere: D0905 asks for the certificate alone.
        (_, "Assertion" | "BinarySecurityToken" | "UsernameToken") => {
            call.token |= namespace == ns::ASSERTION || namespace == ns::WSSE;
        }
        _ => {}
    }
    Some(false)
}

/// Takes the text of an element that ends.
fn leave(call: &mut Call, path: &[(String, String)], text: &str) {
    let Some((_, local)) = path.last() else { return };
    let parent = path.len().checked_sub(2).and_then(|at| path.get(at)).map_or("", |(_, local)| local.as_str());
    match local.as_str() {
        // That of the list: directly in the operation, in the imported list or in the object to search for; not an actor's.
        "UUIDIdentifikator" if path.len() == 4 || matches!(parent, "Vaerdiliste" | "SoegObjekt") => {
            call.ids.push(text.to_ascii_lowercase());
        }
        "Navn" if parent == "Vaerdiliste" => text.clone_into(&mut call.name),
        "BrugervendtNoegleTekst" => text.clone_into(&mut call.key),
        "Vaerdi" if parent == "Vaerdiliste" => call.values.push(text.to_owned()),
        "Vaerdier" if path.len() == 4 => call.values.push(text.to_owned()),
        _ => {}
    }
}

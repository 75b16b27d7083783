//! What the system makes of the bytes of a message: strict on the envelope, tolerant on what is inside.

use super::fault::{Fault, Faults};
use crate::besked::read::{self, Message};
use crate::besked::schema::{self, Kind};
use crate::digest::sha256_hex;
use crate::saml::xml;

/// The namespace of `Base64` in the schema; messages come with others, too.
const BASE64: &str = "urn:oio:besked:kuvert:1.0";
/// The one that real messages have.
const OTHER_BASE64: &str = "urn:besked:kuvert:1.0";

/// More than some systems take, bytes.
const MUCH: usize = 1 << 20;

/// A message that can be stored.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) besked_id: String,
    /// ObjektId of what it is about; empty when it names none.
    pub(super) object: String,
    /// CVR numbers that may receive it.
    pub(super) permitted: Vec<String>,
    /// Of what the sender made. What the Beskedfordeler adds differs from one delivery to the next.
    pub(super) digest: String,
    /// Why it is stored for people to look at, and not carried out.
    pub(super) parked: Option<String>,
}

/// Why a message is refused.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// No well-formed XML.
    Malformed(String),
    /// Not as the schema says, or beyond the bounds, as a document with a DTD is.
    Invalid(String),
    /// A fault of the system.
    Fault(&'static str),
    /// A fault of the system: nobody is told.
    Dropped,
    /// A fault of the system: nothing more is to come.
    Stops,
    /// A fault of the system: the service is not there for messages of this type.
    UnknownType,
}

impl Refusal {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Malformed(why) | Self::Invalid(why) => why,
            Self::Fault(why) => why,
            Self::Dropped | Self::Stops | Self::UnknownType => "",
        }
    }
}

impl Envelope {
    /// Reads a message of this kind; `types` are the message types that the system knows.
    pub(super) fn read(bytes: &[u8], kind: Kind, types: &[String], faults: &Faults) -> Result<Self, Refusal> {
        let refused = |problem: xml::XmlProblem| match problem {
            xml::XmlProblem::Empty | xml::XmlProblem::NotWellFormed { .. } => Refusal::Malformed(problem.to_string()),
            other => Refusal::Invalid(other.to_string()),
        };
        if bytes.len() > MUCH && faults.has(Fault::LargeMessageStops) {
            return Err(Refusal::Stops);
        }
        let text = xml::decode(bytes).map_err(refused)?;
        let document = xml::parse_within(text, read::MAX_NODES).map_err(refused)?;
        if !faults.has(Fault::SchemaNotChecked) {
            let errors = schema::validate(&document, &[kind]).map_err(Refusal::Invalid)?;
            if let Some(first) = errors.first() {
                return Err(Refusal::Invalid(first.clone()));
            }
        }
        let message = read::of(&document).map_err(|e| Refusal::Invalid(e.to_string()))?;
        let value = |id: Option<read::Id<'_>>| id.map(|id| id.value.trim().to_owned()).unwrap_or_default();
        let message_type = value(message.message_type());
        let unknown = !types.iter().any(|known| known.eq_ignore_ascii_case(&message_type));
        if unknown && faults.has(Fault::UnknownTypeStops) {
            return Err(Refusal::UnknownType);
        }
        if unknown && faults.has(Fault::DropsUnknownType) {
            return Err(Refusal::Dropped);
        }
        let authorities = message.permitted();
        let plain = |id: &read::Id<'_>| id.value.trim().starts_with("urn:oio:cvr:");
        if faults.has(Fault::RefusesOtherSyntax) && !authorities.iter().all(plain)
            || faults.has(Fault::RefusesManyPermitted) && authorities.len() > 1
        {
            return Err(Refusal::Fault("TilladtModtager kan ikke læses"));
        }
        Ok(Self {
            besked_id: value(message.besked_id()),
            object: value(message.registered("ObjektId").into_iter().next()),
            permitted: permitted(&message, faults),
            digest: digest(&message),
            parked: content(&message, faults)?.or_else(|| unknown.then(|| "ukendt beskedtype".to_owned())),
        })
    }
}

/// The authorities that may receive the message, in each of the ways in which they are written.
fn permitted(message: &Message, faults: &Faults) -> Vec<String> {
    let cvr = |written: &str| {
        let written = written.trim();
        let rest = written.strip_prefix("urn:oio:cvr:");
        let rest =
            rest.or_else(|| written.strip_prefix("urn:oio:cvr-nr:").filter(|_| !faults.has(Fault::OneCvrSyntax)));
        let rest = rest.or_else(|| Some(written).filter(|_| !faults.has(Fault::OneCvrSyntax)))?;
        (rest == "*" || rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_digit())).then(|| rest.to_owned())
    };
    let most = if faults.has(Fault::FirstPermittedOnly) { 1 } else { usize::MAX };
    message.permitted().into_iter().take(most).filter_map(|id| cvr(id.value)).collect()
}

/// What the sender made of the message: everything but what the Beskedfordeler adds on delivery.
fn digest(message: &Message) -> String {
    let mut text = String::new();
    let elements = message.filter().into_iter().chain(message.delivery().and_then(|d| d.child("Dannelsestidspunkt")));
    for element in elements.flat_map(read::Element::descendants) {
        text.push_str(&element.name.local);
        text.push('\u{1}');
        text.push_str(element.text.trim());
        text.push('\u{2}');
    }
    for payload in &message.payload {
        text.push_str(&payload.source);
        text.push('\u{2}');
    }
    sha256_hex(text.as_bytes())
}

/// Looks into the content. What cannot be read there is no reason to refuse the message: it is parked.
fn content(message: &Message, faults: &Faults) -> Result<Option<String>, Refusal> {
    for payload in message.payload.iter().filter(|p| p.name.local == "Base64") {
        let namespace = payload.name.namespace.as_deref();
        if faults.has(Fault::OneBase64Namespace) && namespace != Some(BASE64)
            || faults.has(Fault::OtherBase64Namespace) && namespace != Some(OTHER_BASE64)
        {
            return Err(Refusal::Fault("beskeddata mangler elementet Base64"));
        }
        let Some(bytes) = payload.decoded() else { return Ok(Some("beskeddata er ikke base64".to_owned())) };
        // KOMBIT's own receipts lack this element, which their schema demands.
        let names = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
        let (receipt, complete) = (names(b"PKO_PostStatus"), names(b"ForsendelseTypeIdentifikator"));
        let deviates = receipt && !complete;
        if faults.has(Fault::RejectsPayload) && deviates {
            return Err(Refusal::Fault("beskeddata følger ikke skemaet PKO_PostStatus"));
        }
        if faults.has(Fault::DropsPayload) && deviates {
            return Err(Refusal::Dropped);
        }
    }
    Ok(None)
}

//! BeskedAfsend: what becomes of a published message, and the reply.

use super::super::tokens::{self, clean};
use super::connection::Connection;
use super::content::Content;
use super::exception::short;
use super::login;
use crate::besked::reply::standard_retur;
use crate::digest::sha256_hex;
use crate::saml::xml;
use crate::subject::distribution::recording::{Happening, TokenSeen};
use amq_protocol::protocol::BasicProperties;
use amq_protocol::types::AMQPValue;
use jiff::Timestamp;

/// Most names of headers that are kept.
const MAX_HEADERS: usize = 50;

/// A StandardRetur on its way to a publisher.
pub(super) struct Answer {
    pub(super) properties: BasicProperties,
    pub(super) body: String,
}

/// A message as it was published.
struct Published<'a> {
    content: &'a Content,
    confirmed: bool,
    token: Option<TokenSeen>,
    besked_id: Option<String>,
    correlation: Option<String>,
}

impl<'a> Published<'a> {
    fn read(content: &'a Content, confirmed: bool, connection: &Connection) -> Self {
        let header = |name: &str| content.properties.headers().as_ref().and_then(|table| table.inner().get(name));
        let correlation = content.properties.correlation_id().as_ref().map(|id| id.as_str().to_owned());
        Self {
            content,
            confirmed,
            token: header("token").and_then(bytes).and_then(|shown| connection.hub.mint.read(shown)),
            besked_id: besked_id(&content.body),
            correlation: correlation.or_else(|| header("correlationId").and_then(login::text)),
        }
    }

    fn happening(&self, replied: Option<u16>) -> Happening {
        let (publish, properties) = (&self.content.publish, &self.content.properties);
        let property =
            |value: &Option<amq_protocol::types::ShortString>| value.as_ref().map(|v| clean(v.as_str(), 200));
        let names = properties.headers().iter().flat_map(|table| table.inner().keys());
        Happening::Published {
            exchange: clean(publish.exchange.as_str(), 200),
            routing_key: clean(publish.routing_key.as_str(), 200),
            mandatory: publish.mandatory,
            headers: names.take(MAX_HEADERS).map(|name| clean(name.as_str(), 100)).collect(),
            token: self.token.clone(),
            reply_to: property(properties.reply_to()),
            message_id: property(properties.message_id()),
            correlation_id: self.correlation.as_deref().map(|id| clean(id, 200)),
            besked_id: self.besked_id.as_deref().map(|id| clean(id, 200)),
            sha256: sha256_hex(&self.content.body),
            confirmed: self.confirmed,
            replied,
        }
    }
}

/// Takes a message and says what its publisher hears; `None` when the trial wants silence.
pub(super) fn receive(content: &Content, confirmed: bool, connection: &Connection) -> Option<Answer> {
    let published = Published::read(content, confirmed, connection);
    let deserved = deserved(published.token.as_ref(), published.besked_id.as_deref(), connection);
    let replied = connection.hub.change(|state| {
        let replied = state.reply(deserved.0);
        state.keep_published(&content.body);
        state.record(connection.id, published.happening(replied));
        replied
    })?;
    let text = if replied == deserved.0 { deserved.1 } else { "ordered by the trial" };
    let mut properties = BasicProperties::default().with_content_type(short("application/xml"));
    if let Some(id) = published.correlation {
        properties = properties.with_correlation_id(short(&id));
    }
    Some(Answer { properties, body: standard_retur(replied, text) })
}

/// Records a message to an exchange that takes none. Nobody answers it, and no order of the trial is used up.
pub(super) fn astray(content: &Content, confirmed: bool, connection: &Connection) {
    connection.record(Published::read(content, confirmed, connection).happening(None));
}

/// What a message deserves: 41 without a valid token for sending, 40 when it is no envelope, else 20.
fn deserved(token: Option<&TokenSeen>, besked_id: Option<&str>, connection: &Connection) -> (u16, &'static str) {
    let Some(token) = token else { return (41, "no token in the header `token`") };
    if let Some(why) = tokens::refusal(token, connection.peer.certificate.as_deref(), Timestamp::now()) {
        return (41, why);
    }
    if token.audience != tokens::SEND {
        return (41, "the token is for another service");
    }
    if besked_id.is_none() { (40, "the message is no Haendelsesbesked with a BeskedId") } else { (20, "Ok") }
}

fn bytes(value: &AMQPValue) -> Option<&[u8]> {
    match value {
        AMQPValue::LongString(text) => Some(text.as_bytes()),
        AMQPValue::ShortString(text) => Some(text.as_str().as_bytes()),
        AMQPValue::ByteArray(bytes) => Some(bytes.as_slice()),
        _ => None,
    }
}

/// BeskedId of an envelope.
fn besked_id(body: &[u8]) -> Option<String> {
    let document = xml::parse(xml::decode(body).ok()?).ok()?;
    let named = |node, name: &str| document.element(node).is_some_and(|e| &*e.name.local_name == name);
    let root = document.document_element().filter(|root| named(*root, "Haendelsesbesked"))?;
    let id = document.children(root).into_iter().find(|n| named(*n, "BeskedId"))?;
    let text = document.text_content_deep(id).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

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
use amq_protocol::types::{AMQPValue, FieldTable};
use jiff::Timestamp;

/// Most names of headers that are kept.
const MAX_HEADERS: usize = 50;

/// A StandardRetur on its way to a publisher.
pub(super) struct Answer {
    pub(super) properties: BasicProperties,
    pub(super) body: String,
}

/// Takes a message and says what its publisher hears; `None` when the trial wants silence.
pub(super) fn receive(content: &Content, confirmed: bool, connection: &Connection) -> Option<Answer> {
    let nothing = FieldTable::default();
    let headers = content.properties.headers().as_ref().unwrap_or(&nothing);
    let mint = &connection.hub.mint;
    let token = headers.inner().get("token").and_then(bytes).and_then(|shown| mint.read(shown));
    let besked_id = besked_id(&content.body);
    let deserved = deserved(token.as_ref(), besked_id.as_deref(), connection);
    let property = |value: &Option<amq_protocol::types::ShortString>| value.as_ref().map(|v| clean(v.as_str(), 200));
    let correlation = content.properties.correlation_id().as_ref().map(|id| id.as_str().to_owned());
    let correlation = correlation.or_else(|| headers.inner().get("correlationId").and_then(login::text));
    let replied = connection.hub.change(|state| {
        let replied = state.reply(deserved.0);
        state.keep_published(&content.body);
        state.record(
            connection.id,
            Happening::Published {
                exchange: clean(content.publish.exchange.as_str(), 200),
                routing_key: clean(content.publish.routing_key.as_str(), 200),
                mandatory: content.publish.mandatory,
                headers: headers.inner().keys().take(MAX_HEADERS).map(|name| clean(name.as_str(), 100)).collect(),
                token,
                reply_to: property(content.properties.reply_to()),
                message_id: property(content.properties.message_id()),
                correlation_id: correlation.as_deref().map(|id| clean(id, 200)),
                besked_id: besked_id.map(|id| clean(&id, 200)),
                sha256: sha256_hex(&content.body),
                confirmed,
                replied,
            },
        );
        replied
    })?;
    let text = if replied == deserved.0 { deserved.1 } else { "ordered by the trial" };
    let mut properties = BasicProperties::default().with_content_type(short("application/xml"));
    if let Some(id) = correlation {
        properties = properties.with_correlation_id(short(&id));
    }
    Some(Answer { properties, body: standard_retur(replied, text) })
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

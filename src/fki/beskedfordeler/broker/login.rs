//! The login: SASL EXTERNAL, whose response is the token as XML text (D0903 8.2).

use super::super::hub::Hub;
use super::super::tokens::{self, TokenMint, clean};
use crate::subject::distribution::recording::TokenSeen;
use amq_protocol::types::{AMQPValue, FieldTable};
use base64::Engine;
use jiff::Timestamp;

const EXTERNAL: &str = "EXTERNAL";

/// The token in a response, whatever the mechanism. Beside EXTERNAL, it is what stands where a password would.
pub(super) fn token(mint: &TokenMint, mechanism: &str, response: &[u8]) -> Option<TokenSeen> {
    if mechanism == EXTERNAL {
        return mint.read(response);
    }
    // PLAIN: authzid NUL user NUL password. AMQPLAIN: a table, whose last value mostly is the password.
    let from = response.iter().position(|b| *b == b'<')?;
    let end = response.iter().rposition(|b| *b == b'>')?;
    mint.read(response.get(from..=end)?)
}

/// Why nobody is let in with this; `None` when somebody is.
pub(super) fn refusal(
    hub: &Hub,
    mechanism: &str,
    response: &[u8],
    token: Option<&TokenSeen>,
    certificate: Option<&[u8]>,
    at: Timestamp,
) -> Option<String> {
    if mechanism != EXTERNAL {
        return Some(format!("the mechanism is EXTERNAL, not {}", clean(mechanism, 40)));
    }
    let Some(token) = token else {
        let packed = base64::engine::general_purpose::STANDARD.decode(response.trim_ascii()).is_ok();
        let why = match (response.is_empty(), response.len() > tokens::MAX_TOKEN, packed) {
            (true, ..) => "the response is empty; it must be the token",
            (_, true, _) => "the response is longer than any token",
            (.., true) => "the response is base64; the token must be unpacked, as XML text",
            _ => "the response is no SAML assertion",
        };
        return Some(why.to_owned());
    };
    if let Some(why) = tokens::refusal(token, certificate, at) {
        return Some(why.to_owned());
    }
    let registered = &hub.registered;
    if !registered.is_empty() && !certificate.is_some_and(|c| registered.iter().any(|r| r == c)) {
        return Some("the client certificate is not the registered one".to_owned());
    }
    None
}

/// `product` and `version` of a client.
pub(super) fn client(properties: &FieldTable) -> String {
    let named = |name: &str| properties.inner().get(name).and_then(text).unwrap_or_default();
    clean(format!("{} {}", named("product"), named("version")).trim(), 120)
}

/// Whether a client hears why it is refused, instead of being hung up on.
pub(super) fn hears_refusals(properties: &FieldTable) -> bool {
    let Some(AMQPValue::FieldTable(capabilities)) = properties.inner().get("capabilities") else { return false };
    capabilities.inner().get("authentication_failure_close") == Some(&AMQPValue::Boolean(true))
}

/// A value as text.
pub(super) fn text(value: &AMQPValue) -> Option<String> {
    match value {
        AMQPValue::LongString(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        AMQPValue::ShortString(text) => Some(text.as_str().to_owned()),
        AMQPValue::ByteArray(bytes) => Some(String::from_utf8_lossy(bytes.as_slice()).into_owned()),
        _ => None,
    }
}

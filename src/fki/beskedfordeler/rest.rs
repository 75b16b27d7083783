//! The token service over REST (STS-REST.json): JSON over mutual TLS.

use super::hub::Hub;
use super::requests::{ISSUE, PUBLIC_KEY, SAML_2, TokenRequest};
use super::tokens::{Fault, Issued};
use crate::saml::metadata::Certificate;
use crate::subject::distribution::recording::TokenWay;
use crate::web::Peer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn router(hub: &Arc<Hub>) -> Router {
    Router::new()
        .route(super::REST_PATH, post(issue))
        .route("/api/rest/wstrust/v1/issue", post(issue))
        .with_state(Arc::clone(hub))
}

async fn issue(
    State(hub): State<Arc<Hub>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut request = read(&body);
    request.expect(is_of_type(&headers, "application/json"), Fault::ContentType);
    request.asking = peer.certificate;
    let applies_to = request.applies_to.clone();
    match request.serve(&hub) {
        Ok(token) => answer(StatusCode::OK, &given(&applies_to, &token)),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            answer(status, &json!({ "code": refusal.code, "message": refusal.text }))
        }
    }
}

/// Whether a request says that its body is of this media type.
pub(super) fn is_of_type(headers: &HeaderMap, media_type: &str) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    said.split(';').next().is_some_and(|said| said.trim().eq_ignore_ascii_case(media_type))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn given(applies_to: &str, token: &Issued) -> Value {
    json!({
        "TokenType": SAML_2,
        "RequestType": ISSUE,
        "KeyType": PUBLIC_KEY,
        "AppliesTo": { "EndpointReference": { "Address": applies_to } },
        // The end, in the form that a live vendor system reads (itk-dev-rpa/python-serviceplatformen).
        "Lifetime": token.not_on_or_after.strftime("%m/%d/%Y %H:%M:%S").to_string(),
        "RequestedSecurityToken": { "Assertion": STANDARD.encode(&token.xml) },
    })
}

fn read(body: &[u8]) -> TokenRequest {
    let mut request = TokenRequest::new(TokenWay::Rest);
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
        request.faults.push(Fault::Malformed);
        return request;
    };
    let text = |name: &str| member(&fields, name).and_then(Value::as_str);
    let one_of = |value: Option<&str>, known: [&str; 2]| value.is_some_and(|v| known.contains(&v));
    let issue = [ISSUE, "http://schemas.microsoft.com/idfx/requesttype/issue"];
    let key = [PUBLIC_KEY, "http://schemas.microsoft.com/idfx/keytype/asymmetric"];
    request.expect(one_of(text("RequestType"), issue), Fault::RequestType);
    request.expect(text("TokenType") == Some(SAML_2), Fault::TokenType);
    request.expect(one_of(text("KeyType"), key), Fault::KeyType);
    let nobody = member(&fields, "OnBehalfOf").is_none_or(|v| v.is_null() || v.as_str() == Some(""));
    request.expect(nobody, Fault::OnBehalfOf);
    let inside = |outer: Option<&Value>, name: &str| outer?.as_object().and_then(|o| member(o, name)).cloned();
    let string = |value: Option<Value>| value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let reference = inside(member(&fields, "AppliesTo"), "EndpointReference");
    request.applies_to = string(inside(reference.as_ref(), "Address"));
    request.cvr = string(inside(member(&fields, "Anvenderkontekst"), "Cvr"));
    request.use_key = text("UseKey").and_then(|key| Certificate::read(key).der().map(<[u8]>::to_vec));
    request
}

/// A member by its name in any case: the interface's description says `Anvenderkontekst`, live systems send `AnvenderKontekst`.
fn member<'a>(object: &'a serde_json::Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

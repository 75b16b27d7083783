//! The token service over REST (STS-REST.json): JSON over mutual TLS.

use super::hub::Hub;
use super::tokens::{self, Fault, Order, clean};
use crate::digest::sha256_hex;
use crate::saml::metadata::Certificate;
use crate::subject::distribution::recording::{Happening, TokenAnswer, TokenWay};
use crate::web::Peer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

const ISSUE: [&str; 2] =
    ["http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue", "http://schemas.microsoft.com/idfx/requesttype/issue"];
const PUBLIC_KEY: [&str; 2] = [
    "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey",
    "http://schemas.microsoft.com/idfx/keytype/asymmetric",
];
/// TokenType of SAML 2.0.
pub(super) const SAML_2: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";

pub(super) fn router(hub: &Arc<Hub>) -> Router {
    Router::new()
        .route(super::REST_PATH, post(issue))
        .route("/api/rest/wstrust/v1/issue", post(issue))
        .with_state(Arc::clone(hub))
}

/// What was asked for, as far as it can be read.
#[derive(Debug, Default)]
struct Request {
    applies_to: String,
    cvr: String,
    use_key: Option<Vec<u8>>,
    faults: Vec<Fault>,
}

async fn issue(
    State(hub): State<Arc<Hub>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut request = read(&body);
    let json = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !json.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        request.faults.push(Fault::ContentType);
    }
    let asking = peer.certificate.as_deref();
    request.faults.extend(hub.service_faults(&request.applies_to, &request.cvr));
    request.faults.extend(hub.certificate_faults(asking, request.use_key.as_deref()));
    let ordered = hub.change(super::hub::State::refuses_token);
    let refusal = request.faults.iter().copied().find(|fault| !fault.is_noted_only());
    let (answer, response) = match (ordered, refusal, &request.use_key) {
        (true, ..) => refused(StatusCode::INTERNAL_SERVER_ERROR, 100, "unexpected", true),
        (_, Some(fault @ (Fault::NoCertificate | Fault::NotRegistered)), _) => {
            refused(StatusCode::UNAUTHORIZED, fault.code(), fault.name(), false)
        }
        (_, Some(fault), _) => refused(StatusCode::BAD_REQUEST, fault.code(), fault.name(), false),
        (_, None, None) => refused(StatusCode::BAD_REQUEST, Fault::UseKey.code(), Fault::UseKey.name(), false),
        (_, None, Some(holder)) => {
            let seconds = hub.lock().behaviour.token_seconds;
            let order = Order { applies_to: &request.applies_to, cvr: &request.cvr, holder, seconds };
            match hub.mint.issue(order, Timestamp::now()) {
                Ok(token) => (
                    TokenAnswer::Issued { id: token.id.clone(), not_on_or_after: token.not_on_or_after },
                    json_response(StatusCode::OK, &given(&request, &token)),
                ),
                Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, 100, &error.to_string(), false),
            }
        }
    };
    hub.record(
        0,
        Happening::TokenAsked {
            way: TokenWay::Rest,
            applies_to: clean(&request.applies_to, 256),
            cvr: clean(&request.cvr, 40),
            certificate: asking.map(sha256_hex),
            use_key: request.use_key.as_deref().map(sha256_hex),
            faults: request.faults.iter().map(|fault| fault.name().to_owned()).collect(),
            answer,
        },
    );
    response
}

fn refused(status: StatusCode, code: u16, message: &str, ordered: bool) -> (TokenAnswer, Response) {
    let response = json_response(status, &json!({ "code": code, "message": message }));
    (TokenAnswer::Refused { code: status.as_u16().to_string(), ordered }, response)
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn given(request: &Request, token: &tokens::Issued) -> Value {
    json!({
        "TokenType": SAML_2,
        "RequestType": ISSUE[0],
        "KeyType": PUBLIC_KEY[0],
        "AppliesTo": { "EndpointReference": { "Address": request.applies_to } },
        // The end, in the form that a live vendor system reads (itk-dev-rpa/python-serviceplatformen).
        "Lifetime": token.not_on_or_after.strftime("%m/%d/%Y %H:%M:%S").to_string(),
        "RequestedSecurityToken": { "Assertion": STANDARD.encode(&token.xml) },
    })
}

fn read(body: &[u8]) -> Request {
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
        return Request { faults: vec![Fault::Malformed], ..Request::default() };
    };
    let text = |name: &str| member(&fields, name).and_then(Value::as_str);
    let mut request = Request::default();
    let one_of = |value: Option<&str>, known: &[&str]| value.is_some_and(|v| known.contains(&v));
    for (fits, fault) in [
        (one_of(text("RequestType"), &ISSUE), Fault::RequestType),
        (one_of(text("TokenType"), &[SAML_2]), Fault::TokenType),
        (one_of(text("KeyType"), &PUBLIC_KEY), Fault::KeyType),
        (member(&fields, "OnBehalfOf").is_none_or(|v| v.is_null() || v.as_str() == Some("")), Fault::OnBehalfOf),
    ] {
        if !fits {
            request.faults.push(fault);
        }
    }
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

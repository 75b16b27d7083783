//! Tokens: one for each service, got by REST over mutual TLS or by a signed WS-Trust request, and used until shortly before its end.

use super::fault::Fault;
use super::{ClientError, System, TokenWay};
use crate::besked::write::new_uuid;
use crate::saml::ns;
use crate::saml::xml;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use quick_xml::escape::escape;

/// entityID of the service BeskedHent.
pub(super) const RECEIVE: &str = "http://entityid.kombit.dk/service/bfo_modtag/2";
/// entityID of the service BeskedAfsend.
pub(super) const SEND: &str = "http://entityid.kombit.dk/service/bfo_afsend/2";

const ISSUE: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
const PUBLIC_KEY: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey";
const SAML: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0";
/// Longest time before its end at which a token is renewed.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// Largest answer of the token service.
const MAX_ANSWER: usize = 1 << 20;

/// A token.
#[derive(Clone)]
pub(super) struct Token {
    /// The assertion.
    pub(super) text: String,
    /// When it is to be renewed.
    pub(super) renew: Timestamp,
}

impl System {
    /// A token for this service: the one at hand while it is good, else a new one.
    pub(super) async fn token(&self, service: &'static str) -> Result<Token, ClientError> {
        let mut tokens = self.tokens.lock().await;
        let usable = |token: &&Token| Timestamp::now() < token.renew || self.faults.has(Fault::IgnoresExpiry);
        if let Some(token) = tokens.get(service).filter(usable).filter(|_| !self.faults.has(Fault::TokenPerConnection))
        {
            return Ok(token.clone());
        }
        let counterpart = self.counterpart()?;
        let asked = Timestamp::now();
        let address = match service {
            RECEIVE if self.faults.has(Fault::WrongAudience) => SEND,
            SEND if self.faults.has(Fault::WrongAudience) => RECEIVE,
            right => right,
        };
        let cvr = if self.faults.has(Fault::WrongAuthority) { self.other_authority() } else { self.authority() };
        let text = match counterpart.token_way {
            TokenWay::Rest => self.by_rest(&counterpart.token_rest, address, cvr).await?,
            TokenWay::WsTrust => self.by_ws_trust(&counterpart.token_ws_trust, address, cvr).await?,
        };
        let end = end_of(&text).ok_or(ClientError::Answer("the token says not until when it is good"))?;
        // A fifth of a short life is enough, and five minutes of a long one.
        let margin = MARGIN.min(end.duration_since(asked) / 5);
        let token = Token { text, renew: end - margin };
        tokens.insert(service, token.clone());
        Ok(token)
    }

    /// Forgets the token for this service: it was refused as expired.
    pub(super) async fn forget_token(&self, service: &'static str) {
        self.tokens.lock().await.remove(service);
    }

    async fn by_rest(&self, url: &str, address: &str, cvr: &str) -> Result<String, ClientError> {
        let request = serde_json::json!({
            "TokenType": SAML,
            "RequestType": ISSUE,
            "KeyType": PUBLIC_KEY,
            "Anvenderkontekst": { "Cvr": cvr },
            "UseKey": STANDARD.encode(&self.function.certificate),
            "AppliesTo": { "EndpointReference": { "Address": address } },
            "OnBehalfOf": null,
        });
        let answer = self.post(url, "application/json", request.to_string()).await?;
        let answer: serde_json::Value =
            serde_json::from_str(&answer).map_err(|_| ClientError::Answer("the token service's answer is no JSON"))?;
        let assertion = answer.pointer("/RequestedSecurityToken/Assertion").and_then(|a| a.as_str());
        let assertion = assertion.and_then(|a| STANDARD.decode(a).ok()).and_then(|a| String::from_utf8(a).ok());
        assertion.ok_or(ClientError::Answer("the token service's answer holds no assertion"))
    }

    async fn by_ws_trust(&self, url: &str, address: &str, cvr: &str) -> Result<String, ClientError> {
        let request = super::ws_trust::request(
            &super::ws_trust::Wanted { to: url, applies_to: address, cvr },
            &self.function.certificate,
            self.keys.get(self.function.key),
            Timestamp::now(),
        )
        .map_err(|_| ClientError::Answer("the request for a token cannot be signed"))?;
        let answer = self.post(url, "application/soap+xml; charset=utf-8", request).await?;
        assertion_in(&answer).ok_or(ClientError::Answer("the token service's answer holds no assertion"))
    }

    /// Posts with the function certificate and reads a good answer.
    async fn post(&self, url: &str, content_type: &str, body: String) -> Result<String, ClientError> {
        let request = self
            .http
            .post(url)
            .header("Content-Type", content_type)
            .header("x-TransaktionsId", new_uuid())
            .header("x-TransaktionsTid", Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
            .body(body);
        answered(request).await
    }

    /// Calls an operation by SOAP 1.1.
    pub(super) async fn soap(&self, url: &str, action: &str, body: String) -> Result<String, ClientError> {
        let request = self.http.post(url).header("Content-Type", "text/xml; charset=utf-8");
        answered(request.header("SOAPAction", format!("\"{action}\"")).body(body)).await
    }
}

async fn answered(request: reqwest::RequestBuilder) -> Result<String, ClientError> {
    let answer = request.send().await?;
    let status = answer.status();
    let bytes = answer.bytes().await?;
    if !status.is_success() {
        return Err(ClientError::Status(status.as_u16()));
    }
    if bytes.len() > MAX_ANSWER {
        return Err(ClientError::Answer("the answer is too large"));
    }
    String::from_utf8(bytes.to_vec()).map_err(|_| ClientError::Answer("the answer is no UTF-8"))
}

/// NotOnOrAfter of the assertion's Conditions.
fn end_of(assertion: &str) -> Option<Timestamp> {
    let document = xml::parse(assertion).ok()?;
    let root = document.document_element()?;
    let conditions = document.first_child_element_by_name_ns(root, ns::ASSERTION, "Conditions")?;
    document.get_attribute(conditions, "NotOnOrAfter")?.parse().ok()
}

/// The assertion in a RequestSecurityTokenResponse, with the namespaces that it needs from around it.
fn assertion_in(answer: &str) -> Option<String> {
    let document = xml::parse(answer).ok()?;
    let assertion = document.get_elements_by_tag_name_ns(ns::ASSERTION, "Assertion").into_iter().next()?;
    let source = document.node_source(assertion)?;
    if xml::parse(source).is_ok() {
        return Some(source.to_owned());
    }
    // Namespaces declared further out: canonical form carries those that are used, which the signature is over anyway.
    let canonical = crate::saml::signature::canonical_element(&document, assertion).ok()?;
    String::from_utf8(canonical).ok()
}

/// Text as it is written in XML.
pub(super) fn text(value: &str) -> String {
    escape(value).into_owned()
}

//! The token service over WS-Trust 1.3 (fki-security.md 8.2 and 8.3): SOAP 1.2, the request signed with the system's certificate,
//! the answer with the token service's. TLS asks for no client certificate here that would count.

use super::hub::Hub;
use super::requests::{ISSUE, PUBLIC_KEY, Refusal, SAML_2, TokenRequest};
use super::tokens::{Fault, Issued};
use crate::fki::{FkiError, instant};
use crate::saml::metadata::Certificate;
use crate::saml::signature::{SigningOptions, sign_parts, verify_parts};
use crate::saml::{ns, xml};
use crate::subject::distribution::recording::TokenWay;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use openssl::x509::X509;
use quick_xml::escape::escape;
use std::sync::Arc;
use uppsala::{Document, NodeId};

/// Action of a request.
const ACTION: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue";
const DIALECT: &str = "http://docs.oasis-open.org/wsfed/authorization/200706/authclaims";
const CVR_CLAIM: &str = "dk:gov:saml:attribute:CvrNumberIdentifier";
/// Longest life of a message, and largest difference between clocks.
const FIVE_MINUTES: SignedDuration = SignedDuration::from_mins(5);
const SOAP: &str = "application/soap+xml";

pub(super) fn router(hub: &Arc<Hub>) -> Router {
    Router::new().route(super::WS_TRUST_PATH, post(issue)).with_state(Arc::clone(hub))
}

async fn issue(State(hub): State<Arc<Hub>>, headers: HeaderMap, body: Bytes) -> Response {
    let at = Timestamp::now();
    let document = xml::decode(&body).and_then(xml::parse).ok();
    let (mut request, message_id) = document.map_or_else(
        || {
            let mut request = TokenRequest::new(TokenWay::WsTrust);
            request.faults.push(Fault::Malformed);
            (request, String::new())
        },
        |document| Reader { document: &document, hub: &hub, at }.read(),
    );
    request.expect(super::rest::is_of_type(&headers, SOAP), Fault::ContentType);
    let applies_to = request.applies_to.clone();
    let (status, body) = match request.serve(&hub) {
        Ok(token) => match response(&hub, &token, &applies_to, &message_id, at) {
            Ok(body) => (StatusCode::OK, body),
            Err(error) => {
                let refusal = Refusal { fault: None, code: 100, text: error.to_string() };
                (StatusCode::INTERNAL_SERVER_ERROR, fault(&refusal, &message_id))
            }
        },
        Err(refusal) => (StatusCode::INTERNAL_SERVER_ERROR, fault(&refusal, &message_id)),
    };
    (status, [(header::CONTENT_TYPE, "application/soap+xml; charset=utf-8")], body).into_response()
}

struct Reader<'d> {
    document: &'d Document<'d>,
    hub: &'d Hub,
    at: Timestamp,
}

impl Reader<'_> {
    fn children(&self, parent: NodeId, namespace: &str, local: &str) -> Vec<NodeId> {
        self.document.child_elements_by_name_ns(parent, namespace, local)
    }

    /// The one child of this name; nothing when there are several.
    fn one(&self, parent: NodeId, namespace: &str, local: &str) -> Option<NodeId> {
        match self.children(parent, namespace, local).as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    fn text(&self, node: Option<NodeId>) -> String {
        node.map(|n| self.document.text_content_deep(n).trim().to_owned()).unwrap_or_default()
    }

    fn read(&self) -> (TokenRequest, String) {
        let mut request = TokenRequest::new(TokenWay::WsTrust);
        let envelope = self.document.document_element();
        let soap = |namespace: &str| {
            envelope.filter(|e| {
                self.document.element(*e).is_some_and(|element| element.matches_name_ns(namespace, "Envelope"))
            })
        };
        let (envelope, namespace) = match (soap(ns::SOAP_1_2), soap(ns::SOAP_1_1)) {
            (Some(envelope), _) => (envelope, ns::SOAP_1_2),
            (None, Some(envelope)) => {
                request.faults.push(Fault::SoapVersion);
                (envelope, ns::SOAP_1_1)
            }
            (None, None) => {
                request.faults.push(Fault::Malformed);
                return (request, String::new());
            }
        };
        let (header, body) = (self.one(envelope, namespace, "Header"), self.one(envelope, namespace, "Body"));
        let (Some(header), Some(body)) = (header, body) else {
            request.faults.push(Fault::Malformed);
            return (request, String::new());
        };
        let action = self.text(self.one(header, ns::WSA, "Action"));
        request.expect(action == ACTION, Fault::Action);
        let message_id = self.text(self.one(header, ns::WSA, "MessageID"));
        request.expect(!message_id.is_empty() && message_id.len() <= 200, Fault::MessageId);
        let to = self.text(self.one(header, ns::WSA, "To"));
        request.expect(to.contains(super::WS_TRUST_PATH), Fault::To);
        let signed = self.security(header, body, &mut request);
        // Only what is signed counts as having come before: else anybody could use up another's MessageID.
        if signed && !message_id.is_empty() {
            let is_new = self.hub.lock().is_new_message(&message_id);
            request.expect(is_new, Fault::Replay);
        }
        self.rst(body, &mut request);
        (request, message_id)
    }

    /// WS-Security: timestamp, token and signature; whether the signature verifies.
    fn security(&self, header: NodeId, body: NodeId, request: &mut TokenRequest) -> bool {
        let security = self.one(header, ns::WSSE, "Security");
        let timestamp = security.and_then(|s| self.one(s, ns::WSU, "Timestamp"));
        request.expect(timestamp.is_some_and(|t| self.is_timely(t)), Fault::Timestamp);
        let token = security.and_then(|s| self.one(s, ns::WSSE, "BinarySecurityToken"));
        let signature = security.and_then(|s| self.one(s, ns::DSIG, "Signature"));
        let certificate = token.map(|t| Certificate::read(&self.document.text_content_deep(t)));
        let der = certificate.as_ref().and_then(Certificate::der);
        let (Some(signature), Some(der)) = (signature, der) else {
            request.expect(false, Fault::Signature);
            return false;
        };
        let Ok(covered) = verify_parts(self.document, signature, der) else {
            request.expect(false, Fault::Signature);
            return false;
        };
        request.asking = Some(der.to_vec());
        let addressing = ["Action", "MessageID", "To", "ReplyTo", "From", "FaultTo", "RelatesTo"];
        let headers = addressing.iter().flat_map(|name| self.children(header, ns::WSA, name));
        let parts = headers.chain([body]).chain(timestamp);
        request.expect(parts.into_iter().all(|part| covered.contains(&part)), Fault::Coverage);
        request.expect(token.is_some_and(|t| covered.contains(&t)), Fault::TokenNotProtected);
        true
    }

    fn is_timely(&self, timestamp: NodeId) -> bool {
        let time = |local| self.text(self.one(timestamp, ns::WSU, local)).parse::<Timestamp>().ok();
        let (Some(created), Some(expires)) = (time("Created"), time("Expires")) else { return false };
        created.duration_since(self.at) <= FIVE_MINUTES
            && expires > self.at
            && expires.duration_since(created) <= FIVE_MINUTES
    }

    fn rst(&self, body: NodeId, request: &mut TokenRequest) {
        let Some(rst) = self.one(body, ns::WST, "RequestSecurityToken") else {
            request.expect(false, Fault::Malformed);
            return;
        };
        let said = |local: &str| self.text(self.one(rst, ns::WST, local));
        request.expect(said("RequestType") == ISSUE, Fault::RequestType);
        request.expect(said("TokenType") == SAML_2, Fault::TokenType);
        request.expect(said("KeyType") == PUBLIC_KEY, Fault::KeyType);
        request.expect(self.children(rst, ns::WST, "OnBehalfOf").is_empty(), Fault::OnBehalfOf);
        let address = self
            .one(rst, ns::WSP, "AppliesTo")
            .and_then(|a| self.one(a, ns::WSA, "EndpointReference"))
            .and_then(|r| self.one(r, ns::WSA, "Address"));
        request.applies_to = self.text(address);
        let claims = self.one(rst, ns::WST, "Claims");
        let claim = claims.and_then(|c| self.one(c, ns::AUTH, "ClaimType"));
        let in_dialect = claims.is_some_and(|c| self.document.get_attribute(c, "Dialect") == Some(DIALECT));
        let is_cvr = claim.is_some_and(|c| self.document.get_attribute(c, "Uri") == Some(CVR_CLAIM));
        request.expect(in_dialect && is_cvr, Fault::Claims);
        request.cvr = self.text(claim.and_then(|c| self.one(c, ns::AUTH, "Value")));
        let key = self.one(rst, ns::WST, "UseKey").and_then(|u| self.one(u, ns::WSSE, "BinarySecurityToken"));
        request.use_key =
            key.and_then(|k| Certificate::read(&self.document.text_content_deep(k)).der().map(<[u8]>::to_vec));
    }
}

/// The answer: one RequestSecurityTokenResponse in its collection, signed.
fn response(hub: &Hub, token: &Issued, applies_to: &str, message_id: &str, at: Timestamp) -> Result<String, FkiError> {
    let reference = format!(
        "<o:SecurityTokenReference xmlns:o=\"{wsse}\" xmlns:b=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" \
         b:TokenType=\"{SAML_2}\"><o:KeyIdentifier \
         ValueType=\"http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID\">{id}</o:KeyIdentifier>\
         </o:SecurityTokenReference>",
        wsse = ns::WSSE,
        id = token.id,
    );
    let expires = at.checked_add(FIVE_MINUTES).map_err(|_| FkiError::Instant)?;
    let text = format!(
        "<s:Envelope xmlns:s=\"{soap}\" xmlns:a=\"{wsa}\" xmlns:u=\"{wsu}\"><s:Header>\
         <a:Action s:mustUnderstand=\"1\" u:Id=\"action\">http://docs.oasis-open.org/ws-sx/ws-trust/200512/RSTRC/IssueFinal</a:Action>\
         <a:RelatesTo u:Id=\"relates-to\">{message_id}</a:RelatesTo>\
         <o:Security xmlns:o=\"{wsse}\" s:mustUnderstand=\"1\"><u:Timestamp u:Id=\"timestamp\"><u:Created>{created}</u:Created>\
         <u:Expires>{expires}</u:Expires></u:Timestamp></o:Security></s:Header><s:Body u:Id=\"body\">\
         <trust:RequestSecurityTokenResponseCollection xmlns:trust=\"{wst}\"><trust:RequestSecurityTokenResponse>\
         <trust:Lifetime><u:Created>{from}</u:Created><u:Expires>{until}</u:Expires></trust:Lifetime>\
         <wsp:AppliesTo xmlns:wsp=\"{wsp}\"><a:EndpointReference><a:Address>{service}</a:Address></a:EndpointReference></wsp:AppliesTo>\
         <trust:RequestedSecurityToken>{assertion}</trust:RequestedSecurityToken>\
         <trust:RequestedAttachedReference>{reference}</trust:RequestedAttachedReference>\
         <trust:RequestedUnattachedReference>{reference}</trust:RequestedUnattachedReference>\
         <trust:TokenType>{SAML_2}</trust:TokenType><trust:RequestType>{ISSUE}</trust:RequestType>\
         <trust:KeyType>{PUBLIC_KEY}</trust:KeyType></trust:RequestSecurityTokenResponse>\
         </trust:RequestSecurityTokenResponseCollection></s:Body></s:Envelope>",
        soap = ns::SOAP_1_2,
        wsa = ns::WSA,
        wsu = ns::WSU,
        wsse = ns::WSSE,
        wst = ns::WST,
        wsp = ns::WSP,
        message_id = escape(message_id),
        created = instant(at),
        expires = instant(expires),
        from = instant(token.not_before),
        until = instant(token.not_on_or_after),
        service = escape(applies_to),
        assertion = token.xml,
    );
    // After the Timestamp, inside Security; the first one, because everything before is ours.
    let end = "</u:Timestamp>";
    let position = text.find(end).map_or(0, |at| at + end.len());
    let key = &hub.mint.key;
    let key_info = format!(
        "<o:SecurityTokenReference><o:KeyIdentifier \
         ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier\" \
         EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\">{}\
         </o:KeyIdentifier></o:SecurityTokenReference>",
        STANDARD.encode(subject_key_identifier(&key.certificate)?)
    );
    let parts = ["body", "action", "relates-to", "timestamp"];
    Ok(sign_parts(&text, position, &parts, &key.key, &key_info, SigningOptions::default())?)
}

/// The certificate's own, or the usual digest of its key (RFC 5280 4.2.1.2).
fn subject_key_identifier(der: &[u8]) -> Result<Vec<u8>, FkiError> {
    let certificate = X509::from_der(der)?;
    if let Some(identifier) = certificate.subject_key_id() {
        return Ok(identifier.as_slice().to_vec());
    }
    let key = certificate.public_key()?.rsa()?.public_key_to_der_pkcs1()?;
    Ok(openssl::hash::hash(openssl::hash::MessageDigest::sha1(), &key)?.to_vec())
}

/// A SOAP fault. Its codes are OIO WS-Trust's; how the real service places them is not public.
fn fault(refusal: &Refusal, message_id: &str) -> String {
    let (who, what) = match refusal.fault {
        None => ("Receiver", "RequestFailed"),
        Some(Fault::Signature | Fault::Coverage | Fault::NotRegistered) => ("Sender", "FailedAuthentication"),
        Some(Fault::Timestamp | Fault::Replay) => ("Sender", "ExpiredData"),
        Some(Fault::AppliesTo) => ("Sender", "InvalidScope"),
        Some(_) => ("Sender", "InvalidRequest"),
    };
    let relates_to = if message_id.is_empty() {
        String::new()
    } else {
        format!("<a:RelatesTo>{}</a:RelatesTo>", escape(message_id))
    };
    format!(
        "<s:Envelope xmlns:s=\"{}\" xmlns:a=\"{}\"><s:Header>\
         <a:Action s:mustUnderstand=\"1\">http://www.w3.org/2005/08/addressing/soap/fault</a:Action>{relates_to}</s:Header><s:Body>\
         <s:Fault><s:Code><s:Value>s:{who}</s:Value><s:Subcode><s:Value xmlns:wst=\"{}\">wst:{what}</s:Value></s:Subcode></s:Code>\
         <s:Reason><s:Text xml:lang=\"en\">{}: {}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>",
        ns::SOAP_1_2,
        ns::WSA,
        ns::WST,
        refusal.code,
        escape(&refusal.text),
    )
}

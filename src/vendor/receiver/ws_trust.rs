//! A RequestSecurityToken as OIO WS-Trust has it: SOAP 1.2, and signed with the function certificate over the body, the addressing
//! headers, the timestamp and the certificate itself.

use super::tokens::text;
use crate::besked::write::new_uuid;
use crate::saml::ns;
use crate::saml::signature::{SigningError, algorithm, canonical_element};
use crate::saml::xml;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use openssl::pkey::{PKeyRef, Private};
use std::fmt::Write;
use uppsala::{Document, NodeId};

const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const X509_V3: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
const BASE64_BINARY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
/// Ids of what is signed.
const SIGNED: [&str; 7] = ["action", "message-id", "to", "reply-to", "timestamp", "certificate", "body"];

/// What is asked for.
pub(super) struct Wanted<'a> {
    /// Address of the token service.
    pub(super) to: &'a str,
    /// The service that the token is for.
    pub(super) applies_to: &'a str,
    /// The authority.
    pub(super) cvr: &'a str,
}

pub(super) fn request(
    wanted: &Wanted<'_>,
    certificate: &[u8],
    key: &PKeyRef<Private>,
    now: Timestamp,
) -> Result<String, SigningError> {
    let certificate = STANDARD.encode(certificate);
    let unsigned = envelope(wanted, &certificate, now);
    let digests = {
        let document = read(&unsigned)?;
        SIGNED.map(|id| digest(&document, id))
    };
    let mut references = String::new();
    for (id, digest) in SIGNED.into_iter().zip(digests) {
        let _ = write!(
            references,
            "<ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"{}\"/></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
            algorithm::EXCLUSIVE_C14N,
            algorithm::SHA256,
            digest?,
        );
    }
    let signature = |value: &str| {
        format!(
            "<ds:Signature xmlns:ds=\"{}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{}\"/>\
             <ds:SignatureMethod Algorithm=\"{}\"/>{references}</ds:SignedInfo><ds:SignatureValue>{value}</ds:SignatureValue>\
             <ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI=\"#certificate\" ValueType=\"{X509_V3}\"/>\
             </wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>",
            ns::DSIG,
            algorithm::EXCLUSIVE_C14N,
            algorithm::RSA_SHA256,
        )
    };
    // The message id and the times must stay, so only the signature is put in; it stands in nothing that is signed.
    let with = |value: &str| unsigned.replace("<!--signature-->", &signature(value));
    let template = with("");
    let document = read(&template)?;
    let signed_info = document
        .get_elements_by_tag_name_ns(ns::DSIG, "SignedInfo")
        .into_iter()
        .next()
        .ok_or_else(|| SigningError::Document("no SignedInfo".to_owned()))?;
    let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), key)?;
    signer.update(&canonical_element(&document, signed_info)?)?;
    Ok(with(&STANDARD.encode(signer.sign_to_vec()?)))
}

fn envelope(wanted: &Wanted<'_>, certificate: &str, now: Timestamp) -> String {
    let at = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let (to, applies_to, cvr) = (text(wanted.to), text(wanted.applies_to), text(wanted.cvr));
    let mut x = format!(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://www.w3.org/2005/08/addressing\" \
         xmlns:u=\"{WSU}\" xmlns:wsse=\"{}\"><s:Header>\
         <a:Action u:Id=\"action\">http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue</a:Action>\
         <a:MessageID u:Id=\"message-id\">urn:uuid:{}</a:MessageID><a:To u:Id=\"to\">{to}</a:To>\
         <a:ReplyTo u:Id=\"reply-to\"><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>",
        ns::WSSE,
        new_uuid(),
    );
    let _ = write!(
        x,
        "<wsse:Security s:mustUnderstand=\"true\"><u:Timestamp u:Id=\"timestamp\"><u:Created>{}</u:Created>\
         <u:Expires>{}</u:Expires></u:Timestamp><wsse:BinarySecurityToken u:Id=\"certificate\" \
         EncodingType=\"{BASE64_BINARY}\" ValueType=\"{X509_V3}\">{certificate}</wsse:BinarySecurityToken><!--signature-->\
         </wsse:Security></s:Header>",
        at(now),
        at(now + SignedDuration::from_mins(5)),
    );
    let _ = write!(
        x,
        "<s:Body u:Id=\"body\"><t:RequestSecurityToken xmlns:t=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">\
         <t:TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0</t:TokenType>\
         <t:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</t:RequestType>\
         <wsp:AppliesTo xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\"><a:EndpointReference>\
         <a:Address>{applies_to}</a:Address></a:EndpointReference></wsp:AppliesTo>\
         <t:Claims Dialect=\"http://docs.oasis-open.org/wsfed/authorization/200706/authclaims\" \
         xmlns:auth=\"http://docs.oasis-open.org/wsfed/authorization/200706\">\
         <auth:ClaimType Uri=\"dk:gov:saml:attribute:CvrNumberIdentifier\" Optional=\"false\"><auth:Value>{cvr}</auth:Value>\
         </auth:ClaimType></t:Claims><t:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey</t:KeyType>\
         <t:UseKey><wsse:BinarySecurityToken EncodingType=\"{BASE64_BINARY}\" ValueType=\"{X509_V3}\">{certificate}\
         </wsse:BinarySecurityToken></t:UseKey></t:RequestSecurityToken></s:Body></s:Envelope>"
    );
    x
}

fn read(text: &str) -> Result<Document<'_>, SigningError> {
    xml::parse(text).map_err(|problem| SigningError::Document(problem.to_string()))
}

fn digest(document: &Document<'_>, id: &str) -> Result<String, SigningError> {
    let has_id = |node: &NodeId| {
        let attributes = document.element(*node).map(|e| e.attributes.iter());
        attributes.is_some_and(|mut all| {
            all.any(|a| a.name.namespace_uri.as_deref() == Some(WSU) && a.name.local_name == "Id" && a.value == id)
        })
    };
    let node = document
        .descendants(document.root())
        .into_iter()
        .find(has_id)
        .ok_or_else(|| SigningError::Document(format!("no element has the id {id}")))?;
    Ok(STANDARD.encode(crate::digest::sha256(&canonical_element(document, node)?)))
}

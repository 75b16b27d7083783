//! The messages that the system sends, and the queries that carry them.

use super::fault::{Fault, Faults};
use super::{System, SystemError};
use crate::saml::protocol::Name;
use crate::saml::redirect::{self, Parameter};
use crate::saml::signature::algorithm;
use crate::saml::{binding, ns, status};
use base64::Engine;
use jiff::{SignedDuration, Timestamp};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKeyRef, Private};
use quick_xml::escape::escape;
use samael::schema::{
    AuthnContextClassRef, AuthnContextComparison, AuthnRequest, Issuer, LogoutResponse, NameIdPolicy,
    RequestedAuthnContext, Status, StatusCode,
};
use samael::traits::ToXml;
use std::fmt::Write;
use url::Url;

/// 128 random bits as an NCName.
pub(super) fn random_id() -> Result<String, SystemError> {
    let mut bytes = [0; 16];
    openssl::rand::rand_bytes(&mut bytes)?;
    Ok(format!("_{}", hex::encode(bytes)))
}

/// How a query is signed.
enum Signing<'k> {
    Nobody,
    Sha256(&'k PKeyRef<Private>),
    Sha1(&'k PKeyRef<Private>),
    /// Over the same parameters in another percent encoding.
    Reencoded(&'k PKeyRef<Private>),
}

fn query(
    location: &str,
    parameter: Parameter,
    xml: &str,
    relay_state: Option<&str>,
    signing: &Signing<'_>,
) -> Result<String, SystemError> {
    let location = Url::parse(location).map_err(|_| SystemError::Address)?;
    let encode = |key| redirect::encode(&location, parameter, xml, relay_state, key).map_err(SystemError::Redirect);
    let (key, sig_alg, digest) = match signing {
        Signing::Nobody => return Ok(encode(None)?.into()),
        Signing::Sha256(key) => return Ok(encode(Some(key))?.into()),
        Signing::Sha1(key) => (key, algorithm::RSA_SHA1, MessageDigest::sha1()),
        Signing::Reencoded(key) => (key, algorithm::RSA_SHA256, MessageDigest::sha256()),
    };
    let mut url = encode(None)?;
    let value = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let sent = format!("{}&SigAlg={}", url.query().unwrap_or_default(), value(sig_alg));
    let signed = if matches!(signing, Signing::Reencoded(_)) { with_small_hex(&sent) } else { sent.clone() };
    let mut making = openssl::sign::Signer::new(digest, key)?;
    let signature = making.sign_oneshot_to_vec(signed.as_bytes())?;
    let signature = base64::engine::general_purpose::STANDARD.encode(signature);
    url.set_query(Some(&format!("{sent}&Signature={}", value(&signature))));
    Ok(url.into())
}

/// `%2B` as `%2b`, as .NET writes it.
fn with_small_hex(query: &str) -> String {
    let mut parts = query.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        out = format!("{out}%{}{rest}", digits.to_ascii_lowercase());
    }
    out
}

fn instant(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

fn hour_before(at: Timestamp) -> Timestamp {
    at.checked_sub(SignedDuration::from_hours(1)).unwrap_or(at)
}

fn issuer(entity_id: &str) -> Issuer {
    // samael writes text unescaped.
    Issuer { value: Some(escape(entity_id).into_owned()), ..Issuer::default() }
}

fn xml<'a, M: ToXml<'a>>(message: &'a M) -> Result<String, SystemError> {
    message.to_string().map_err(|_| SystemError::Message)
}

impl System {
    /// An ID for an AuthnRequest.
    pub(super) fn request_id(&self) -> Result<String, SystemError> {
        if self.faults.has(Fault::RequestRepeatedId) {
            return Ok("_0123456789abcdef0123456789abcdef".to_owned());
        }
        if self.faults.has(Fault::RequestCountedId) {
            return Ok(format!("_{}", self.counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
        }
        let id = random_id()?;
        Ok(if self.faults.has(Fault::RequestNumericId) { id.replacen('_', "1", 1) } else { id })
    }

    /// The address that begins a login at the identity provider. `page` is where the user wants to go, for one fault alone.
    pub(super) fn authn_request(&self, id: &str, relay_state: &str, page: &str) -> Result<String, SystemError> {
        let faults = &self.faults;
        let at = if faults.has(Fault::RequestStale) { hour_before(self.now()) } else { self.now() };
        let destination = &self.provider.sso;
        let class = if faults.has(Fault::RequestPasswordContext) {
            "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport".to_owned()
        } else if faults.has(Fault::RequestLowContext) {
            crate::target::saml::LevelOfAssurance::Low.uri()
        } else {
            self.minimum_level.uri()
        };
        let email = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
        let name_id_policy = NameIdPolicy { format: Some(email.to_owned()), ..NameIdPolicy::default() };
        let message = AuthnRequest {
            id: id.to_owned(),
            version: if faults.has(Fault::RequestVersion) { "1.1" } else { "2.0" }.to_owned(),
            issue_instant: instant(at).parse().map_err(|_| SystemError::Message)?,
            destination: if faults.has(Fault::RequestWithoutDestination) {
                None
            } else if faults.has(Fault::RequestDestination) {
                Some(format!("{destination}/other"))
            } else {
                Some(destination.clone())
            },
            issuer: Some(issuer(&self.named(Fault::RequestIssuer))),
            assertion_consumer_service_url: Some(if faults.has(Fault::RequestAcs) {
                format!("{}/other", self.acs)
            } else {
                self.acs.clone()
            }),
            protocol_binding: Some(if faults.has(Fault::RequestBinding) {
                "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact".to_owned()
            } else {
                binding::POST.to_owned()
            }),
            name_id_policy: faults.has(Fault::RequestNameIdPolicy).then_some(name_id_policy),
            requested_authn_context: Some(RequestedAuthnContext {
                authn_context_class_refs: Some(vec![AuthnContextClassRef { value: Some(class) }]),
                authn_context_decl_refs: None,
                comparison: (!faults.has(Fault::RequestExactContext)).then_some(AuthnContextComparison::Minimum),
            }),
            ..AuthnRequest::default()
        };
        let mut message = xml(&message)?;
        if faults.has(Fault::RequestLocalTime)
            && let Some((before, after)) = message.split_once("Z\"")
        {
            message = format!("{before}\"{after}");
        }
        let wanted = format!("{}{page}{}wanted-page-after-login={}", self.base, sep(page), "1".repeat(60));
        let relay_state = if faults.has(Fault::RequestRelayStateAddress) { &wanted } else { relay_state };
        let signing = if faults.has(Fault::RequestUnsigned) {
            Signing::Nobody
        } else if faults.has(Fault::RequestSignedSha1) {
            Signing::Sha1(&self.signing)
        } else if faults.has(Fault::RequestSignedReencoded) {
            Signing::Reencoded(&self.signing)
        } else if faults.has(Fault::RequestSignedWithOtherKey) {
            Signing::Sha256(&self.encryption)
        } else {
            Signing::Sha256(&self.signing)
        };
        query(destination, Parameter::Request, &message, Some(relay_state), &signing)
    }

    /// The address that tells the identity provider that a user logs out. NameID and SessionIndex as they were received.
    /// samael's LogoutRequest takes SessionIndex for an attribute, so this one is written by hand.
    pub(super) fn logout_request(
        &self,
        id: &str,
        location: &str,
        name_id: &Name,
        session_index: Option<&str>,
    ) -> Result<String, SystemError> {
        let faults = &self.faults;
        let at = if faults.has(Fault::LogoutRequestStale) { hour_before(self.now()) } else { self.now() };
        let until = at.checked_add(SignedDuration::from_mins(5)).unwrap_or(at);
        let other = format!("{location}/other");
        let destination = if faults.has(Fault::LogoutRequestDestination) { &other } else { location };
        let mut name = String::from("<saml:NameID");
        let format = name_id.format.as_ref().filter(|_| !faults.has(Fault::LogoutRequestNameIdFormat));
        for (attribute, value) in [
            ("Format", format),
            ("NameQualifier", name_id.name_qualifier.as_ref()),
            ("SPNameQualifier", name_id.sp_name_qualifier.as_ref()),
            ("SPProvidedID", name_id.sp_provided_id.as_ref()),
        ] {
            if let Some(value) = value {
                let _ = write!(name, " {attribute}=\"{}\"", escape(value.as_str()));
            }
        }
        let value = if faults.has(Fault::LogoutRequestNameId) { "C=DK,CN=Somebody else" } else { &name_id.value };
        let _ = write!(name, ">{}</saml:NameID>", escape(value));
        let index = session_index.filter(|_| !faults.has(Fault::LogoutRequestWithoutSessionIndex));
        let index = index.map(|i| if faults.has(Fault::LogoutRequestSessionIndex) { "_another" } else { i });
        let index = index.map(|i| format!("<samlp:SessionIndex>{}</samlp:SessionIndex>", escape(i)));
        let message = format!(
            "<samlp:LogoutRequest xmlns:samlp=\"{}\" xmlns:saml=\"{}\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{}\" \
             Destination=\"{}\" NotOnOrAfter=\"{}\" Reason=\"urn:oasis:names:tc:SAML:2.0:logout:user\">\
             <saml:Issuer>{}</saml:Issuer>{name}{}</samlp:LogoutRequest>",
            ns::PROTOCOL,
            ns::ASSERTION,
            instant(at),
            escape(destination),
            instant(until),
            escape(self.named(Fault::LogoutRequestIssuer).as_str()),
            index.unwrap_or_default(),
        );
        let signing = signing(faults, &self.signing, Fault::LogoutRequestUnsigned, Fault::LogoutRequestSha1);
        query(location, Parameter::Request, &message, None, &signing)
    }

    /// The address that answers the identity provider's LogoutRequest.
    pub(super) fn logout_response(
        &self,
        location: &str,
        in_response_to: &str,
        relay_state: Option<&str>,
    ) -> Result<String, SystemError> {
        let faults = &self.faults;
        let unrelated = faults.has(Fault::LogoutResponseInResponseTo).then_some("_another");
        let message = LogoutResponse {
            id: Some(random_id()?),
            in_response_to: Some(unrelated.unwrap_or(in_response_to).to_owned()),
            version: Some("2.0".to_owned()),
            issue_instant: Some(instant(self.now()).parse().map_err(|_| SystemError::Message)?),
            destination: Some(location.to_owned()),
            consent: None,
            issuer: Some(issuer(&self.entity_id)),
            signature: None,
            status: Some(Status {
                status_code: StatusCode { value: Some(status::SUCCESS.to_owned()) },
                status_message: None,
                status_detail: None,
            }),
        };
        let relay_state = relay_state.filter(|_| !faults.has(Fault::LogoutResponseRelayState));
        let signing = signing(faults, &self.signing, Fault::LogoutResponseUnsigned, Fault::LogoutResponseSha1);
        query(location, Parameter::Response, &xml(&message)?, relay_state, &signing)
    }

    /// The entityID, with a slash at its end when the fault is on.
    fn named(&self, fault: Fault) -> String {
        if self.faults.has(fault) { format!("{}/", self.entity_id) } else { self.entity_id.clone() }
    }
}

fn sep(page: &str) -> char {
    if page.contains('?') { '&' } else { '?' }
}

fn signing<'k>(faults: &Faults, key: &'k PKeyRef<Private>, unsigned: Fault, sha1: Fault) -> Signing<'k> {
    if faults.has(unsigned) {
        Signing::Nobody
    } else if faults.has(sha1) {
        Signing::Sha1(key)
    } else {
        Signing::Sha256(key)
    }
}

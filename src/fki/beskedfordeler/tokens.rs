//! The tokens: SAML holder-of-key assertions as the token service issues them (fki-security.md 8.3), and how broker and exchange
//! read the ones they are shown.

use crate::digest::sha256_hex;
use crate::fki::identity_provider::SigningKey;
use crate::fki::{FkiError, instant, new_id};
use crate::saml::metadata::Certificate;
use crate::saml::privileges::{CVR_SCOPE, Namespace, PrivilegeGroup, PrivilegeList};
use crate::saml::signature::{KeyInfo, SigningOptions, sign_element, verify_child};
use crate::saml::{name_id_format, ns, xml};
use crate::subject::distribution::recording::TokenSeen;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use quick_xml::escape::escape;
use std::fmt::Write;
use uppsala::{Document, NodeId};

/// AppliesTo of BeskedHent.
pub const RECEIVE: &str = "http://entityid.kombit.dk/service/bfo_modtag/2";
/// AppliesTo of BeskedAfsend.
pub const SEND: &str = "http://entityid.kombit.dk/service/bfo_afsend/2";
/// Life of a token, seconds, unless the trial wants another (fki-security.md 8.3).
pub const LIFE: u32 = 8 * 3600;
/// Largest text that is read as a token. Real ones have 8 to 64 kB.
pub const MAX_TOKEN: usize = 256 * 1024;

const CVR: &str = "dk:gov:saml:attribute:CvrNumberIdentifier";

/// What is wrong with a token request. Kept in recordings by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The request cannot be read.
    Malformed,
    /// No client certificate in TLS (REST).
    NoCertificate,
    /// The certificate that asks is not the registered one.
    NotRegistered,
    /// RequestType is not Issue.
    RequestType,
    /// TokenType is not SAML 2.0.
    TokenType,
    /// KeyType is not PublicKey.
    KeyType,
    /// AppliesTo is no service that is known.
    AppliesTo,
    /// No CVR number, or none of eight digits.
    Cvr,
    /// A CVR number that the system has no agreement for.
    CvrNotServed,
    /// No UseKey, or no certificate in it.
    UseKey,
    /// UseKey is another certificate than the one that asks.
    UseKeyOther,
    /// OnBehalfOf, which nobody is registered for here.
    OnBehalfOf,
    /// Content type is not the one of the interface. Noted, and answered all the same.
    ContentType,
    /// SOAP is not version 1.2.
    SoapVersion,
    /// Action is not RST/Issue.
    Action,
    /// Not exactly one MessageID, or an empty one.
    MessageId,
    /// To is absent, or not this endpoint. Noted, and answered all the same: the probe may be reached under several names.
    To,
    /// No Timestamp, one that is over or lies ahead, or one that lives longer than five minutes.
    Timestamp,
    /// The signature is absent or does not verify, or its algorithms are not accepted.
    Signature,
    /// The signature covers too little.
    Coverage,
    /// The signature does not cover the BinarySecurityToken (ProtectTokens). Noted, and answered all the same: official samples
    /// lack it.
    TokenNotProtected,
    /// A message that came before.
    Replay,
    /// Not exactly one claim, the CVR number, in the right dialect.
    Claims,
}

impl Fault {
    /// Its name in recordings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NoCertificate => "no-certificate",
            Self::NotRegistered => "not-registered",
            Self::RequestType => "request-type",
            Self::TokenType => "token-type",
            Self::KeyType => "key-type",
            Self::AppliesTo => "applies-to",
            Self::Cvr => "cvr",
            Self::CvrNotServed => "cvr-not-served",
            Self::UseKey => "use-key",
            Self::UseKeyOther => "use-key-other",
            Self::OnBehalfOf => "on-behalf-of",
            Self::ContentType => "content-type",
            Self::SoapVersion => "soap-version",
            Self::Action => "action",
            Self::MessageId => "message-id",
            Self::To => "to",
            Self::Timestamp => "timestamp",
            Self::Signature => "signature",
            Self::Coverage => "coverage",
            Self::TokenNotProtected => "token-not-protected",
            Self::Replay => "replay",
            Self::Claims => "claims",
        }
    }

    /// Whether a request with it is answered all the same.
    #[must_use]
    pub const fn is_noted_only(self) -> bool {
        matches!(self, Self::ContentType | Self::To | Self::TokenNotProtected)
    }

    /// The fault code of the token service (OIO WS-Trust, fki-security.md 8.2). Which real fault gives which code is not known in
    /// every case.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::AppliesTo => 104,
            Self::NoCertificate | Self::NotRegistered | Self::UseKeyOther => 5607,
            Self::CvrNotServed => 101,
            Self::Cvr | Self::Claims => 5015,
            Self::OnBehalfOf | Self::RequestType | Self::TokenType | Self::KeyType | Self::SoapVersion => 110,
            _ => 103,
        }
    }
}

/// A token to make.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order<'a> {
    pub(super) applies_to: &'a str,
    pub(super) cvr: &'a str,
    /// Certificate of the holder, DER.
    pub(super) holder: &'a [u8],
    pub(super) seconds: u32,
}

/// A token that was made.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) id: String,
    pub(super) xml: String,
    pub(super) not_before: Timestamp,
    pub(super) not_on_or_after: Timestamp,
}

/// Issues tokens and knows them again.
#[derive(Debug)]
pub(super) struct TokenMint {
    pub(super) issuer: String,
    pub(super) key: SigningKey,
}

impl TokenMint {
    pub(super) fn issue(&self, order: Order<'_>, at: Timestamp) -> Result<Issued, FkiError> {
        let id = new_id()?;
        let life = SignedDuration::from_secs(order.seconds.into());
        let end = at.checked_add(life).map_err(|_| FkiError::Instant)?;
        let (from, until) = (instant(at), instant(end));
        let privileges = PrivilegeList {
            namespace: Namespace::Itst,
            groups: vec![PrivilegeGroup {
                scope: format!("{CVR_SCOPE}{}", order.cvr),
                privileges: vec![format!("{}/servicesystemrole/kravprobe/1", order.applies_to)],
                constraints: Vec::new(),
            }],
        };
        let mut attributes = String::new();
        for (name, value) in [
            (CVR, order.cvr),
            ("dk:gov:saml:attribute:AssuranceLevel", "3"),
            ("dk:gov:saml:attribute:SpecVer", "DK-SAML-2.0"),
            ("dk:gov:saml:attribute:KombitSpecVer", "1.0"),
            ("dk:gov:saml:attribute:Privileges_intermediate", &privileges.to_attribute()),
        ] {
            // Writing to a String does not fail.
            let _ = write!(
                attributes,
                "<Attribute Name=\"{name}\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\">\
                 <AttributeValue>{}</AttributeValue></Attribute>",
                escape(value)
            );
        }
        let subject = crate::pki::certificate::Certificate::read(order.holder)
            .map(|certificate| certificate.subject.to_string())
            .unwrap_or_default();
        let service = escape(order.applies_to);
        let unsigned = format!(
            "<Assertion xmlns=\"{}\" ID=\"{id}\" IssueInstant=\"{from}\" Version=\"2.0\">\
             <Issuer Format=\"{}\">{}</Issuer>\
             <Subject><NameID Format=\"{}\">{}</NameID>\
             <SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:holder-of-key\">\
             <SubjectConfirmationData xmlns:a=\"{}\" a:type=\"KeyInfoConfirmationDataType\" NotBefore=\"{from}\" \
             NotOnOrAfter=\"{until}\" Recipient=\"{service}\"><KeyInfo xmlns=\"{}\"><X509Data><X509Certificate>{}</X509Certificate>\
             </X509Data></KeyInfo></SubjectConfirmationData></SubjectConfirmation></Subject>\
             <Conditions NotBefore=\"{from}\" NotOnOrAfter=\"{until}\"><AudienceRestriction><Audience>{service}</Audience>\
             </AudienceRestriction></Conditions><AttributeStatement>{attributes}</AttributeStatement>\
             <AuthnStatement AuthnInstant=\"{from}\"><AuthnContext>\
             <AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509</AuthnContextClassRef></AuthnContext>\
             </AuthnStatement></Assertion>",
            ns::ASSERTION,
            name_id_format::ENTITY,
            escape(&self.issuer),
            name_id_format::X509_SUBJECT_NAME,
            escape(&subject),
            ns::XSI,
            ns::DSIG,
            STANDARD.encode(order.holder),
        );
        let key_info = KeyInfo::Certificate(&self.key.certificate);
        let xml = sign_element(&unsigned, &id, &self.key.key, key_info, SigningOptions::default())?;
        Ok(Issued { id, xml, not_before: at, not_on_or_after: end })
    }

    /// Reads what was shown as a token; `None` when it is no SAML assertion.
    pub(super) fn read(&self, shown: &[u8]) -> Option<TokenSeen> {
        if shown.len() > MAX_TOKEN {
            return None;
        }
        let text = xml::decode(shown).ok()?;
        let document = xml::parse(text).ok()?;
        let root = document.document_element()?;
        if !document.element(root)?.matches_name_ns(ns::ASSERTION, "Assertion") {
            return None;
        }
        let conditions = child(&document, root, "Conditions");
        let audience = conditions
            .and_then(|c| child(&document, c, "AudienceRestriction"))
            .and_then(|r| child(&document, r, "Audience"));
        let end = conditions.and_then(|c| document.get_attribute(c, "NotOnOrAfter"));
        let cvr = child(&document, root, "AttributeStatement").and_then(|statement| {
            let attributes = document.child_elements_by_name_ns(statement, ns::ASSERTION, "Attribute");
            let cvr = attributes.into_iter().find(|a| document.get_attribute(*a, "Name") == Some(CVR))?;
            child(&document, cvr, "AttributeValue")
        });
        let words =
            |node: Option<NodeId>| node.map(|n| clean(document.text_content_deep(n).trim(), 256)).unwrap_or_default();
        Some(TokenSeen {
            id: clean(document.get_attribute(root, "ID").unwrap_or_default(), 256),
            ours: verify_child(text, &document, root, std::slice::from_ref(&self.key.certificate)).is_ok(),
            audience: words(audience),
            cvr: words(cvr),
            not_on_or_after: end.and_then(|end| end.parse().ok()),
            holder: holder(&document, root),
        })
    }
}

/// SHA-256 of the holder's certificate, when there is exactly one.
fn holder(document: &Document<'_>, assertion: NodeId) -> Option<String> {
    let subject = child(document, assertion, "Subject")?;
    let found: Vec<NodeId> = document
        .descendants(subject)
        .into_iter()
        .filter(|n| document.element(*n).is_some_and(|e| e.matches_name_ns(ns::DSIG, "X509Certificate")))
        .collect();
    let [only] = found.as_slice() else { return None };
    Certificate::read(&document.text_content_deep(*only)).sha256()
}

fn child(document: &Document<'_>, parent: NodeId, local: &str) -> Option<NodeId> {
    document.first_child_element_by_name_ns(parent, ns::ASSERTION, local)
}

/// Why a broker or an exchange refuses a token; `None` when it takes it.
pub(super) fn refusal(token: &TokenSeen, client: Option<&[u8]>, at: Timestamp) -> Option<&'static str> {
    if !token.ours {
        return Some("the token was not issued by this token service, or was changed");
    }
    if token.not_on_or_after.is_none_or(|end| end <= at) {
        return Some("the token is over");
    }
    match (client.map(sha256_hex), &token.holder) {
        (Some(client), Some(holder)) if client == *holder => {}
        (None, _) => return Some("no client certificate was presented in TLS"),
        _ => return Some("the client certificate in TLS is not the one that the token is bound to"),
    }
    if ![RECEIVE, SEND].contains(&token.audience.as_str()) {
        return Some("the token is for another service");
    }
    None
}

/// Text of somebody else's, short and without what must not be kept.
pub(super) fn clean(text: &str, max: usize) -> String {
    if uuid::Uuid::try_parse(text).is_ok() {
        return text.to_owned();
    }
    let cut: String = text.chars().take(max).collect();
    let redacted = crate::evidence::redact::redact(cut.as_bytes(), "text/plain");
    String::from_utf8_lossy(&redacted.bytes).into_owned()
}

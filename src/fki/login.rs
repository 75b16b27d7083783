//! A login as the identity provider answers it: who logs in, what the system is registered for, and the Assertion made of both.

use super::{FkiError, IdentityProvider, Style, instant, mutation, new_id};
use crate::saml::encryption::escape_name;
use crate::saml::privileges::{CVR_SCOPE, Constraint, Namespace, PrivilegeGroup, PrivilegeList, attribute, text};
use crate::saml::{name_id_format, ns};
use crate::target::saml::{AttributeProfile, LevelOfAssurance, NameIdKind, Role};
use crate::trial::Mutation;
use base64::Engine;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How long a Response may be used (the Context Handler: five minutes).
pub const VALIDITY: SignedDuration = SignedDuration::from_mins(5);

/// The identity provider where the user logged in, as the Context Handler names it in AuthenticatingAuthority.
const AUTHENTICATING_AUTHORITY: &str = "https://saml.local-idp.kravprobe.example/runtime";
/// Attributes that carry the level of assurance: OIOSAML 3 and OIOSAML 2.
pub(super) const LEVELS: [&str; 2] =
    ["https://data.gov.dk/concept/core/nsis/loa", "dk:gov:saml:attribute:AssuranceLevel"];
/// AuthnContextClassRef of OIOSAML 2.
const X509_CLASS: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509";

/// Who logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Common name (CN).
    pub common_name: String,
    /// UUID.
    pub serial: String,
    /// CVR number of the organisation.
    pub cvr: String,
    /// Name of the organisation.
    pub organisation: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Level of assurance.
    pub level: LevelOfAssurance,
    /// Whole NameID value, when it is not made of the fields above.
    pub name_id: Option<String>,
    /// Brugersystemroller.
    pub roles: Vec<Role>,
    /// Further attributes, by name.
    pub attributes: BTreeMap<String, String>,
}

impl Person {
    /// The value of the NameID: X509SubjectName as the Context Handler writes it, persistent as OIOSAML 3 asks, transient new
    /// each time.
    fn name_id(&self, kind: NameIdKind) -> String {
        const PROFESSIONAL: &str = "https://data.gov.dk/model/core/eid/professional/uuid/";
        if let Some(whole) = &self.name_id {
            return whole.clone();
        }
        match kind {
            NameIdKind::X509SubjectName => {
                format!("C=DK,O={},CN={},Serial={}", self.cvr, escape_name(&self.common_name), self.serial)
            }
            NameIdKind::Persistent => format!("{PROFESSIONAL}{}", self.serial),
            NameIdKind::Transient => format!("{PROFESSIONAL}{}", uuid::Uuid::new_v4()),
        }
    }

    fn privileges(&self, namespace: Namespace) -> Option<String> {
        let group = |role: &Role| PrivilegeGroup {
            scope: format!("{CVR_SCOPE}{}", role.cvr.as_ref().unwrap_or(&self.cvr)),
            privileges: vec![role.uri.clone()],
            constraints: role
                .constraint
                .iter()
                .flat_map(|(name, values)| {
                    values.iter().map(|value| Constraint { name: name.clone(), value: value.clone() })
                })
                .collect(),
        };
        let list = PrivilegeList { namespace, groups: self.roles.iter().map(group).collect() };
        (!list.groups.is_empty()).then(|| list.to_attribute())
    }
}

/// What a system is registered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Which attributes.
    pub attributes: AttributeProfile,
    /// Which NameID.
    pub name_id: NameIdKind,
    /// Whether good assertions are encrypted.
    pub encrypted: bool,
    /// Lowest level that it lets in.
    pub minimum_level: Option<LevelOfAssurance>,
}

/// The system that a Response is for.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// entityID.
    pub entity_id: &'a str,
    /// AssertionConsumerService Location.
    pub acs: &'a str,
    /// Certificate to encrypt for, DER.
    pub encryption_certificate: Option<&'a [u8]>,
}

/// A Response to make.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// For whom.
    pub to: Recipient<'a>,
    /// ID of the request that it answers.
    pub in_response_to: Option<&'a str>,
    /// Who logs in.
    pub person: &'a Person,
    /// Who does not, for the mutations that forge an identity.
    pub forged: Option<&'a Person>,
    /// What the system is registered for.
    pub shape: Shape,
    /// What is done to the good message, in this order.
    pub mutations: &'a [Mutation],
    /// The present.
    pub at: Timestamp,
}

/// A Response that was made.
#[derive(Clone, Debug)]
pub struct Response {
    /// The message, before any binding.
    pub xml: String,
    /// Its ID.
    pub id: String,
    /// Value of the NameID, as a reader of all its text reads it.
    pub name_id: String,
    /// Format of the NameID.
    pub name_id_format: String,
    /// SessionIndex.
    pub session_index: String,
    /// ID of the Assertion; of the original one, where another is forged beside it.
    pub assertion_id: String,
    /// CVR number of the user's organisation.
    pub cvr: String,
}

impl IdentityProvider {
    /// Makes a Response.
    pub fn response(&self, order: &Order<'_>) -> Result<Response, FkiError> {
        mutation::respond(self, order)
    }
}

/// Format URI of a kind of NameID.
#[must_use]
pub const fn format_of(kind: NameIdKind) -> &'static str {
    match kind {
        NameIdKind::X509SubjectName => name_id_format::X509_SUBJECT_NAME,
        NameIdKind::Persistent => name_id_format::PERSISTENT,
        NameIdKind::Transient => name_id_format::TRANSIENT,
    }
}

/// Everything that a Response says, before it is XML. Mutations before signing change this.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    pub(super) response_id: String,
    pub(super) assertion_id: String,
    pub(super) at: Timestamp,
    pub(super) issuer: String,
    pub(super) destination: String,
    pub(super) recipient: String,
    pub(super) audience: String,
    pub(super) in_response_to: Option<String>,
    pub(super) session_index: String,
    pub(super) level: LevelOfAssurance,
    pub(super) person: Person,
    pub(super) name_id: String,
    /// Text after a comment in the NameID.
    pub(super) name_id_tail: Option<&'a str>,
    shape: Shape,
    style: Style,
}

impl<'a> Draft<'a> {
    /// A good message.
    pub(super) fn new(provider: &IdentityProvider, order: &Order<'a>) -> Result<Self, FkiError> {
        let mut session = [0; 16];
        openssl::rand::rand_bytes(&mut session)?;
        Ok(Self {
            response_id: new_id()?,
            assertion_id: new_id()?,
            at: order.at,
            issuer: provider.entity_id.clone(),
            destination: order.to.acs.to_owned(),
            recipient: order.to.acs.to_owned(),
            audience: order.to.entity_id.to_owned(),
            in_response_to: order.in_response_to.map(str::to_owned),
            session_index: base64::engine::general_purpose::STANDARD.encode(session),
            level: order.person.level,
            person: order.person.clone(),
            name_id: order.person.name_id(order.shape.name_id),
            name_id_tail: None,
            shape: order.shape,
            style: provider.style,
        })
    }

    /// The same message about somebody else.
    pub(super) fn about(&self, person: &Person) -> Self {
        Self { person: person.clone(), name_id: person.name_id(self.shape.name_id), name_id_tail: None, ..self.clone() }
    }

    /// The NameID as a reader of all its text reads it.
    pub(super) fn whole_name_id(&self) -> String {
        format!("{}{}", self.name_id, self.name_id_tail.unwrap_or_default())
    }

    /// The NameID of another person, of the kind that the system is registered for.
    pub(super) fn name_id_of(&self, person: &Person) -> String {
        person.name_id(self.shape.name_id)
    }

    /// Format of the NameID.
    pub(super) const fn name_id_format(&self) -> &'static str {
        format_of(self.shape.name_id)
    }

    /// The Response around these parts; `signature` is its own, or empty.
    pub(super) fn response(&self, id: &str, signature: &str, extensions: &str, assertions: &[String]) -> String {
        format!(
            "<samlp:Response xmlns:samlp=\"{}\" xmlns:saml=\"{}\" ID=\"{}\" Version=\"2.0\" IssueInstant=\"{}\" \
             Destination=\"{}\"{}><saml:Issuer>{}</saml:Issuer>{signature}{extensions}<samlp:Status><samlp:StatusCode \
             Value=\"{}\"/></samlp:Status>{}</samlp:Response>",
            ns::PROTOCOL,
            ns::ASSERTION,
            attribute(id),
            instant(self.at),
            attribute(&self.destination),
            self.in_response_to_attribute(),
            text(&self.issuer),
            crate::saml::status::SUCCESS,
            assertions.concat(),
        )
    }

    fn in_response_to_attribute(&self) -> String {
        self.in_response_to.as_ref().map(|id| format!(" InResponseTo=\"{}\"", attribute(id))).unwrap_or_default()
    }

    /// The Assertion, unsigned. It stands alone: it declares the namespaces it uses.
    pub(super) fn assertion(&self) -> Result<String, FkiError> {
        let end = instant(self.at.checked_add(VALIDITY).map_err(|_| FkiError::Instant)?);
        let now = instant(self.at);
        let tail = self.name_id_tail.map(|tail| format!("<!-- -->{}", text(tail))).unwrap_or_default();
        let class = match self.shape.attributes {
            AttributeProfile::Oiosaml2 => X509_CLASS.to_owned(),
            AttributeProfile::Oiosaml3 | AttributeProfile::Plain => self.level.uri(),
        };
        let authority = match self.style {
            Style::ContextHandler => {
                format!("<saml:AuthenticatingAuthority>{AUTHENTICATING_AUTHORITY}</saml:AuthenticatingAuthority>")
            }
            Style::Nemlogin => String::new(),
        };
        Ok(format!(
            "<saml:Assertion xmlns:saml=\"{}\" ID=\"{}\" Version=\"2.0\" IssueInstant=\"{now}\">\
             <saml:Issuer>{}</saml:Issuer><saml:Subject><saml:NameID Format=\"{}\">{}{tail}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData{} \
             NotOnOrAfter=\"{end}\" Recipient=\"{}\"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions \
             NotBefore=\"{now}\" NotOnOrAfter=\"{end}\"><saml:AudienceRestriction><saml:Audience>{}</saml:Audience>\
             </saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant=\"{now}\" \
             SessionIndex=\"{}\"><saml:AuthnContext><saml:AuthnContextClassRef>{class}</saml:AuthnContextClassRef>\
             {authority}</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{}</saml:AttributeStatement>\
             </saml:Assertion>",
            ns::ASSERTION,
            attribute(&self.assertion_id),
            text(&self.issuer),
            self.name_id_format(),
            text(&self.name_id),
            self.in_response_to_attribute(),
            attribute(&self.recipient),
            text(&self.audience),
            attribute(&self.session_index),
            self.attributes().iter().map(|(name, value)| self.attribute(name, value)).collect::<String>(),
        ))
    }

    /// Names and values, in the order of the Context Handler's own sample.
    fn attributes(&self) -> Vec<(String, String)> {
        let person = &self.person;
        // Without an X509SubjectName nothing else carries the name; NemLog-in sends it anyhow.
        let named = self.style == Style::Nemlogin || self.shape.name_id != NameIdKind::X509SubjectName;
        let common_name = named.then(|| person.common_name.clone());
        let mut list: Vec<(&str, Option<String>)> = match self.shape.attributes {
            AttributeProfile::Oiosaml3 => {
                let kombit = self.style == Style::ContextHandler;
                vec![
                    (LEVELS[0], Some(self.level.name().to_owned())),
                    ("https://data.gov.dk/model/core/eid/email", person.email.clone()),
                    ("https://data.gov.dk/model/core/specVersion", Some("OIO-SAML-3.0".to_owned())),
                    ("dk:gov:saml:attribute:KombitSpecVer", kombit.then(|| "2.0".to_owned())),
                    ("https://data.gov.dk/model/core/eid/fullName", common_name),
                    (
                        "https://data.gov.dk/model/core/eid/professional/uuid/persistent",
                        (!kombit).then(|| format!("urn:uuid:{}", person.serial)),
                    ),
                    ("https://data.gov.dk/model/core/eid/professional/cvr", Some(person.cvr.clone())),
                    ("https://data.gov.dk/model/core/eid/professional/orgName", Some(person.organisation.clone())),
                    ("https://data.gov.dk/model/core/eid/privilegesIntermediate", person.privileges(Namespace::Digst)),
                ]
            }
            AttributeProfile::Oiosaml2 => vec![
                ("dk:gov:saml:attribute:KombitSpecVer", Some("1.0".to_owned())),
                ("dk:gov:saml:attribute:CvrNumberIdentifier", Some(person.cvr.clone())),
                ("dk:gov:saml:attribute:Privileges_intermediate", person.privileges(Namespace::Itst)),
                (LEVELS[1], Some(self.level.nist().to_string())),
                ("dk:gov:saml:attribute:SpecVer", Some("DK-SAML-2.0".to_owned())),
                ("urn:oid:2.5.4.3", common_name),
                ("urn:oid:0.9.2342.19200300.100.1.3", person.email.clone()),
            ],
            AttributeProfile::Plain => vec![("cn", Some(person.common_name.clone())), ("mail", person.email.clone())],
        };
        // A further attribute replaces one of ours, but never the level: trials on levels would change half of it.
        list.retain(|(name, _)| LEVELS.contains(name) || !person.attributes.contains_key(*name));
        let own = list.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let further = person.attributes.iter().filter(|(name, _)| !LEVELS.contains(&name.as_str()));
        own.chain(further.map(|(name, value)| (name.clone(), value.clone()))).collect()
    }

    fn attribute(&self, name: &str, value: &str) -> String {
        let uri = name.contains(':') && self.shape.attributes != AttributeProfile::Oiosaml2;
        // The Context Handler's values are untyped; NemLog-in's are xs:string.
        let kind = match self.style {
            Style::ContextHandler => String::new(),
            Style::Nemlogin => format!(" xmlns:xs=\"{}\" xmlns:xsi=\"{}\" xsi:type=\"xs:string\"", ns::XS, ns::XSI),
        };
        format!(
            "<saml:Attribute Name=\"{}\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:{}\">\
             <saml:AttributeValue{kind}>{}</saml:AttributeValue></saml:Attribute>",
            attribute(name),
            if uri { "uri" } else { "basic" },
            text(value),
        )
    }
}

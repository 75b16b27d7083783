//! Typed, bounded reading of the messages that a system under test sends: AuthnRequest, LogoutRequest, LogoutResponse.
//!
//! Reading judges nothing but the form: whether an instant is fresh or an Issuer right is a check's business, so attributes are
//! kept as they stand. Text is the concatenation of all text nodes, never the first one (comments split text for some parsers).

use super::{XmlProblem, ns, xml};
use thiserror::Error;
use uppsala::{Document, NodeId};

/// Most values that are read of anything that repeats.
pub const MAX_VALUES: usize = 50;

/// Why a message cannot be read as what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProtocolProblem {
    /// Not XML within the bounds.
    #[error("{0}")]
    Xml(#[from] XmlProblem),
    /// Another document element.
    #[error("the document element is {found:?}, not samlp:{expected}")]
    Root {
        /// Local name that was expected.
        expected: &'static str,
        /// Name found.
        found: String,
    },
    /// Something that must be there is not.
    #[error("there is no {0}")]
    Missing(&'static str),
    /// Something that may be there once stands more than once.
    #[error("there is more than one {0}")]
    Repeated(&'static str),
    /// More values than are read.
    #[error("there are more than {MAX_VALUES} {0}")]
    TooMany(&'static str),
    /// Not a truth value of XML Schema.
    #[error("the attribute {0} is neither true nor false")]
    Boolean(&'static str),
}

/// What every message has (SAML core 3.2.1, 3.2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `ID`.
    pub id: String,
    /// `Version`.
    pub version: Option<String>,
    /// `IssueInstant`, as written.
    pub issue_instant: Option<String>,
    /// `Destination`.
    pub destination: Option<String>,
    /// `Consent`.
    pub consent: Option<String>,
    /// `saml:Issuer`.
    pub issuer: Option<Name>,
    /// Whether the message carries a `ds:Signature` of its own, which the Redirect binding forbids.
    pub signed_inside: bool,
    /// Whether there is a `samlp:Extensions`.
    pub extensions: bool,
}

/// An Issuer or NameID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The text.
    pub value: String,
    /// `Format`.
    pub format: Option<String>,
    /// `NameQualifier`.
    pub name_qualifier: Option<String>,
    /// `SPNameQualifier`.
    pub sp_name_qualifier: Option<String>,
    /// `SPProvidedID`.
    pub sp_provided_id: Option<String>,
}

/// `samlp:AuthnRequest`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthnRequest {
    /// What every message has.
    pub header: Header,
    /// `AssertionConsumerServiceURL`.
    pub acs_url: Option<String>,
    /// `AssertionConsumerServiceIndex`, as written.
    pub acs_index: Option<String>,
    /// `AttributeConsumingServiceIndex`, as written.
    pub attribute_index: Option<String>,
    /// `ProtocolBinding`.
    pub protocol_binding: Option<String>,
    /// `ProviderName`.
    pub provider_name: Option<String>,
    /// `ForceAuthn`.
    pub force_authn: Option<bool>,
    /// `IsPassive`.
    pub is_passive: Option<bool>,
    /// `samlp:NameIDPolicy`.
    pub name_id_policy: Option<NameIdPolicy>,
    /// `samlp:RequestedAuthnContext`.
    pub requested_authn_context: Option<RequestedAuthnContext>,
    /// Whether there is a `saml:Subject` (a login hint).
    pub subject: bool,
    /// `saml:Audience`s of `saml:Conditions`.
    pub audiences: Vec<String>,
    /// `samlp:RequesterID`s of `samlp:Scoping`; `Some` when there is a Scoping.
    pub scoping: Option<Vec<String>>,
}

/// `samlp:NameIDPolicy`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameIdPolicy {
    /// `Format`.
    pub format: Option<String>,
    /// `SPNameQualifier`.
    pub sp_name_qualifier: Option<String>,
    /// `AllowCreate`.
    pub allow_create: Option<bool>,
}

/// `samlp:RequestedAuthnContext`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestedAuthnContext {
    /// `Comparison`; `exact` is meant when absent (SAML core 3.3.2.2.1).
    pub comparison: Option<String>,
    /// `saml:AuthnContextClassRef`s.
    pub class_refs: Vec<String>,
    /// `saml:AuthnContextDeclRef`s.
    pub declaration_refs: Vec<String>,
}

/// `samlp:LogoutRequest`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoutRequest {
    /// What every message has.
    pub header: Header,
    /// `saml:NameID`; `None` when it is encrypted, or something else identifies the user.
    pub name_id: Option<Name>,
    /// Whether there is a `saml:EncryptedID`.
    pub encrypted_id: bool,
    /// `samlp:SessionIndex`es.
    pub session_indexes: Vec<String>,
    /// `Reason`.
    pub reason: Option<String>,
    /// `NotOnOrAfter`, as written.
    pub not_on_or_after: Option<String>,
}

/// `samlp:LogoutResponse`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoutResponse {
    /// What every message has.
    pub header: Header,
    /// `InResponseTo`.
    pub in_response_to: Option<String>,
    /// `samlp:StatusCode` values, from the outermost to the innermost. At least one.
    pub status: Vec<String>,
    /// `samlp:StatusMessage`.
    pub status_message: Option<String>,
}

impl LogoutResponse {
    /// Whether the top-level status is Success and no second-level status takes it back.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self.status.as_slice(), [only] if only == super::status::SUCCESS)
    }
}

/// Reads an AuthnRequest.
pub fn read_authn_request(xml: &str) -> Result<AuthnRequest, ProtocolProblem> {
    let document = parse(xml)?;
    let reader = Reader { document: &document };
    let root = reader.root("AuthnRequest")?;
    let policy = reader.optional(root, ns::PROTOCOL, "NameIDPolicy")?;
    let policy = policy.map(|n| {
        Ok::<_, ProtocolProblem>(NameIdPolicy {
            format: reader.attribute(n, "Format"),
            sp_name_qualifier: reader.attribute(n, "SPNameQualifier"),
            allow_create: reader.boolean(n, "AllowCreate")?,
        })
    });
    let context = reader.optional(root, ns::PROTOCOL, "RequestedAuthnContext")?;
    let context = context.map(|n| {
        Ok::<_, ProtocolProblem>(RequestedAuthnContext {
            comparison: reader.attribute(n, "Comparison"),
            class_refs: reader.texts(n, ns::ASSERTION, "AuthnContextClassRef")?,
            declaration_refs: reader.texts(n, ns::ASSERTION, "AuthnContextDeclRef")?,
        })
    });
    let mut audiences = Vec::new();
    if let Some(conditions) = reader.optional(root, ns::ASSERTION, "Conditions")? {
        for restriction in reader.children(conditions, ns::ASSERTION, "AudienceRestriction") {
            audiences.extend(reader.texts(restriction, ns::ASSERTION, "Audience")?);
            if audiences.len() > MAX_VALUES {
                return Err(ProtocolProblem::TooMany("Audience"));
            }
        }
    }
    let scoping = reader.optional(root, ns::PROTOCOL, "Scoping")?;
    Ok(AuthnRequest {
        header: reader.header(root)?,
        acs_url: reader.attribute(root, "AssertionConsumerServiceURL"),
        acs_index: reader.attribute(root, "AssertionConsumerServiceIndex"),
        attribute_index: reader.attribute(root, "AttributeConsumingServiceIndex"),
        protocol_binding: reader.attribute(root, "ProtocolBinding"),
        provider_name: reader.attribute(root, "ProviderName"),
        force_authn: reader.boolean(root, "ForceAuthn")?,
        is_passive: reader.boolean(root, "IsPassive")?,
        name_id_policy: policy.transpose()?,
        requested_authn_context: context.transpose()?,
        subject: reader.optional(root, ns::ASSERTION, "Subject")?.is_some(),
        audiences,
        scoping: scoping.map(|n| reader.texts(n, ns::PROTOCOL, "RequesterID")).transpose()?,
    })
}

/// Reads a LogoutRequest.
pub fn read_logout_request(xml: &str) -> Result<LogoutRequest, ProtocolProblem> {
    let document = parse(xml)?;
    let reader = Reader { document: &document };
    let root = reader.root("LogoutRequest")?;
    let name_id = reader.optional(root, ns::ASSERTION, "NameID")?;
    let encrypted_id = reader.optional(root, ns::ASSERTION, "EncryptedID")?.is_some();
    let base_id = reader.optional(root, ns::ASSERTION, "BaseID")?.is_some();
    match usize::from(name_id.is_some()) + usize::from(encrypted_id) + usize::from(base_id) {
        0 => return Err(ProtocolProblem::Missing("NameID")),
        1 => {}
        _ => return Err(ProtocolProblem::Repeated("NameID, EncryptedID or BaseID")),
    }
    Ok(LogoutRequest {
        header: reader.header(root)?,
        name_id: name_id.map(|n| reader.name(n)),
        encrypted_id,
        session_indexes: reader.texts(root, ns::PROTOCOL, "SessionIndex")?,
        reason: reader.attribute(root, "Reason"),
        not_on_or_after: reader.attribute(root, "NotOnOrAfter"),
    })
}

/// Reads a LogoutResponse.
pub fn read_logout_response(xml: &str) -> Result<LogoutResponse, ProtocolProblem> {
    let document = parse(xml)?;
    let reader = Reader { document: &document };
    let root = reader.root("LogoutResponse")?;
    let status_node = reader.optional(root, ns::PROTOCOL, "Status")?.ok_or(ProtocolProblem::Missing("Status"))?;
    let mut status = Vec::new();
    let mut code = reader.optional(status_node, ns::PROTOCOL, "StatusCode")?;
    // The parser's bound on depth ends this.
    while let Some(node) = code {
        status.push(reader.attribute(node, "Value").ok_or(ProtocolProblem::Missing("Value of StatusCode"))?);
        code = reader.optional(node, ns::PROTOCOL, "StatusCode")?;
    }
    if status.is_empty() {
        return Err(ProtocolProblem::Missing("StatusCode"));
    }
    let message = reader.optional(status_node, ns::PROTOCOL, "StatusMessage")?;
    Ok(LogoutResponse {
        header: reader.header(root)?,
        in_response_to: reader.attribute(root, "InResponseTo"),
        status,
        status_message: message.map(|n| document.text_content_deep(n)),
    })
}

fn parse(text: &str) -> Result<Document<'_>, ProtocolProblem> {
    Ok(xml::parse(xml::decode(text.as_bytes())?)?)
}

struct Reader<'d> {
    document: &'d Document<'d>,
}

impl Reader<'_> {
    fn root(&self, expected: &'static str) -> Result<NodeId, ProtocolProblem> {
        let root = self.document.document_element().ok_or(ProtocolProblem::Missing("document element"))?;
        match self.document.element(root) {
            Some(element) if element.matches_name_ns(ns::PROTOCOL, expected) => Ok(root),
            found => Err(ProtocolProblem::Root {
                expected,
                found: found.map(|e| e.name.prefixed_name().into_owned()).unwrap_or_default(),
            }),
        }
    }

    fn children(&self, parent: NodeId, namespace: &str, local: &str) -> Vec<NodeId> {
        self.document.child_elements_by_name_ns(parent, namespace, local)
    }

    fn optional(
        &self,
        parent: NodeId,
        namespace: &str,
        local: &'static str,
    ) -> Result<Option<NodeId>, ProtocolProblem> {
        match self.children(parent, namespace, local)[..] {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            _ => Err(ProtocolProblem::Repeated(local)),
        }
    }

    fn texts(&self, parent: NodeId, namespace: &str, local: &'static str) -> Result<Vec<String>, ProtocolProblem> {
        let nodes = self.children(parent, namespace, local);
        if nodes.len() > MAX_VALUES {
            return Err(ProtocolProblem::TooMany(local));
        }
        Ok(nodes.into_iter().map(|n| self.document.text_content_deep(n)).collect())
    }

    /// An attribute without namespace: SAML's own have none, and one of another namespace is not SAML's.
    fn attribute(&self, node: NodeId, local: &str) -> Option<String> {
        let attributes = &self.document.element(node)?.attributes;
        let own = attributes.iter().find(|a| a.name.namespace_uri.is_none() && a.name.local_name == local)?;
        Some(own.value.to_string())
    }

    fn boolean(&self, node: NodeId, local: &'static str) -> Result<Option<bool>, ProtocolProblem> {
        match self.attribute(node, local).as_deref().map(str::trim) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(ProtocolProblem::Boolean(local)),
        }
    }

    fn name(&self, node: NodeId) -> Name {
        Name {
            value: self.document.text_content_deep(node),
            format: self.attribute(node, "Format"),
            name_qualifier: self.attribute(node, "NameQualifier"),
            sp_name_qualifier: self.attribute(node, "SPNameQualifier"),
            sp_provided_id: self.attribute(node, "SPProvidedID"),
        }
    }

    fn header(&self, root: NodeId) -> Result<Header, ProtocolProblem> {
        Ok(Header {
            id: self.attribute(root, "ID").filter(|id| !id.is_empty()).ok_or(ProtocolProblem::Missing("ID"))?,
            version: self.attribute(root, "Version"),
            issue_instant: self.attribute(root, "IssueInstant"),
            destination: self.attribute(root, "Destination"),
            consent: self.attribute(root, "Consent"),
            issuer: self.optional(root, ns::ASSERTION, "Issuer")?.map(|n| self.name(n)),
            signed_inside: !self.children(root, ns::DSIG, "Signature").is_empty(),
            extensions: self.optional(root, ns::PROTOCOL, "Extensions")?.is_some(),
        })
    }
}

//! Privilege lists of the OIO Basic Privilege Profile, as attributes carry them: read and written.
//!
//! Both namespaces are read, with and without constraints, in any order (fki-security.md 5: the Context Handler's own lists break
//! the schemas). What is not understood is an error and never skipped: a constraint overlooked is a right too many.

use super::{XmlProblem, ns, xml};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::escape::escape;
use std::fmt::Write;
use thiserror::Error;
use uppsala::{Document, NodeId, NodeKind};

/// Prefix of a scope that is an organisation's CVR number.
pub const CVR_SCOPE: &str = "urn:dk:gov:saml:cvrNumberIdentifier:";

/// The namespace of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// `http://digst.dk/oiosaml/basic_privilege_profile` (1.1 and 1.2), as the Context Handler sends to OIOSAML 3 systems.
    Digst,
    /// `http://itst.dk/oiosaml/basic_privilege_profile` (1.0.1), as it sends to OIOSAML 2 systems.
    Itst,
}

impl Namespace {
    /// The URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Digst => "http://digst.dk/oiosaml/basic_privilege_profile",
            Self::Itst => "http://itst.dk/oiosaml/basic_privilege_profile",
        }
    }
}

/// `PrivilegeList`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivilegeList {
    /// Its namespace.
    pub namespace: Namespace,
    /// Its groups, in order; the same group may come twice.
    pub groups: Vec<PrivilegeGroup>,
}

/// `PrivilegeGroup`: privileges that count within one scope and under constraints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrivilegeGroup {
    /// `Scope`.
    pub scope: String,
    /// `Privilege`s: URIs.
    pub privileges: Vec<String>,
    /// `Constraint`s; several of one name are several values.
    pub constraints: Vec<Constraint>,
}

/// `Constraint` (dataafgrænsning).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraint {
    /// `Name`: a URI.
    pub name: String,
    /// The value.
    pub value: String,
}

/// Why a list is not read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PrivilegeProblem {
    /// Not base64.
    #[error("the value is not base64")]
    Base64,
    /// Not XML within the bounds.
    #[error("{0}")]
    Xml(#[from] XmlProblem),
    /// Another document element.
    #[error("the document element {0:?} is not a PrivilegeList of a known namespace")]
    Root(String),
    /// Something that the profile does not know.
    #[error("{0:?} does not belong in a privilege list")]
    Unexpected(String),
    /// An attribute that must be there is not.
    #[error("there is no attribute {0}")]
    Missing(&'static str),
    /// A group without a privilege.
    #[error("a group holds no Privilege")]
    EmptyGroup,
}

impl PrivilegeList {
    /// Reads an attribute value: base64 of XML. White space between is allowed.
    pub fn from_attribute(value: &str) -> Result<Self, PrivilegeProblem> {
        if value.len() > xml::MAX_BYTES * 2 {
            return Err(XmlProblem::TooLarge { size: value.len(), limit: xml::MAX_BYTES * 2 }.into());
        }
        let value: String = value.split_ascii_whitespace().collect();
        Self::read(&STANDARD.decode(value).map_err(|_| PrivilegeProblem::Base64)?)
    }

    /// Reads the XML.
    pub fn read(bytes: &[u8]) -> Result<Self, PrivilegeProblem> {
        let document = xml::parse(xml::decode(bytes)?)?;
        let root = document.document_element().ok_or_else(|| PrivilegeProblem::Root(String::new()))?;
        let is = |namespace: Namespace| {
            document.element(root).is_some_and(|e| e.matches_name_ns(namespace.uri(), "PrivilegeList"))
        };
        let namespace = [Namespace::Digst, Namespace::Itst].into_iter().find(|n| is(*n));
        let namespace = namespace.ok_or_else(|| PrivilegeProblem::Root(name(&document, root)))?;
        let groups = elements(&document, root)?.into_iter().map(|n| group(&document, n)).collect::<Result<_, _>>()?;
        Ok(Self { namespace, groups })
    }

    /// The XML: privileges before constraints, as the schema of version 1.2 asks.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><bpp:PrivilegeList xmlns:bpp=\"{}\" xmlns:xsi=\"{}\">",
            self.namespace.uri(),
            ns::XSI
        );
        // Writing to a String does not fail.
        for group in &self.groups {
            let _ = write!(out, "<PrivilegeGroup Scope=\"{}\">", attribute(&group.scope));
            for privilege in &group.privileges {
                let _ = write!(out, "<Privilege>{}</Privilege>", text(privilege));
            }
            for constraint in &group.constraints {
                let (name, value) = (attribute(&constraint.name), text(&constraint.value));
                let _ = write!(out, "<Constraint Name=\"{name}\">{value}</Constraint>");
            }
            out.push_str("</PrivilegeGroup>");
        }
        out.push_str("</bpp:PrivilegeList>");
        out
    }

    /// The attribute value.
    #[must_use]
    pub fn to_attribute(&self) -> String {
        STANDARD.encode(self.to_xml())
    }
}

/// Escapes text; a carriage return would be read as a line feed.
pub(crate) fn text(value: &str) -> String {
    escape(value).replace('\r', "&#13;")
}

/// Escapes an attribute value; white space in it would be read as blanks.
pub(crate) fn attribute(value: &str) -> String {
    text(value).replace('\n', "&#10;").replace('\t', "&#9;")
}

fn group(document: &Document<'_>, node: NodeId) -> Result<PrivilegeGroup, PrivilegeProblem> {
    if !is(document, node, "PrivilegeGroup") {
        return Err(PrivilegeProblem::Unexpected(name(document, node)));
    }
    let mut group = PrivilegeGroup { scope: required(document, node, "Scope")?, ..PrivilegeGroup::default() };
    for part in elements(document, node)? {
        let value = only_text(document, part)?;
        if is(document, part, "Privilege") {
            group.privileges.push(value);
        } else if is(document, part, "Constraint") {
            group.constraints.push(Constraint { name: required(document, part, "Name")?, value });
        } else {
            return Err(PrivilegeProblem::Unexpected(name(document, part)));
        }
    }
    if group.privileges.is_empty() { Err(PrivilegeProblem::EmptyGroup) } else { Ok(group) }
}

/// Child elements; text between them is an error unless it is white space.
fn elements(document: &Document<'_>, node: NodeId) -> Result<Vec<NodeId>, PrivilegeProblem> {
    let mut found = Vec::new();
    for child in document.children_iter(node) {
        match document.node_kind(child) {
            Some(NodeKind::Element(_)) => found.push(child),
            Some(NodeKind::Text(t) | NodeKind::CData(t)) if !t.trim().is_empty() => {
                return Err(PrivilegeProblem::Unexpected(t.trim().chars().take(40).collect()));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn only_text(document: &Document<'_>, node: NodeId) -> Result<String, PrivilegeProblem> {
    match document.children_iter(node).find(|n| document.element(*n).is_some()) {
        Some(inside) => Err(PrivilegeProblem::Unexpected(name(document, inside))),
        None => Ok(document.text_content_deep(node)),
    }
}

/// Whether an element is the profile's: children are unqualified.
fn is(document: &Document<'_>, node: NodeId, local: &str) -> bool {
    document.element(node).is_some_and(|e| e.name.namespace_uri.is_none() && e.name.local_name == local)
}

fn required(document: &Document<'_>, node: NodeId, local: &'static str) -> Result<String, PrivilegeProblem> {
    let attributes = document.element(node).map(|e| e.attributes.as_slice()).unwrap_or_default();
    let found = attributes.iter().find(|a| a.name.namespace_uri.is_none() && a.name.local_name == local);
    found.map(|a| a.value.to_string()).ok_or(PrivilegeProblem::Missing(local))
}

fn name(document: &Document<'_>, node: NodeId) -> String {
    document.element(node).map(|e| e.name.prefixed_name().into_owned()).unwrap_or_default()
}

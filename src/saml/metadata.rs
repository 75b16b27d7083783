//! SAML metadata (saml-metadata-2.0-os) as typed values, read from the parsed document without judging it.

use super::ns;
use base64::Engine;
use uppsala::{Document, NodeId, NodeKind};
use x509_parser::prelude::{FromDer, X509Certificate};

/// One metadata document.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// Local name of the document element when it is in the metadata namespace, else its name with its namespace.
    pub root: String,
    /// The `EntityDescriptor`, when it is the document element.
    pub entity: Option<EntityDescriptor>,
    /// Comments anywhere in the document.
    pub comments: Vec<String>,
    /// Every attribute value and text that holds more than white space, for searches in the whole document. Base64 of
    /// certificates and signatures included.
    pub values: Vec<String>,
}

/// `md:EntityDescriptor`.
#[derive(Clone, Debug, Default)]
pub struct EntityDescriptor {
    /// `ID`, what the signature refers to.
    pub id: Option<String>,
    /// `entityID`.
    pub entity_id: Option<String>,
    /// Every `validUntil` and `cacheDuration` of the entity and its roles.
    pub lifetimes: Vec<Lifetime>,
    /// `SPSSODescriptor`s.
    pub service_providers: Vec<ServiceProvider>,
    /// `IDPSSODescriptor`s.
    pub identity_providers: Vec<IdentityProvider>,
    /// Contacts of the entity and its roles.
    pub contacts: Vec<ContactPerson>,
    /// Every endpoint of every role, for rules about all of them.
    pub endpoints: Vec<Endpoint>,
    /// Every `KeyDescriptor` of every role.
    pub keys: Vec<KeyDescriptor>,
}

/// A `validUntil` as written.
#[derive(Clone, Debug)]
pub struct Lifetime {
    /// Element that carries it.
    pub element: String,
    /// `validUntil`.
    pub valid_until: String,
}

/// `md:SPSSODescriptor`.
#[derive(Clone, Debug, Default)]
pub struct ServiceProvider {
    /// `protocolSupportEnumeration`, split.
    pub protocols: Vec<String>,
    /// `AuthnRequestsSigned` as written.
    pub authn_requests_signed: Option<String>,
    /// `WantAssertionsSigned` as written.
    pub want_assertions_signed: Option<String>,
    /// Key descriptors.
    pub keys: Vec<KeyDescriptor>,
    /// `AssertionConsumerService`s.
    pub assertion_consumers: Vec<Endpoint>,
    /// `SingleLogoutService`s.
    pub logout: Vec<Endpoint>,
    /// `NameIDFormat`s.
    pub name_id_formats: Vec<String>,
    /// `AttributeConsumingService`s.
    pub attribute_services: Vec<AttributeConsumingService>,
}

/// `md:IDPSSODescriptor`, as far as it is judged.
#[derive(Clone, Debug, Default)]
pub struct IdentityProvider {
    /// `protocolSupportEnumeration`, split.
    pub protocols: Vec<String>,
    /// `SingleSignOnService`s.
    pub single_sign_on: Vec<Endpoint>,
    /// `SingleLogoutService`s.
    pub logout: Vec<Endpoint>,
}

/// What a key is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// `use="signing"`.
    Signing,
    /// `use="encryption"`.
    Encryption,
    /// No `use`: both.
    Both,
    /// Anything else, which the schema forbids.
    Other(String),
}

/// `md:KeyDescriptor`.
#[derive(Clone, Debug)]
pub struct KeyDescriptor {
    /// `use`.
    pub usage: KeyUse,
    /// Every `ds:X509Certificate` in its KeyInfo, in document order.
    pub certificates: Vec<Certificate>,
    /// `EncryptionMethod`s.
    pub encryption_methods: Vec<EncryptionMethod>,
}

impl KeyDescriptor {
    /// Whether the key may sign.
    #[must_use]
    pub const fn signs(&self) -> bool {
        matches!(self.usage, KeyUse::Signing | KeyUse::Both)
    }

    /// Whether the key may be encrypted to.
    #[must_use]
    pub const fn encrypts(&self) -> bool {
        matches!(self.usage, KeyUse::Encryption | KeyUse::Both)
    }
}

/// The content of a `ds:X509Certificate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The bytes, when the content is base64.
    pub bytes: Option<Vec<u8>>,
    /// End of its validity, seconds since 1970, when it is one X.509 certificate and nothing more.
    pub not_after: Option<i64>,
}

impl Certificate {
    /// Reads base64 with the white space that XML allows in it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let compact: String = text.split_ascii_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(compact).ok();
        let not_after = bytes.as_deref().and_then(|der| match X509Certificate::from_der(der) {
            Ok((&[], certificate)) => Some(certificate.validity().not_after.timestamp()),
            _ => None,
        });
        Self { bytes, not_after }
    }

    /// The DER certificate, when it is one.
    #[must_use]
    pub fn der(&self) -> Option<&[u8]> {
        self.not_after.and(self.bytes.as_deref())
    }

    /// SHA-256 of the DER certificate, hex.
    #[must_use]
    pub fn sha256(&self) -> Option<String> {
        self.der().map(crate::digest::sha256_hex)
    }
}

/// `md:EncryptionMethod`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptionMethod {
    /// `Algorithm`.
    pub algorithm: String,
}

/// An endpoint of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Local name of the element, such as `SingleLogoutService`.
    pub element: String,
    /// `Binding`.
    pub binding: String,
    /// `Location`.
    pub location: String,
    /// `ResponseLocation`.
    pub response_location: Option<String>,
    /// `index` as written.
    pub index: Option<String>,
    /// `isDefault` as written.
    pub is_default: Option<String>,
}

impl Endpoint {
    /// `Location` and, where it is given, `ResponseLocation`.
    pub fn locations(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.location.as_str()).chain(self.response_location.as_deref())
    }
}

/// `md:AttributeConsumingService`.
#[derive(Clone, Debug)]
pub struct AttributeConsumingService {
    /// `ServiceName`s.
    pub service_names: Vec<String>,
    /// `RequestedAttribute`s.
    pub requested: Vec<RequestedAttribute>,
}

/// `md:RequestedAttribute`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedAttribute {
    /// `Name`.
    pub name: String,
    /// `NameFormat`.
    pub name_format: Option<String>,
    /// `isRequired`.
    pub required: bool,
}

/// `md:ContactPerson`, without the person: names are never read.
#[derive(Clone, Debug)]
pub struct ContactPerson {
    /// `contactType`.
    pub contact_type: String,
    /// `EmailAddress`es. Personal data: judged, never shown.
    pub emails: Vec<String>,
}

/// `xs:boolean`.
#[must_use]
pub fn is_true(value: Option<&str>) -> bool {
    matches!(value.map(str::trim), Some("true" | "1"))
}

/// Reads a parsed document.
#[must_use]
pub fn read(document: &Document<'_>) -> Metadata {
    let Some(root) = document.document_element() else { return Metadata::default() };
    let reader = Reader { document };
    let (namespace, local) = reader.name(root);
    let mut metadata = Metadata {
        root: if namespace == ns::METADATA { local.to_owned() } else { format!("{{{namespace}}}{local}") },
        entity: (namespace == ns::METADATA && local == "EntityDescriptor").then(|| reader.entity(root)),
        ..Metadata::default()
    };
    for node in document.descendants(document.root()) {
        match document.node_kind(node) {
            Some(NodeKind::Comment(text)) => {
                metadata.comments.push(text.to_string());
            }
            Some(NodeKind::Text(text) | NodeKind::CData(text)) if !text.trim().is_empty() => {
                metadata.values.push(text.to_string());
            }
            Some(NodeKind::Element(element)) => {
                metadata.values.extend(element.attributes.iter().map(|a| a.value.to_string()));
            }
            Some(NodeKind::ProcessingInstruction(instruction)) => {
                metadata.values.extend(instruction.data.as_ref().map(ToString::to_string));
            }
            _ => {}
        }
    }
    metadata
}

struct Reader<'d> {
    document: &'d Document<'d>,
}

impl<'d> Reader<'d> {
    fn name(&self, node: NodeId) -> (&'d str, &'d str) {
        self.document
            .element(node)
            .map_or(("", ""), |e| (e.name.namespace_uri.as_deref().unwrap_or_default(), e.name.local_name.as_ref()))
    }

    /// An attribute without namespace, as all attributes of SAML metadata are.
    fn attribute(&self, node: NodeId, name: &str) -> Option<String> {
        let element = self.document.element(node)?;
        let found = element.attributes.iter().find(|a| a.name.namespace_uri.is_none() && a.name.local_name == name)?;
        Some(found.value.to_string())
    }

    fn children(&self, node: NodeId, local: &str) -> Vec<NodeId> {
        self.document.child_elements_by_name_ns(node, ns::METADATA, local)
    }

    /// The text of an element, all of it: a comment inside must not cut it short.
    fn text(&self, node: NodeId) -> String {
        self.document.text_content_deep(node).trim().to_owned()
    }

    fn texts(&self, node: NodeId, local: &str) -> Vec<String> {
        self.children(node, local).into_iter().map(|child| self.text(child)).collect()
    }

    fn entity(&self, node: NodeId) -> EntityDescriptor {
        let mut entity = EntityDescriptor {
            id: self.attribute(node, "ID"),
            entity_id: self.attribute(node, "entityID"),
            service_providers: self.children(node, "SPSSODescriptor").into_iter().map(|n| self.provider(n)).collect(),
            identity_providers: self
                .children(node, "IDPSSODescriptor")
                .into_iter()
                .map(|n| IdentityProvider {
                    protocols: self.protocols(n),
                    single_sign_on: self.endpoints(n, "SingleSignOnService"),
                    logout: self.endpoints(n, "SingleLogoutService"),
                })
                .collect(),
            ..EntityDescriptor::default()
        };
        for id in self.document.descendants(node).into_iter().chain([node]) {
            let (namespace, local) = self.name(id);
            if namespace != ns::METADATA {
                continue;
            }
            if let Some(valid_until) = self.attribute(id, "validUntil") {
                entity.lifetimes.push(Lifetime { element: local.to_owned(), valid_until });
            }
            match local {
                "KeyDescriptor" => entity.keys.push(self.key(id)),
                "ContactPerson" => entity.contacts.push(ContactPerson {
                    contact_type: self.attribute(id, "contactType").unwrap_or_default(),
                    emails: self.texts(id, "EmailAddress"),
                }),
                _ if self.attribute(id, "Location").is_some() => entity.endpoints.push(self.endpoint(id, local)),
                _ => {}
            }
        }
        entity
    }

    fn provider(&self, node: NodeId) -> ServiceProvider {
        ServiceProvider {
            protocols: self.protocols(node),
            authn_requests_signed: self.attribute(node, "AuthnRequestsSigned"),
            want_assertions_signed: self.attribute(node, "WantAssertionsSigned"),
            keys: self.children(node, "KeyDescriptor").into_iter().map(|n| self.key(n)).collect(),
            assertion_consumers: self.endpoints(node, "AssertionConsumerService"),
            logout: self.endpoints(node, "SingleLogoutService"),
            name_id_formats: self.texts(node, "NameIDFormat"),
            attribute_services: self
                .children(node, "AttributeConsumingService")
                .into_iter()
                .map(|service| AttributeConsumingService {
                    service_names: self.texts(service, "ServiceName"),
                    requested: self
                        .children(service, "RequestedAttribute")
                        .into_iter()
                        .map(|n| RequestedAttribute {
                            name: self.attribute(n, "Name").unwrap_or_default(),
                            name_format: self.attribute(n, "NameFormat"),
                            required: is_true(self.attribute(n, "isRequired").as_deref()),
                        })
                        .collect(),
                })
                .collect(),
        }
    }

    fn protocols(&self, node: NodeId) -> Vec<String> {
        let value = self.attribute(node, "protocolSupportEnumeration").unwrap_or_default();
        value.split_ascii_whitespace().map(str::to_owned).collect()
    }

    fn endpoints(&self, node: NodeId, local: &str) -> Vec<Endpoint> {
        self.children(node, local).into_iter().map(|n| self.endpoint(n, local)).collect()
    }

    fn endpoint(&self, node: NodeId, local: &str) -> Endpoint {
        Endpoint {
            element: local.to_owned(),
            binding: self.attribute(node, "Binding").unwrap_or_default(),
            location: self.attribute(node, "Location").unwrap_or_default(),
            response_location: self.attribute(node, "ResponseLocation"),
            index: self.attribute(node, "index"),
            is_default: self.attribute(node, "isDefault"),
        }
    }

    fn key(&self, node: NodeId) -> KeyDescriptor {
        let certificates =
            self.document.descendants(node).into_iter().filter(|n| self.name(*n) == (ns::DSIG, "X509Certificate"));
        KeyDescriptor {
            usage: match self.attribute(node, "use").as_deref() {
                None => KeyUse::Both,
                Some("signing") => KeyUse::Signing,
                Some("encryption") => KeyUse::Encryption,
                Some(other) => KeyUse::Other(other.to_owned()),
            },
            certificates: certificates.map(|n| Certificate::read(&self.text(n))).collect(),
            encryption_methods: self
                .children(node, "EncryptionMethod")
                .into_iter()
                .map(|n| EncryptionMethod { algorithm: self.attribute(n, "Algorithm").unwrap_or_default() })
                .collect(),
        }
    }
}

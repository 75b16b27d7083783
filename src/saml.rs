//! The one place that touches SAML documents as XML: bounded reading, typed metadata, XML signatures, schema validation.
//!
//! Everything here is a pure function of bytes. The XML libraries (`uppsala`, `bergshamra`) are pinned behind these modules
//! so that they can be swapped; the comparisons with xmlsec1 and xmllint in the tests are what would show a difference.

pub mod attributes;
pub mod encryption;
pub mod metadata;
pub mod privileges;
pub mod protocol;
pub mod reading;
pub mod redirect;
pub mod schema;
pub mod signature;
pub mod xml;

pub use reading::Reading;
pub use xml::XmlProblem;

/// Namespaces.
pub mod ns {
    /// SAML 2.0 metadata.
    pub const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
    /// XML Signature.
    pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
    /// SAML 2.0 assertions.
    pub const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
    /// XML Encryption.
    pub const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
    /// WS-Security 1.0.
    pub const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    /// WS-Security utilities.
    pub const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    /// WS-Addressing.
    pub const WSA: &str = "http://www.w3.org/2005/08/addressing";
    /// WS-Trust 1.3.
    pub const WST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    /// WS-Policy.
    pub const WSP: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    /// Claims of WS-Federation.
    pub const AUTH: &str = "http://docs.oasis-open.org/wsfed/authorization/200706";
    /// SOAP 1.1.
    pub const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
    /// SOAP 1.2.
    pub const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
    /// XML Schema instances.
    pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
    /// XML Schema.
    pub const XS: &str = "http://www.w3.org/2001/XMLSchema";
    /// Attributes of an entity in its metadata.
    pub const METADATA_ATTRIBUTE: &str = "urn:oasis:names:tc:SAML:metadata:attribute";
    /// XML Encryption 1.1.
    pub const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
    /// The SAML 2.0 protocol, as `protocolSupportEnumeration` names it.
    pub const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
}

/// Binding identifiers (SAML bindings 3).
pub mod binding {
    /// HTTP POST.
    pub const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
    /// HTTP Redirect.
    pub const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
}

/// Status codes (SAML core 3.2.2.2).
pub mod status {
    /// The request succeeded.
    pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
    /// The request was at fault.
    pub const REQUESTER: &str = "urn:oasis:names:tc:SAML:2.0:status:Requester";
    /// The responder was at fault.
    pub const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
    /// Second level: not everybody in the session was logged out.
    pub const PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
}

/// NameID formats (SAML core 8.3).
pub mod name_id_format {
    /// X.509 subject name.
    pub const X509_SUBJECT_NAME: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName";
    /// Persistent.
    pub const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    /// Transient.
    pub const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    /// Unspecified.
    pub const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    /// The name of an entity, the default of Issuer.
    pub const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
}

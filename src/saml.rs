//! The one place that touches SAML documents as XML: bounded reading, typed metadata, XML signatures, schema validation.
//!
//! Everything here is a pure function of bytes. The XML libraries (`uppsala`, `bergshamra`) are pinned behind these modules
//! so that they can be swapped; the comparisons with xmlsec1 and xmllint in the tests are what would show a difference.

pub mod attributes;
pub mod metadata;
pub mod reading;
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

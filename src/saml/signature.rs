//! Enveloped XML signatures over a whole document: what is there, what it covers, whether it verifies; and making one.
//!
//! Verification uses the key in the signature's own KeyInfo. That shows integrity and names the signer; whether the signer's
//! certificate may be trusted is another question, which the certificate checks answer.
//!
//! Everything unusual is refused before any cryptography: several signatures of the document element, a signature that is not
//! its child, other transforms than SAML core 5.4.4 allows, objects inside the signature. What the signature *says*
//! (algorithms, reference, certificate) stays readable even then.
//!
//! [`verify_child`] asks the other question, of messages: whether one element is signed by a key that is known beforehand.

mod embedded;
mod parts;

pub use embedded::{KeyInfo, accepted_signature_algorithm, sign_element, verify_child};
pub(super) use embedded::{rsa_key, verify_octets};
pub use parts::{sign_parts, verify_parts};

use super::metadata::Certificate;
use super::{ns, xml};
use base64::Engine;
use bergshamra_c14n::C14nMode;
use bergshamra_dsig::{DsigContext, verify::VerifyResult};
use bergshamra_keys::KeysManager;
use bergshamra_xml::NodeSet;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKeyRef, Private};
use thiserror::Error;
use uppsala::{Document, NodeId};

/// Algorithm identifiers.
pub mod algorithm {
    /// Exclusive canonicalisation without comments.
    pub const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
    /// The enveloped-signature transform.
    pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    pub const RSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    pub const RSA_SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
    /// RSASSA-PKCS1-v1_5 with SHA-1, for the example of a weak signature.
    pub const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    /// SHA-256.
    pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
    /// SHA-384.
    pub const SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#sha384";
    /// SHA-512.
    pub const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";
    /// SHA-1, for the example of a weak signature.
    pub const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
}

/// Transforms that are executed. Anything else could select other content than the reader sees (SAML core 5.4.4).
const EXECUTED_TRANSFORMS: [&str; 5] = [
    algorithm::ENVELOPED,
    algorithm::EXCLUSIVE_C14N,
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",
];

/// What a document says about its signature, and whether it verifies.
#[derive(Clone, Debug)]
pub struct SignatureFacts {
    /// Number of `ds:Signature` elements that are children of the document element. The rest of the facts is about the first of
    /// them, or when there is none about the first one elsewhere.
    pub count: usize,
    /// Number of `ds:Signature` elements elsewhere. A role descriptor may be signed too (SAML metadata 2.4.1).
    pub elsewhere: usize,
    /// `Algorithm` of `ds:SignatureMethod`.
    pub signature_method: Option<String>,
    /// `Algorithm` of `ds:CanonicalizationMethod`.
    pub canonicalization: Option<String>,
    /// `ds:Reference`s of the signature.
    pub references: Vec<Reference>,
    /// First `ds:X509Certificate` in its KeyInfo.
    pub certificate: Option<Certificate>,
    /// The other `ds:X509Certificate`s there: untrusted helpers for path building.
    pub helpers: Vec<Certificate>,
    /// Whether it verifies with that certificate's key over exactly the document element.
    pub verified: Result<(), SignatureProblem>,
}

/// A `ds:Reference`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `URI`.
    pub uri: Option<String>,
    /// `Algorithm` of `ds:DigestMethod`.
    pub digest_method: Option<String>,
    /// `Algorithm`s of the transforms, in order.
    pub transforms: Vec<String>,
    /// Whether `URI` is `#` and the value of the document element's `ID`.
    pub names_root: bool,
}

impl SignatureFacts {
    /// Whether there is one signature on the document element with one reference, which names the document element by its ID
    /// (SAML core 5.4.2).
    #[must_use]
    pub fn covers_root(&self) -> bool {
        self.count == 1 && matches!(self.references.as_slice(), [only] if only.names_root)
    }
}

/// Why a signature does not verify.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureProblem {
    /// There is none.
    #[error("there is no signature")]
    Absent,
    /// More than one: which of them a reader believes is not certain.
    #[error("there are {0} signatures")]
    Several(usize),
    /// Not where it can cover the document.
    #[error("the signature is not a child of the document element")]
    Misplaced,
    /// The schema puts the document element's own signature first.
    #[error("another signature stands before that of the document element")]
    NotFirst,
    /// A part is missing or stands more than once.
    #[error("the signature has not exactly one {0}")]
    Structure(&'static str),
    /// A `ds:Object` or something unknown inside the signature.
    #[error("the signature contains {0}")]
    Unexpected(String),
    /// The reference does not lead to the document element.
    #[error("the reference {0:?} does not lead to the document element")]
    Elsewhere(String),
    /// A transform that is not executed.
    #[error("the transform {0:?} is not allowed")]
    Transform(String),
    /// No usable certificate in KeyInfo.
    #[error("KeyInfo holds no readable X509Certificate")]
    NoCertificate,
    /// The element to verify has no `ID`.
    #[error("the element has no ID")]
    NoId,
    /// Another element carries the same ID, so that a reference to it may lead elsewhere.
    #[error("the ID {0:?} is not unique in the document")]
    NotUnique(String),
    /// An algorithm that is not accepted.
    #[error("the algorithm {0:?} is not accepted")]
    Algorithm(String),
    /// The signature value is that of no trusted key.
    #[error("it was not made with a key of the given certificates")]
    Untrusted,
    /// Digest or signature value do not fit, or an algorithm is not supported.
    #[error("{0}")]
    Invalid(String),
}

/// Examines the signature of a parsed document. `text` is what the document was parsed from.
#[must_use]
pub fn verify_enveloped(text: &str, document: &Document<'_>) -> SignatureFacts {
    let reader = Reader { document };
    let signatures: Vec<NodeId> = document
        .descendants(document.root())
        .into_iter()
        .filter(|n| document.element(*n).is_some_and(|e| e.matches_name_ns(ns::DSIG, "Signature")))
        .collect();
    let root = document.document_element();
    let own: Vec<NodeId> = signatures.iter().copied().filter(|n| document.parent(*n) == root).collect();
    let Some((signature, root)) = own.first().or(signatures.first()).copied().zip(root) else {
        return SignatureFacts {
            count: 0,
            elsewhere: 0,
            signature_method: None,
            canonicalization: None,
            references: Vec::new(),
            certificate: None,
            helpers: Vec::new(),
            verified: Err(SignatureProblem::Absent),
        };
    };
    let signed_info = reader.child(signature, "SignedInfo");
    let references = signed_info.map(|info| reader.children(info, "Reference")).unwrap_or_default();
    let root_id = document.element(root).and_then(|e| {
        e.attributes
            .iter()
            .find(|a| a.name.namespace_uri.is_none() && a.name.local_name == "ID")
            .map(|a| a.value.to_string())
    });
    let mut certificates = reader.certificates(signature).into_iter();
    let mut facts = SignatureFacts {
        count: own.len(),
        elsewhere: signatures.len() - own.len(),
        signature_method: signed_info.and_then(|info| reader.algorithm_of(info, "SignatureMethod")),
        canonicalization: signed_info.and_then(|info| reader.algorithm_of(info, "CanonicalizationMethod")),
        references: references.iter().map(|n| reader.reference(*n, root_id.as_deref())).collect(),
        certificate: certificates.next(),
        helpers: certificates.collect(),
        verified: Ok(()),
    };
    // The library verifies the first signature of a document and no other.
    facts.verified = if facts.count == 1 && signatures.first() != Some(&signature) {
        Err(SignatureProblem::NotFirst)
    } else {
        verify(text, &reader, signature, root, &facts)
    };
    facts
}

fn verify(
    text: &str,
    reader: &Reader<'_>,
    signature: NodeId,
    root: NodeId,
    facts: &SignatureFacts,
) -> Result<(), SignatureProblem> {
    match facts.count {
        0 => return Err(SignatureProblem::Misplaced),
        1 => {}
        several => return Err(SignatureProblem::Several(several)),
    }
    reader.structure(signature)?;
    let [reference] = facts.references.as_slice() else { return Err(SignatureProblem::Structure("Reference")) };
    let uri = reference.uri.clone().unwrap_or_default();
    // The empty URI means the whole document: what it covers is right, its form is the business of `covers_root`.
    if !reference.names_root && !uri.is_empty() {
        return Err(SignatureProblem::Elsewhere(uri));
    }
    if let Some(other) = reference.transforms.iter().find(|t| !EXECUTED_TRANSFORMS.contains(&t.as_str())) {
        return Err(SignatureProblem::Transform(other.clone()));
    }
    let der = facts.certificate.as_ref().and_then(Certificate::der).ok_or(SignatureProblem::NoCertificate)?;
    let key = bergshamra_keys::loader::load_x509_cert_der(der).map_err(|e| SignatureProblem::Invalid(e.to_string()))?;
    let mut keys = KeysManager::new();
    keys.add_key(key);
    let context = DsigContext::new(keys);
    match bergshamra_dsig::verify::verify_document_with_source(&context, reader.document, Some(text)) {
        Ok(VerifyResult::Valid { signature_node, references, .. }) => {
            let covered = references.len() == 1
                && references.iter().all(|r| {
                    r.digest_verified
                        && (r.resolved_node == Some(root) || (r.uri.is_empty() && r.resolved_node.is_none()))
                });
            if signature_node == signature && covered { Ok(()) } else { Err(SignatureProblem::Elsewhere(uri)) }
        }
        Ok(VerifyResult::Invalid { reason }) => Err(SignatureProblem::Invalid(reason)),
        Err(error) => Err(SignatureProblem::Invalid(error.to_string())),
    }
}

struct Reader<'d> {
    document: &'d Document<'d>,
}

impl Reader<'_> {
    fn children(&self, node: NodeId, local: &str) -> Vec<NodeId> {
        self.document.child_elements_by_name_ns(node, ns::DSIG, local)
    }

    fn child(&self, node: NodeId, local: &str) -> Option<NodeId> {
        self.document.first_child_element_by_name_ns(node, ns::DSIG, local)
    }

    fn algorithm_of(&self, node: NodeId, local: &str) -> Option<String> {
        self.document.get_attribute(self.child(node, local)?, "Algorithm").map(str::to_owned)
    }

    fn reference(&self, node: NodeId, root_id: Option<&str>) -> Reference {
        let uri = self.document.get_attribute(node, "URI").map(str::to_owned);
        let transforms = self.child(node, "Transforms").map(|t| self.children(t, "Transform")).unwrap_or_default();
        Reference {
            names_root: root_id.is_some_and(|id| !id.is_empty() && uri.as_deref() == Some(&format!("#{id}"))),
            uri,
            digest_method: self.algorithm_of(node, "DigestMethod"),
            transforms: transforms
                .into_iter()
                .map(|t| self.document.get_attribute(t, "Algorithm").unwrap_or_default().to_owned())
                .collect(),
        }
    }

    /// Every `ds:X509Certificate` in the signature's KeyInfo, in document order.
    fn certificates(&self, signature: NodeId) -> Vec<Certificate> {
        let inside = self.child(signature, "KeyInfo").map(|info| self.document.descendants(info)).unwrap_or_default();
        inside
            .into_iter()
            .filter(|n| self.document.element(*n).is_some_and(|e| e.matches_name_ns(ns::DSIG, "X509Certificate")))
            .map(|n| Certificate::read(&self.document.text_content_deep(n)))
            .collect()
    }

    /// Exactly the parts that XML Signature 4.1 names, each once, and nothing else.
    fn structure(&self, signature: NodeId) -> Result<(), SignatureProblem> {
        self.structure_of(signature, true)
    }

    /// The same; KeyInfo is optional in XML Signature, and not needed where the key is known.
    fn structure_of(&self, signature: NodeId, with_key_info: bool) -> Result<(), SignatureProblem> {
        let once =
            |parent: Option<NodeId>, local: &'static str| match parent.map(|p| self.children(p, local)).as_deref() {
                Some([only]) => Ok(Some(*only)),
                _ => Err(SignatureProblem::Structure(local)),
            };
        let only = |parent: NodeId, allowed: &[&str]| {
            let elements = self.document.children_iter(parent).filter_map(|n| self.document.element(n));
            for element in elements {
                let known = element.name.namespace_uri.as_deref() == Some(ns::DSIG)
                    && allowed.contains(&element.name.local_name.as_ref());
                if !known {
                    return Err(SignatureProblem::Unexpected(element.name.prefixed_name().into_owned()));
                }
            }
            Ok(())
        };
        only(signature, &["SignedInfo", "SignatureValue", "KeyInfo"])?;
        let signed_info = once(Some(signature), "SignedInfo")?;
        once(Some(signature), "SignatureValue")?;
        if with_key_info {
            once(Some(signature), "KeyInfo")?;
        }
        once(signed_info, "CanonicalizationMethod")?;
        once(signed_info, "SignatureMethod")?;
        let reference = once(signed_info, "Reference")?;
        once(reference, "DigestMethod")?;
        once(reference, "DigestValue")?;
        if let Some(info) = signed_info {
            only(info, &["CanonicalizationMethod", "SignatureMethod", "Reference"])?;
        }
        if let Some(reference) = reference {
            only(reference, &["Transforms", "DigestMethod", "DigestValue"])?;
            if self.children(reference, "Transforms").len() > 1 {
                return Err(SignatureProblem::Structure("Transforms"));
            }
            if let Some(transforms) = self.child(reference, "Transforms") {
                only(transforms, &["Transform"])?;
            }
        }
        Ok(())
    }
}

/// Why a document cannot be signed.
#[derive(Debug, Error)]
pub enum SigningError {
    /// The document is unfit.
    #[error("the document cannot be signed: {0}")]
    Document(String),
    /// The algorithm is not one that this program signs with.
    #[error("no signing with {0}")]
    Algorithm(String),
    /// OpenSSL refused.
    #[error("OpenSSL refused to sign")]
    Openssl(#[from] openssl::error::ErrorStack),
}

/// What a signature to make should say.
#[derive(Clone, Copy, Debug)]
pub struct SigningOptions {
    /// `SignatureMethod`: RSASSA-PKCS1-v1_5 with SHA-1, SHA-256 or SHA-512.
    pub signature: &'static str,
    /// `DigestMethod`: SHA-1, SHA-256 or SHA-512.
    pub digest: &'static str,
    /// Canonicalisation of reference and SignedInfo.
    pub canonicalization: &'static str,
    /// Refers to the document element by the empty URI instead of its ID, which SAML core 5.4.2 does not allow.
    pub empty_uri: bool,
}

impl Default for SigningOptions {
    fn default() -> Self {
        Self {
            signature: algorithm::RSA_SHA256,
            digest: algorithm::SHA256,
            canonicalization: algorithm::EXCLUSIVE_C14N,
            empty_uri: false,
        }
    }
}

/// Signs a document over its root's `ID` and puts `ds:Signature` where SAML metadata wants it: first in the document element.
///
/// Digests and signature values come from OpenSSL over `bergshamra`'s canonical form, so that a probe can also make the
/// signatures that are refused today (SHA-1).
pub fn sign_enveloped(
    text: &str,
    key: &PKeyRef<Private>,
    certificate: &[u8],
    options: SigningOptions,
) -> Result<String, SigningError> {
    let unfit = |why: &str| SigningError::Document(why.to_owned());
    let position = xml::end_of_root_start_tag(text).ok_or_else(|| unfit("the document element has no content"))?;
    let unsigned = parse(text)?;
    let root = unsigned.document_element().ok_or_else(|| unfit("no document element"))?;
    let id = unsigned.get_attribute(root, "ID").ok_or_else(|| unfit("the document element has no ID"))?.to_owned();
    embedded::signed_at(text, position, &id, key, KeyInfo::Certificate(certificate), options)
}

/// The exclusive canonical form of a whole document, without comments.
pub fn canonical(text: &str) -> Result<Vec<u8>, SigningError> {
    let document = parse(text)?;
    let root = document.document_element().ok_or_else(|| SigningError::Document("no document element".to_owned()))?;
    canonical_node(&document, root, C14nMode::Exclusive)
}

/// The exclusive canonical form of one element, without comments, with the namespaces that it uses from around it.
pub fn canonical_element(document: &Document<'_>, element: NodeId) -> Result<Vec<u8>, SigningError> {
    canonical_node(document, element, C14nMode::Exclusive)
}

fn canonical_node(document: &Document<'_>, node: NodeId, mode: C14nMode) -> Result<Vec<u8>, SigningError> {
    let nodes = NodeSet::tree_without_comments(node, document);
    bergshamra_c14n::canonicalize_doc::<&str>(document, mode, Some(&nodes), &[])
        .map_err(|error| SigningError::Document(error.to_string()))
}

fn parse(text: &str) -> Result<Document<'_>, SigningError> {
    xml::parse(text).map_err(|problem| SigningError::Document(problem.to_string()))
}

fn message_digest(uri: &str) -> Result<MessageDigest, SigningError> {
    match uri {
        algorithm::RSA_SHA256 | algorithm::SHA256 => Ok(MessageDigest::sha256()),
        algorithm::RSA_SHA512 | algorithm::SHA512 => Ok(MessageDigest::sha512()),
        algorithm::RSA_SHA1 | algorithm::SHA1 => Ok(MessageDigest::sha1()),
        other => Err(SigningError::Algorithm(other.to_owned())),
    }
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

//! Signatures of one element inside a message: strict verification against known certificates, and making one anywhere.
//!
//! A message may hold more than one candidate for everything (signature wrapping). So the question here is never "is there a
//! valid signature" but "is *this element* signed by one of *these keys*": the signature is the element's own child, it has one
//! reference, the reference is the element's ID, nothing else in the document has that ID, and the digest is taken from the very
//! node that the caller goes on to read.

use super::{
    Reader, SignatureProblem, SigningError, SigningOptions, algorithm, base64, canonical_node, message_digest, parse,
};
use crate::saml::ns;
use base64::Engine;
use bergshamra_c14n::C14nMode;
use bergshamra_xml::NodeSet;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, PKeyRef, Private, Public};
use openssl::x509::X509;
use quick_xml::escape::escape;
use uppsala::{Document, NodeId, NodeKind};

const EXCLUSIVE: &str = algorithm::EXCLUSIVE_C14N;

/// Verifies that `element` is signed by one of `trusted` (DER certificates, from metadata). KeyInfo is never asked.
///
/// Allowed are RSASSA-PKCS1-v1_5 and digests with SHA-256, SHA-384 or SHA-512, and the two transforms of SAML core 5.4.4:
/// enveloped signature, then exclusive canonicalisation without comments.
///
/// What is verified is the element without comments: read text as the concatenation of all text nodes, never as the first one.
/// The caller finds the element by its place in the message; that there is one alone is the caller's business too.
///
/// `text` is what the document was parsed from; a tree that was changed since is refused.
pub fn verify_child(
    text: &str,
    document: &Document<'_>,
    element: NodeId,
    trusted: &[Vec<u8>],
) -> Result<(), SignatureProblem> {
    let reader = Reader { document };
    let source = document.node_range(element).and_then(|range| text.get(range));
    if !source.is_some_and(|s| s.starts_with('<') && s.ends_with('>')) {
        return Err(SignatureProblem::Invalid("the document was not read from this text".to_owned()));
    }
    let id = own_id(document, element).ok_or(SignatureProblem::NoId)?;
    if holders(document, &id) != 1 {
        return Err(SignatureProblem::NotUnique(id));
    }
    let signatures = reader.children(element, "Signature");
    let signature = match signatures.as_slice() {
        [] => return Err(SignatureProblem::Absent),
        [only] => *only,
        several => return Err(SignatureProblem::Several(several.len())),
    };
    reader.structure_of(signature, !reader.children(signature, "KeyInfo").is_empty())?;
    let part = |parent, local| reader.child(parent, local).ok_or(SignatureProblem::Structure(local));
    let signed_info = part(signature, "SignedInfo")?;
    let reference = part(signed_info, "Reference")?;

    let said = reader.reference(reference, Some(&id));
    if !said.names_root {
        return Err(SignatureProblem::Elsewhere(said.uri.unwrap_or_default()));
    }
    let expected = [algorithm::ENVELOPED, EXCLUSIVE];
    if let Some(other) = said.transforms.iter().find(|t| !expected.contains(&t.as_str())) {
        return Err(SignatureProblem::Transform(other.clone()));
    }
    if said.transforms != expected {
        return Err(SignatureProblem::Transform(said.transforms.join(" ")));
    }
    let transforms = part(reference, "Transforms")?;
    let transforms = reader.children(transforms, "Transform");
    let [enveloped, exclusive] = transforms.as_slice() else { return Err(SignatureProblem::Structure("Transform")) };
    leaf(document, *enveloped)?;
    let prefixes = inclusive_prefixes(document, *exclusive)?;

    let canonicalization = part(signed_info, "CanonicalizationMethod")?;
    if document.get_attribute(canonicalization, "Algorithm") != Some(EXCLUSIVE) {
        return Err(SignatureProblem::Algorithm(
            reader.algorithm_of(signed_info, "CanonicalizationMethod").unwrap_or_default(),
        ));
    }
    let info_prefixes = inclusive_prefixes(document, canonicalization)?;
    let signature_digest = allowed(&reader, signed_info, "SignatureMethod", &SIGNATURES)?;
    let digest_method = allowed(&reader, reference, "DigestMethod", &DIGESTS)?;

    let mut nodes = NodeSet::tree_without_comments(element, document);
    nodes = nodes.subtract(&NodeSet::tree_with_comments(signature, document));
    let digest = openssl::hash::hash(digest_method, &canonical(document, &nodes, &prefixes)?).map_err(|_| failed())?;
    if value(document, part(reference, "DigestValue")?)? != *digest {
        return Err(SignatureProblem::Invalid(
            "the element is not the one that was signed (its digest differs)".to_owned(),
        ));
    }
    let nodes = NodeSet::tree_without_comments(signed_info, document);
    let octets = canonical(document, &nodes, &info_prefixes)?;
    let signature_value = value(document, part(signature, "SignatureValue")?)?;
    let by_one = trusted
        .iter()
        .filter_map(|der| rsa_key(der))
        .any(|key| verify_octets(&key, signature_digest, &octets, &signature_value));
    if by_one { Ok(()) } else { Err(SignatureProblem::Untrusted) }
}

/// The `ID` attribute without namespace, which SAML gives every message and assertion.
fn own_id(document: &Document<'_>, element: NodeId) -> Option<String> {
    let attributes = &document.element(element)?.attributes;
    let own = attributes.iter().find(|a| a.name.namespace_uri.is_none() && a.name.local_name == "ID")?;
    (!own.value.is_empty()).then(|| own.value.to_string())
}

/// How many elements carry this value in something that some software takes for an ID: in any case, in any namespace.
pub(super) fn holders(document: &Document<'_>, id: &str) -> usize {
    const NAMES: [&str; 2] = ["id", "assertionid"];
    let named = |n: &NodeId| {
        document.element(*n).is_some_and(|e| {
            e.attributes
                .iter()
                .any(|a| a.value == id && NAMES.contains(&a.name.local_name.to_ascii_lowercase().as_str()))
        })
    };
    document.descendants(document.root()).iter().filter(|n| named(n)).count()
}

/// Refuses anything inside an element that says everything by its attributes.
fn leaf(document: &Document<'_>, node: NodeId) -> Result<(), SignatureProblem> {
    match document.children_iter(node).find_map(|n| document.element(n)) {
        Some(inside) => Err(SignatureProblem::Unexpected(inside.name.prefixed_name().into_owned())),
        None => Ok(()),
    }
}

/// `PrefixList` of `ec:InclusiveNamespaces`, the one parameter that exclusive canonicalisation has.
pub(super) fn inclusive_prefixes(document: &Document<'_>, node: NodeId) -> Result<Vec<String>, SignatureProblem> {
    let inside: Vec<NodeId> = document.children_iter(node).filter(|n| document.element(*n).is_some()).collect();
    match inside.as_slice() {
        [] => Ok(Vec::new()),
        [only] if document.element(*only).is_some_and(|e| e.matches_name_ns(EXCLUSIVE, "InclusiveNamespaces")) => {
            leaf(document, *only)?;
            let list = document.get_attribute(*only, "PrefixList").unwrap_or_default();
            Ok(list.split_ascii_whitespace().map(str::to_owned).collect())
        }
        [first, ..] => {
            let name = document.element(*first).map(|e| e.name.prefixed_name().into_owned());
            Err(SignatureProblem::Unexpected(name.unwrap_or_default()))
        }
    }
}

pub(super) type Allowed = [(&'static str, fn() -> MessageDigest); 3];

pub(super) const SIGNATURES: Allowed = [
    (algorithm::RSA_SHA256, MessageDigest::sha256),
    (algorithm::RSA_SHA384, MessageDigest::sha384),
    (algorithm::RSA_SHA512, MessageDigest::sha512),
];

pub(super) const DIGESTS: Allowed = [
    (algorithm::SHA256, MessageDigest::sha256),
    (algorithm::SHA384, MessageDigest::sha384),
    (algorithm::SHA512, MessageDigest::sha512),
];

pub(super) fn allowed(
    reader: &Reader<'_>,
    parent: NodeId,
    local: &'static str,
    list: &Allowed,
) -> Result<MessageDigest, SignatureProblem> {
    let node = reader.child(parent, local).ok_or(SignatureProblem::Structure(local))?;
    leaf(reader.document, node)?;
    let named = reader.document.get_attribute(node, "Algorithm").unwrap_or_default();
    digest_of(named, list).ok_or_else(|| SignatureProblem::Algorithm(named.to_owned()))
}

fn digest_of(uri: &str, list: &Allowed) -> Option<MessageDigest> {
    list.iter().find(|(known, _)| *known == uri).map(|(_, digest)| digest())
}

/// The digest of a signature algorithm that is accepted today, by its URI. SHA-1 is not among them (SDP-ALG01).
#[must_use]
pub fn accepted_signature_algorithm(uri: &str) -> Option<MessageDigest> {
    digest_of(uri, &SIGNATURES)
}

/// Bytes of a base64 value. Nothing but text may stand in it: two readers could disagree on the rest.
pub(super) fn value(document: &Document<'_>, node: NodeId) -> Result<Vec<u8>, SignatureProblem> {
    let only_text = document.children_iter(node).all(|n| matches!(document.node_kind(n), Some(NodeKind::Text(_))));
    if !only_text {
        return Err(SignatureProblem::Unexpected("something else than text in a base64 value".to_owned()));
    }
    let text: String = document.text_content_deep(node).split_ascii_whitespace().collect();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|_| SignatureProblem::Invalid("a value is not base64".to_owned()))
}

pub(super) fn canonical(
    document: &Document<'_>,
    nodes: &NodeSet,
    prefixes: &[String],
) -> Result<Vec<u8>, SignatureProblem> {
    let bytes = bergshamra_c14n::canonicalize_doc(document, C14nMode::Exclusive, Some(nodes), prefixes)
        .map_err(|error| SignatureProblem::Invalid(error.to_string()))?;
    // "Void canonicalisation": the digest of nothing fits every message.
    if bytes.is_empty() { Err(SignatureProblem::Invalid("the canonical form is empty".to_owned())) } else { Ok(bytes) }
}

pub(super) fn failed() -> SignatureProblem {
    SignatureProblem::Invalid("OpenSSL refused".to_owned())
}

/// The RSA key of a DER certificate; certificates with other keys vouch for nothing here (OCES3 has RSA alone).
pub(in crate::saml) fn rsa_key(certificate: &[u8]) -> Option<PKey<Public>> {
    let key = X509::from_der(certificate).ok()?.public_key().ok()?;
    (key.id() == Id::RSA).then_some(key)
}

/// Whether `signature` is that of `octets`. Anything OpenSSL dislikes is a no.
pub(in crate::saml) fn verify_octets(
    key: &PKeyRef<Public>,
    digest: MessageDigest,
    octets: &[u8],
    signature: &[u8],
) -> bool {
    openssl::sign::Verifier::new(digest, key)
        .and_then(|mut verifier| verifier.verify_oneshot(signature, octets))
        .unwrap_or(false)
}

/// What KeyInfo of a signature to make shows.
#[derive(Clone, Copy, Debug)]
pub enum KeyInfo<'a> {
    /// `ds:X509Data` with this DER certificate.
    Certificate(&'a [u8]),
    /// `ds:KeyValue` with the signer's RSA key and nothing that names anybody.
    KeyValue,
}

/// Signs the element with this ID and puts the signature right after its `saml:Issuer`, where the SAML schemas want it; first in
/// the element when it has none.
pub fn sign_element(
    text: &str,
    id: &str,
    key: &PKeyRef<Private>,
    key_info: KeyInfo<'_>,
    options: SigningOptions,
) -> Result<String, SigningError> {
    let unfit = |why: &str| SigningError::Document(why.to_owned());
    let document = parse(text)?;
    let element = document
        .descendants(document.root())
        .into_iter()
        .find(|n| own_id(&document, *n).as_deref() == Some(id))
        .ok_or_else(|| unfit("no element has this ID"))?;
    let issuer = document.first_child_element_by_name_ns(element, ns::ASSERTION, "Issuer");
    let position = match (issuer, document.first_child(element)) {
        (Some(issuer), _) => document.node_range(issuer).map(|range| range.end),
        (None, Some(first)) => document.node_range(first).map(|range| range.start),
        (None, None) => None,
    };
    let position = position.ok_or_else(|| unfit("the element has no content"))?;
    signed_at(text, position, id, key, key_info, options)
}

/// Signs the element with this ID by a signature at `position`, which lies inside it.
pub(super) fn signed_at(
    text: &str,
    position: usize,
    id: &str,
    key: &PKeyRef<Private>,
    key_info: KeyInfo<'_>,
    options: SigningOptions,
) -> Result<String, SigningError> {
    let unfit = |why: &str| SigningError::Document(why.to_owned());
    if !id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) {
        return Err(unfit("the ID holds other characters than letters, digits, '_', '-' and '.'"));
    }
    let mode = C14nMode::from_uri(options.canonicalization)
        .ok_or_else(|| SigningError::Algorithm(options.canonicalization.to_owned()))?;
    let (before, after) = text.split_at_checked(position).ok_or_else(|| unfit("its start tag cannot be found"))?;
    let unsigned = parse(text)?;
    let element = unsigned
        .descendants(unsigned.root())
        .into_iter()
        .find(|n| own_id(&unsigned, *n).as_deref() == Some(id))
        .ok_or_else(|| unfit("no element has this ID"))?;
    let uri = if options.empty_uri { String::new() } else { format!("#{id}") };
    // The enveloped-signature transform takes the signature away again, so the digest is that of the unsigned document.
    let digest = openssl::hash::hash(message_digest(options.digest)?, &canonical_node(&unsigned, element, mode)?)?;
    let shown = match key_info {
        KeyInfo::Certificate(der) => {
            format!("<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>", base64(der))
        }
        KeyInfo::KeyValue => {
            let rsa = key.rsa()?;
            format!(
                "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{}</ds:Modulus><ds:Exponent>{}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>",
                base64(&rsa.n().to_vec()),
                base64(&rsa.e().to_vec()),
            )
        }
    };
    let with_value = |value: &str| {
        format!(
            "{before}<ds:Signature xmlns:ds=\"{}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{c14n}\"/>\
             <ds:SignatureMethod Algorithm=\"{}\"/><ds:Reference URI=\"{}\"><ds:Transforms>\
             <ds:Transform Algorithm=\"{}\"/><ds:Transform Algorithm=\"{c14n}\"/></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo>\
             <ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo>{shown}</ds:KeyInfo></ds:Signature>{after}",
            ns::DSIG,
            options.signature,
            escape(&*uri),
            algorithm::ENVELOPED,
            options.digest,
            base64(&digest),
            c14n = options.canonicalization,
        )
    };
    let template = with_value("");
    let document = parse(&template)?;
    // The new signature is the one that stands where it was put: an older one may precede or surround it.
    let signed_info = document
        .get_elements_by_tag_name_ns(ns::DSIG, "Signature")
        .into_iter()
        .find(|n| document.node_range(*n).is_some_and(|range| range.start == position))
        .and_then(|n| document.first_child_element_by_name_ns(n, ns::DSIG, "SignedInfo"))
        .ok_or_else(|| unfit("no SignedInfo"))?;
    let mut signer = openssl::sign::Signer::new(message_digest(options.signature)?, key)?;
    signer.update(&canonical_node(&document, signed_info, mode)?)?;
    Ok(with_value(&base64(&signer.sign_to_vec()?)))
}

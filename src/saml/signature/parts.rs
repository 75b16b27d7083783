//! Signatures over several parts of one message, as WS-Security has them: a signature that stands beside what it covers and names
//! each part by its `wsu:Id`.
//!
//! The question is again never whether there is a valid signature, but *which nodes* it covers: those are given back, found by an
//! ID that nothing else in the document carries, and the caller sees whether they are the ones that it reads.

use super::embedded::{
    DIGESTS, SIGNATURES, allowed, canonical, failed, holders, inclusive_prefixes, rsa_key, value, verify_octets,
};
use super::{
    Reader, SignatureProblem, SigningError, SigningOptions, algorithm, base64, canonical_node, message_digest, parse,
};
use crate::saml::ns;
use bergshamra_c14n::C14nMode;
use bergshamra_xml::NodeSet;
use openssl::pkey::{PKeyRef, Private};
use quick_xml::escape::escape;
use std::fmt::Write;
use uppsala::{Document, NodeId};

/// Most references that are followed. WS-SecurityPolicy's parts are about ten.
const MAX_REFERENCES: usize = 32;

/// Verifies that `signature` was made with the key of `certificate` (DER), and gives the nodes that it covers.
///
/// Each reference has the one transform of WS-Security, exclusive canonicalisation without comments.
pub fn verify_parts(
    document: &Document<'_>,
    signature: NodeId,
    certificate: &[u8],
) -> Result<Vec<NodeId>, SignatureProblem> {
    let reader = Reader { document };
    let once = |parent, local: &'static str| match reader.children(parent, local).as_slice() {
        [only] => Ok(*only),
        _ => Err(SignatureProblem::Structure(local)),
    };
    let signed_info = once(signature, "SignedInfo")?;
    let signature_value = value(document, once(signature, "SignatureValue")?)?;
    let canonicalization = once(signed_info, "CanonicalizationMethod")?;
    if document.get_attribute(canonicalization, "Algorithm") != Some(algorithm::EXCLUSIVE_C14N) {
        return Err(SignatureProblem::Algorithm(
            reader.algorithm_of(signed_info, "CanonicalizationMethod").unwrap_or_default(),
        ));
    }
    let digest = allowed(&reader, signed_info, "SignatureMethod", &SIGNATURES)?;
    let nodes = NodeSet::tree_without_comments(signed_info, document);
    let octets = canonical(document, &nodes, &inclusive_prefixes(document, canonicalization)?)?;
    if !rsa_key(certificate).is_some_and(|key| verify_octets(&key, digest, &octets, &signature_value)) {
        return Err(SignatureProblem::Untrusted);
    }
    let references = reader.children(signed_info, "Reference");
    if references.is_empty() || references.len() > MAX_REFERENCES {
        return Err(SignatureProblem::Structure("Reference"));
    }
    references.into_iter().map(|reference| part(&reader, reference)).collect()
}

/// The node that a reference names, when its digest fits.
fn part(reader: &Reader<'_>, reference: NodeId) -> Result<NodeId, SignatureProblem> {
    let document = reader.document;
    let uri = document.get_attribute(reference, "URI").unwrap_or_default();
    let id = uri.strip_prefix('#').filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| SignatureProblem::Elsewhere(uri.to_owned()))?;
    if holders(document, id) != 1 {
        return Err(SignatureProblem::NotUnique(id.to_owned()));
    }
    let node = node(document, id).ok_or_else(|| SignatureProblem::Elsewhere(uri.to_owned()))?;
    let transforms = reader.child(reference, "Transforms").map(|t| reader.children(t, "Transform")).unwrap_or_default();
    let [transform] = transforms.as_slice() else { return Err(SignatureProblem::Structure("Transform")) };
    match document.get_attribute(*transform, "Algorithm") {
        Some(algorithm::EXCLUSIVE_C14N) => {}
        other => return Err(SignatureProblem::Transform(other.unwrap_or_default().to_owned())),
    }
    let method = allowed(reader, reference, "DigestMethod", &DIGESTS)?;
    let nodes = NodeSet::tree_without_comments(node, document);
    let octets = canonical(document, &nodes, &inclusive_prefixes(document, *transform)?)?;
    let digest = openssl::hash::hash(method, &octets).map_err(|_| failed())?;
    let said = reader.child(reference, "DigestValue").ok_or(SignatureProblem::Structure("DigestValue"))?;
    if value(document, said)? == *digest {
        Ok(node)
    } else {
        Err(SignatureProblem::Invalid(format!("{uri} is not what was signed (its digest differs)")))
    }
}

/// The element with this `wsu:Id`, or with this ID without namespace.
fn node(document: &Document<'_>, id: &str) -> Option<NodeId> {
    document.descendants(document.root()).into_iter().find(|n| {
        document.element(*n).is_some_and(|e| {
            e.attributes.iter().any(|a| {
                a.value == id
                    && match a.name.namespace_uri.as_deref() {
                        Some(ns::WSU) => a.name.local_name == "Id",
                        None => matches!(&*a.name.local_name, "Id" | "ID"),
                        _ => false,
                    }
            })
        })
    })
}

/// Signs the elements with these IDs by a signature at the byte `position`, whose KeyInfo has this content (XML).
pub fn sign_parts(
    text: &str,
    position: usize,
    ids: &[&str],
    key: &PKeyRef<Private>,
    key_info: &str,
    options: SigningOptions,
) -> Result<String, SigningError> {
    let unfit = |why: &str| SigningError::Document(why.to_owned());
    let (before, after) = text.split_at_checked(position).ok_or_else(|| unfit("no such place in it"))?;
    let mode = C14nMode::from_uri(options.canonicalization)
        .ok_or_else(|| SigningError::Algorithm(options.canonicalization.to_owned()))?;
    let unsigned = parse(text)?;
    let c14n = options.canonicalization;
    let mut references = String::new();
    for id in ids {
        let node = node(&unsigned, id).ok_or_else(|| unfit("no element has this ID"))?;
        let digest = openssl::hash::hash(message_digest(options.digest)?, &canonical_node(&unsigned, node, mode)?)?;
        let _ = write!(
            references,
            "<ds:Reference URI=\"#{}\"><ds:Transforms><ds:Transform Algorithm=\"{c14n}\"/></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{}\"/><ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
            escape(*id),
            options.digest,
            base64(&digest)
        );
    }
    let with_value = |value: &str| {
        format!(
            "{before}<ds:Signature xmlns:ds=\"{}\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{c14n}\"/>\
             <ds:SignatureMethod Algorithm=\"{}\"/>{references}</ds:SignedInfo><ds:SignatureValue>{value}</ds:SignatureValue>\
             <ds:KeyInfo>{key_info}</ds:KeyInfo></ds:Signature>{after}",
            ns::DSIG,
            options.signature,
        )
    };
    let template = with_value("");
    let document = parse(&template)?;
    let signed_info = document
        .descendants(document.root())
        .into_iter()
        .filter(|n| document.node_range(*n).is_some_and(|range| range.start == position))
        .find_map(|n| document.first_child_element_by_name_ns(n, ns::DSIG, "SignedInfo"))
        .ok_or_else(|| unfit("no SignedInfo"))?;
    let mut signer = openssl::sign::Signer::new(message_digest(options.signature)?, key)?;
    signer.update(&canonical_node(&document, signed_info, mode)?)?;
    Ok(with_value(&base64(&signer.sign_to_vec()?)))
}

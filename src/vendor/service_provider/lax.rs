//! Signature checks as vendors get them wrong. Nothing here is reached without a fault; the strict path is
//! [`verify_child`](crate::saml::signature::verify_child) alone.

use super::fault::{Fault, Faults};
use crate::saml::ns;
use crate::saml::signature::algorithm;
use base64::Engine;
use bergshamra_c14n::C14nMode;
use bergshamra_xml::NodeSet;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Rsa;
use openssl::x509::X509;
use uppsala::{Document, NodeId};

/// Faults that look for a valid signature anywhere in the message.
const ANYWHERE: [Fault; 3] = [Fault::ReadsFirstAssertion, Fault::ReadsLastAssertion, Fault::ReadsAnyAssertion];

/// Faults that judge a signature of the Response, too, in their own way or not at all.
pub(super) const INSTEAD: [Fault; 8] = [
    Fault::ReadsFirstAssertion,
    Fault::ReadsLastAssertion,
    Fault::ReadsAnyAssertion,
    Fault::SignatureNotChecked,
    Fault::TrustsCertificateInKeyInfo,
    Fault::TrustsKeyValue,
    Fault::DigestNotChecked,
    Fault::AcceptsSha1,
];

/// Whether a signature that one of the faults is content with vouches for the element.
pub(super) fn vouched_for(document: &Document<'_>, element: NodeId, trusted: &[Vec<u8>], faults: &Faults) -> bool {
    if !faults.any(&INSTEAD) {
        return false;
    }
    let signatures = if faults.any(&ANYWHERE) {
        document.get_elements_by_tag_name_ns(ns::DSIG, "Signature")
    } else {
        document.child_elements_by_name_ns(element, ns::DSIG, "Signature")
    };
    signatures.into_iter().any(|signature| holds(document, signature, element, trusted, faults).unwrap_or(false))
}

/// None when the signature cannot be read.
fn holds(
    document: &Document<'_>,
    signature: NodeId,
    element: NodeId,
    trusted: &[Vec<u8>],
    faults: &Faults,
) -> Option<bool> {
    let child = |node, local| document.first_child_element_by_name_ns(node, ns::DSIG, local);
    let bytes = |node| {
        let text: String = document.text_content_deep(node).split_ascii_whitespace().collect();
        base64::engine::general_purpose::STANDARD.decode(text).ok()
    };
    let signed_info = child(signature, "SignedInfo")?;
    let reference = child(signed_info, "Reference")?;
    let digest_of = |parent, local| digest(document.get_attribute(child(parent, local)?, "Algorithm")?, faults);
    let (method, digest_method) = (digest_of(signed_info, "SignatureMethod")?, digest_of(reference, "DigestMethod")?);

    let octets = canonical(document, &NodeSet::tree_without_comments(signed_info, document))?;
    let value = bytes(child(signature, "SignatureValue")?)?;
    let fits = |key: &PKey<Public>| {
        openssl::sign::Verifier::new(method, key).and_then(|mut v| v.verify_oneshot(&value, &octets)).unwrap_or(false)
    };
    if !keys(document, signature, trusted, faults).iter().any(fits) {
        return Some(false);
    }
    if faults.has(Fault::DigestNotChecked) {
        return Some(true);
    }
    let id = document.get_attribute(reference, "URI")?.strip_prefix('#')?;
    let expected = bytes(child(reference, "DigestValue")?)?;
    let has_id = |n: &NodeId| document.get_attribute(*n, "ID") == Some(id);
    let mut candidates = document.descendants(document.root());
    if !faults.any(&ANYWHERE) {
        candidates.retain(|n| *n == element);
    }
    let fits = |candidate: NodeId| {
        let mut nodes = NodeSet::tree_without_comments(candidate, document);
        // The enveloped-signature transform takes away a signature that lies inside what is signed.
        if document.ancestors(signature).contains(&candidate) {
            nodes = nodes.subtract(&NodeSet::tree_with_comments(signature, document));
        }
        let octets = canonical(document, &nodes)?;
        Some(openssl::hash::hash(digest_method, &octets).ok()?.to_vec() == expected)
    };
    Some(candidates.into_iter().filter(has_id).any(|candidate| fits(candidate).unwrap_or(false)))
}

fn keys(document: &Document<'_>, signature: NodeId, trusted: &[Vec<u8>], faults: &Faults) -> Vec<PKey<Public>> {
    let inside = |local| {
        let mut nodes = document.descendants(signature);
        nodes.retain(|n| document.element(*n).is_some_and(|e| e.matches_name_ns(ns::DSIG, local)));
        let decode = |node: &NodeId| {
            let text: String = document.text_content_deep(*node).split_ascii_whitespace().collect();
            base64::engine::general_purpose::STANDARD.decode(text).ok()
        };
        nodes.iter().filter_map(decode).collect::<Vec<_>>()
    };
    let mut certificates = trusted.to_vec();
    if faults.has(Fault::TrustsCertificateInKeyInfo) {
        certificates.extend(inside("X509Certificate"));
    }
    let mut keys: Vec<_> = certificates.iter().filter_map(|der| X509::from_der(der).ok()?.public_key().ok()).collect();
    if faults.has(Fault::TrustsKeyValue) {
        let values = inside("Modulus").into_iter().zip(inside("Exponent"));
        keys.extend(values.filter_map(|(modulus, exponent)| {
            let (modulus, exponent) = (BigNum::from_slice(&modulus).ok()?, BigNum::from_slice(&exponent).ok()?);
            PKey::from_rsa(Rsa::from_public_components(modulus, exponent).ok()?).ok()
        }));
    }
    keys
}

fn digest(uri: &str, faults: &Faults) -> Option<MessageDigest> {
    match uri {
        algorithm::RSA_SHA256 | algorithm::SHA256 => Some(MessageDigest::sha256()),
        algorithm::RSA_SHA512 | algorithm::SHA512 => Some(MessageDigest::sha512()),
        algorithm::RSA_SHA1 | algorithm::SHA1 if faults.has(Fault::AcceptsSha1) => Some(MessageDigest::sha1()),
        _ => None,
    }
}

fn canonical(document: &Document<'_>, nodes: &NodeSet) -> Option<Vec<u8>> {
    bergshamra_c14n::canonicalize_doc::<&str>(document, C14nMode::Exclusive, Some(nodes), &[]).ok()
}

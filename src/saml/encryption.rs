//! XML Encryption of assertions: AES-GCM and AES-CBC content, RSA-OAEP key transport.
//!
//! OpenSSL does the work, because RSA-OAEP with SHA-256 in both digest and mask is what the Context Handler sends today and not
//! every XML library has it. RSA 1.5 key transport is neither made nor accepted (SDP-ALG01).

use super::{ns, xml};
use crate::trial::{ContentEncryption, Encryption, KeyTransport, RecipientKeyInfo};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::encrypt::{Decrypter, Encrypter};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKeyRef, Private};
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, encrypt as encrypt_block, encrypt_aead};
use openssl::x509::{X509, X509NameRef};
use quick_xml::escape::escape;
use thiserror::Error;
use uppsala::{Document, NodeId, NodeKind};
use zeroize::Zeroizing;

/// Algorithm identifiers.
pub mod algorithm {
    /// AES-128 in Galois/counter mode.
    pub const AES128_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
    /// AES-256 in Galois/counter mode.
    pub const AES256_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
    /// AES-128 in cipher block chaining mode, for reading alone.
    pub const AES128_CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
    /// AES-256 in cipher block chaining mode.
    pub const AES256_CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
    /// RSA-OAEP with MGF1-SHA-1.
    pub const RSA_OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
    /// RSA-OAEP with a mask of its own.
    pub const RSA_OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
    /// MGF1 with SHA-1.
    pub const MGF1_SHA1: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha1";
    /// MGF1 with SHA-256.
    pub const MGF1_SHA256: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha256";
    /// SHA-1.
    pub const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
    /// SHA-256.
    pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
}

/// Bytes of the nonce before AES-GCM content, and of the tag after it (XML Encryption 1.1, 5.2.4).
const GCM_NONCE: usize = 12;
const GCM_TAG: usize = 16;
const AES_BLOCK: usize = 16;

/// Why something cannot be encrypted or decrypted.
#[derive(Debug, Error)]
pub enum EncryptionProblem {
    /// The certificate cannot be read, or has no RSA key.
    #[error("the certificate has no readable RSA key")]
    Certificate,
    /// Not XML within the bounds.
    #[error("{0}")]
    Xml(#[from] xml::XmlProblem),
    /// A part is missing or stands more than once.
    #[error("there is not exactly one {0}")]
    Structure(&'static str),
    /// An algorithm that is not accepted.
    #[error("the algorithm {0:?} is not accepted")]
    Algorithm(String),
    /// It does not decrypt. No reason is given on purpose: it would be an oracle (SP check ATT-22).
    #[error("it does not decrypt")]
    Failed,
    /// OpenSSL refused to encrypt.
    #[error("OpenSSL refused to encrypt")]
    Openssl(#[from] openssl::error::ErrorStack),
}

/// Encrypts an Assertion (text that stands alone, with its namespaces) for a DER certificate, as `saml:EncryptedAssertion`.
/// `xenc:EncryptedKey` stands inside the KeyInfo of `xenc:EncryptedData`, as the Context Handler puts it.
pub fn encrypt(assertion: &str, certificate: &[u8], how: Encryption) -> Result<String, EncryptionProblem> {
    let parsed = X509::from_der(certificate).map_err(|_| EncryptionProblem::Certificate)?;
    let public = parsed.public_key().map_err(|_| EncryptionProblem::Certificate)?;
    if public.id() != Id::RSA {
        return Err(EncryptionProblem::Certificate);
    }
    let (content_uri, content) = match how.content {
        ContentEncryption::Aes128Gcm => (algorithm::AES128_GCM, Content::Gcm(Cipher::aes_128_gcm())),
        ContentEncryption::Aes256Gcm => (algorithm::AES256_GCM, Content::Gcm(Cipher::aes_256_gcm())),
        ContentEncryption::Aes256Cbc => (algorithm::AES256_CBC, Content::Cbc(Cipher::aes_256_cbc())),
    };
    let mut session_key = Zeroizing::new(vec![0; content.cipher().key_len()]);
    openssl::rand::rand_bytes(&mut session_key)?;
    let data = content.encrypt(&session_key, assertion.as_bytes())?;

    let (transport_uri, parameters, transport) = match how.key {
        KeyTransport::OaepMgf1pSha1 => (
            algorithm::RSA_OAEP_MGF1P,
            format!("<ds:DigestMethod Algorithm=\"{}\"/>", algorithm::SHA1),
            Transport { digest: MessageDigest::sha1(), mask: MessageDigest::sha1() },
        ),
        KeyTransport::OaepSha256 => (
            algorithm::RSA_OAEP,
            format!(
                "<ds:DigestMethod Algorithm=\"{}\"/><xenc11:MGF xmlns:xenc11=\"{}\" Algorithm=\"{}\"/>",
                algorithm::SHA256,
                ns::XENC11,
                algorithm::MGF1_SHA256
            ),
            Transport { digest: MessageDigest::sha256(), mask: MessageDigest::sha256() },
        ),
    };
    let mut encrypter = Encrypter::new(&public)?;
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
    encrypter.set_rsa_oaep_md(transport.digest)?;
    encrypter.set_rsa_mgf1_md(transport.mask)?;
    let mut wrapped = vec![0; encrypter.encrypt_len(&session_key)?];
    let length = encrypter.encrypt(&session_key, &mut wrapped)?;
    wrapped.truncate(length);

    let recipient = match how.key_info {
        RecipientKeyInfo::X509Certificate => format!(
            "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
            STANDARD.encode(certificate)
        ),
        RecipientKeyInfo::SecurityTokenReference => format!(
            "<wsse:SecurityTokenReference xmlns:wsse=\"{}\"><ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>{}\
             </ds:X509IssuerName><ds:X509SerialNumber>{}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>\
             </wsse:SecurityTokenReference>",
            ns::WSSE,
            escape(issuer_name(parsed.issuer_name())),
            parsed.serial_number().to_bn()?.to_dec_str()?,
        ),
    };
    Ok(format!(
        "<saml:EncryptedAssertion xmlns:saml=\"{}\"><xenc:EncryptedData xmlns:xenc=\"{xenc}\" Type=\"{xenc}Element\">\
         <xenc:EncryptionMethod Algorithm=\"{content_uri}\"/><ds:KeyInfo xmlns:ds=\"{}\"><xenc:EncryptedKey>\
         <xenc:EncryptionMethod Algorithm=\"{transport_uri}\">{parameters}</xenc:EncryptionMethod>\
         <ds:KeyInfo>{recipient}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData>\
         </xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData>\
         </xenc:EncryptedData></saml:EncryptedAssertion>",
        ns::ASSERTION,
        ns::DSIG,
        STANDARD.encode(wrapped),
        STANDARD.encode(data),
        xenc = ns::XENC,
    ))
}

/// Decrypts a `saml:EncryptedAssertion` that stands alone, with its namespaces. The result is not parsed, and vouched for by
/// nobody: the key is public.
pub fn decrypt(encrypted_assertion: &str, key: &PKeyRef<Private>) -> Result<String, EncryptionProblem> {
    let document = xml::parse(encrypted_assertion)?;
    let root = document.document_element().ok_or(EncryptionProblem::Structure("document element"))?;
    decrypt_element(&document, root, key)
}

/// The same inside a message: `element` is its `saml:EncryptedAssertion`. `xenc:EncryptedKey` may stand beside
/// `xenc:EncryptedData` or in its KeyInfo.
pub fn decrypt_element(
    document: &Document<'_>,
    element: NodeId,
    key: &PKeyRef<Private>,
) -> Result<String, EncryptionProblem> {
    let data = only(document, element, ns::XENC, "EncryptedData")?;
    let inside = document
        .first_child_element_by_name_ns(data, ns::DSIG, "KeyInfo")
        .map(|info| document.child_elements_by_name_ns(info, ns::XENC, "EncryptedKey"))
        .unwrap_or_default();
    let beside = document.child_elements_by_name_ns(element, ns::XENC, "EncryptedKey");
    let [encrypted_key] = [inside, beside].concat()[..] else {
        return Err(EncryptionProblem::Structure("EncryptedKey"));
    };

    let content = match algorithm_of(document, only(document, data, ns::XENC, "EncryptionMethod")?) {
        algorithm::AES128_GCM => Content::Gcm(Cipher::aes_128_gcm()),
        algorithm::AES256_GCM => Content::Gcm(Cipher::aes_256_gcm()),
        algorithm::AES128_CBC => Content::Cbc(Cipher::aes_128_cbc()),
        algorithm::AES256_CBC => Content::Cbc(Cipher::aes_256_cbc()),
        other => return Err(EncryptionProblem::Algorithm(other.to_owned())),
    };
    let transport = Transport::read(document, only(document, encrypted_key, ns::XENC, "EncryptionMethod")?)?;
    let wrapped = cipher_value(document, encrypted_key)?;
    let cipher_text = cipher_value(document, data)?;

    let session_key = transport.unwrap(key, &wrapped)?;
    let plain = content.decrypt(&session_key, &cipher_text)?;
    String::from_utf8(plain).map_err(|_| EncryptionProblem::Failed)
}

#[derive(Clone, Copy)]
enum Content {
    Gcm(Cipher),
    Cbc(Cipher),
}

impl Content {
    const fn cipher(self) -> Cipher {
        match self {
            Self::Gcm(cipher) | Self::Cbc(cipher) => cipher,
        }
    }

    fn encrypt(self, key: &[u8], plain: &[u8]) -> Result<Vec<u8>, EncryptionProblem> {
        match self {
            Self::Gcm(cipher) => {
                let (mut nonce, mut tag) = ([0; GCM_NONCE], [0; GCM_TAG]);
                openssl::rand::rand_bytes(&mut nonce)?;
                let data = encrypt_aead(cipher, key, Some(&nonce), &[], plain, &mut tag)?;
                Ok([&nonce[..], &data, &tag].concat())
            }
            Self::Cbc(cipher) => {
                let mut start = [0; AES_BLOCK];
                openssl::rand::rand_bytes(&mut start)?;
                // PKCS#7 padding is one of the paddings that XML Encryption 5.2.1 allows.
                let data = encrypt_block(cipher, key, Some(&start), plain)?;
                Ok([&start[..], &data].concat())
            }
        }
    }

    fn decrypt(self, key: &[u8], data: &[u8]) -> Result<Vec<u8>, EncryptionProblem> {
        let fail = |_| EncryptionProblem::Failed;
        if key.len() != self.cipher().key_len() {
            return Err(EncryptionProblem::Failed);
        }
        match self {
            Self::Gcm(cipher) => {
                let (nonce, rest) = data.split_at_checked(GCM_NONCE).ok_or(EncryptionProblem::Failed)?;
                let middle = rest.len().checked_sub(GCM_TAG).ok_or(EncryptionProblem::Failed)?;
                let (data, tag) = rest.split_at(middle);
                openssl::symm::decrypt_aead(cipher, key, Some(nonce), &[], data, tag).map_err(fail)
            }
            Self::Cbc(cipher) => {
                let (start, data) = data.split_at_checked(AES_BLOCK).ok_or(EncryptionProblem::Failed)?;
                // Only the last octet of the padding means anything (XML Encryption 5.2.1), so OpenSSL must not look at it.
                let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(start)).map_err(fail)?;
                crypter.pad(false);
                let mut plain = vec![0; data.len() + AES_BLOCK];
                let mut length = crypter.update(data, &mut plain).map_err(fail)?;
                length += crypter.finalize(plain.get_mut(length..).unwrap_or_default()).map_err(fail)?;
                plain.truncate(length);
                let padding = usize::from(*plain.last().ok_or(EncryptionProblem::Failed)?);
                if padding == 0 || padding > AES_BLOCK {
                    return Err(EncryptionProblem::Failed);
                }
                plain.truncate(length.saturating_sub(padding));
                Ok(plain)
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Transport {
    digest: MessageDigest,
    mask: MessageDigest,
}

impl Transport {
    /// Reads an EncryptionMethod of EncryptedKey. Digest and mask are SHA-1 unless said (XML Encryption 1.1, 5.5.2).
    fn read(document: &Document<'_>, method: NodeId) -> Result<Self, EncryptionProblem> {
        let parameter = |namespace, local| {
            document.first_child_element_by_name_ns(method, namespace, local).map(|n| algorithm_of(document, n))
        };
        if document.first_child_element_by_name_ns(method, ns::XENC, "OAEPparams").is_some() {
            return Err(EncryptionProblem::Algorithm("OAEPparams".to_owned()));
        }
        let digest = match parameter(ns::DSIG, "DigestMethod") {
            None | Some(algorithm::SHA1) => MessageDigest::sha1(),
            Some(algorithm::SHA256) => MessageDigest::sha256(),
            Some(other) => return Err(EncryptionProblem::Algorithm(other.to_owned())),
        };
        let mask = match (algorithm_of(document, method), parameter(ns::XENC11, "MGF")) {
            (algorithm::RSA_OAEP_MGF1P | algorithm::RSA_OAEP, None | Some(algorithm::MGF1_SHA1)) => {
                MessageDigest::sha1()
            }
            (algorithm::RSA_OAEP, Some(algorithm::MGF1_SHA256)) => MessageDigest::sha256(),
            (algorithm::RSA_OAEP | algorithm::RSA_OAEP_MGF1P, Some(other)) | (other, _) => {
                return Err(EncryptionProblem::Algorithm(other.to_owned()));
            }
        };
        Ok(Self { digest, mask })
    }

    fn unwrap(self, key: &PKeyRef<Private>, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, EncryptionProblem> {
        let open = || {
            let mut decrypter = Decrypter::new(key)?;
            decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
            decrypter.set_rsa_oaep_md(self.digest)?;
            decrypter.set_rsa_mgf1_md(self.mask)?;
            let mut opened = Zeroizing::new(vec![0; decrypter.decrypt_len(wrapped)?]);
            let length = decrypter.decrypt(wrapped, &mut opened)?;
            opened.truncate(length);
            Ok(opened)
        };
        open().map_err(|_: openssl::error::ErrorStack| EncryptionProblem::Failed)
    }
}

fn only(
    document: &Document<'_>,
    parent: NodeId,
    namespace: &str,
    local: &'static str,
) -> Result<NodeId, EncryptionProblem> {
    match document.child_elements_by_name_ns(parent, namespace, local)[..] {
        [only] => Ok(only),
        _ => Err(EncryptionProblem::Structure(local)),
    }
}

fn algorithm_of<'d>(document: &'d Document<'_>, node: NodeId) -> &'d str {
    document.get_attribute(node, "Algorithm").unwrap_or_default()
}

fn cipher_value(document: &Document<'_>, parent: NodeId) -> Result<Vec<u8>, EncryptionProblem> {
    let value = only(document, only(document, parent, ns::XENC, "CipherData")?, ns::XENC, "CipherValue")?;
    let only_text = document.children_iter(value).all(|n| matches!(document.node_kind(n), Some(NodeKind::Text(_))));
    if !only_text {
        return Err(EncryptionProblem::Structure("text in CipherValue"));
    }
    let text: String = document.text_content_deep(value).split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|_| EncryptionProblem::Failed)
}

/// A distinguished name as XML Signature 4.5.4.1 writes it (RFC 4514: most specific first), with the blank after each comma that
/// the Context Handler writes.
pub(super) fn issuer_name(name: &X509NameRef) -> String {
    let mut parts: Vec<String> = name
        .entries()
        .map(|entry| {
            let kind = match entry.object().nid() {
                Nid::UNDEF => format!("OID.{}", entry.object()),
                known => known.short_name().unwrap_or_default().to_owned(),
            };
            let value = entry.data().to_string().unwrap_or_default();
            format!("{kind}={}", escape_name(&value))
        })
        .collect();
    parts.reverse();
    parts.join(", ")
}

/// Escapes what RFC 4514 2.4 escapes.
pub(crate) fn escape_name(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut out = String::with_capacity(value.len());
    for (index, c) in value.chars().enumerate() {
        let edge = (index == 0 && matches!(c, ' ' | '#')) || (index == last && c == ' ');
        if edge || matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

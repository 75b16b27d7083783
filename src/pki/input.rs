//! Certificates out of the files that people have: PEM, DER, PEM bundles and PKCS#12. Keys are never kept.

use super::der::{self, tag};
use base64::Engine;
use openssl::pkcs12::{ParsedPkcs12_2, Pkcs12};
use openssl::provider::Provider;
use thiserror::Error;

/// Largest file that is read, in bytes.
pub const MAX_INPUT: usize = 16 * 1024 * 1024;
/// Most certificates that one file may hold.
pub const MAX_CERTIFICATES: usize = 4096;
/// Most iterations of a password function in a PKCS#12 file; more would hang the program (Windows and OpenSSL use 2,048
/// to 600,000).
const MAX_ITERATIONS: u64 = 5_000_000;

/// Why a file gave no certificates. The caller names the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// No bytes at all.
    #[error("the file is empty; give a certificate as PEM, DER or PKCS#12")]
    Empty,
    /// More than [`MAX_INPUT`] bytes.
    #[error("the file is larger than {} MB, which no certificate file is", MAX_INPUT / 1024 / 1024)]
    TooLarge,
    /// Neither PEM nor DER nor PKCS#12.
    #[error("the file holds no certificate: it is neither PEM, DER nor PKCS#12")]
    NotACertificate,
    /// PEM without any CERTIFICATE block.
    #[error("the PEM file holds no CERTIFICATE block (only: {0})")]
    NoCertificateBlock(String),
    /// A CERTIFICATE block that cannot be decoded.
    #[error("CERTIFICATE block {block}, which begins on line {line}, {problem}")]
    BadPem {
        /// Number of the block, from 1.
        block: usize,
        /// Line of its BEGIN, from 1.
        line: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// A private key behind a certificate.
    #[error("the file holds a private key after the certificate; give the certificate alone")]
    PrivateKey,
    /// More than [`MAX_CERTIFICATES`] certificates.
    #[error("the file holds more than {MAX_CERTIFICATES} certificates")]
    TooMany,
    /// PKCS#12 that needs a password.
    #[error("the PKCS#12 file needs a password; give one by file or environment variable")]
    PasswordMissing,
    /// PKCS#12 with another password.
    #[error("the password does not open the PKCS#12 file")]
    PasswordWrong,
    /// PKCS#12 that OpenSSL cannot read.
    #[error("the PKCS#12 file cannot be read; export it again with a current tool (AES-256, SHA-256)")]
    BadPkcs12,
    /// PKCS#12 whose password function would run too long.
    #[error("the PKCS#12 file asks for more than {MAX_ITERATIONS} iterations of its password function")]
    TooManyIterations,
    /// PKCS#12 without certificates.
    #[error("the PKCS#12 file holds no certificate")]
    EmptyPkcs12,
}

/// The certificates of a file, in their order; of a PKCS#12 file the key's own certificate first.
///
/// Bytes come through exactly as supplied, a DER file's trailing bytes too, so that the check on the encoding sees them.
/// Private keys in the file are skipped without being decoded (PEM) or dropped at once (PKCS#12).
pub fn read_certificates(bytes: &[u8], password: Option<&str>) -> Result<Vec<Vec<u8>>, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.len() > MAX_INPUT {
        return Err(Error::TooLarge);
    }
    let found = match form(bytes) {
        Some(Form::Certificate) => vec![bytes.to_vec()],
        Some(Form::Pkcs12) => from_pkcs12(bytes, password)?,
        None => from_pem(bytes)?,
    };
    if found.iter().any(|der| has_key_behind_it(der)) {
        return Err(Error::PrivateKey);
    }
    if found.len() > MAX_CERTIFICATES { Err(Error::TooMany) } else { Ok(found) }
}

/// What binary content claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Certificate,
    Pkcs12,
}

/// Looks at the first identifier octets alone, so that a certificate that is cut short, has trailing bytes or BER lengths
/// comes through to the check on the encoding. No form of private key passes: PKCS#1, PKCS#8 and SEC 1 have an INTEGER or
/// an AlgorithmIdentifier where a certificate has its version or serial number.
fn form(bytes: &[u8]) -> Option<Form> {
    let inside = content_of_sequence(bytes)?;
    if inside.starts_with(&[tag::INTEGER, 1, 3]) {
        return Some(Form::Pkcs12);
    }
    let first = *content_of_sequence(inside)?.first()?;
    (first == tag::explicit(0) || first == tag::INTEGER).then_some(Form::Certificate)
}

/// What follows the header of a SEQUENCE, however long it claims to be.
fn content_of_sequence(bytes: &[u8]) -> Option<&[u8]> {
    let [tag::SEQUENCE, first, rest @ ..] = bytes else { return None };
    let octets = if first & 0x80 == 0 { 0 } else { usize::from(first & 0x7F) };
    rest.get(octets..)
}

/// Whether a private key (PKCS#1, PKCS#8 or SEC 1: SEQUENCE with version 0 or 1) follows a certificate.
fn has_key_behind_it(der: &[u8]) -> bool {
    use x509_parser::der_parser::ber::parse_ber_any;
    let Ok((rest, _)) = parse_ber_any(der) else { return false };
    content_of_sequence(rest)
        .is_some_and(|c| c.starts_with(&[tag::INTEGER, 1, 0]) || c.starts_with(&[tag::INTEGER, 1, 1]))
}

fn from_pem(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    const BEGIN: &str = "-----BEGIN ";
    let text = String::from_utf8_lossy(bytes);
    if !text.contains(BEGIN) {
        return Err(Error::NotACertificate);
    }
    let mut certificates = Vec::new();
    let mut other_labels = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim_start_matches('\u{FEFF}').trim();
        let Some(label) = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix("-----")) else { continue };
        let is_certificate = matches!(label, "CERTIFICATE" | "X509 CERTIFICATE");
        let end = format!("-----END {label}-----");
        let mut body = String::new();
        let mut ended = false;
        for (_, line) in lines.by_ref() {
            let line = line.trim();
            if line == end {
                ended = true;
                break;
            }
            // Anything but a certificate, above all a private key, is passed over without being kept.
            if is_certificate {
                body.push_str(line);
            }
        }
        if !is_certificate {
            if !other_labels.iter().any(|known| known == label) && other_labels.len() < 5 {
                other_labels.push(label.chars().take(40).collect::<String>());
            }
            continue;
        }
        let bad = |problem| Error::BadPem { block: certificates.len() + 1, line: number + 1, problem };
        if !ended {
            return Err(bad("has no END line"));
        }
        let der = base64::engine::general_purpose::STANDARD.decode(&body).map_err(|_| bad("is not correct base64"))?;
        if der.is_empty() {
            return Err(bad("is empty"));
        }
        if form(&der) != Some(Form::Certificate) {
            return Err(bad("holds something else than a certificate"));
        }
        if certificates.len() == MAX_CERTIFICATES {
            return Err(Error::TooMany);
        }
        certificates.push(der);
    }
    if certificates.is_empty() { Err(Error::NoCertificateBlock(other_labels.join(", "))) } else { Ok(certificates) }
}

fn from_pkcs12(bytes: &[u8], password: Option<&str>) -> Result<Vec<Vec<u8>>, Error> {
    if asks_too_much(bytes, 0) {
        return Err(Error::TooManyIterations);
    }
    let container = Pkcs12::from_der(bytes).map_err(|_| Error::BadPkcs12)?;
    let opened = match container.parse2(password.unwrap_or_default()) {
        Ok(opened) => opened,
        Err(errors) if is_mac_failure(&errors) => {
            return Err(if password.is_some() { Error::PasswordWrong } else { Error::PasswordMissing });
        }
        Err(_) => with_legacy_ciphers(&container, password)?,
    };
    // The key, if any, ends here.
    let ParsedPkcs12_2 { pkey: _, cert, ca } = opened;
    let chain = ca.into_iter().flatten();
    let certificates: Vec<_> = cert.into_iter().chain(chain).filter_map(|c| c.to_der().ok()).collect();
    if certificates.is_empty() { Err(Error::EmptyPkcs12) } else { Ok(certificates) }
}

/// Old tools encrypt with RC2-40, which OpenSSL 3 has only in its legacy provider.
fn with_legacy_ciphers(container: &Pkcs12, password: Option<&str>) -> Result<ParsedPkcs12_2, Error> {
    let _legacy = Provider::try_load(None, "legacy", true).map_err(|_| Error::BadPkcs12)?;
    container.parse2(password.unwrap_or_default()).map_err(|errors| match (is_mac_failure(&errors), password) {
        (true, Some(_)) => Error::PasswordWrong,
        (true, None) => Error::PasswordMissing,
        (false, _) => Error::BadPkcs12,
    })
}

fn is_mac_failure(errors: &openssl::error::ErrorStack) -> bool {
    errors.errors().iter().any(|e| e.reason().is_some_and(|r| r.contains("mac verify")))
}

/// Whether any small integer in the readable part exceeds the limit. Beside the iteration counts of MacData, PBES2 and the
/// PKCS#12 ciphers that part holds only versions and key lengths.
fn asks_too_much(bytes: &[u8], depth: usize) -> bool {
    if depth > 24 {
        return true;
    }
    // What cannot be read cannot be bounded; a salt may begin like a SEQUENCE by chance, but is short.
    let Ok(elements) = der::elements(bytes) else { return bytes.len() > 64 };
    elements.iter().enumerate().any(|(index, element)| match element.tag {
        tag::INTEGER if element.content.len() <= 9 => element.small_integer().is_ok_and(|value| value > MAX_ITERATIONS),
        // Ciphertext (EncryptedPrivateKeyInfo, RFC 5958) and digests stand right behind their AlgorithmIdentifier. They are
        // random bytes: one in 256 begins like a SEQUENCE.
        tag::OCTET_STRING if index > 0 && is_algorithm_identifier(&elements[index - 1]) => false,
        // AuthenticatedSafe is DER inside an OCTET STRING.
        tag::OCTET_STRING if element.content.first() == Some(&tag::SEQUENCE) => {
            asks_too_much(element.content, depth + 1)
        }
        _ if element.is_constructed() => asks_too_much(element.content, depth + 1),
        _ => false,
    })
}

fn is_algorithm_identifier(element: &der::Element<'_>) -> bool {
    element.tag == tag::SEQUENCE && element.content.first() == Some(&tag::OID)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        let mut out = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
        out.extend_from_slice(content);
        out
    }

    #[test]
    fn ciphertext_that_begins_like_a_sequence_is_no_iteration_count() {
        let algorithm = der(tag::SEQUENCE, &der(tag::OID, &[0x2A, 0x03]));
        let random = [&[tag::SEQUENCE, 0xFF][..], &[0xA5; 100]].concat();
        let ciphertext = der(tag::OCTET_STRING, &random);
        assert!(!asks_too_much(&der(tag::SEQUENCE, &[algorithm.clone(), ciphertext.clone()].concat()), 0));
        assert!(asks_too_much(&der(tag::SEQUENCE, &ciphertext), 0), "what cannot be read cannot be bounded");
        let iterations = der(tag::INTEGER, &[0x7F, 0xFF, 0xFF, 0xFF]);
        assert!(asks_too_much(&der(tag::SEQUENCE, &[algorithm, iterations].concat()), 0));
    }
}

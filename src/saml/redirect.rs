//! The HTTP-Redirect binding (SAML bindings 3.4): a message in a query, with a signature over the query's own octets.

use super::signature::{accepted_signature_algorithm, algorithm, rsa_key, verify_octets};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use flate2::{Decompress, FlushDecompress, Status};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKeyRef, Private};
use std::io::Write;
use thiserror::Error;
use url::Url;

/// Longest query that is read.
pub const MAX_QUERY: usize = 256 << 10;
/// Largest message after inflation: some hundred times a real one.
pub const MAX_MESSAGE: usize = 512 << 10;
/// The one encoding there is, and its default.
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/// Which parameter carries the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `SAMLRequest`.
    Request,
    /// `SAMLResponse`.
    Response,
}

impl Parameter {
    /// Its name in the query.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

/// A message as a query carried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectMessage {
    /// Which parameter carried it.
    pub parameter: Parameter,
    /// The message.
    pub xml: String,
    /// `RelayState`, decoded.
    pub relay_state: Option<String>,
    /// `SigAlg`, decoded.
    pub sig_alg: Option<String>,
    /// `Signature`, decoded.
    pub signature: Option<Vec<u8>>,
    /// What the signature is over: message, RelayState and SigAlg with the octets that were sent, in the order of the standard.
    pub signed_octets: String,
    /// Names of parameters that the binding does not know. No signature covers them.
    pub others: Vec<String>,
}

/// Why a query is not read, or its signature not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RedirectProblem {
    /// Longer than is read.
    #[error("the query is longer than {MAX_QUERY} bytes")]
    TooLong,
    /// Neither SAMLRequest nor SAMLResponse.
    #[error("the query carries no SAMLRequest and no SAMLResponse")]
    NoMessage,
    /// Both.
    #[error("the query carries SAMLRequest and SAMLResponse")]
    TwoMessages,
    /// A parameter of the binding stands twice: two readers could take different ones.
    #[error("the query carries {0} more than once")]
    Duplicate(&'static str),
    /// Bad percent encoding, or octets that are not UTF-8.
    #[error("the value of {0} is not URL-encoded UTF-8")]
    UrlEncoding(&'static str),
    /// Another SAMLEncoding than DEFLATE.
    #[error("the encoding {0:?} is not known")]
    Encoding(String),
    /// Not base64.
    #[error("the value of {0} is not base64")]
    Base64(&'static str),
    /// Not a complete raw DEFLATE stream.
    #[error("the message is not raw DEFLATE (RFC 1951)")]
    Deflate,
    /// A decompression bomb.
    #[error("the message inflates to more than {MAX_MESSAGE} bytes")]
    TooLarge,
    /// Not UTF-8 inside.
    #[error("the message is not UTF-8")]
    NotText,
    /// No SigAlg or no Signature.
    #[error("the query is not signed")]
    Unsigned,
    /// An algorithm that is not accepted.
    #[error("the algorithm {0:?} is not accepted")]
    Algorithm(String),
    /// The signature value is that of no given certificate.
    #[error("the signature was not made with a key of the given certificates")]
    Untrusted,
}

/// Reads a query, without its question mark, from the exact octets that were sent.
pub fn decode(query: &str) -> Result<RedirectMessage, RedirectProblem> {
    const NAMES: [&str; 6] = ["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding"];
    if query.len() > MAX_QUERY {
        return Err(RedirectProblem::TooLong);
    }
    let mut raw: [Option<&str>; 6] = [None; 6];
    let mut others = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // An encoded name means the same to a reader that decodes names, so it counts as the same.
        let decoded = percent_decode(name).and_then(|bytes| String::from_utf8(bytes).ok());
        match NAMES.iter().position(|known| decoded.as_deref() == Some(known)) {
            Some(index) => {
                let (Some(slot), Some(known)) = (raw.get_mut(index), NAMES.get(index)) else { continue };
                if slot.replace(value).is_some() {
                    return Err(RedirectProblem::Duplicate(known));
                }
            }
            None => others.push(decoded.unwrap_or_else(|| name.to_owned())),
        }
    }
    let [request, response, relay_state, sig_alg, signature, encoding] = raw;
    let (parameter, message) = match (request, response) {
        (Some(value), None) => (Parameter::Request, value),
        (None, Some(value)) => (Parameter::Response, value),
        (None, None) => return Err(RedirectProblem::NoMessage),
        (Some(_), Some(_)) => return Err(RedirectProblem::TwoMessages),
    };
    let text = |name, value: Option<&str>| value.map(|v| text(name, v)).transpose();
    if let Some(other) = text("SAMLEncoding", encoding)?.filter(|e| e != DEFLATE) {
        return Err(RedirectProblem::Encoding(other));
    }
    let mut signed_octets = format!("{}={message}", parameter.name());
    for (name, value) in [("RelayState", relay_state), ("SigAlg", sig_alg)] {
        if let Some(value) = value {
            signed_octets = format!("{signed_octets}&{name}={value}");
        }
    }
    let signature = match text("Signature", signature)? {
        Some(value) => Some(from_base64("Signature", &value)?),
        None => None,
    };
    let compressed = from_base64(parameter.name(), &self::text(parameter.name(), message)?)?;
    Ok(RedirectMessage {
        parameter,
        xml: String::from_utf8(inflate(&compressed)?).map_err(|_| RedirectProblem::NotText)?,
        relay_state: text("RelayState", relay_state)?,
        sig_alg: text("SigAlg", sig_alg)?,
        signature,
        signed_octets,
        others,
    })
}

impl RedirectMessage {
    /// Verifies the signature over the exact octets with the keys of DER certificates, and says which of them made it.
    /// RSASSA-PKCS1-v1_5 with SHA-256, SHA-384 or SHA-512 is accepted; SHA-1 is not (SDP-ALG01).
    pub fn verify(&self, certificates: &[Vec<u8>]) -> Result<usize, RedirectProblem> {
        let (Some(sig_alg), Some(signature)) = (&self.sig_alg, &self.signature) else {
            return Err(RedirectProblem::Unsigned);
        };
        let digest =
            accepted_signature_algorithm(sig_alg).ok_or_else(|| RedirectProblem::Algorithm(sig_alg.clone()))?;
        let made = |der: &Vec<u8>| {
            rsa_key(der).is_some_and(|key| verify_octets(&key, digest, self.signed_octets.as_bytes(), signature))
        };
        certificates.iter().position(made).ok_or(RedirectProblem::Untrusted)
    }
}

/// Puts a message into the query of an address, signed with RSA-SHA256 when there is a key.
pub fn encode(
    location: &Url,
    parameter: Parameter,
    xml: &str,
    relay_state: Option<&str>,
    signer: Option<&PKeyRef<Private>>,
) -> Result<Url, EncodingProblem> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml.as_bytes())?;
    let mut query = format!("{}={}", parameter.name(), percent_encode(&STANDARD.encode(encoder.finish()?)));
    if let Some(relay_state) = relay_state {
        query = format!("{query}&RelayState={}", percent_encode(relay_state));
    }
    if let Some(key) = signer {
        query = format!("{query}&SigAlg={}", percent_encode(algorithm::RSA_SHA256));
        let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), key)?;
        let signature = signer.sign_oneshot_to_vec(query.as_bytes())?;
        query = format!("{query}&Signature={}", percent_encode(&STANDARD.encode(signature)));
    }
    let mut url = location.clone();
    let query = match location.query().filter(|own| !own.is_empty()) {
        Some(own) => format!("{own}&{query}"),
        None => query,
    };
    url.set_query(Some(&query));
    Ok(url)
}

/// Why a message cannot be put into a query.
#[derive(Debug, Error)]
pub enum EncodingProblem {
    /// It cannot be compressed.
    #[error("the message cannot be compressed")]
    Compression(#[from] std::io::Error),
    /// OpenSSL refused.
    #[error("OpenSSL refused to sign")]
    Openssl(#[from] openssl::error::ErrorStack),
}

fn text(name: &'static str, value: &str) -> Result<String, RedirectProblem> {
    percent_decode(value).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(RedirectProblem::UrlEncoding(name))
}

/// Base64 with the line breaks that some encoders put in.
fn from_base64(name: &'static str, value: &str) -> Result<Vec<u8>, RedirectProblem> {
    let value: String = value.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    STANDARD.decode(value).map_err(|_| RedirectProblem::Base64(name))
}

fn inflate(compressed: &[u8]) -> Result<Vec<u8>, RedirectProblem> {
    let mut stream = Decompress::new(false);
    let mut out = Vec::with_capacity((4 * compressed.len()).clamp(4 << 10, MAX_MESSAGE + 1));
    loop {
        let read = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let rest = compressed.get(read..).unwrap_or_default();
        let written = out.len();
        let status =
            stream.decompress_vec(rest, &mut out, FlushDecompress::Finish).map_err(|_| RedirectProblem::Deflate)?;
        if out.len() > MAX_MESSAGE {
            return Err(RedirectProblem::TooLarge);
        }
        match status {
            Status::StreamEnd if stream.total_in() == compressed.len() as u64 => return Ok(out),
            Status::StreamEnd => return Err(RedirectProblem::Deflate),
            // More room, within the bound; without progress despite room the stream is cut off.
            _ if out.len() == out.capacity() => out.reserve((MAX_MESSAGE + 1 - out.len()).min(64 << 10)),
            _ if out.len() == written => return Err(RedirectProblem::Deflate),
            _ => {}
        }
    }
}

fn percent_decode(value: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let (high, low) = (char::from(bytes.next()?).to_digit(16)?, char::from(bytes.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' => b' ',
            other => other,
        });
    }
    Some(out)
}

/// Encodes everything but the unreserved characters of RFC 3986 2.3.
fn percent_encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len() * 2);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(digit), 16).unwrap_or_default().to_ascii_uppercase());
            }
        }
    }
    out
}

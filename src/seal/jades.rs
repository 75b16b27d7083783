//! JAdES baseline B-B: a flattened JWS with attached payload.
//!
//! The protected header holds exactly `alg`, `cty`, `iat`, `typ`, `x5c` and `x5t#S256`. From 2025-07-15 new signatures use
//! `iat`, not `sigT`; with that, and without `crit`, any JWS library can check the seal. There is no unprotected header:
//! `etsiU` must not be empty, and B-B has nothing to put there.

use super::SealError;
use super::key::SealingKey;
use crate::canonical;
use crate::digest::sha256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{HasPublic, PKeyRef};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer, Verifier};
use serde::{Deserialize, Serialize};

/// Signature algorithms of a seal (RFC 7518 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "UPPERCASE")]
#[value(rename_all = "UPPER")]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Ps256, Self::Es256];

    /// Its name in a JWS header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }
}

/// The sealed file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlattenedJws {
    pub(super) payload: String,
    pub(super) protected: String,
    pub(super) signature: String,
}

/// The protected header.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) alg: Algorithm,
    pub(super) cty: String,
    pub(super) iat: i64,
    pub(super) typ: String,
    pub(super) x5c: Vec<String>,
    #[serde(rename = "x5t#S256")]
    pub(super) x5t_s256: String,
}

/// `cty` of a seal.
pub(super) const CONTENT_TYPE: &str = "json";
/// `typ` of a seal.
pub(super) const TYPE: &str = "jose+json";

/// Seals a report: `payload` is its canonical bytes. Gives the bytes of `report.jades.json`.
pub fn seal(payload: &[u8], key: &SealingKey, iat: Timestamp) -> Result<Vec<u8>, SealError> {
    let leaf = key.chain.first().ok_or(SealError::KeyMismatch)?;
    let header = Header {
        alg: key.algorithm(),
        cty: CONTENT_TYPE.to_owned(),
        iat: iat.as_second(),
        typ: TYPE.to_owned(),
        x5t_s256: URL_SAFE_NO_PAD.encode(sha256(&leaf.der)),
        x5c: key.chain.iter().map(|certificate| STANDARD.encode(&certificate.der)).collect(),
    };
    let protected = URL_SAFE_NO_PAD.encode(canonical(&header)?);
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let input = signing_input(&protected, &payload);
    let signature = sign(key, &input).map_err(|_| SealError::Library("sealing"))?;
    canonical(&FlattenedJws { payload, protected, signature: URL_SAFE_NO_PAD.encode(signature) })
}

pub(super) fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, SealError> {
    canonical::bytes(value).map_err(|_| SealError::Library("writing canonical JSON"))
}

/// RFC 7515 section 5.1 step 5.
pub(super) fn signing_input(protected: &str, payload: &str) -> Vec<u8> {
    format!("{protected}.{payload}").into_bytes()
}

fn sign(key: &SealingKey, input: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut signer = Signer::new(MessageDigest::sha256(), &key.key)?;
    match key.algorithm() {
        Algorithm::Rs256 => signer.set_rsa_padding(Padding::PKCS1)?,
        Algorithm::Ps256 => {
            signer.set_rsa_padding(Padding::PKCS1_PSS)?;
            signer.set_rsa_mgf1_md(MessageDigest::sha256())?;
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
        }
        Algorithm::Es256 => {
            // JWS wants r and s side by side, 32 bytes each, with leading zeros kept (RFC 7518 section 3.4).
            let signature = EcdsaSig::from_der(&signer.sign_oneshot_to_vec(input)?)?;
            let mut out = signature.r().to_vec_padded(32)?;
            out.extend(signature.s().to_vec_padded(32)?);
            return Ok(out);
        }
    }
    signer.sign_oneshot_to_vec(input)
}

/// Whether a JWS signature verifies. What the library refuses does not verify.
pub(super) fn verifies<T: HasPublic>(algorithm: Algorithm, key: &PKeyRef<T>, input: &[u8], signature: &[u8]) -> bool {
    let check = || -> Result<bool, ErrorStack> {
        let mut verifier = Verifier::new(MessageDigest::sha256(), key)?;
        match algorithm {
            Algorithm::Rs256 => verifier.set_rsa_padding(Padding::PKCS1)?,
            Algorithm::Ps256 => {
                verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
                verifier.set_rsa_mgf1_md(MessageDigest::sha256())?;
                verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            }
            Algorithm::Es256 => {
                let (Some(r), Some(s), 64) = (signature.get(..32), signature.get(32..), signature.len()) else {
                    return Ok(false);
                };
                let parts =
                    EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?.to_der()?;
                return verifier.verify_oneshot(&parts, input);
            }
        }
        verifier.verify_oneshot(signature, input)
    };
    check().unwrap_or(false)
}

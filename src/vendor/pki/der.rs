//! Writing DER: just enough of ASN.1 for certificates, revocation lists and OCSP responses, right and wrong ones.
//!
//! Every function returns finished bytes, so that a defect can replace any part of a structure without the rest knowing.

use super::PkiError;
use jiff::Timestamp;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer};
use yasna::models::{ObjectIdentifier, TaggedDerValue};
use yasna::tags::{
    TAG_BITSTRING, TAG_BOOLEAN, TAG_ENUM, TAG_GENERALIZEDTIME, TAG_INTEGER, TAG_NULL, TAG_OCTETSTRING,
    TAG_PRINTABLESTRING, TAG_SEQUENCE, TAG_SET, TAG_UTCTIME, TAG_UTF8STRING,
};
use yasna::{PCBit, Tag, construct_der};

/// An object identifier, arc by arc.
pub(super) type Oid = &'static [u64];

fn tagged(tag: Tag, pcbit: PCBit, content: Vec<u8>) -> Vec<u8> {
    construct_der(|writer| writer.write_tagged_der(&TaggedDerValue::from_tag_pc_and_bytes(tag, pcbit, content)))
}

pub(super) fn sequence(parts: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    tagged(TAG_SEQUENCE, PCBit::Constructed, parts.into_iter().collect::<Vec<_>>().concat())
}

/// SET OF: DER sorts its members (X.690, 11.6).
pub(super) fn set_of(parts: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort();
    tagged(TAG_SET, PCBit::Constructed, parts.concat())
}

/// `[number] EXPLICIT`, and any constructed context tag.
pub(super) fn explicit(number: u64, content: Vec<u8>) -> Vec<u8> {
    tagged(Tag::context(number), PCBit::Constructed, content)
}

/// `[number] IMPLICIT` over a primitive type.
pub(super) fn implicit(number: u64, content: &[u8]) -> Vec<u8> {
    tagged(Tag::context(number), PCBit::Primitive, content.to_vec())
}

pub(super) fn oid(arcs: Oid) -> Vec<u8> {
    construct_der(|writer| writer.write_oid(&ObjectIdentifier::from_slice(arcs)))
}

pub(super) fn null() -> Vec<u8> {
    tagged(TAG_NULL, PCBit::Primitive, Vec::new())
}

pub(super) fn truth() -> Vec<u8> {
    tagged(TAG_BOOLEAN, PCBit::Primitive, vec![0xFF])
}

pub(super) fn integer(value: u64) -> Vec<u8> {
    construct_der(|writer| writer.write_u64(value))
}

/// INTEGER with exactly these content octets (two's complement), so that a serial number can be negative or too long.
pub(super) fn integer_octets(content: &[u8]) -> Vec<u8> {
    tagged(TAG_INTEGER, PCBit::Primitive, content.to_vec())
}

pub(super) fn enumerated(value: u8) -> Vec<u8> {
    tagged(TAG_ENUM, PCBit::Primitive, vec![value])
}

pub(super) fn octet_string(content: &[u8]) -> Vec<u8> {
    tagged(TAG_OCTETSTRING, PCBit::Primitive, content.to_vec())
}

/// BIT STRING of whole octets.
pub(super) fn bit_string(content: &[u8]) -> Vec<u8> {
    tagged(TAG_BITSTRING, PCBit::Primitive, [&[0], content].concat())
}

/// BIT STRING of named bits: trailing zero bits are left out (X.690, 11.2.2). `bits` has bit 0 as its highest.
pub(super) fn named_bits(bits: u8) -> Vec<u8> {
    let unused = u8::try_from(bits.trailing_zeros()).unwrap_or(0);
    let content = if bits == 0 { vec![0] } else { vec![unused, bits] };
    tagged(TAG_BITSTRING, PCBit::Primitive, content)
}

/// String types of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StringType {
    Utf8,
    Printable,
}

pub(super) fn string(kind: StringType, text: &str) -> Vec<u8> {
    let tag = match kind {
        StringType::Utf8 => TAG_UTF8STRING,
        StringType::Printable => TAG_PRINTABLESTRING,
    };
    tagged(tag, PCBit::Primitive, text.as_bytes().to_vec())
}

/// UTCTime before 2050, GeneralizedTime from then on (RFC 5280, 4.1.2.5).
pub(super) fn time(at: Timestamp) -> Vec<u8> {
    const YEAR_2050: i64 = 2_524_608_000;
    if at.as_second() < YEAR_2050 {
        tagged(TAG_UTCTIME, PCBit::Primitive, at.strftime("%y%m%d%H%M%SZ").to_string().into_bytes())
    } else {
        generalized_time(at)
    }
}

pub(super) fn generalized_time(at: Timestamp) -> Vec<u8> {
    tagged(TAG_GENERALIZEDTIME, PCBit::Primitive, at.strftime("%Y%m%d%H%M%SZ").to_string().into_bytes())
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1, for what must be refused.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    fn digest(self) -> MessageDigest {
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    /// AlgorithmIdentifier with the explicit NULL that every measured OCES3 certificate has.
    pub(super) fn identifier(self) -> Vec<u8> {
        let arcs: Oid = match self {
            Self::Sha1 => &[1, 3, 14, 3, 2, 26],
            Self::Sha256 => &[2, 16, 840, 1, 101, 3, 4, 2, 1],
            Self::Sha384 => &[2, 16, 840, 1, 101, 3, 4, 2, 2],
            Self::Sha512 => &[2, 16, 840, 1, 101, 3, 4, 2, 3],
        };
        sequence([oid(arcs), null()])
    }
}

/// How a certificate is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// RSASSA-PSS (RFC 4055) with its three choices.
    Pss {
        /// Hash of the message.
        hash: Hash,
        /// Hash of the mask generation function.
        mask: Hash,
        /// Octets of salt.
        salt: u8,
    },
    /// RSASSA-PKCS1-v1_5.
    Pkcs1(Hash),
}

impl Signature {
    /// RSASSA-PSS with SHA-256 and 32 octets of salt: OCES3 leaves.
    pub const PSS_SHA256: Self = Self::Pss { hash: Hash::Sha256, mask: Hash::Sha256, salt: 32 };
    /// RSASSA-PSS with SHA-512 and 64 octets of salt: OCES3 CA certificates.
    pub const PSS_SHA512: Self = Self::Pss { hash: Hash::Sha512, mask: Hash::Sha512, salt: 64 };

    pub(super) fn identifier(self) -> Vec<u8> {
        match self {
            Self::Pss { hash, mask, salt } => {
                // RFC 4055, 3.1: defaults are SHA-1 and 20 octets, and DER leaves out what equals its default.
                let mut parameters = Vec::new();
                if hash != Hash::Sha1 {
                    parameters.push(explicit(0, hash.identifier()));
                }
                if mask != Hash::Sha1 {
                    let mgf1 = sequence([oid(&[1, 2, 840, 113_549, 1, 1, 8]), mask.identifier()]);
                    parameters.push(explicit(1, mgf1));
                }
                if salt != 20 {
                    parameters.push(explicit(2, integer(salt.into())));
                }
                sequence([oid(&[1, 2, 840, 113_549, 1, 1, 10]), sequence(parameters)])
            }
            Self::Pkcs1(hash) => {
                let arcs: Oid = match hash {
                    Hash::Sha1 => &[1, 2, 840, 113_549, 1, 1, 5],
                    Hash::Sha256 => &[1, 2, 840, 113_549, 1, 1, 11],
                    Hash::Sha384 => &[1, 2, 840, 113_549, 1, 1, 12],
                    Hash::Sha512 => &[1, 2, 840, 113_549, 1, 1, 13],
                };
                sequence([oid(arcs), null()])
            }
        }
    }

    pub(super) fn sign(self, key: &PKey<Private>, message: &[u8]) -> Result<Vec<u8>, PkiError> {
        if key.id() != Id::RSA {
            return Err(PkiError::NotRsa);
        }
        let (Self::Pss { hash, .. } | Self::Pkcs1(hash)) = self;
        let mut signer = Signer::new(hash.digest(), key)?;
        if let Self::Pss { mask, salt, .. } = self {
            signer.set_rsa_padding(Padding::PKCS1_PSS)?;
            signer.set_rsa_mgf1_md(mask.digest())?;
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt.into()))?;
        }
        Ok(signer.sign_oneshot_to_vec(message)?)
    }
}

/// `SEQUENCE { body, AlgorithmIdentifier, BIT STRING }`: certificates and revocation lists alike.
pub(super) fn signed(body: Vec<u8>, outer: Vec<u8>, signature: &[u8]) -> Vec<u8> {
    sequence([body, outer, bit_string(signature)])
}

//! AlgorithmIdentifiers of signatures, with the parameters of RSASSA-PSS (RFC 4055 3.1).

use super::der::{self, Fault, tag};
use x509_parser::x509::AlgorithmIdentifier;

/// id-RSASSA-PSS.
pub const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
/// rsaEncryption, the key type of OCES3 leaves.
pub const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
/// SHA-1.
pub const SHA1: &str = "1.3.14.3.2.26";
/// SHA-256.
pub const SHA256: &str = "2.16.840.1.101.3.4.2.1";
/// SHA-512.
pub const SHA512: &str = "2.16.840.1.101.3.4.2.3";
const MGF1: &str = "1.2.840.113549.1.1.8";

/// Hash functions and signature algorithms by OID: name, and whether they are sound today.
const KNOWN: &[(&str, &str, bool)] = &[
    (RSASSA_PSS, "RSASSA-PSS", true),
    (RSA_ENCRYPTION, "rsaEncryption", true),
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption", false),
    ("1.2.840.113549.1.1.3", "md4WithRSAEncryption", false),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption", false),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", false),
    ("1.3.14.3.2.29", "sha1WithRSASignature", false),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", true),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", true),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", true),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1", false),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", true),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", true),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", true),
    ("1.2.840.10040.4.3", "dsa-with-sha1", false),
    ("1.3.101.112", "Ed25519", true),
    ("1.2.840.113549.2.5", "MD5", false),
    (SHA1, "SHA-1", false),
    (SHA256, "SHA-256", true),
    ("2.16.840.1.101.3.4.2.2", "SHA-384", true),
    (SHA512, "SHA-512", true),
    (MGF1, "MGF1", true),
    ("1.2.840.10045.2.1", "id-ecPublicKey", true),
];

/// The usual name of an algorithm, or its dotted OID.
#[must_use]
pub fn algorithm_name(oid: &str) -> &str {
    KNOWN.iter().find(|(known, ..)| *known == oid).map_or(oid, |(_, name, _)| name)
}

/// Parameters of RSASSA-PSS with the defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PssParameters {
    /// Hash function, dotted.
    pub hash: String,
    /// Hash function of MGF1, dotted.
    pub mgf_hash: String,
    /// Salt length in octets.
    pub salt_length: u64,
    /// Trailer field; 1 means BC.
    pub trailer: u64,
}

impl std::fmt::Display for PssParameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}, MGF1 {}, salt {}, trailer {}",
            algorithm_name(&self.hash),
            algorithm_name(&self.mgf_hash),
            self.salt_length,
            self.trailer
        )
    }
}

/// How sound a signature algorithm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// On the list of sound algorithms.
    Sound,
    /// Rests on MD2, MD4, MD5 or SHA-1.
    Weak,
    /// Not on either list.
    Unknown,
}

/// A signature's AlgorithmIdentifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureAlgorithm {
    /// Algorithm, dotted.
    pub oid: String,
    /// Identifier octet and content of the parameters, for comparing the inner with the outer identifier.
    pub parameters: Option<(u32, Vec<u8>)>,
    /// Parameters when the algorithm is RSASSA-PSS and they can be read.
    pub pss: Option<PssParameters>,
}

impl SignatureAlgorithm {
    /// Copies what x509-parser read, and reads the parameters of RSASSA-PSS.
    #[must_use]
    pub fn from_parsed(parsed: &AlgorithmIdentifier<'_>) -> Self {
        let oid = parsed.algorithm.to_id_string();
        let parameters = parsed.parameters.as_ref().map(|p| (p.header.tag().0, p.data.to_vec()));
        let pss = match &parameters {
            Some((16, content)) if oid == RSASSA_PSS => read_pss(content).ok(),
            _ => None,
        };
        Self { oid, parameters, pss }
    }

    /// Whether the algorithm, and with RSASSA-PSS its hash functions, are sound.
    #[must_use]
    pub fn strength(&self) -> Strength {
        let of = |oid: &str| match KNOWN.iter().find(|(known, ..)| *known == oid) {
            Some((.., true)) => Strength::Sound,
            Some(_) => Strength::Weak,
            None => Strength::Unknown,
        };
        if self.oid != RSASSA_PSS {
            return of(&self.oid);
        }
        match self.pss.as_ref().map(|p| (of(&p.hash), of(&p.mgf_hash))) {
            Some((Strength::Sound, Strength::Sound)) => Strength::Sound,
            Some((Strength::Weak, _) | (_, Strength::Weak)) => Strength::Weak,
            _ => Strength::Unknown,
        }
    }
}

impl std::fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.pss {
            Some(parameters) => write!(f, "{} ({parameters})", algorithm_name(&self.oid)),
            None => f.write_str(algorithm_name(&self.oid)),
        }
    }
}

/// RSASSA-PSS-params: every field has an explicit tag and a default, SHA-1 and salt 20 (RFC 4055 3.1).
fn read_pss(content: &[u8]) -> Result<PssParameters, Fault> {
    let mut parameters =
        PssParameters { hash: SHA1.to_owned(), mgf_hash: SHA1.to_owned(), salt_length: 20, trailer: 1 };
    let algorithm = |bytes: &[u8]| -> Result<(String, Vec<u8>), Fault> {
        let parts = der::only(bytes, tag::SEQUENCE)?.children()?;
        let oid = parts.first().ok_or(Fault::Unexpected)?.oid()?;
        Ok((oid, parts.get(1).map(|p| p.whole.to_vec()).unwrap_or_default()))
    };
    for field in der::elements(content)? {
        match field.tag {
            t if t == tag::explicit(0) => parameters.hash = algorithm(field.content)?.0,
            t if t == tag::explicit(1) => {
                let (function, hash) = algorithm(field.content)?;
                if function != MGF1 {
                    return Err(Fault::Unexpected);
                }
                parameters.mgf_hash = algorithm(&hash)?.0;
            }
            t if t == tag::explicit(2) => {
                parameters.salt_length = der::only(field.content, tag::INTEGER)?.small_integer()?;
            }
            t if t == tag::explicit(3) => {
                parameters.trailer = der::only(field.content, tag::INTEGER)?.small_integer()?;
            }
            _ => return Err(Fault::Unexpected),
        }
    }
    Ok(parameters)
}

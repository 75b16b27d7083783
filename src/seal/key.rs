//! The sealing key with its certificate, and what makes it fit to seal.

use super::jades::Algorithm;
use super::trust::Trust;
use super::{SealError, trust};
use crate::digest::sha256_hex;
use crate::document::{LIMIT, read_bounded};
use crate::report::v1::{Assurance, Seal, TimeAssurance};
use crate::target::SecretReference;
use jiff::Timestamp;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{Id, PKey, PKeyRef, Private, Public};
use openssl::x509::X509;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where the key and its certificates are. A password is only ever named, never given on a command line.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A PKCS#12 file with key and certificates.
    Pkcs12 {
        /// The file.
        file: PathBuf,
        /// Where its password is.
        password: Option<SecretReference>,
    },
    /// A PEM key and a PEM file with its certificate, perhaps followed by the issuing CA's.
    Pem {
        /// The key.
        key: PathBuf,
        /// The certificates.
        certificates: PathBuf,
        /// Where the key's password is.
        password: Option<SecretReference>,
    },
}

/// What a key must satisfy to seal.
#[derive(Clone, Copy, Debug)]
pub struct SealingPolicy<'a> {
    /// The instant of sealing.
    pub at: Timestamp,
    /// The roots of Den Danske Stat in production.
    pub trust: &'a Trust,
    /// Whether a key that nobody vouches for may seal too (`--allow-example-seal`). The report then says `example`.
    pub allow_example: bool,
}

/// A key that may seal. Its private part is in the cryptographic library's memory, which clears it when freed.
pub struct SealingKey {
    pub(super) key: PKey<Private>,
    /// Leaf, and the certificate of its issuing CA when that is at hand.
    pub(super) chain: Vec<X509>,
    algorithm: Algorithm,
    assurance: Assurance,
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealingKey({}, {:?})", self.algorithm.name(), self.assurance)
    }
}

impl SealingKey {
    /// Loads a key and refuses it unless it is fit to seal at `policy.at`. `base` is the folder that relative secret files
    /// count from. Without an algorithm, PS256 for RSA and ES256 for P-256.
    pub fn load(
        source: &KeySource,
        base: &Path,
        algorithm: Option<Algorithm>,
        policy: SealingPolicy<'_>,
    ) -> Result<Self, SealError> {
        let (key, supplied, file) = match source {
            KeySource::Pkcs12 { file, password } => {
                let (key, supplied) = read_pkcs12(file, secret(password.as_ref(), base)?)?;
                (key, supplied, file)
            }
            KeySource::Pem { key, certificates, password } => {
                let private = read_pem_key(key, secret(password.as_ref(), base)?)?;
                (private, trust::certificates(&read(certificates)?), certificates)
            }
        };
        if supplied.is_empty() {
            return Err(SealError::NoCertificate(file.clone()));
        }
        Self::new(key, supplied, algorithm, policy)
    }

    fn new(
        key: PKey<Private>,
        mut supplied: Vec<X509>,
        algorithm: Option<Algorithm>,
        policy: SealingPolicy<'_>,
    ) -> Result<Self, SealError> {
        let fits = |c: &X509| c.public_key().is_ok_and(|public| public.public_eq(&key));
        let position = supplied.iter().position(fits).ok_or(SealError::KeyMismatch)?;
        let leaf = supplied.remove(position);
        let public = leaf.public_key().map_err(|_| SealError::Library("reading the certificate's key"))?;
        let algorithm = choose(&public, algorithm)?;
        let mut chain = vec![leaf];
        chain.extend(supplied);
        let assurance = match refusal(&chain, policy) {
            None => Assurance::AdvancedOces,
            Some(_) if policy.allow_example => Assurance::Example,
            Some(refusal) => return Err(refusal),
        };
        // x5c holds leaf and issuing CA: more would break readers with small header limits, and the root adds nothing.
        let issuer = policy.trust.path(&chain, policy.at).and_then(|path| path.into_iter().nth(1)).or_else(|| {
            chain.iter().skip(1).find(|c| c.issued(&chain[0]) == openssl::x509::X509VerifyResult::OK).cloned()
        });
        chain.truncate(1);
        chain.extend(issuer);
        Ok(Self { key, chain, algorithm, assurance })
    }

    /// What the report says about its seal before it is sealed.
    pub fn describe(&self) -> Result<Seal, SealError> {
        Ok(Seal {
            assurance: self.assurance,
            algorithm: Some(self.algorithm.name().to_owned()),
            certificate_sha256: Some(sha256_hex(&der(&self.chain[0])?)),
            time: TimeAssurance::None,
        })
    }

    /// The algorithm it seals with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// A report without seal.
#[must_use]
pub const fn unsealed() -> Seal {
    Seal { assurance: Assurance::None, algorithm: None, certificate_sha256: None, time: TimeAssurance::None }
}

pub(super) fn der(certificate: &X509) -> Result<Vec<u8>, SealError> {
    certificate.to_der().map_err(|_| SealError::Library("encoding a certificate"))
}

/// Why the chain's leaf may not make an advanced seal; `None` when it may.
fn refusal(chain: &[X509], policy: SealingPolicy<'_>) -> Option<SealError> {
    let leaf = chain.first()?;
    let Ok((not_before, not_after)) = validity(leaf) else {
        return Some(SealError::Library("reading the certificate's validity"));
    };
    if policy.at < not_before {
        return Some(SealError::NotYetValid(not_before));
    }
    if policy.at > not_after {
        return Some(SealError::Expired(not_after));
    }
    if leaf.subject_name().to_der().ok() == leaf.issuer_name().to_der().ok() {
        return Some(SealError::SelfSigned);
    }
    if !(policy.trust.is_production() && policy.trust.is_reached(chain, policy.at)) {
        return Some(SealError::Untrusted);
    }
    (!is_of_an_organisation(leaf)).then_some(SealError::NotOfAnOrganisation)
}

/// Whether the certificate was issued under an OCES policy for legal entities (arc 1.2.208.169.1.1.1.3).
fn is_of_an_organisation(leaf: &X509) -> bool {
    use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};
    const LEGAL_ENTITY_ARC: &str = "1.2.208.169.1.1.1.3.";
    let Ok(der) = leaf.to_der() else { return false };
    let Ok((_, parsed)) = X509Certificate::from_der(&der) else { return false };
    parsed.extensions().iter().any(|extension| match extension.parsed_extension() {
        ParsedExtension::CertificatePolicies(policies) => {
            policies.iter().any(|policy| policy.policy_id.to_id_string().starts_with(LEGAL_ENTITY_ARC))
        }
        _ => false,
    })
}

/// notBefore and notAfter.
pub(super) fn validity(certificate: &X509) -> Result<(Timestamp, Timestamp), SealError> {
    use x509_parser::prelude::{FromDer, X509Certificate};
    let fault = || SealError::Library("reading the certificate's validity");
    let der = der(certificate)?;
    let (_, parsed) = X509Certificate::from_der(&der).map_err(|_| fault())?;
    let instant = |seconds: i64| Timestamp::from_second(seconds).map_err(|_| fault());
    Ok((instant(parsed.validity().not_before.timestamp())?, instant(parsed.validity().not_after.timestamp())?))
}

/// The algorithm for a key; refuses keys that are not RSA of at least 2048 bits or P-256.
pub(super) fn choose(public: &PKeyRef<Public>, wanted: Option<Algorithm>) -> Result<Algorithm, SealError> {
    let fitting: &[Algorithm] = match public.id() {
        Id::RSA if (2048..=16384).contains(&public.bits()) => &[Algorithm::Ps256, Algorithm::Rs256],
        Id::RSA => return Err(SealError::UnsupportedKey(format!("RSA of {} bits", public.bits()))),
        Id::EC => {
            let curve = public.ec_key().ok().and_then(|key| key.group().curve_name());
            if curve != Some(openssl::nid::Nid::X9_62_PRIME256V1) {
                let name = curve.and_then(|c| c.short_name().ok()).unwrap_or("an unnamed curve");
                return Err(SealError::UnsupportedKey(format!("ECDSA on {name}")));
            }
            &[Algorithm::Es256]
        }
        Id::RSA_PSS => return Err(SealError::UnsupportedKey("RSA restricted to PSS".to_owned())),
        _ => return Err(SealError::UnsupportedKey("of another kind".to_owned())),
    };
    match wanted {
        None => Ok(fitting[0]),
        Some(algorithm) if fitting.contains(&algorithm) => Ok(algorithm),
        Some(algorithm) => Err(SealError::AlgorithmOfOtherKey {
            algorithm: algorithm.name(),
            instead: if fitting.len() == 1 { "ES256" } else { "PS256 or RS256" },
        }),
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, SealError> {
    read_bounded(path, LIMIT).map(Zeroizing::new).map_err(|error| from_reading(path, error))
}

fn from_reading(path: &Path, error: crate::error::Error) -> SealError {
    match error {
        crate::error::Error::File { file, problem } => SealError::File { file: PathBuf::from(file), problem },
        other => SealError::File { file: path.to_owned(), problem: other.to_string() },
    }
}

fn secret(reference: Option<&SecretReference>, base: &Path) -> Result<Option<Zeroizing<String>>, SealError> {
    let Some(reference) = reference else { return Ok(None) };
    let named = reference.file.clone().unwrap_or_else(|| PathBuf::from(reference.env.clone().unwrap_or_default()));
    reference.read(base).map(|text| Some(Zeroizing::new(text))).map_err(|error| from_reading(&named, error))
}

fn read_pkcs12(file: &Path, password: Option<Zeroizing<String>>) -> Result<(PKey<Private>, Vec<X509>), SealError> {
    let bytes = read(file)?;
    let fault = |problem: &str| SealError::File { file: file.to_owned(), problem: problem.to_owned() };
    let archive = Pkcs12::from_der(&bytes).map_err(|_| fault("is not a PKCS#12 file"))?;
    let parsed = archive.parse2(password.as_ref().map_or("", |p| p.as_str())).map_err(|errors| {
        let reasons: Vec<_> = errors.errors().iter().filter_map(openssl::error::Error::reason).collect();
        if reasons.iter().any(|reason| reason.contains("mac verify") || reason.contains("password")) {
            match password {
                None => SealError::PasswordMissing(file.to_owned()),
                Some(_) => SealError::PasswordWrong(file.to_owned()),
            }
        } else {
            fault(
                "cannot be opened: an encryption that the system's OpenSSL does not offer (re-export it with AES-256)",
            )
        }
    })?;
    let key = parsed.pkey.ok_or_else(|| SealError::NoKey(file.to_owned()))?;
    let mut certificates: Vec<X509> = parsed.cert.into_iter().collect();
    certificates.extend(parsed.ca.into_iter().flatten());
    Ok((key, certificates))
}

fn read_pem_key(file: &Path, password: Option<Zeroizing<String>>) -> Result<PKey<Private>, SealError> {
    let bytes = read(file)?;
    let text = String::from_utf8_lossy(&bytes);
    if !text.contains("PRIVATE KEY-----") {
        return Err(SealError::NoKey(file.to_owned()));
    }
    let mut asked = false;
    // The callback is always given, so that the library never asks on the terminal.
    let key = PKey::private_key_from_pem_callback(&bytes, |buffer| {
        asked = true;
        let given = password.as_ref().map_or(&[][..], |p| p.as_bytes());
        let room = buffer.get_mut(..given.len());
        Ok(room.map_or(0, |room| {
            room.copy_from_slice(given);
            given.len()
        }))
    });
    match (key, asked, password) {
        (Ok(key), ..) => Ok(key),
        (Err(_), true, None) => Err(SealError::PasswordMissing(file.to_owned())),
        (Err(_), true, Some(_)) => Err(SealError::PasswordWrong(file.to_owned())),
        (Err(_), false, _) => Err(SealError::File {
            file: file.to_owned(),
            problem: "holds a private key that cannot be read".to_owned(),
        }),
    }
}

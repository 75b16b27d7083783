//! The sealing key with its certificate, and what makes it fit to seal.

use super::SealError;
use super::jades::Algorithm;
use super::trust::Trust;
use crate::document::{LIMIT, read_bounded};
use crate::pki::certificate::{Certificate, LEGAL_ENTITY_ARC, PublicKey, is_policy_or_below};
use crate::report::v1::{Assurance, Seal, TimeAssurance};
use crate::target::SecretReference;
use jiff::Timestamp;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private, Public};
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
    pub(super) chain: Vec<Certificate>,
    algorithm: Algorithm,
    assurance: Assurance,
    /// The instant at which the key was found fit to seal.
    fit_at: Timestamp,
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealingKey({}, {:?})", self.algorithm.name(), self.assurance)
    }
}

/// A private key, the certificate that fits it, and the other certificates that came with them.
pub(crate) fn load_pair(
    source: &KeySource,
    base: &Path,
) -> Result<(PKey<Private>, Certificate, Vec<Certificate>), SealError> {
    let (key, mut supplied, file) = match source {
        KeySource::Pkcs12 { file, password } => {
            let (key, supplied) = read_pkcs12(file, secret(password.as_ref(), base)?.as_ref())?;
            (key, supplied, file)
        }
        KeySource::Pem { key, certificates, password } => {
            let private = read_pem_key(key, secret(password.as_ref(), base)?)?;
            (private, read_pem_certificates(certificates)?, certificates)
        }
    };
    if supplied.is_empty() {
        return Err(SealError::NoCertificate(file.clone()));
    }
    let fits = |c: &Certificate| public_key(c).is_some_and(|public| public.public_eq(&key));
    let position = supplied.iter().position(fits).ok_or(SealError::KeyMismatch)?;
    let leaf = supplied.remove(position);
    Ok((key, leaf, supplied))
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
        let (key, leaf, supplied) = load_pair(source, base)?;
        let algorithm = choose(&leaf, algorithm)?;
        let mut chain = vec![leaf];
        chain.extend(supplied);
        let assurance = match refusal(&chain, policy) {
            None => Assurance::AdvancedOces,
            Some(_) if policy.allow_example => Assurance::Example,
            Some(refusal) => return Err(refusal),
        };
        // x5c holds leaf and issuing CA: more would break readers with small header limits, and the root adds nothing.
        let issuer = policy.trust.path(&chain, policy.at).and_then(|path| path.certificates.into_iter().nth(1));
        chain.truncate(1);
        chain.extend(issuer);
        Ok(Self { key, chain, algorithm, assurance, fit_at: policy.at })
    }

    /// What the report says about its seal before it is sealed.
    #[must_use]
    pub fn describe(&self) -> Seal {
        Seal {
            assurance: self.assurance,
            algorithm: Some(self.algorithm.name().to_owned()),
            certificate_sha256: self.chain.first().map(|leaf| leaf.sha256.clone()),
            time: TimeAssurance::None,
        }
    }

    /// The time that the seal of a report issued at `issued` states. An advanced seal states when it was made; a seal that
    /// proves nothing about anybody follows the report's clock, so that examples can be made again.
    #[must_use]
    pub const fn sealing_time(&self, issued: Timestamp) -> Timestamp {
        match self.assurance {
            Assurance::AdvancedOces => self.fit_at,
            Assurance::Example | Assurance::None => issued,
        }
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

pub(super) fn public_key(certificate: &Certificate) -> Option<PKey<Public>> {
    certificate.to_openssl()?.public_key().ok()
}

/// Why the chain's leaf may not make an advanced seal; `None` when it may.
fn refusal(chain: &[Certificate], policy: SealingPolicy<'_>) -> Option<SealError> {
    let leaf = chain.first()?;
    if policy.at < leaf.not_before {
        return Some(SealError::NotYetValid(leaf.not_before));
    }
    if policy.at > leaf.not_after {
        return Some(SealError::Expired(leaf.not_after));
    }
    if leaf.is_self_issued() {
        return Some(SealError::SelfSigned);
    }
    if !(policy.trust.is_production() && policy.trust.is_reached(chain, policy.at)) {
        return Some(SealError::Untrusted);
    }
    // An employee's certificate makes a person's signature, not an organisation's seal.
    (!is_of_an_organisation(leaf)).then_some(SealError::NotOfAnOrganisation)
}

pub(super) fn is_of_an_organisation(leaf: &Certificate) -> bool {
    leaf.policies.iter().any(|oid| is_policy_or_below(oid, LEGAL_ENTITY_ARC))
}

/// The algorithm for a key; refuses keys that are not RSA of at least 2048 bits or P-256.
pub(super) fn choose(leaf: &Certificate, wanted: Option<Algorithm>) -> Result<Algorithm, SealError> {
    const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
    const P256: &str = "1.2.840.10045.3.1.7";
    let bits = leaf.key.bits();
    let unsupported = |what: String| Err(SealError::UnsupportedKey(what));
    let fitting: &[Algorithm] = match &leaf.key {
        PublicKey::Rsa { .. } if leaf.key_algorithm != RSA_ENCRYPTION => {
            return unsupported("RSA restricted to PSS".to_owned());
        }
        PublicKey::Rsa { .. } if (2048..=16384).contains(&bits) => &[Algorithm::Ps256, Algorithm::Rs256],
        PublicKey::Rsa { .. } => return unsupported(format!("RSA of {bits} bits")),
        PublicKey::Ec { curve, .. } if curve == P256 => &[Algorithm::Es256],
        PublicKey::Ec { .. } => return unsupported(format!("on another elliptic curve ({bits} bits)")),
        PublicKey::Other => return unsupported("of another kind".to_owned()),
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

pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, SealError> {
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

fn read_pkcs12(
    file: &Path,
    password: Option<&Zeroizing<String>>,
) -> Result<(PKey<Private>, Vec<Certificate>), SealError> {
    let bytes = read(file)?;
    let fault = |problem: &str| SealError::File { file: file.to_owned(), problem: problem.to_owned() };
    let archive = Pkcs12::from_der(&bytes).map_err(|_| fault("is not a PKCS#12 file"))?;
    let parsed = archive.parse2(password.map_or("", |p| p.as_str())).map_err(|errors| {
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
    let found = parsed.cert.into_iter().chain(parsed.ca.into_iter().flatten());
    let ders: Vec<Vec<u8>> = found.filter_map(|certificate| certificate.to_der().ok()).collect();
    Ok((key, certificates(&ders)))
}

fn read_pem_certificates(file: &Path) -> Result<Vec<Certificate>, SealError> {
    use crate::pki::input::read_certificates;
    match read_certificates(&read(file)?, None) {
        Ok(ders) => Ok(certificates(&ders)),
        Err(error) => Err(SealError::File { file: file.to_owned(), problem: error.to_string() }),
    }
}

fn certificates(ders: &[Vec<u8>]) -> Vec<Certificate> {
    const MOST: usize = 32;
    ders.iter().take(MOST).filter_map(|der| Certificate::read(der).ok()).collect()
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

//! Signing keys of the identity provider: read, made, and imitated.

use crate::error::{Error, Result};
use crate::seal::KeySource;
use crate::seal::key::load_pair;
use crate::target::saml::KeyReference;
use jiff::{SignedDuration, Timestamp};
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use openssl::x509::{X509, X509NameBuilder};
use std::io::Write;
use std::path::Path;

/// Size of keys that are made: that of every OCES3 key.
const BITS: u32 = 3072;
/// How long certificates that are made are valid: as long as OCES3 certificates.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 3 * 365);
/// What stands before every key and certificate that is made.
const WARNING: &str = "# kravprobe test key. Vouches for nobody; never trust it in production.\n";

/// A private key with its certificate.
#[derive(Clone)]
pub struct SigningKey {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The key.
    pub key: PKey<Private>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({} bits)", self.key.bits())
    }
}

impl SigningKey {
    /// Reads what a reference names; paths count from `base`.
    pub(in crate::fki) fn read(reference: &KeyReference, base: &Path) -> Result<Self> {
        let read = Self::read_any(reference, base)?;
        if read.key.id() != Id::RSA {
            return Err(Error::Usage("a service signs with an RSA key, as OCES3 has no other".to_owned()));
        }
        Ok(read)
    }

    /// The same, whatever kind of key it is.
    pub(in crate::fki) fn read_any(reference: &KeyReference, base: &Path) -> Result<Self> {
        let password = reference.password.clone();
        let source = match (&reference.pkcs12, &reference.certificate, &reference.key) {
            (Some(file), None, None) => KeySource::Pkcs12 { file: base.join(file), password },
            (None, Some(certificate), Some(key)) => {
                KeySource::Pem { key: base.join(key), certificates: base.join(certificate), password }
            }
            _ => {
                let what = "a key is named by `pkcs12`, or by `certificate` and `key`";
                return Err(Error::Usage(what.to_owned()));
            }
        };
        let (key, leaf, _) = load_pair(&source, base)?;
        Ok(Self { certificate: leaf.der, key })
    }

    /// Makes a new key with a self-signed certificate that says what it is.
    pub(super) fn generate(number: usize, at: Timestamp) -> std::result::Result<Self, ErrorStack> {
        Self::named(&format!("kravprobe test identity provider {number}"), at)
    }

    /// The same for another service of the probe.
    pub(in crate::fki) fn named(common_name: &str, at: Timestamp) -> std::result::Result<Self, ErrorStack> {
        let key = PKey::from_rsa(Rsa::generate(BITS)?)?;
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_text("C", "DK")?;
        name.append_entry_by_text("O", "kravprobe")?;
        name.append_entry_by_text("OU", "example, trust it in tests alone")?;
        name.append_entry_by_text("CN", common_name)?;
        let name = name.build();
        let mut serial = BigNum::new()?;
        serial.rand(127, MsbOption::ONE, false)?;
        let begin = Asn1Time::from_unix(at.as_second())?;
        let end = Asn1Time::from_unix(at.as_second() + LIFE.as_secs())?;
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        let serial = Asn1Integer::from_bn(&serial)?;
        builder.set_serial_number(&serial)?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        builder.set_not_before(&begin)?;
        builder.set_not_after(&end)?;
        builder.set_pubkey(&key)?;
        builder.append_extension(BasicConstraints::new().critical().build()?)?;
        builder.append_extension(KeyUsage::new().critical().digital_signature().key_encipherment().build()?)?;
        let identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
        builder.append_extension(identifier)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { certificate: builder.build().to_der()?, key })
    }

    /// Another key, with a certificate that has the same subject, issuer, serial number and validity as this one's.
    pub(super) fn look_alike(&self) -> std::result::Result<Self, ErrorStack> {
        let like = X509::from_der(&self.certificate)?;
        let key = PKey::from_rsa(Rsa::generate(self.key.bits().clamp(2048, BITS))?)?;
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        builder.set_serial_number(like.serial_number())?;
        builder.set_subject_name(like.subject_name())?;
        builder.set_issuer_name(like.issuer_name())?;
        builder.set_not_before(like.not_before())?;
        builder.set_not_after(like.not_after())?;
        builder.set_pubkey(&key)?;
        builder.append_extension(BasicConstraints::new().critical().build()?)?;
        builder.append_extension(KeyUsage::new().critical().digital_signature().key_encipherment().build()?)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { certificate: builder.build().to_der()?, key })
    }

    /// Writes both as PEM; the key is for its owner alone.
    pub(in crate::fki) fn write(&self, certificate: &Path, key: &Path) -> Result<()> {
        let internal = |error: ErrorStack| Error::Internal(error.to_string());
        let pem = X509::from_der(&self.certificate).and_then(|c| c.to_pem()).map_err(internal)?;
        write_new(certificate, &[WARNING.as_bytes(), &pem].concat(), false)?;
        let pem = zeroize::Zeroizing::new(self.key.private_key_to_pem_pkcs8().map_err(internal)?);
        let text = zeroize::Zeroizing::new([WARNING.as_bytes(), &pem].concat());
        write_new(key, &text, true)
    }
}

/// Writes a file that is not there yet.
pub(in crate::fki) fn write_new(path: &Path, bytes: &[u8], secret: bool) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path).and_then(|mut file| file.write_all(bytes)).map_err(|error| Error::file(path, error))
}

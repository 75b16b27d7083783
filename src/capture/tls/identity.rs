//! A certificate with its private key, to present to an endpoint.

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::SslContextBuilder;
use openssl::x509::{X509, X509Builder, X509NameBuilder};

/// A certificate with its chain and private key.
#[derive(Clone)]
pub struct ClientIdentity {
    certificate: X509,
    chain: Vec<X509>,
    key: PKey<Private>,
}

/// Never shows the key.
impl std::fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientIdentity(with {} chain certificates)", self.chain.len())
    }
}

/// Why no identity could be made of what was given. Holds no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// No certificate.
    #[error("no certificate can be read (PEM is expected)")]
    Certificate,
    /// No key, or the wrong password.
    #[error("the private key cannot be read (unencrypted PEM is expected)")]
    Key,
    /// They do not belong together.
    #[error("the private key does not belong to the certificate")]
    Mismatch,
}

impl ClientIdentity {
    /// The first certificate is the client's own; the others are sent with it.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let certificates = X509::stack_from_pem(certificates).map_err(|_| IdentityError::Certificate)?;
        // The callback keeps OpenSSL from asking for a password on the terminal.
        let key = PKey::private_key_from_pem_callback(key, |_| Ok(0)).map_err(|_| IdentityError::Key)?;
        Self::new(certificates, key)
    }

    /// As [`Self::from_pem`], of parsed parts.
    pub fn new(certificates: Vec<X509>, key: PKey<Private>) -> Result<Self, IdentityError> {
        let mut certificates = certificates.into_iter();
        let certificate = certificates.next().ok_or(IdentityError::Certificate)?;
        let public = certificate.public_key().map_err(|_| IdentityError::Certificate)?;
        if !public.public_eq(&key) {
            return Err(IdentityError::Mismatch);
        }
        Ok(Self { certificate, chain: certificates.collect(), key })
    }

    /// A self-signed certificate that nobody knows, with a fresh P-256 key; valid for a day around the machine's clock.
    pub fn stranger() -> Result<Self, ErrorStack> {
        let key = PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?)?;
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_text("CN", "kravprobe stranger")?;
        let name = name.build();
        let mut serial = BigNum::new()?;
        serial.rand(127, MsbOption::ONE, false)?;
        let mut builder = X509Builder::new()?;
        builder.set_version(2)?;
        builder.set_serial_number(&*serial.to_asn1_integer()?)?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
        builder.set_not_after(&*Asn1Time::days_from_now(1)?)?;
        builder.set_pubkey(&key)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { certificate: builder.build(), chain: Vec::new(), key })
    }

    /// Certificate, chain and key as one PEM text, for clients that are not made of OpenSSL.
    pub fn to_pem(&self) -> Result<zeroize::Zeroizing<Vec<u8>>, ErrorStack> {
        let mut pem = zeroize::Zeroizing::new(self.key.private_key_to_pem_pkcs8()?);
        for certificate in std::iter::once(&self.certificate).chain(&self.chain) {
            pem.extend_from_slice(&certificate.to_pem()?);
        }
        Ok(pem)
    }

    pub(super) fn install(&self, context: &mut SslContextBuilder) -> Result<(), ErrorStack> {
        context.set_certificate(&self.certificate)?;
        context.set_private_key(&self.key)?;
        for certificate in &self.chain {
            context.add_extra_chain_cert(certificate.clone())?;
        }
        Ok(())
    }
}

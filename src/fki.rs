//! The emulated infrastructure: what kravprobe plays towards the system under test.

pub mod beskedfordeler;
pub mod desk;
pub mod identity_provider;
pub mod login;
pub mod logout;
pub mod mutation;

pub use identity_provider::{IdentityProvider, SigningKey, Style};

use crate::saml::encryption::EncryptionProblem;
use crate::saml::redirect::EncodingProblem;
use crate::saml::signature::SigningError;
use jiff::Timestamp;
use thiserror::Error;

/// Why the emulated infrastructure cannot make a message. No vendor is at fault.
#[derive(Debug, Error)]
pub enum FkiError {
    /// The identity provider has no key.
    #[error("the identity provider has no signing key")]
    NoKey,
    /// The identity provider has one key and needs two.
    #[error("the identity provider has no second signing key")]
    NoSecondKey,
    /// The system's metadata has no encryption certificate.
    #[error("the recipient has no certificate to encrypt for")]
    NoEncryptionCertificate,
    /// A forged identity is asked for and none was given.
    #[error("no forged identity is given")]
    NoForgedPerson,
    /// No level is below the system's minimum, or the minimum is not known.
    #[error("there is no level of assurance below the system's minimum")]
    NoLowerLevel,
    /// An instant beyond what can be written.
    #[error("an instant lies beyond the calendar")]
    Instant,
    /// The message cannot be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The assertion cannot be encrypted.
    #[error(transparent)]
    Encryption(#[from] EncryptionProblem),
    /// The message cannot be put into a query.
    #[error(transparent)]
    Encoding(#[from] EncodingProblem),
    /// OpenSSL refused.
    #[error("OpenSSL refused")]
    Openssl(#[from] openssl::error::ErrorStack),
}

/// A new ID: an NCName with 160 random bits (SAML core 1.3.4 asks for 128).
fn new_id() -> Result<String, FkiError> {
    let mut bytes = [0; 20];
    openssl::rand::rand_bytes(&mut bytes)?;
    Ok(format!("_{}", hex::encode(bytes)))
}

/// An instant as the Context Handler writes it, with milliseconds.
fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

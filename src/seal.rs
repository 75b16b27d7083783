//! The seal: the electronic signature over the report, JAdES baseline B-B (ETSI TS 119 182-1).
//!
//! A B-B seal shows who sealed and that no byte changed since. It does not show when: that takes a third party's time stamp.

pub mod jades;
pub mod key;
pub mod trust;
pub mod verify;

pub use jades::{Algorithm, seal};
pub use key::{KeySource, SealingKey, SealingPolicy};
pub use trust::Trust;
pub use verify::{Proof, Statement, Verification, verify};

use jiff::Timestamp;
use std::path::PathBuf;

/// Why a report is not sealed, or a seal not read. Never holds a password or any part of a key.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A file cannot be used.
    #[error("{}: {problem}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The key is protected and no password was given.
    #[error("{}: the sealing key is protected by a password; name a file or an environment variable that holds it", .0.display())]
    PasswordMissing(PathBuf),
    /// The password does not open the key.
    #[error("{}: the password does not open the sealing key", .0.display())]
    PasswordWrong(PathBuf),
    /// There is no private key.
    #[error("{}: holds no private key", .0.display())]
    NoKey(PathBuf),
    /// There is no certificate for the key.
    #[error("{}: holds no certificate; a seal needs the certificate of its key", .0.display())]
    NoCertificate(PathBuf),
    /// No certificate belongs to the key.
    #[error("the sealing key does not belong to the certificate; give the certificate that was issued for this key")]
    KeyMismatch,
    /// The key is of a kind that is not used for sealing.
    #[error("the sealing key is {0}; use RSA of at least 2048 bits or ECDSA on P-256")]
    UnsupportedKey(String),
    /// The algorithm cannot be used with the key.
    #[error("algorithm {algorithm} cannot be used with this sealing key; use {instead}")]
    AlgorithmOfOtherKey {
        /// What was asked for.
        algorithm: &'static str,
        /// What fits.
        instead: &'static str,
    },
    /// Signed by itself, so nobody vouches for it.
    #[error(
        "the sealing certificate is self-signed, so nobody vouches for it; use an OCES3 certificate (or --allow-example-seal for a trial)"
    )]
    SelfSigned,
    /// After its end.
    #[error("the sealing certificate expired at {0}; use a valid one (or --allow-example-seal for a trial)")]
    Expired(Timestamp),
    /// Before its start.
    #[error("the sealing certificate is not valid before {0}; use a valid one (or --allow-example-seal for a trial)")]
    NotYetValid(Timestamp),
    /// No path to a root of Den Danske Stat.
    #[error(
        "no certification path leads from the sealing certificate to the OCES3 root of Den Danske Stat; supply its issuing CA, or use an OCES3 certificate (or --allow-example-seal for a trial)"
    )]
    Untrusted,
    /// Reaches the root, but was not issued to an organisation or its system.
    #[error(
        "the sealing certificate was not issued to an organisation or system; use an OCES3 organisation or system certificate (or --allow-example-seal for a trial)"
    )]
    NotOfAnOrganisation,
    /// The sealed file does not have the one form a seal of this program has.
    #[error("not a valid seal: {0}")]
    Malformed(String),
    /// The cryptographic library refused.
    #[error("the cryptographic library failed while {0}")]
    Library(&'static str),
}

impl From<SealError> for crate::error::Error {
    fn from(error: SealError) -> Self {
        match error {
            SealError::File { file, problem } => Self::file(file, problem),
            SealError::Library(_) => Self::Internal(error.to_string()),
            other => Self::Usage(other.to_string()),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;

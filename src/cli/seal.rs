//! The options that name a sealing key, shared by the commands that seal.

use crate::error::Result;
use crate::seal::{KeySource, SealingKey, SealingPolicy, Trust};
use crate::target::SecretReference;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// Where the sealing key is.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Seal")]
pub struct SealArgs {
    /// PKCS#12 file with key and certificates.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seal_key", "seal_cert"])]
    seal_p12: Option<PathBuf>,
    /// PEM private key.
    #[arg(long, value_name = "FILE", requires = "seal_cert")]
    seal_key: Option<PathBuf>,
    /// PEM certificate of the key, followed by its issuing CA.
    #[arg(long, value_name = "FILE", requires = "seal_key")]
    seal_cert: Option<PathBuf>,
    /// File with the password of the key.
    #[arg(long, value_name = "FILE", conflicts_with = "seal_password_env")]
    seal_password_file: Option<PathBuf>,
    /// Environment variable with the password of the key.
    #[arg(long, value_name = "VARIABLE")]
    seal_password_env: Option<String>,
    /// Signature algorithm; PS256 for RSA and ES256 for EC keys, when absent.
    #[arg(long, value_enum, ignore_case = true, value_name = "ALGORITHM")]
    seal_algorithm: Option<crate::seal::Algorithm>,
    /// Seal with a key that no trust anchor vouches for. The report states it; it proves nothing about anybody.
    #[arg(long)]
    allow_example_seal: bool,
}

impl SealArgs {
    /// Loads the key, when one is named; `at` is the present. Without one the report is unsealed.
    pub fn load(&self, at: Timestamp) -> Result<Option<SealingKey>> {
        let password = (self.seal_password_file.is_some() || self.seal_password_env.is_some())
            .then(|| SecretReference { file: self.seal_password_file.clone(), env: self.seal_password_env.clone() });
        let source = match (&self.seal_p12, &self.seal_key, &self.seal_cert) {
            (Some(file), _, _) => KeySource::Pkcs12 { file: file.clone(), password },
            (None, Some(key), Some(certificates)) => {
                KeySource::Pem { key: key.clone(), certificates: certificates.clone(), password }
            }
            (None, _, _) => return Ok(None),
        };
        let trust = Trust::production();
        let policy = SealingPolicy { at, trust: &trust, allow_example: self.allow_example_seal };
        let key = SealingKey::load(&source, Path::new(""), self.seal_algorithm, policy)?;
        Ok(Some(key))
    }
}

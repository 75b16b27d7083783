//! `kravprobe vendor`: the reference vendor, its faults and its example PKI.

use super::{Common, Format};
use crate::error::{Error, Result};
use crate::target::saml::LevelOfAssurance;
use crate::vendor::pki::{ExampleKeys, write_example_pki};
use crate::vendor::service_provider::{Fault, ServiceProvider, Setup, SystemError};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Arguments of `vendor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write an example PKI of OCES3 shape with new keys; for tests and demos only
    Pki {
        /// Directory to write to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Instant for which leaves are valid and revocation answers fresh; the present, when absent.
        #[arg(long, value_name = "RFC3339")]
        at: Option<Timestamp>,
    },
    /// Run the reference vendor, a small system with login and logout, until it is interrupted; for tests and demos only
    Serve {
        /// Address to listen on; the system calls itself `localhost`.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
        listen: SocketAddr,
        /// Metadata of the identity provider: it is believed and nobody else.
        #[arg(long, value_name = "FILE")]
        idp_metadata: PathBuf,
        /// Deliberate fault, repeatable; `vendor faults` lists them.
        #[arg(long, value_name = "NAME")]
        fault: Vec<Fault>,
        /// File to write the system's SP metadata to.
        #[arg(long, value_name = "FILE")]
        metadata: Option<PathBuf>,
        /// File to write the root of the server certificate to, PEM.
        #[arg(long, value_name = "FILE")]
        web_root: Option<PathBuf>,
    },
    /// List the deliberate faults that the reference vendor can be run with
    Faults,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    match &args.command {
        Command::Pki { out, at } => {
            let keys = ExampleKeys::generate().map_err(|e| Error::Internal(e.to_string()))?;
            let at = at.unwrap_or_else(crate::clock::now);
            write_example_pki(out, &keys, at).map_err(|e| Error::file(out, e))?;
            common.print(&out.display().to_string());
            Ok(0)
        }
        Command::Serve { listen, idp_metadata, fault, metadata, web_root } => {
            if !listen.ip().is_loopback() {
                return Err(Error::Usage(format!(
                    "the reference vendor's keys are public, so it listens on this machine alone, not on {listen}"
                )));
            }
            let system = start(*listen, idp_metadata, fault)?;
            if let Some(path) = metadata {
                write(path, system.metadata().as_bytes())?;
            }
            if let Some(path) = web_root {
                let root = openssl::x509::X509::from_der(system.web_root()).and_then(|root| root.to_pem());
                write(path, &root.map_err(|e| Error::Internal(e.to_string()))?)?;
            }
            common.print(system.base().as_str());
            system.wait();
            Ok(0)
        }
        Command::Faults => {
            list(common)?;
            Ok(0)
        }
    }
}

fn start(listen: SocketAddr, idp_metadata: &Path, faults: &[Fault]) -> Result<ServiceProvider> {
    let text = std::fs::read_to_string(idp_metadata).map_err(|e| Error::file(idp_metadata, e))?;
    let keys = ExampleKeys::shipped().map_err(|e| Error::Internal(e.to_string()))?;
    let setup = Setup {
        listen,
        faults: faults.to_vec(),
        minimum_level: LevelOfAssurance::Substantial,
        ..Setup::new(text, keys)
    };
    ServiceProvider::start(setup).map_err(|error| match error {
        SystemError::Metadata(problem) => Error::file(idp_metadata, problem),
        SystemError::Web(problem) => Error::Usage(problem.to_string()),
        other => Error::Internal(other.to_string()),
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|e| Error::file(path, e))
}

fn list(common: Common) -> Result<()> {
    if common.format == Format::Json {
        let all: Vec<_> = Fault::ALL
            .iter()
            .map(|f| serde_json::json!({ "name": f.name(), "da": f.what().da, "en": f.what().en }))
            .collect();
        return common.print_json(&all);
    }
    let width = Fault::ALL.iter().map(|f| f.name().len()).max().unwrap_or_default();
    let lines = Fault::ALL.iter().map(|f| format!("{:<width$}  {}\n", f.name(), f.what().get(common.lang)));
    common.print(&lines.collect::<String>());
    Ok(())
}

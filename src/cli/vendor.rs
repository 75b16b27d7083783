//! `kravprobe vendor`: the reference vendor, its faults and its example PKI.

use super::{Common, Format};
use crate::calibrate::Fault;
use crate::error::{Error, Result};
use crate::fki::beskedfordeler::ServiceKeys;
use crate::target::saml::LevelOfAssurance;
use crate::vendor::pki::{ExampleKeys, write_example_pki};
use crate::vendor::receiver::{self, Counterpart, Receiver, ReceiverError, TableSettings, TokenWay};
use crate::vendor::service_provider::{self, ServiceProvider, Setup, SystemError};
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
        fault: Vec<service_provider::Fault>,
        /// File to write the system's SP metadata to.
        #[arg(long, value_name = "FILE")]
        metadata: Option<PathBuf>,
        /// File to write the root of the server certificate to, PEM.
        #[arg(long, value_name = "FILE")]
        web_root: Option<PathBuf>,
        /// File for the system's event log (CSV); it must not be there yet.
        #[arg(long, value_name = "FILE")]
        event_log: Option<PathBuf>,
    },
    /// Run the reference vendor as a receiver and sender of messages until it is interrupted; for tests and demos only
    ServeReceiver {
        /// Address of the push endpoint; the system calls itself `localhost`.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8444")]
        listen: SocketAddr,
        /// Address of its pages: what it has stored, and how it is made to send.
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8445")]
        pages: SocketAddr,
        /// Folder for its database and for the files that a target for it names, `target.toml` among them.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The services to fetch from and send to: a file that `bfo init` wrote, with fixed ports.
        #[arg(long, value_name = "FILE")]
        services: Option<PathBuf>,
        /// Ask for tokens by WS-Trust instead of REST.
        #[arg(long)]
        ws_trust: bool,
        /// Deliberate fault, repeatable; `vendor faults` lists them.
        #[arg(long, value_name = "NAME")]
        fault: Vec<receiver::Fault>,
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
        Command::Serve { listen, idp_metadata, fault, metadata, web_root, event_log } => {
            if !listen.ip().is_loopback() {
                return Err(Error::Usage(format!(
                    "the reference vendor's keys are public, so it listens on this machine alone, not on {listen}"
                )));
            }
            let system = start(*listen, idp_metadata, fault, event_log.as_deref())?;
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
        Command::ServeReceiver { listen, pages, out, services, ws_trust, fault } => {
            if let Some(open) = [listen, pages].into_iter().find(|address| !address.ip().is_loopback()) {
                return Err(Error::Usage(format!(
                    "the reference vendor's keys are public, so it listens on this machine alone, not on {open}"
                )));
            }
            let way = if *ws_trust { TokenWay::WsTrust } else { TokenWay::Rest };
            let system = start_receiver([*listen, *pages], out, services.as_deref(), way, fault)?;
            common.print(&format!("{}\n{}", system.push(), system.pages()));
            system.wait();
        }
        Command::Faults => {
            list(common)?;
            Ok(0)
        }
    }
}

fn start(
    listen: SocketAddr,
    idp_metadata: &Path,
    faults: &[service_provider::Fault],
    event_log: Option<&Path>,
) -> Result<ServiceProvider> {
    let text = std::fs::read_to_string(idp_metadata).map_err(|e| Error::file(idp_metadata, e))?;
    let keys = ExampleKeys::shipped().map_err(|e| Error::Internal(e.to_string()))?;
    let setup = Setup {
        listen,
        faults: faults.to_vec(),
        event_log: event_log.map(Path::to_owned),
        minimum_level: LevelOfAssurance::Substantial,
        ..Setup::new(text, keys)
    };
    ServiceProvider::start(setup).map_err(|error| match error {
        SystemError::Metadata(problem) => Error::file(idp_metadata, problem),
        SystemError::Web(problem) => Error::Usage(problem.to_string()),
        SystemError::EventLog(path, problem) => Error::file(path, problem),
        other => Error::Internal(other.to_string()),
    })
}

fn start_receiver(
    [listen, listen_pages]: [SocketAddr; 2],
    out: &Path,
    services: Option<&Path>,
    way: TokenWay,
    faults: &[receiver::Fault],
) -> Result<Receiver> {
    let broken = |e: &dyn std::fmt::Display| Error::Internal(e.to_string());
    let keys = ExampleKeys::shipped().map_err(|e| broken(&e))?;
    let counterpart = match services {
        None => None,
        Some(file) => {
            let known = ServiceKeys::load(file)?;
            if known.ports.contains(&0) {
                return Err(Error::file(file, "gives no fixed ports; the system must know where the services are"));
            }
            Some(Counterpart::of(&known, Some(receiver::DUESLAG), way))
        }
    };
    std::fs::create_dir_all(out).map_err(|e| Error::file(out, e))?;
    let setup = receiver::Setup {
        faults: faults.to_vec(),
        database: Some(out.join("beskeder.sqlite")),
        counterpart,
        listen,
        listen_pages,
        ..receiver::Setup::new(keys)
    };
    let system = Receiver::start(setup).map_err(|error| match error {
        ReceiverError::Web(problem) => Error::Usage(problem.to_string()),
        other => broken(&other),
    })?;
    system.write_files(out).map_err(|e| broken(&e))?;
    let services = services.map(std::path::absolute).transpose().map_err(|e| broken(&e))?;
    let settings =
        TableSettings { canary: None, services: services.as_deref().map(|file| (file, 60)), settle_seconds: 1 };
    write(&out.join("target.toml"), system.target(&settings, crate::clock::now()).as_bytes())?;
    Ok(system)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|e| Error::file(path, e))
}

fn list(common: Common) -> Result<()> {
    if common.format == Format::Json {
        let all: Vec<_> = Fault::all()
            .map(|f| serde_json::json!({ "name": f.name(), "da": f.what().da, "en": f.what().en }))
            .collect();
        return common.print_json(&all);
    }
    let width = Fault::all().map(|f| f.name().len()).max().unwrap_or_default();
    let lines = Fault::all().map(|f| format!("{:<width$}  {}\n", f.name(), f.what().get(common.lang)));
    common.print(&lines.collect::<String>());
    Ok(())
}

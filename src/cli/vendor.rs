//! `kravprobe vendor`: the reference vendor and its example PKI.

use super::Common;
use crate::error::{Error, Result};
use crate::vendor::pki::{ExampleKeys, write_example_pki};
use jiff::Timestamp;
use std::path::PathBuf;

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
    }
}

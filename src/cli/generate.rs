//! `kravprobe generate`: docs and JSON Schemas from the code, for the project itself.

use super::Common;
use crate::error::Result;
use crate::explain::generate;
use std::path::PathBuf;

/// Arguments of `generate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Root of the project; `docs/` and `schemas/` are below it.
    root: PathBuf,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let written = generate::write(&args.root)?;
    common.print(&written.join("\n"));
    Ok(0)
}

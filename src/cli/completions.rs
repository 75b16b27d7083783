//! `kravprobe completions` and `kravprobe man`.

use super::Cli;
use crate::error::{Error, Result};
use clap::CommandFactory;
use std::path::PathBuf;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell.
    shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Directory for the pages.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kravprobe", &mut script);
    super::note(std::io::Write::write_all(&mut std::io::stdout().lock(), &script));
    0
}

pub(super) fn man(args: &ManArgs) -> Result<u8> {
    std::fs::create_dir_all(&args.out).map_err(|e| Error::file(&args.out, e))?;
    clap_mangen::generate_to(Cli::command(), &args.out).map_err(|e| Error::file(&args.out, e))?;
    Ok(0)
}

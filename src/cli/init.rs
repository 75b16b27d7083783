//! `kravprobe init`: a commented starter target.

use super::{Common, new_file};
use crate::error::Result;
use std::path::PathBuf;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// File to write; it must not exist yet.
    #[arg(default_value = "target.toml")]
    out: PathBuf,
}

/// The starter target.
pub const STARTER: &str = include_str!("init/starter.toml");

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    new_file(&args.out, STARTER)?;
    common.print(&args.out.display().to_string());
    Ok(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_starter_is_a_valid_target_as_it_stands_and_with_every_comment_opened() {
        crate::target::Target::parse("starter.toml", super::STARTER).unwrap();
        let opened: Vec<_> = super::STARTER.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect();
        crate::target::Target::parse("starter.toml", &opened.join("\n")).unwrap();
    }
}

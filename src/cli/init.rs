//! `kravprobe init`: a commented starter target.

use super::Common;
use crate::error::{Error, Result};
use std::io::Write;
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
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&args.out).map_err(|e| {
        let hint = if e.kind() == std::io::ErrorKind::AlreadyExists {
            "exists already; name another file".to_owned()
        } else {
            e.to_string()
        };
        Error::file(&args.out, hint)
    })?;
    if let Err(error) = file.write_all(STARTER.as_bytes()).and_then(|()| file.sync_all()) {
        drop(file);
        // Half a target is worse than none; that the file cannot be removed either adds nothing.
        let _ = std::fs::remove_file(&args.out);
        return Err(Error::file(&args.out, error));
    }
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

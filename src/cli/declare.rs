//! `kravprobe declare`: the form with the declarations that a plan lacks.

use super::{Common, Format, new_file};
use crate::declare::{form, lacking};
use crate::denmark::danish_day;
use crate::error::Result;
use crate::plan::Plan;
use crate::profile::Profile;
use crate::target::LoadedTarget;
use jiff::Timestamp;
use std::path::PathBuf;

/// Arguments of `declare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of a shipped profile, or a profile file.
    profile: String,
    /// Target file.
    target: PathBuf,
    /// File to write; it must not exist yet. The form is printed, when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Instant by which earlier declarations have expired or not, RFC 3339; the present, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let profile = Profile::load(&args.profile)?;
    let mut loaded = LoadedTarget::load(&args.target)?;
    loaded.target.expire(danish_day(args.at.unwrap_or_else(crate::clock::now)));
    let plan = Plan::compile(&profile, &loaded.target, &loaded.text);
    let lacking = lacking(&profile, &loaded.target, &plan);
    let form = form(&profile, &loaded.target, &lacking, common.lang);
    match &args.out {
        // A form without a question is no file to fill in.
        Some(out) if !lacking.is_empty() => {
            new_file(out, &form)?;
            if common.format == Format::Text {
                common.print(&out.display().to_string());
            }
        }
        _ if common.format == Format::Text => common.print(&form),
        _ => {}
    }
    if common.format == Format::Json {
        common.print_json(&lacking)?;
    }
    Ok(0)
}

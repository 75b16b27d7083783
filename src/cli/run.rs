//! `kravprobe run`: judges a target by a profile and leaves a bundle.

use super::seal::SealArgs;
use super::{Common, Format};
use crate::capture::Progress;
use crate::error::{Error, Result};
use crate::language::Text;
use crate::render;
use crate::report::bundle::discard_unfinished;
use crate::run::{Finished, Options, run as run_target};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of a shipped profile, or a profile file.
    profile: String,
    /// Target file.
    target: PathBuf,
    /// Where the bundle goes: a directory that does not exist yet, or a file that ends in `.zip`.
    #[arg(long, value_name = "BUNDLE")]
    out: PathBuf,
    /// Waivers (dispensationer).
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Instant of judgement, RFC 3339; the present, when absent. The report says that it was given.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// Leave the network alone; what needs it is then not tested.
    #[arg(long)]
    offline: bool,
    /// What `kravprobe calibrate --format json` found with this program: how it did on the reference vendor goes into the report.
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,
    #[command(flatten)]
    seal: SealArgs,
}

/// Exit code of an interrupted run: 128 and the number of SIGINT, as shells write it.
const INTERRUPTED: i32 = 130;

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let at = args.at.unwrap_or_else(crate::clock::now);
    // A key that cannot be used ends the run before anybody is bothered. It is sealed with now, whatever instant is judged:
    // else `--at` would bring an expired key back to life.
    let key = args.seal.load(crate::clock::now())?;
    let options = Options {
        profile: &args.profile,
        target: &args.target,
        waivers: args.waivers.as_deref(),
        out: &args.out,
        at,
        clock_given: args.at.is_some(),
        offline: args.offline,
        language: common.lang,
        calibration: args.calibration.as_deref(),
        key: key.as_ref(),
    };
    // Ctrl-C or a termination signal: no bundle is left, and nothing that looks like one.
    ctrlc::set_handler(|| {
        discard_unfinished();
        crate::capture::distribution::store::start_all();
        eprintln!("kravprobe: interrupted; no report has been written");
        std::process::exit(INTERRUPTED);
    })
    .map_err(|e| Error::Internal(e.to_string()))?;
    let bar = progress_bar(common);
    let finished = run_target(&options, &mut |progress: Progress<'_>| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        bar.set_message(progress.now.to_owned());
    });
    bar.finish_and_clear();
    let finished = finished?;
    print(&finished, common)?;
    Ok(finished.report.aggregate.decision.exit_code())
}

/// Prints what a run came to.
pub(super) fn print(finished: &Finished, common: Common) -> Result<()> {
    match common.format {
        Format::Json => common.print_json(&finished.report),
        Format::Text => {
            let options = render::Options { color: common.colour(), width: width(), language: common.lang };
            let label = Text { da: "Rapport", en: "Report" }.get(common.lang);
            let text = render::terminal(&finished.report, options)?;
            common.print(&format!("{text}\n{label}: {}\n", finished.path.display()));
            Ok(())
        }
    }
}

/// Width of the terminal; 100 columns where there is none.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.unwrap_or(100_usize).clamp(40, 160)
}

/// A bar on a terminal, nothing elsewhere.
fn progress_bar(common: Common) -> ProgressBar {
    if common.quiet || common.format == Format::Json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

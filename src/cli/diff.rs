//! `kravprobe diff`: what changed between two bundles of the same system.

use super::{Common, Format};
use crate::error::{Error, Result};
use crate::render;
use crate::report::bundle::{BundleReader, REPORT};
use crate::report::compare::{Side, compare};
use crate::report::replay::{SUBJECTS, TARGET};
use crate::report::v1::Report;
use crate::subject::Subject;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 nothing is worse, 1 something is new, regressed or no longer waived, 3 something that was \
                        decided is no longer shown. The bundles are compared as they are; `kravprobe verify` says whether they hold."
)]
pub struct Args {
    /// The older bundle: a directory or a zip file.
    old: PathBuf,
    /// The newer bundle.
    new: PathBuf,
    /// Compare bundles of different systems or environments.
    #[arg(long)]
    other_system: bool,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let comparison = compare(&side(&args.old)?, &side(&args.new)?, args.other_system)?;
    match common.format {
        Format::Json => common.print_json(&comparison)?,
        Format::Text => common.print(&render::comparison(&comparison, common.lang)),
    }
    Ok(comparison.worse.exit_code())
}

fn side(place: &Path) -> Result<Side> {
    let mut bundle = BundleReader::open(place)?;
    let wrong =
        |path: &str, e: &dyn std::fmt::Display| Error::file(place, format!("{path} is not what it should be: {e}"));
    let report: Report = serde_json::from_slice(&bundle.read(REPORT)?).map_err(|e| wrong(REPORT, &e))?;
    let target = String::from_utf8(bundle.read(TARGET)?).map_err(|e| wrong(TARGET, &e))?;
    let paths: BTreeMap<_, _> = report.evidence.iter().map(|e| (e.sha256.clone(), e.path.clone())).collect();
    let members: Vec<_> = bundle.list().filter(|m| m.starts_with(SUBJECTS)).map(str::to_owned).collect();
    let mut subjects = Vec::new();
    for path in members {
        let mut subject: Subject = serde_json::from_slice(&bundle.read(&path)?).map_err(|e| wrong(&path, &e))?;
        // When a certificate ends stands in the certificate alone. What is damaged is for `verify` to say.
        if let Subject::Certificate(c) = &mut subject
            && let Some(path) = paths.get(&c.certificate.sha256)
            && bundle.has(path)
        {
            // Bytes with another digest are not taken.
            let _ = c.certificate.fill(bundle.read(path)?);
        }
        subjects.push(subject);
    }
    Ok(Side { report, target, subjects })
}

//! `kravprobe replay`: judges a bundle's evidence again, offline.

use super::{Common, Format};
use crate::error::{Error, Result};
use crate::language::Text;
use crate::render::one_line;
use crate::report::bundle::BundleReader;
use crate::report::bundle::REPORT;
use crate::report::replay::replay;
use crate::report::v1::Report;
use std::path::PathBuf;

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Bundle: a directory or a zip file.
    bundle: PathBuf,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let mut bundle = BundleReader::open(&args.bundle)?;
    let report: Report = serde_json::from_slice(&bundle.read(REPORT)?)
        .map_err(|e| Error::file(&args.bundle, format!("{REPORT} is not a report: {e}")))?;
    let again = replay(&report, &mut |path| bundle.read(path))?;
    match common.format {
        Format::Json => common.print_json(&serde_json::json!({
            "agrees": again.agrees,
            "reported": report.replay.results_digest,
            "recomputed": again.report.replay.results_digest,
            "decision": again.report.aggregate.decision,
            "differences": again.differences,
        }))?,
        Format::Text => {
            let sentence = if again.agrees {
                Text {
                    da: "Genberegningen giver det samme som rapporten.",
                    en: "The recomputation gives the same as the report.",
                }
            } else {
                Text {
                    da: "Genberegningen giver noget andet end rapporten:",
                    en: "The recomputation differs from the report:",
                }
            };
            let mut text = sentence.get(common.lang).to_owned();
            for difference in &again.differences {
                text.push_str("\n  ");
                text.push_str(&one_line(difference));
            }
            text.push_str(&format_digests(&report, &again.report));
            common.print(&text);
        }
    }
    Ok(u8::from(!again.agrees))
}

fn format_digests(reported: &Report, recomputed: &Report) -> String {
    let reported = one_line(&reported.replay.results_digest);
    format!("\nresultsDigest {reported}\n              {}", recomputed.replay.results_digest)
}

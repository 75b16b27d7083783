//! `kravprobe verify`: what a bundle or a sealed report proves.

use super::{Common, Format};
use crate::error::Result;
use crate::language::Text;
use crate::report::verify::verify;
use crate::seal::{Proof, Trust};
use jiff::Timestamp;
use std::fmt::Write;
use std::path::PathBuf;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Bundle (a directory or a zip file) or a report.jades.json.
    #[arg(value_name = "BUNDLE")]
    place: PathBuf,
    /// PEM file with the root to trust instead of the OCES3 production root of Den Danske Stat.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Instant for the certification path, RFC 3339; the time the sealer states, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let trust = match &args.trust {
        Some(file) => Trust::from_file(file)?,
        None => Trust::production(),
    };
    let verified = verify(&args.place, &trust, args.at)?;
    match common.format {
        Format::Json => common.print_json(&serde_json::json!({
            "holds": verified.holds,
            "reportId": verified.report.report_id,
            "decision": verified.report.aggregate.decision,
            "statements": verified.statements,
        }))?,
        Format::Text => {
            let mut text = String::new();
            for statement in &verified.statements {
                let word = match statement.proof {
                    Proof::Proven => Text { da: "BEVIST     ", en: "PROVEN     " },
                    Proof::Refuted => Text { da: "MODBEVIST  ", en: "REFUTED    " },
                    Proof::NotProven => Text { da: "IKKE BEVIST", en: "NOT PROVEN " },
                };
                let sentence = crate::render::one_line(statement.text.get(common.lang));
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{}  {sentence}", word.get(common.lang));
            }
            let total = if verified.holds {
                Text { da: "Intet er modbevist.", en: "Nothing is refuted." }
            } else {
                Text {
                    da: "Noget er modbevist: stol ikke på rapporten, som den ligger her.",
                    en: "Something is refuted: do not rely on the report as it stands here.",
                }
            };
            text.push_str(total.get(common.lang));
            common.print(&text);
        }
    }
    Ok(u8::from(!verified.holds))
}

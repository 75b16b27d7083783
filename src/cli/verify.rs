//! `kravprobe verify`: what a bundle or a sealed report proves.

use super::{Common, Format, new_file};
use crate::error::Result;
use crate::language::{Language, Text};
use crate::render::html;
use crate::report::v1::Assurance;
use crate::report::verify::{Verified, verify};
use crate::seal::{Proof, Trust};
use jiff::Timestamp;
use std::fmt::Write;
use std::path::PathBuf;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Bundle (directory or zip file), or a `report.jades.json` alone.
    bundle: PathBuf,
    /// Root that the sealing certificate must lead to, PEM; the OCES3 production root, when absent.
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Instant for the certification path, RFC 3339; the sealer's own word, when absent.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// Write the report as a page in the language of --lang, when nothing is refuted; the file must not exist yet.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let trust = match &args.trust {
        Some(file) => Trust::from_file(file)?,
        None => Trust::production(),
    };
    let verified = verify(&args.bundle, &trust, args.at)?;
    match common.format {
        Format::Json => common.print_json(&serde_json::json!({
            "holds": verified.holds,
            "reportId": verified.report.report_id,
            "decision": verified.report.aggregate.decision,
            "statements": verified.statements,
        }))?,
        Format::Text => common.print(&text(&verified, common.lang)),
    }
    if let Some(out) = args.html.as_ref().filter(|_| verified.holds) {
        new_file(out, &html(&verified.report, common.lang)?)?;
    }
    Ok(exit_code(&verified))
}

/// 0 when nothing is refuted, 1 when something is, 3 when there is no seal to show who made the report.
fn exit_code(verified: &Verified) -> u8 {
    match (verified.holds, verified.report.seal.assurance) {
        (false, _) => 1,
        (true, Assurance::None) => 3,
        (true, Assurance::Example | Assurance::AdvancedOces) => 0,
    }
}

/// The statements, for people.
pub(super) fn text(verified: &Verified, language: Language) -> String {
    let mut out = String::new();
    for statement in &verified.statements {
        let mark = match statement.proof {
            Proof::Proven => Text { da: "vist     ", en: "shown    " },
            Proof::Refuted => Text { da: "MODBEVIST", en: "REFUTED  " },
            Proof::NotProven => Text { da: "ikke vist", en: "not shown" },
        };
        let sentence = crate::render::one_line(statement.text.get(language));
        let _ = writeln!(out, "{}  {sentence}", mark.get(language));
    }
    let conclusion = if verified.holds {
        Text { da: "Intet er modbevist.", en: "Nothing is refuted." }
    } else {
        Text { da: "Rapporten holder IKKE.", en: "The report does NOT hold." }
    };
    out.push_str(conclusion.get(language));
    out
}

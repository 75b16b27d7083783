//! `kravprobe profile check|list|show`.

use super::{Common, Format};
use crate::error::Result;
use crate::language::Text;
use crate::profile::Profile;
use std::fmt::Write;

/// Arguments of `profile`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Find every mistake in a profile and its includes
    Check {
        /// Profile file, or id of a shipped one.
        file: String,
    },
    /// List the shipped profiles, as `bank list` does
    List,
    /// Show a profile with its includes resolved
    Show {
        /// Profile file, or id of a shipped one.
        profile: String,
    },
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    match &args.command {
        Command::Check { file } => check(file, common),
        Command::List => super::bank::list(common).map(|()| 0),
        Command::Show { profile } => show(profile, common),
    }
}

fn check(file: &str, common: Common) -> Result<u8> {
    let profile = Profile::load(file)?;
    let checks: usize = profile.requirements.iter().map(|r| r.check.len()).sum();
    match common.format {
        Format::Json => common.print_json(&serde_json::json!({
            "profile": profile.file.id,
            "version": profile.file.version,
            "requirements": profile.requirements.len(),
            "checks": checks,
            "sources": profile.sources.iter().map(|s| serde_json::json!({"id": s.id, "version": s.version, "sha256": s.sha256})).collect::<Vec<_>>(),
        }))?,
        Format::Text => {
            let sentence = Text {
                da: "Profilen er i orden. Krav: {n}, prøver: {c}, filer: {f}.",
                en: "The profile is in order. Requirements: {n}, checks: {c}, files: {f}.",
            };
            common.print(
                &sentence
                    .get(common.lang)
                    .replace("{n}", &profile.requirements.len().to_string())
                    .replace("{c}", &checks.to_string())
                    .replace("{f}", &profile.sources.len().to_string()),
            );
        }
    }
    Ok(0)
}

fn show(reference: &str, common: Common) -> Result<u8> {
    let profile = Profile::load(reference)?;
    if common.format == Format::Json {
        common.print_json(&serde_json::json!({ "profile": profile.file, "requirements": profile.requirements }))?;
        return Ok(0);
    }
    let file = &profile.file;
    let mut text = format!("{} {} - {}\n", file.id, file.version, file.title.get(common.lang));
    for requirement in &profile.requirements {
        let source = &requirement.source;
        let _ = writeln!(
            text,
            "\n{} [{} {} {}] {}\n    {} {}",
            requirement.id,
            requirement.level.name(),
            requirement.category.name(),
            requirement.basis.name(),
            requirement.title.get(common.lang),
            source.document,
            source.section
        );
        if let Some(predicate) = &requirement.applies_when {
            let _ = writeln!(text, "    applies_when: {}", predicate.describe());
        }
        if let Some(kind) = &requirement.declaration {
            let _ = writeln!(text, "    declaration: {kind}");
        }
        for binding in &requirement.check {
            let _ = writeln!(text, "    {}", binding.id);
        }
    }
    for (requirement, reason) in &profile.dropped {
        let _ = writeln!(text, "\n(-) {}: {}", requirement.id, reason.get(common.lang));
    }
    common.print(&text);
    Ok(0)
}

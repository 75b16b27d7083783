//! `kravprobe plan`: what a run would do.

use super::{Common, Format};
use crate::denmark::danish_day;
use crate::error::Result;
use crate::language::{Language, Text};
use crate::plan::{Plan, PlanItem, State};
use crate::profile::Profile;
use crate::target::LoadedTarget;
use std::fmt::Write;
use std::path::PathBuf;

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of a shipped profile, or a profile file.
    profile: String,
    /// Target file.
    target: PathBuf,
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    let profile = Profile::load(&args.profile)?;
    let mut loaded = LoadedTarget::load(&args.target)?;
    loaded.target.expire(danish_day(crate::clock::now()));
    let plan = Plan::compile(&profile, &loaded.target, &loaded.text);
    match common.format {
        Format::Json => common.print_json(&serde_json::json!({ "sha256": plan.digest()?, "plan": plan }))?,
        Format::Text => common.print(&text(&plan, &profile, common.lang)?),
    }
    Ok(0)
}

fn text(plan: &Plan, profile: &Profile, language: Language) -> Result<String> {
    const HEADINGS: [(State, Text); 3] = [
        (State::Run, Text { da: "Køres", en: "Will run" }),
        (State::NotApplicable, Text { da: "Gælder ikke", en: "Does not apply" }),
        (State::CannotRun, Text { da: "Kan ikke køres", en: "Cannot run" }),
    ];
    let mut out = String::new();
    for (state, heading) in HEADINGS {
        let items: Vec<_> = plan.items.iter().filter(|i| i.state == state).collect();
        let _ = writeln!(out, "{} ({})", heading.get(language), items.len());
        for item in items {
            let _ = writeln!(out, "  {}", line(item));
        }
    }
    let reasons = plan.items.iter().filter(|i| i.state == State::CannotRun).count();
    if reasons > 0 {
        let note = Text {
            da: "Det, der ikke kan køres, bliver »ikke prøvet« og kan aldrig give en godkendelse.",
            en: "What cannot run becomes \"not tested\" and can never lead to acceptance.",
        };
        let _ = writeln!(out, "\n{}", note.get(language));
    }
    for (requirement, reason) in &profile.dropped {
        let label = Text { da: "Udeladt af profilen", en: "Dropped by the profile" };
        let _ = writeln!(out, "{}: {} ({})", label.get(language), requirement.id, reason.get(language));
    }
    let digest = Text { da: "Planens SHA-256", en: "SHA-256 of the plan" };
    let _ = writeln!(out, "\n{}: {}", digest.get(language), plan.digest()?);
    Ok(out)
}

fn line(item: &PlanItem) -> String {
    let what = item.check.as_deref().or(item.declaration.as_deref()).unwrap_or_default();
    let mut line = format!("{:<12} {what}", item.requirement);
    if let Some(subject) = &item.subject {
        let _ = write!(line, "  {subject}");
    }
    if let Some(because) = &item.because {
        let _ = write!(line, "  - {because}");
    }
    line
}

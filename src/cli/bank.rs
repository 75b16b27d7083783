//! `kravprobe bank`: the requirement bank.

use super::{Common, Form, Format};
use crate::bank::{self, Change, Coverage, Effect};
use crate::error::{Error, Result};
use crate::language::{Language, Text};
use crate::profile::Profile;
use crate::render::one_line;
use std::fmt::Write;

/// Arguments of `bank`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Without one, the list.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the shipped profiles, with their requirements by level
    List,
    /// What decides each requirement, how and on what; and the rows of the fact tables that no check decides, with the reason
    Coverage {
        /// Profiles, with their includes; all shipped ones, each with the requirements that it writes itself, when absent.
        profile: Vec<String>,
    },
    /// What a new version of a profile changes for a vendor
    Diff {
        /// The older profile: a file, or the id of a shipped one.
        old: String,
        /// The newer profile.
        new: String,
    },
}

impl Args {
    pub(super) const fn forms(&self) -> &'static [Form] {
        match self.command {
            Some(Command::Coverage { .. }) => &[Form::Text, Form::Json, Form::Csv],
            _ => Form::USUAL,
        }
    }
}

pub(super) fn run(args: &Args, common: Common) -> Result<u8> {
    match &args.command {
        None | Some(Command::List) => list(common)?,
        Some(Command::Coverage { profile }) => coverage(profile, common)?,
        Some(Command::Diff { old, new }) => diff(&Profile::load(old)?, &Profile::load(new)?, common)?,
    }
    Ok(0)
}

/// Prints the bank, one line a profile.
pub(super) fn list(common: Common) -> Result<()> {
    let entries = bank::list()?;
    if common.format == Format::Json {
        return common.print_json(&entries);
    }
    let l = common.lang;
    let mut text = String::new();
    // Writing to a String cannot fail.
    for entry in &entries {
        let [must, should, may] = entry.levels;
        let _ = writeln!(
            text,
            "{:<32} {:<8} {:<12} {:>3}  ({must} must, {should} should, {may} may)  {}",
            entry.id,
            entry.version,
            entry.status.text().get(l),
            entry.requirements,
            entry.title.get(l)
        );
        if !entry.scope.is_empty() {
            let _ = writeln!(text, "{:<32} {}", "", entry.scope.join(", "));
        }
    }
    common.print(&text);
    Ok(())
}

fn coverage(named: &[String], common: Common) -> Result<()> {
    let coverage = if named.is_empty() {
        bank::coverage_of_the_bank()?
    } else {
        bank::coverage_of(&named.iter().map(|id| Profile::load(id)).collect::<Result<Vec<_>>>()?)?
    };
    match common.form {
        Form::Json => common.print_json(&coverage),
        Form::Csv => {
            common.print(&csv(&coverage, common.lang).map_err(|e| Error::Internal(e.to_string()))?);
            Ok(())
        }
        _ => {
            common.print(&coverage_text(&coverage, !named.is_empty(), common.lang));
            Ok(())
        }
    }
}

fn coverage_text(coverage: &Coverage, named: bool, l: Language) -> String {
    const DECLARATION: Text = Text { da: "erklæring", en: "declaration" };
    const OPEN: Text =
        Text { da: "Rækker i faktatabellerne uden prøve", en: "Rows of the fact tables without a check" };
    const TOUCHED: Text = Text {
        da: "Rækker uden prøve i de emner af faktatabellerne, som kravenes prøver afgør andre rækker i",
        en: "Rows without a check in the topics of the fact tables of which the requirements' checks decide other rows",
    };
    let mut out = String::new();
    let (mut profile, mut requirement) = ("", "");
    for line in &coverage.requirements {
        if line.profile != profile {
            profile = &line.profile;
            requirement = "";
            let _ = writeln!(out, "{}{profile}", if out.is_empty() { "" } else { "\n" });
        }
        if line.requirement != requirement {
            requirement = &line.requirement;
            let title = one_line(line.title.get(l));
            let _ = writeln!(
                out,
                "  {} [{} {} {}] {title}",
                one_line(requirement),
                line.level.name(),
                line.category.name(),
                line.basis.name()
            );
        }
        let by = match line.kind {
            "check" => line.by.clone(),
            _ => format!("{} {}", DECLARATION.get(l), one_line(&line.by)),
        };
        let basis = line.check_basis.map_or("", |b| b.name());
        let shown = format!(
            "    {by:<46} {:<9} {basis:<24} {:<6} {}",
            line.method.name(),
            line.strength.join(" "),
            line.rows.join(", ")
        );
        let _ = writeln!(out, "{}", shown.trim_end());
    }
    let open = if named { TOUCHED } else { OPEN };
    let _ = writeln!(out, "\n{} ({})", open.get(l), coverage.rows_without_check.len());
    let rows = &coverage.rows_without_check;
    for (place, first) in rows.iter().enumerate() {
        if rows[..place].iter().any(|earlier| earlier.reason == first.reason) {
            continue;
        }
        let _ = writeln!(out, "  {}", first.reason.as_ref().map_or("-", |r| r.get(l)));
        for row in rows[place..].iter().filter(|row| row.reason == first.reason) {
            let _ = writeln!(out, "    {:<12} {:<3} {}", row.row, row.strength, one_line(&row.observed));
        }
    }
    out
}

/// One line a check or declaration of a requirement, then one a row without a check.
fn csv(coverage: &Coverage, l: Language) -> std::result::Result<String, Box<dyn std::error::Error>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "profile",
        "requirement",
        "level",
        "category",
        "basis",
        "kind",
        "decided_by",
        "method",
        "check_basis",
        "strength",
        "rows",
        "reason",
    ])?;
    for line in &coverage.requirements {
        let basis = line.check_basis.map_or("", |b| b.name());
        out.write_record([
            &line.profile,
            &line.requirement,
            line.level.name(),
            line.category.name(),
            line.basis.name(),
            line.kind,
            &line.by,
            line.method.name(),
            basis,
            &line.strength.join(" "),
            &line.rows.join(" "),
            "",
        ])?;
    }
    for row in &coverage.rows_without_check {
        let reason = row.reason.as_ref().map_or("", |r| r.get(l));
        out.write_record(["", "", "", "", "", "none", "", "", "", &row.strength, &row.row, reason])?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}

fn diff(old: &Profile, new: &Profile, common: Common) -> Result<()> {
    let changes = bank::changes(old, new);
    let count = |effect| changes.iter().filter(|c| c.effect == effect).count();
    let (stricter, looser, other) = (count(Effect::Stricter), count(Effect::Looser), count(Effect::Other));
    // Reports name a profile by id and version: two texts under one version cannot be told apart there.
    let same_version = !changes.is_empty() && (&old.file.id, &old.file.version) == (&new.file.id, &new.file.version);
    if common.format == Format::Json {
        return common.print_json(&serde_json::json!({
            "stricter": stricter, "looser": looser, "other": other, "sameVersion": same_version, "changes": changes,
        }));
    }
    let l = common.lang;
    let name = |p: &Profile| format!("{} {}", p.file.id, one_line(&p.file.version));
    let mut text = format!("{} -> {}\n", name(old), name(new));
    let summary = match l {
        Language::Da => {
            format!("For leverandøren: {stricter} strengere, {looser} lempeligere, {other} andre ændringer.")
        }
        Language::En => format!("For the vendor: {stricter} stricter, {looser} looser, {other} other changes."),
    };
    let _ = writeln!(text, "{summary}");
    if same_version {
        const SAME: Text = Text {
            da: "Advarsel: Profilen er ændret, men har samme id og version. Giv den nye et nyt versionsnummer.",
            en: "Warning: the profile changed, but has the same id and version. Give the new one a new version number.",
        };
        let _ = writeln!(text, "{}", SAME.get(l));
    }
    let mut requirement = None;
    for Change { requirement: of, effect, text: what } in &changes {
        if of.as_deref() != requirement {
            requirement = of.as_deref();
            let _ = writeln!(text, "\n{}", one_line(requirement.unwrap_or_default()));
        }
        let _ = writeln!(text, "  [{}] {}", effect.text().get(l), one_line(what.get(l)));
    }
    common.print(&text);
    Ok(())
}

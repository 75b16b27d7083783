//! The declarations that a plan lacks, and the form to write them in.

use crate::language::{Language, Localised, Text};
use crate::plan::{Plan, State};
use crate::profile::{Predicate, Profile, Requirement, Truth};
use crate::render::one_line;
use crate::target::{DECLARATIONS, Target};
use crate::verdict::{Level, Method};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Declarations that checks look at: without them they are not tested.
const LOOKED_AT: &[(&str, &[&str])] = &[
    ("metadata.attributes-match-profile", &["oiosaml-profile"]),
    ("metadata.data-minimisation", &["personal-attributes"]),
    ("metadata.entity-id-registered", &["entity-id"]),
    ("metadata.no-context-handler-1-host", &["oiosaml-profile"]),
    ("metadata.nsis-level-agrees", &["nsis-level", "oiosaml-profile"]),
    ("metadata.requested-attributes", &["oiosaml-profile"]),
];

/// A declaration that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lacking {
    /// Its kind.
    pub kind: String,
    /// The day until which an earlier one counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<Date>,
    /// What it means, when the program knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<Localised>,
    /// Allowed values; free, when empty.
    pub values: Vec<String>,
    /// What needs it.
    pub needed_by: Vec<Need>,
}

/// Why a declaration is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Need {
    /// The requirement.
    pub requirement: String,
    /// Its level.
    pub level: Level,
    /// Its title.
    pub title: Localised,
    /// How the declaration serves it.
    pub serves: Serves,
    /// Values that meet the requirement; none named, when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub met_by: Vec<String>,
}

/// How a declaration serves a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Serves {
    /// It decides it.
    Decides,
    /// It is part of deciding it, but the profile demands a stronger kind of proof.
    TooWeakAlone,
    /// It says whether the requirement applies.
    Condition,
    /// A check of the requirement looks at it.
    Checked,
}

impl Serves {
    const fn text(self) -> Text {
        match self {
            Self::Decides => Text { da: "afgør kravet", en: "decides the requirement" },
            Self::TooWeakAlone => Text {
                da: "er ikke nok alene: profilen kræver mere end en erklæring",
                en: "is not enough alone: the profile demands more than a declaration",
            },
            Self::Condition => Text { da: "afgør, om kravet gælder", en: "says whether the requirement applies" },
            Self::Checked => Text { da: "bruges af en prøve", en: "is used by a check" },
        }
    }
}

/// The declarations that a target lacks to decide a profile, in the profile's order. `plan` is compiled from both.
#[must_use]
pub fn lacking(profile: &Profile, target: &Target, plan: &Plan) -> Vec<Lacking> {
    let mut order = Vec::new();
    let mut needs: BTreeMap<String, Vec<Need>> = BTreeMap::new();
    for requirement in &profile.requirements {
        for (kind, serves) in asked_for(requirement, target, plan) {
            if target.declaration(kind).is_some() {
                continue;
            }
            if !order.iter().any(|known| known == kind) {
                order.push(kind.to_owned());
            }
            let decides = matches!(serves, Serves::Decides | Serves::TooWeakAlone);
            let need = Need {
                requirement: requirement.id.clone(),
                level: requirement.level,
                title: requirement.title.clone(),
                serves,
                met_by: requirement.declaration_is.clone().filter(|_| decides).unwrap_or_default(),
            };
            let known = needs.entry(kind.to_owned()).or_default();
            if !known.contains(&need) {
                known.push(need);
            }
        }
    }
    order
        .into_iter()
        .map(|kind| {
            let known = DECLARATIONS.iter().find(|d| d.kind == kind);
            Lacking {
                expired: target.expired(&kind).and_then(|d| d.until),
                meaning: known.map(|d| d.doc.to_localised()),
                values: known.map(|d| d.values.iter().map(|v| (*v).to_owned()).collect()).unwrap_or_default(),
                needed_by: needs.remove(&kind).unwrap_or_default(),
                kind,
            }
        })
        .collect()
}

/// Every declaration that a requirement asks for, given or not.
fn asked_for<'a>(requirement: &'a Requirement, target: &Target, plan: &Plan) -> Vec<(&'a str, Serves)> {
    let applies = requirement.applies_when.as_ref().map_or(Truth::True, |p| p.evaluate(target));
    if applies == Truth::False {
        return Vec::new();
    }
    let mut asked = Vec::new();
    if let Some(predicate) = &requirement.applies_when {
        kinds(predicate, &mut asked);
    }
    if let Some(kind) = &requirement.declaration {
        let alone = requirement.minimum_method.is_none_or(|minimum| minimum == Method::Declared);
        asked.push((kind.as_str(), if alone { Serves::Decides } else { Serves::TooWeakAlone }));
    }
    let runs = |check: &str| {
        let mut items = plan.items.iter().filter(|i| i.requirement == requirement.id && i.state == State::Run);
        items.any(|i| i.check.as_deref() == Some(check))
    };
    for (check, looked_at) in LOOKED_AT.iter().filter(|(check, _)| runs(check)) {
        if requirement.check.iter().any(|binding| binding.id == *check) {
            asked.extend(looked_at.iter().map(|kind| (*kind, Serves::Checked)));
        }
    }
    asked
}

fn kinds<'a>(predicate: &'a Predicate, out: &mut Vec<(&'a str, Serves)>) {
    out.extend(predicate.declared.as_deref().map(|kind| (kind, Serves::Condition)));
    let parts = predicate.all.iter().flatten().chain(predicate.any.iter().flatten()).chain(predicate.not.as_deref());
    for part in parts {
        kinds(part, out);
    }
}

const HEAD: Text = Text {
    da: "# Erklæringer, som planen mangler: profil {profile}, system {system}.
#
# Udfyld value, who og when i hvert afsnit, og slet de afsnit, som ingen kan stå inde for. Et afsnit, der ikke er udfyldt, bliver
# meldt som en fejl og tæller aldrig. Nævn derefter filen i målfilen, over den første tabel:
#
#   declarations = [\"FIL.toml\"]
#
# En erklæring er ikke prøvet, og rapporten siger det. Skriv derfor hellere hvilket dokument den bygger på: document = \"aftale.pdf\"
# (stien regnes fra denne fil), så kommer dokumentets SHA-256 i rapporten. until = \"ÅÅÅÅ-MM-DD\" er sidste dag, erklæringen tæller.
schema = 1
",
    en: "# Declarations that the plan lacks: profile {profile}, system {system}.
#
# Fill in value, who and when of each section, and delete the sections that nobody can vouch for. A section that is not filled in
# is reported as a mistake and never counts. Then name the file in the target, above its first table:
#
#   declarations = [\"FILE.toml\"]
#
# A declaration has not been tested, and the report says so. Better name the document it rests on: document = \"agreement.pdf\" (the
# path starts from this file), and its SHA-256 goes into the report. until = \"YYYY-MM-DD\" is the last day the declaration counts.
schema = 1
",
};
const NOTHING: Text = Text { da: "Planen mangler ingen erklæringer.", en: "The plan lacks no declaration." };
const ALLOWED: Text = Text { da: "Tilladte værdier", en: "Allowed values" };
const FREE: Text =
    Text { da: "Fri tekst, true eller en liste af tekster.", en: "Free text, true, or a list of texts." };
const MET_BY: Text = Text { da: "opfyldt ved", en: "met by" };
const EXPIRED: Text =
    Text { da: "Den tidligere erklæring talte til og med", en: "The earlier declaration counted until" };
const WHO: Text = Text { da: "navn eller funktion, og organisation", en: "name or function, and organisation" };
const DAY: Text = Text { da: "ÅÅÅÅ-MM-DD", en: "YYYY-MM-DD" };

/// The form, as a file that a target can name once it is filled in.
#[must_use]
pub fn form(profile: &Profile, target: &Target, lacking: &[Lacking], language: Language) -> String {
    let t = |text: &Text| text.get(language);
    if lacking.is_empty() {
        return t(&NOTHING).to_owned();
    }
    let mut out = t(&HEAD)
        .replace("{profile}", &format!("{} {}", profile.file.id, one_line(&profile.file.version)))
        .replace("{system}", &one_line(&target.system.name));
    // Below, the results of `write!` are ignored: writing to a String cannot fail.
    for declaration in lacking {
        out.push('\n');
        if let Some(meaning) = &declaration.meaning {
            let _ = writeln!(out, "# {}", first_upper(meaning.get(language)));
        }
        let _ = if declaration.values.is_empty() {
            writeln!(out, "# {}", t(&FREE))
        } else {
            writeln!(out, "# {}: {}", t(&ALLOWED), quoted(&declaration.values))
        };
        for need in &declaration.needed_by {
            let Need { requirement, level, title, serves, met_by } = need;
            let met_by =
                if met_by.is_empty() { String::new() } else { format!(" ({} {})", t(&MET_BY), quoted(met_by)) };
            let _ = writeln!(
                out,
                "# {} [{}] {}: {}{met_by}",
                one_line(requirement),
                t(&level.text()),
                one_line(title.get(language)),
                t(&serves.text())
            );
        }
        if let Some(day) = declaration.expired {
            let _ = writeln!(out, "# {} {day}.", t(&EXPIRED));
        }
        let kind = toml::Value::String(declaration.kind.clone());
        let _ = writeln!(
            out,
            "[[declaration]]\nkind = {kind}\nvalue = \"\"\nwho = \"\" # {}\nwhen = \"\" # {}",
            t(&WHO),
            t(&DAY)
        );
    }
    out
}

fn first_upper(text: &str) -> String {
    let text = one_line(text);
    // Names such as `entityID` are written as they are.
    let first_word = text.split(' ').next().unwrap_or_default();
    if first_word.chars().any(char::is_uppercase) {
        return text;
    }
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn quoted(values: &[String]) -> String {
    values.iter().map(|v| format!("\"{}\"", one_line(v))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_check_that_needs_a_declaration_names_it() {
        // Certificates take what is declared about them from their own table of the target.
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks/metadata");
        let mut asking = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if std::fs::read_to_string(&path).unwrap().contains("Reason::NotDeclared") {
                asking.push(format!("metadata.{}", path.file_stem().unwrap().to_str().unwrap().replace('_', "-")));
            }
        }
        asking.sort();
        assert_eq!(asking, LOOKED_AT.iter().map(|(check, _)| *check).collect::<Vec<_>>());
        for (check, kinds) in LOOKED_AT {
            assert!(crate::checks::by_id(check).is_some(), "{check}");
            assert!(kinds.iter().all(|k| DECLARATIONS.iter().any(|d| d.kind == *k)), "{check}");
        }
    }
}

//! Docs and JSON Schemas that are made from the code, and the proof that the tree holds the fresh ones.

use super::{background, default_value, sources};
use crate::bank::open;
use crate::check::Meta;
use crate::checks;
use crate::document::read_text;
use crate::error::{Error, Result};
use crate::language::Language;
use crate::report::schema;
use crate::subject::Family;
use schemars::JsonSchema;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

const DO_NOT_EDIT: &str = "<!-- Made by `kravprobe generate` from the code. Do not edit. -->\n\n";

/// Rows of the fact tables, relative to the package root.
const ROWS: &str = "fixtures/check-rows.csv";

/// Folder of the check pages, relative to the package root. It holds generated files only.
const CHECKS: &str = "docs/checks";

/// The fact tables as they were when the program was built.
const EMBEDDED: &str = include_str!("../../fixtures/check-rows.csv");

/// One row of the fact tables.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Row {
    #[serde(rename = "row")]
    pub(crate) id: String,
    pub(crate) fact_sheet: String,
    pub(crate) section: String,
    pub(crate) observed: String,
    pass_condition: String,
    source: String,
    pub(crate) strength: String,
}

/// Every generated file: path relative to the package root, and text.
pub fn files(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut files: BTreeMap<_, _> = checks::all().map(|check| (page_path(check.meta()), page(check.meta()))).collect();
    files.insert(format!("{CHECKS}/README.md"), index());
    let rows = rows(root)?;
    files.insert("docs/coverage.md".to_owned(), coverage(&rows));
    files.insert("docs/bank.md".to_owned(), bank(&rows)?);
    let schemas = [
        ("profile", schema_text::<crate::profile::ProfileFile>("profile")?),
        ("target", schema_text::<crate::target::Target>("target")?),
        ("declarations", schema_text::<crate::target::declarations::DeclarationFile>("declarations")?),
        ("waivers", schema_text::<crate::waiver::Waivers>("waivers")?),
        ("mailboxes", schema_text::<crate::besked::mailboxes::Mailboxes>("mailboxes")?),
        ("plan", schema_text::<crate::plan::Plan>("plan")?),
        ("mapping", schema_text::<crate::usage::mapping::Mapping>("mapping")?),
        ("event-mapping", schema_text::<crate::usage::events::mapping::EventMapping>("event-mapping")?),
        ("usage", schema_text::<crate::usage::summary::Summary>("usage")?),
        ("report", schema_text::<crate::report::v1::Report>("report")?),
    ];
    files.extend(schemas.into_iter().map(|(name, text)| (format!("schemas/{name}.schema.json"), text)));
    Ok(files)
}

/// Writes every generated file under the package root and removes pages of checks that are gone. Gives the paths that
/// changed.
pub fn write(root: &Path) -> Result<Vec<String>> {
    let stale = stale(root)?;
    let files = files(root)?;
    for path in &stale {
        let place = root.join(path);
        match files.get(path) {
            Some(text) => {
                let folder = place.parent().unwrap_or(root);
                std::fs::create_dir_all(folder).map_err(|e| Error::file(folder, e))?;
                std::fs::write(&place, text).map_err(|e| Error::file(&place, e))?;
            }
            None => std::fs::remove_file(&place).map_err(|e| Error::file(&place, e))?,
        }
    }
    Ok(stale)
}

/// Paths of generated files that are missing, old, or should not be there.
pub fn stale(root: &Path) -> Result<Vec<String>> {
    let files = files(root)?;
    let differs = |path: &str, text: &str| std::fs::read_to_string(root.join(path)).ok().as_deref() != Some(text);
    let mut stale: Vec<_> =
        files.iter().filter(|(path, text)| differs(path, text)).map(|(path, _)| path.clone()).collect();
    for path in pages_on_disk(root)? {
        if !files.contains_key(&path) {
            stale.push(path);
        }
    }
    Ok(stale)
}

fn pages_on_disk(root: &Path) -> Result<Vec<String>> {
    let folder = root.join(CHECKS);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|e| Error::file(&folder, e))? {
        let entry = entry.map_err(|e| Error::file(&folder, e))?;
        paths.push(format!("{CHECKS}/{}", entry.file_name().to_string_lossy()));
    }
    paths.sort_unstable();
    Ok(paths)
}

/// What is wrong between the checks and the fact tables: rows that do not exist, rows that nobody decides and nobody explains,
/// and explanations of rows that are decided or explained twice.
pub fn coverage_problems(root: &Path) -> Result<Vec<String>> {
    let rows = rows(root)?;
    let known: BTreeSet<_> = rows.iter().map(|r| r.id.as_str()).collect();
    let decided = decided();
    let mut problems = Vec::new();
    for (row, by) in &decided {
        if !known.contains(row) {
            problems.push(format!("{} names row {row}, which {ROWS} does not have", by.join(", ")));
        }
        if open::reason(row).is_some() {
            problems.push(format!("row {row} is decided by {} and needs no reason", by.join(", ")));
        }
    }
    for row in rows.iter().map(|r| r.id.as_str()) {
        if !decided.contains_key(row) && open::reason(row).is_none() {
            problems.push(format!("row {row} is decided by no check, and src/bank/open.rs gives no reason"));
        }
    }
    let mut explained = BTreeSet::new();
    for row in open::REASONS.iter().flat_map(|reason| reason.rows) {
        if !known.contains(row) {
            problems.push(format!("a reason is given for row {row}, which {ROWS} does not have"));
        }
        if !explained.insert(*row) {
            problems.push(format!("two reasons are given for row {row}"));
        }
    }
    Ok(problems)
}

fn rows(root: &Path) -> Result<Vec<Row>> {
    let path = root.join(ROWS);
    parse_rows(&read_text(&path)?).map_err(|e| Error::file(&path, e))
}

fn parse_rows(text: &str) -> std::result::Result<Vec<Row>, csv::Error> {
    csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect()
}

/// The rows of the fact tables that the program carries.
pub(crate) fn embedded_rows() -> Result<Vec<Row>> {
    parse_rows(EMBEDDED).map_err(|e| Error::Internal(format!("{ROWS}: {e}")))
}

/// Ids of the checks that decide each row.
pub(crate) fn decided() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut decided: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for check in checks::all() {
        for row in check.meta().rows {
            decided.entry(*row).or_default().push(check.meta().id);
        }
    }
    decided
}

fn page_path(meta: &Meta) -> String {
    format!("{CHECKS}/{}.md", meta.id)
}

// Below, the results of `write!` are ignored: writing to a String cannot fail.

fn page(meta: &Meta) -> String {
    let mut out = format!("# {}\n\n{DO_NOT_EDIT}{}\n\n", meta.id, background(meta, 0));
    out.push_str("## Facts\n\n| | Dansk | English |\n|---|---|---|\n");
    let (da, en) = (Language::Da, Language::En);
    let texts = [
        ("Title", meta.title.da, meta.title.en),
        ("Remediation", meta.remediation.da, meta.remediation.en),
        ("Method", meta.method.text().get(da), meta.method.text().get(en)),
        ("Basis", meta.basis.text().get(da), meta.basis.text().get(en)),
    ];
    for (label, danish, english) in texts {
        let _ = writeln!(out, "| {label} | {} | {} |", cell(danish), cell(english));
    }
    out.push_str("\n## Sources\n\n");
    out.push_str(&sources(meta));
    if !meta.rows.is_empty() {
        let _ = writeln!(out, "\nRows of the fact tables: {}.", meta.rows.join(", "));
    }
    out.push_str("\n## Parameters\n\n");
    if meta.parameters.is_empty() {
        out.push_str("None.\n");
    } else {
        out.push_str("| Name | Type | Default | Meaning |\n|---|---|---|---|\n");
    }
    for parameter in meta.parameters {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            parameter.name,
            parameter.default.type_name(),
            cell(&default_value(&parameter.default)),
            cell(parameter.doc)
        );
    }
    let _ = writeln!(out, "\nCode: `{}`", meta.file);
    out
}

fn index() -> String {
    let mut out = format!("# Checks\n\n{DO_NOT_EDIT}");
    out.push_str(
        "What each check decides. Whether a failure counts against a vendor is said by the profile, never here.\n",
    );
    for family in Family::ALL {
        let count = checks::of_family(family).count();
        let _ =
            writeln!(out, "\n## {} ({count})\n\n| Check | Dansk | English | Basis |\n|---|---|---|---|", family.name());
        for check in checks::of_family(family) {
            let meta = check.meta();
            let _ = writeln!(
                out,
                "| [{}]({}.md) | {} | {} | {} |",
                meta.id,
                meta.id,
                cell(meta.title.da),
                cell(meta.title.en),
                meta.basis.text().en
            );
        }
    }
    out
}

fn coverage(rows: &[Row]) -> String {
    let decided = decided();
    let covered = rows.iter().filter(|r| decided.contains_key(r.id.as_str())).count();
    let mut out = format!("# Coverage of the fact tables\n\n{DO_NOT_EDIT}");
    let _ = writeln!(
        out,
        "The fact tables have {} rows. Checks decide {covered} of them; each of the other {} has its reason, which `kravprobe bank coverage` gives in Danish \
         too. Which requirements of which profile a check decides stands in [the bank](bank.md).\n\n\
         Strength is how well the fact is confirmed: C in the named source, N a norm in the named source, V only in a vendor's or an \
         open-source implementation, I inferred, M measured or from memory, P good practice, T a norm whose number the contract sets.",
        rows.len(),
        rows.len() - covered
    );
    let mut section = "";
    for row in rows {
        if row.section != section {
            section = &row.section;
            let _ = writeln!(
                out,
                "\n## {} ({})\n\n| Row | Observed | Passes when | Source | Strength | Decided by |\n|---|---|---|---|---|---|",
                row.section, row.fact_sheet
            );
        }
        let by = match decided.get(row.id.as_str()) {
            Some(ids) => ids.iter().map(|id| format!("[{id}](checks/{id}.md)")).collect::<Vec<_>>().join(", "),
            None => format!("Not decided: {}", open::reason(&row.id).map_or("nobody has said why.", |why| why.en)),
        };
        let [observed, condition, source, strength] =
            [&row.observed, &row.pass_condition, &row.source, &row.strength].map(|text| cell(text));
        let _ = writeln!(out, "| {} | {observed} | {condition} | {source} | {strength} | {by} |", row.id);
    }
    out
}

fn bank(rows: &[Row]) -> Result<String> {
    let mut out = format!("# The requirement bank\n\n{DO_NOT_EDIT}");
    out.push_str(
        "Every profile that ships with the program, and what decides each requirement. A profile that includes others has their requirements \
         too; here each stands once, where it is written (`kravprobe bank coverage PROFILE` shows all of a profile's). Levels count the requirements with all includes.\n\n\
         A profile of one's own includes these and adjusts single requirements, each with a reason that the report shows: `tighten` (level, \
         category, remedy time, kind of proof), `quote` (the contract's words as `contract_text`, its clause as `source`) or `drop`. [The Danish guide \
         for municipalities](vejledning-kommune.md) has an example, [the schema](../schemas/profile.schema.json) every field.\n\n\
         | Profile | Version | Status | Dansk | English | Belongs to | Must | Should | May |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for entry in crate::bank::list()? {
        let [must, should, may] = entry.levels;
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} | {must} | {should} | {may} |",
            entry.id,
            cell(&entry.version),
            entry.status.text().en,
            cell(&entry.title.da),
            cell(&entry.title.en),
            cell(&entry.scope.join(", "))
        );
    }
    out.push_str(
        "\nMethod: measured on a live endpoint, inspected in a file, or declared by somebody. Strength as in [coverage](coverage.md), which also says of every row of the fact tables what decides it, or why nothing does.\n",
    );
    let coverage = crate::bank::coverage(&crate::bank::shipped()?, rows);
    let mut profile = "";
    for line in &coverage.requirements {
        if line.profile != profile {
            profile = &line.profile;
            let _ = writeln!(
                out,
                "\n## {profile}\n\n| Requirement | Dansk | Level | Category | Basis | Decided by | Method | Basis of the check | Strength | Rows |\n|---|---|---|---|---|---|---|---|---|---|"
            );
        }
        let by = if line.kind == "check" {
            format!("[{0}](checks/{0}.md)", line.by)
        } else {
            format!("declaration `{}`", line.by)
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {by} | {} | {} | {} | {} |",
            cell(&line.requirement),
            cell(&line.title.da),
            line.level.name(),
            line.category.name(),
            line.basis.name(),
            line.method.name(),
            line.check_basis.map_or("", |b| b.name()),
            line.strength.join(" "),
            line.rows.join(", ")
        );
    }
    Ok(out)
}

/// Text inside a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace(['\r', '\n'], " ")
}

fn schema_text<T: JsonSchema>(name: &str) -> Result<String> {
    let text = serde_json::to_string_pretty(&schema::of::<T>(name))
        .map_err(|e| Error::Internal(format!("schema of {name}: {e}")))?;
    Ok(text + "\n")
}

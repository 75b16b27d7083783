//! The registry of checks against the tree: nothing is forgotten, nothing is empty, everything cites its source.

use kravprobe::check::Meta;
use kravprobe::explain::generate;
use kravprobe::profile::{Profile, shipped};
use kravprobe::subject::Family;
use kravprobe::trial::LogoutCase;
use kravprobe::{checks, explain, language::Language};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn metas() -> Vec<&'static Meta> {
    checks::all().map(|c| c.meta()).collect()
}

/// Source files of checks: `src/checks/<family>/<name>.rs`.
fn check_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for family in std::fs::read_dir(root().join("src/checks")).unwrap() {
        let family = family.unwrap().path();
        if family.is_dir() {
            let entries = std::fs::read_dir(family).unwrap().map(|e| e.unwrap().path());
            files.extend(entries.filter(|p| p.extension().is_some_and(|e| e == "rs")));
        }
    }
    files.sort();
    files
}

/// Fails with every problem at once.
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Families whose files are tables of small rows: several checks a file, because their cases are changes of one message.
const TABLES: [Family; 7] =
    [Family::Login, Family::Logout, Family::Push, Family::Pull, Family::Token, Family::Send, Family::ValueList];

#[test]
fn every_file_is_one_registered_check_named_like_it_or_a_table_of_them() {
    let metas = metas();
    assert!(!metas.is_empty(), "no check is registered");
    let mut problems = Vec::new();
    for file in check_files() {
        let relative = file.strip_prefix(root()).unwrap().to_str().unwrap();
        let here: Vec<_> = metas.iter().filter(|m| m.file == relative).collect();
        let stem = file.file_stem().unwrap().to_str().unwrap().replace('_', "-");
        let folder = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let Some(family) = Family::ALL.into_iter().find(|f| f.folder() == folder) else {
            problems.push(format!("{relative}: no family has this folder"));
            continue;
        };
        if let Some(stray) = here.iter().find(|m| m.family != family) {
            problems.push(format!("{relative}: {} is of another family", stray.id));
        }
        match here.as_slice() {
            [] => problems.push(format!("{relative}: no registered check")),
            _ if TABLES.contains(&family) => {}
            [meta] if meta.id != format!("{}.{stem}", family.name()) => {
                problems.push(format!("{relative}: the check is called {}", meta.id));
            }
            [_] => {}
            several => problems.push(format!("{relative}: {} registered checks instead of one", several.len())),
        }
    }
    let mut seen = BTreeSet::new();
    problems.extend(metas.iter().filter(|m| !seen.insert(m.id)).map(|m| format!("{}: registered twice", m.id)));
    let files: BTreeSet<_> = check_files().into_iter().collect();
    for meta in &metas {
        if !files.contains(&root().join(meta.file)) {
            problems.push(format!("{}: {} is not under src/checks/<family>", meta.id, meta.file));
        }
        let name = meta.id.strip_prefix(meta.family.name()).and_then(|rest| rest.strip_prefix('.'));
        let is_kebab = |n: &str| n.split('-').all(|part| !part.is_empty() && part.chars().all(is_lower_or_digit));
        if !name.is_some_and(is_kebab) {
            problems.push(format!("{}: an id is the family's name, a dot and words with hyphens", meta.id));
        }
    }
    none(&problems);
}

fn is_lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

#[test]
fn trials_with_the_same_id_are_the_same_trial_and_every_logout_case_has_a_check() {
    let mut cases = BTreeMap::new();
    for check in checks::login::CHECKS {
        let case = check.case();
        assert_eq!(*cases.entry(case.id).or_insert(case), case, "{}: two trials with one id", case.id);
    }
    assert!(!cases["good"].is_active(), "the plain good login is sent without an authorisation");
    for case in LogoutCase::ALL {
        assert!(checks::logout::CHECKS.iter().any(|c| c.case() == case), "{}: no check judges it", case.id());
    }
}

#[test]
fn every_check_is_described_in_both_languages() {
    let mut problems = Vec::new();
    for meta in metas() {
        let mut problem = |what: &str| problems.push(format!("{}: {what}", meta.id));
        for (name, text) in [("title", meta.title), ("remediation", meta.remediation)] {
            if text.da.trim().is_empty() || text.en.trim().is_empty() {
                problem(&format!("{name} is empty in a language"));
            }
            if text.da == text.en {
                problem(&format!("{name} is the same in both languages"));
            }
        }
        // A title is a fact that holds, not an instruction.
        if ["check", "verify"].iter().any(|w| meta.title.en.to_lowercase().starts_with(w)) {
            problem("English title is an instruction");
        }
        if ["kontrol", "tjek"].iter().any(|w| meta.title.da.to_lowercase().starts_with(w)) {
            problem("Danish title is an instruction");
        }
        for heading in ["## Why", "## What to do"] {
            let lines: Vec<_> = meta.doc.iter().map(|line| line.trim()).collect();
            match lines.iter().position(|line| *line == heading) {
                None => problem(&format!("doc has no `{heading}`")),
                Some(at) if !lines[at + 1..].iter().take_while(|l| !l.starts_with("##")).any(|l| !l.is_empty()) => {
                    problem(&format!("doc says nothing under `{heading}`"));
                }
                Some(_) => {}
            }
        }
        if meta.sources.is_empty() || meta.sources.iter().any(|s| s.document.is_empty() || s.clause.is_empty()) {
            problem("a source is missing or empty");
        }
        if meta.parameters.iter().any(|p| p.name.is_empty() || p.doc.trim().is_empty()) {
            problem("a parameter has no name or no doc");
        }
    }
    none(&problems);
}

#[test]
fn rows_exist_and_every_expected_row_is_decided_or_explained() {
    none(&generate::coverage_problems(root()).unwrap());
}

#[test]
fn parameters_that_are_used_are_declared_with_that_type() {
    let kinds = [("integer", "integer"), ("text", "string"), ("boolean", "boolean"), ("list", "list of strings")];
    let mut problems = Vec::new();
    // Trials are judged by shared functions, which read the parameters of the checks that name them.
    let shared = ["src/checks/trials.rs", "src/checks/trace.rs"];
    let shared: String = shared.map(|file| std::fs::read_to_string(root().join(file)).unwrap()).concat();
    for file in check_files() {
        let source = std::fs::read_to_string(&file).unwrap();
        let relative = file.strip_prefix(root()).unwrap().to_str().unwrap();
        let here: Vec<_> = metas().into_iter().filter(|m| m.file == relative).collect();
        let declared: Vec<_> = here.iter().flat_map(|m| m.parameters).collect();
        for (getter, kind) in kinds {
            for part in source.split(&format!(".{getter}(\"")).skip(1) {
                let name = part.split('"').next().unwrap();
                match declared.iter().find(|p| p.name == name) {
                    None => problems.push(format!("{relative}: reads undeclared parameter `{name}`")),
                    Some(p) if p.default.type_name() != kind => {
                        problems.push(format!("{relative}: reads `{name}` as {kind}"));
                    }
                    Some(_) => {}
                }
            }
        }
        let is_read = |name: &str| [&source, &shared].iter().any(|text| text.contains(&format!("\"{name}\")")));
        for parameter in declared.iter().filter(|p| !is_read(p.name)) {
            // A name also stands in the declaration, followed by a comma, so only a use matches.
            problems.push(format!("{relative}: parameter `{}` is declared but never read", parameter.name));
        }
    }
    none(&problems);
}

#[test]
fn shipped_profiles_load_and_together_bind_every_check() {
    let mut problems = Vec::new();
    let mut bound = BTreeSet::new();
    for (id, _) in shipped::SHIPPED {
        match Profile::load(id) {
            Err(error) => problems.push(format!("profile {id}: {error}")),
            Ok(profile) => {
                if profile.file.id != *id {
                    problems.push(format!("profile {id}: calls itself {}", profile.file.id));
                }
                let bindings = profile.requirements.iter().flat_map(|r| &r.check);
                bound.extend(bindings.map(|binding| binding.id.clone()));
            }
        }
    }
    problems.extend(bound.iter().filter(|id| checks::by_id(id).is_none()).map(|id| format!("{id}: is not registered")));
    let unbound = metas().into_iter().filter(|m| !bound.contains(m.id));
    problems.extend(unbound.map(|m| format!("{}: no shipped profile binds it", m.id)));
    none(&problems);
}

#[test]
fn every_profile_file_is_shipped() {
    let files: BTreeMap<_, _> = std::fs::read_dir(root().join("profiles"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .map(|p| (p.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&p).unwrap()))
        .collect();
    let shipped: BTreeMap<_, _> =
        shipped::SHIPPED.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    assert_eq!(files.keys().collect::<Vec<_>>(), shipped.keys().collect::<Vec<_>>());
    assert_eq!(files, shipped);
}

#[test]
fn every_check_can_be_explained() {
    for meta in metas() {
        for language in [Language::Da, Language::En] {
            let text = explain::explain(meta, language);
            for part in [meta.id, meta.title.get(language), meta.remediation.get(language), meta.sources[0].document] {
                assert!(text.contains(part), "{}: the explanation lacks {part}", meta.id);
            }
        }
    }
}

#[test]
fn generated_docs_and_schemas_are_fresh() {
    let stale = generate::stale(root()).unwrap();
    assert!(stale.is_empty(), "run `make generate`; not fresh: {}", stale.join(", "));
}

#[test]
fn generating_makes_the_tree_fresh_and_removes_old_pages() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("fixtures")).unwrap();
    std::fs::copy(root().join("fixtures/check-rows.csv"), folder.path().join("fixtures/check-rows.csv")).unwrap();
    std::fs::create_dir_all(folder.path().join("docs/checks")).unwrap();
    std::fs::write(folder.path().join("docs/checks/gone.md"), "old").unwrap();
    let written = generate::write(folder.path()).unwrap();
    assert!(written.contains(&"docs/checks/gone.md".to_owned()));
    assert!(!folder.path().join("docs/checks/gone.md").exists());
    assert!(generate::stale(folder.path()).unwrap().is_empty());
    let page = folder.path().join("docs/coverage.md");
    std::fs::write(&page, "changed").unwrap();
    assert_eq!(generate::stale(folder.path()).unwrap(), ["docs/coverage.md"]);
}

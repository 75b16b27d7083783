//! `kravprobe bank`: the list, the coverage and what a new version of a profile changes.

use crate::declarations::{Desk, requirement};
use crate::support::run;
use serde_json::Value;
use std::collections::BTreeSet;

fn json(arguments: &[&str]) -> Value {
    let (code, out, err) = run(&[arguments, &["--format", "json"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_list_names_every_shipped_profile_once_and_is_what_profile_list_prints() {
    let listed = json(&["bank", "list"]);
    assert_eq!(listed, json(&["profile", "list"]), "one list");
    let ids: Vec<_> = listed.as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap()).collect();
    let shipped: Vec<_> = kravprobe::profile::shipped::SHIPPED.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, shipped);
    let package = listed.as_array().unwrap().iter().find(|p| p["id"] == "i-08-passive").unwrap();
    assert_eq!(package["status"], "effective");
    assert_eq!(package["scope"], serde_json::json!(["SKI 02.19 (2023)", "I-08"]));
    let levels: u64 = package["levels"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(package["requirements"].as_u64(), Some(levels), "every requirement has one level");
    let (code, text, _) = run(&["bank", "list", "--lang", "en"]);
    assert_eq!(code, 0);
    let alone = run(&["bank", "--lang", "en"]);
    assert_eq!((alone.0, alone.1.as_str()), (0, text.as_str()), "`bank` alone lists");
    assert!(text.contains("i-08-passive") && text.contains("SKI 02.19 (2023), I-08"), "{text}");
}

#[test]
fn coverage_says_how_and_on_what_each_requirement_is_decided() {
    let coverage = json(&["bank", "coverage", "oces3"]);
    let lines = coverage["requirements"].as_array().unwrap();
    let of = |by: &str| lines.iter().find(|l| l["requirement"] == "OCES3-10" && l["by"] == by).unwrap();
    let declared = of("sole-use");
    assert_eq!((&declared["kind"], &declared["method"]), (&"declaration".into(), &"declared".into()));
    assert!(declared["checkBasis"].is_null() && declared["rows"].as_array().unwrap().is_empty());
    let check = of("certificate.unique-system");
    assert_eq!((&check["kind"], &check["method"]), (&"check".into(), &"inspected".into()));
    assert!(lines.iter().all(|l| l["profile"] == "oces3"), "what it includes stands with its own profile");
    let open = coverage["rowsWithoutCheck"].as_array().unwrap();
    let tables: BTreeSet<_> = open.iter().map(|r| r["section"].as_str().unwrap()).collect();
    assert!(tables.contains("7.1 (a) Certificate checks"), "{tables:?}");
    assert!(!tables.iter().any(|t| t.contains("Privileges")), "topics of the profile alone: {tables:?}");
    let coverage = json(&["bank", "coverage", "i-08-passive"]);
    let rows = coverage["rowsWithoutCheck"].as_array().unwrap();
    assert!(rows.iter().all(|r| !r["row"].as_str().unwrap().starts_with("SP-SLO")), "no login, no logout: {rows:?}");
}

#[test]
fn coverage_of_a_package_has_the_requirements_of_its_includes() {
    for id in ["i-08-passive", "i04-sags-og-dokumentindeks", "eksempel-koeb-sundhedspleje"] {
        let coverage = json(&["bank", "coverage", id]);
        let lines = coverage["requirements"].as_array().unwrap();
        let shown: BTreeSet<_> = lines.iter().map(|l| l["requirement"].as_str().unwrap()).collect();
        let profile = kravprobe::profile::Profile::load(id).unwrap();
        let all: BTreeSet<_> = profile.requirements.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(shown, all, "{id}");
    }
    let coverage = json(&["bank", "coverage", "i-08-passive", "sp-metadata"]);
    let lines = coverage["requirements"].as_array().unwrap();
    let of: Vec<_> = lines.iter().filter(|l| l["requirement"] == "SPMD-02").map(|l| &l["profile"]).collect();
    assert_eq!(of, ["sp-metadata"], "the file that has it, and once");
}

#[test]
fn every_row_is_decided_by_a_check_or_has_a_reason() {
    let coverage = json(&["bank", "coverage"]);
    // A row is either decided by a check or listed as open, and never both.
    let rows = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/check-rows.csv")).unwrap();
    let all: BTreeSet<_> =
        csv::Reader::from_reader(rows.as_bytes()).records().map(|r| r.unwrap()[0].to_owned()).collect();
    let decided: BTreeSet<_> = kravprobe::checks::all().flat_map(|c| c.meta().rows).map(|r| (*r).to_owned()).collect();
    let open = coverage["rowsWithoutCheck"].as_array().unwrap();
    let open: BTreeSet<_> = open.iter().map(|r| r["row"].as_str().unwrap().to_owned()).collect();
    assert!(open.is_disjoint(&decided));
    assert_eq!(open.union(&decided).cloned().collect::<BTreeSet<_>>(), all);
    for row in coverage["rowsWithoutCheck"].as_array().unwrap() {
        let [da, en] = ["da", "en"].map(|l| row["reason"][l].as_str().unwrap_or_default());
        assert!(!da.is_empty() && !en.is_empty() && da != en, "{row}");
    }
    // A reason names checks and declarations that exist.
    let known: BTreeSet<_> = kravprobe::checks::all().map(|c| c.meta().id).collect();
    let families: BTreeSet<_> = known.iter().filter_map(|id| id.split('.').next()).collect();
    let named = coverage["rowsWithoutCheck"].as_array().unwrap().iter();
    for text in named.flat_map(|r| ["da", "en"].map(|l| r["reason"][l].as_str().unwrap())) {
        for word in text.split('`').skip(1).step_by(2).filter(|word| word.contains('.') && !word.ends_with('*')) {
            assert!(known.contains(word), "`{word}` in: {text}");
        }
        for word in text.split('`').skip(1).step_by(2).filter_map(|word| word.strip_suffix(".*")) {
            assert!(families.contains(word), "`{word}.*` in: {text}");
        }
    }
}

#[test]
fn coverage_as_csv_and_as_text() {
    let (code, out, err) = run(&["bank", "coverage", "--format", "csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    assert_eq!(reader.headers().unwrap().len(), 12);
    let records: Vec<_> = reader.records().map(|r| r.unwrap()).collect();
    let profiles: BTreeSet<_> = records.iter().map(|r| r[0].to_owned()).collect();
    assert!(profiles.contains("tls-endpoint") && profiles.contains("sp-metadata"), "{profiles:?}");
    let kinds: BTreeSet<_> = records.iter().map(|r| &r[5]).collect();
    assert_eq!(kinds, BTreeSet::from(["check", "declaration", "none"]));
    let (_, text, _) = run(&["bank", "coverage", "oces3", "--lang", "en"]);
    for part in [
        "oces3\n",
        "OCES3-10 [must A norm]",
        "declaration sole-use",
        "Rows without a check in the topics of the fact tables",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    let (code, _, err) = run(&["bank", "list", "--format", "csv"]);
    assert!(code == 2 && err.contains("has no form `csv`; it has text, json"), "{err}");
    let (code, _, err) = run(&["bank", "coverage", "no-such"]);
    assert!(code == 2 && err.contains("no profile is called `no-such`"), "{err}");
}

/// Changes as `requirement effect text`, in Danish.
fn changes(desk: &Desk, old: &str, new: &str) -> Vec<String> {
    let write = |name: &str, text: &str| {
        let profile = desk.profile(text);
        std::fs::copy(profile, desk.path(name)).unwrap();
        desk.text(name)
    };
    let (old, new) = (write("old.toml", old), write("new.toml", new));
    let answer = json(&["bank", "diff", &old, &new]);
    let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    let all = answer["changes"].as_array().unwrap();
    all.iter()
        .map(|c| format!("{} {} {}", text(&c["requirement"]), text(&c["effect"]), text(&c["text"]["da"])))
        .collect()
}

#[test]
fn what_a_new_version_changes_is_said_in_words() {
    let desk = Desk::new();
    let life =
        |days: u32| format!("[[requirement.check]]\nid = \"certificate.remaining-life\"\nparams = {{ days = {days} }}");
    let largest =
        |bytes: u32| format!("[[requirement.check]]\nid = \"metadata.size\"\nparams = {{ max_bytes = {bytes} }}");
    let old = [
        requirement("SAME", "must", "declaration = \"a\""),
        requirement("LEVEL", "should", "declaration = \"a\"\nremedy_working_days = 10"),
        requirement("LIFE", "must", &life(30)),
        requirement("SIZE", "must", &largest(1000)),
        requirement("CHECKS", "must", "[[requirement.check]]\nid = \"certificate.version\""),
        requirement("VALUES", "must", "declaration = \"a\"\ndeclaration_is = [\"x\", \"y\"]"),
        requirement("WHEN", "must", "applies_when = { declared = \"a\" }\ndeclaration = \"b\""),
        requirement("GONE", "must", "declaration = \"a\""),
    ];
    let new = [
        requirement("SAME", "must", "declaration = \"a\""),
        requirement("LEVEL", "must", "declaration = \"a\"\nremedy_working_days = 15").replace("\"A\"", "\"B\""),
        requirement("LIFE", "must", &life(60)),
        requirement("SIZE", "must", &largest(2000)),
        requirement("CHECKS", "must", "[[requirement.check]]\nid = \"certificate.validity\""),
        requirement("VALUES", "must", "declaration = \"a\"\ndeclaration_is = [\"x\"]\nminimum_method = \"inspected\""),
        requirement("WHEN", "must", "declaration = \"b\"").replace("Bilag 4", "Bilag 5"),
        requirement("MORE", "must", "declaration = \"a\"\nremedy_working_days = 5"),
        requirement("INFO", "may", "declaration = \"a\""),
    ];
    assert_eq!(
        changes(&desk, &old.concat(), &new.concat()),
        [
            "LEVEL stricter Niveauet er hævet fra »Bør« til »Skal«.",
            "LEVEL looser Kategorien er ændret fra A til B.",
            "LEVEL looser Fristen i arbejdsdage er ændret fra 10 til 15.",
            "LIFE stricter Prøven `certificate.remaining-life`: `days` er ændret fra 30 til 60.",
            "SIZE looser Prøven `metadata.size`: `max_bytes` er ændret fra 1000 til 2000.",
            "CHECKS stricter Ny prøve `certificate.validity`: Certifikatet er inden for sin gyldighedsperiode.",
            "CHECKS looser Prøven `certificate.version` er udgået: Certifikatet er X.509 version 3.",
            "VALUES stricter Den svageste slags bevis er ændret fra »Erklæret« til »Undersøgt«.",
            "VALUES stricter De erklærede værdier, der opfylder kravet, er ændret fra x, y til x.",
            "WHEN stricter Hvornår kravet gælder, er ændret fra `erklæringen a findes` til altid.",
            "WHEN other Kilden er ændret fra Kontrakt, Bilag 4, pkt. WHEN til Kontrakt, Bilag 5, pkt. WHEN.",
            "MORE stricter Nyt krav (Skal, A): Krav MORE. Kilde: Kontrakt, Bilag 4, pkt. MORE. Frist: 5 arbejdsdage.",
            "INFO other Nyt krav (Til orientering, A): Krav INFO. Kilde: Kontrakt, Bilag 4, pkt. INFO.",
            "GONE looser Kravet er udgået: Krav GONE.",
        ]
    );
    assert!(changes(&desk, &old.concat(), &old.concat()).is_empty());
    let (_, text, _) = run(&["bank", "diff", &desk.text("old.toml"), &desk.text("new.toml"), "--lang", "en"]);
    assert!(!text.contains("Warning"), "nothing changed: {text}");
    assert!(
        text.starts_with("own 1.0.0 -> own 1.0.0\nFor the vendor: 0 stricter, 0 looser, 0 other changes."),
        "{text}"
    );
}

#[test]
fn tightened_parameters_of_usage_count_as_stricter_and_an_old_version_number_is_warned_of() {
    let desk = Desk::new();
    let usage = |days: u32, integrations: &str, version: &str| {
        [
            (
                "NEWEST",
                format!("id = \"usage.newest-call\"\nparams = {{ integrations = [\"SF1470\"], days = {days} }}"),
            ),
            ("ANY", format!("id = \"usage.any-call-since-go-live\"\nparams = {{ integrations = [{integrations}] }}")),
            ("VERSION", format!("id = \"usage.current-versions\"\nparams = {{ current = [\"SF1470={version}\"] }}")),
        ]
        .map(|(id, check)| requirement(id, "must", &format!("[[requirement.check]]\n{check}")))
        .concat()
    };
    let (old, new) = (usage(30, "\"SF1470\"", "3.0"), usage(7, "\"SF1470\", \"SF1500\"", "4.0"));
    let said = changes(&desk, &old, &new);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.iter().all(|change| change.contains(" stricter ")), "{said:?}");
    assert!(changes(&desk, &new, &old).iter().all(|change| change.contains(" looser ")));
    let (_, text, _) = run(&["bank", "diff", &desk.text("old.toml"), &desk.text("new.toml")]);
    assert!(
        text.contains("For leverandøren: 0 strengere, 3 lempeligere, 0 andre ændringer.\nAdvarsel: Profilen er ændret"),
        "{text}"
    );
    assert_eq!(json(&["bank", "diff", &desk.text("old.toml"), &desk.text("new.toml")])["sameVersion"], true);
}

#[test]
fn words_are_danish_and_a_text_is_quoted_in_the_language_that_changed() {
    let desk = Desk::new();
    let old = requirement("R1", "must", "declaration = \"a\"\nremedy_working_days = 20");
    let new = requirement("R1", "must", "declaration = \"a\"");
    let (before, after) = ("da = \"Krav R1\"", "da = \"Kravet R1\"");
    assert!(new.contains(before), "{new}");
    let (from, to) = if new.contains("\"norm\"") { ("\"norm\"", "\"contract\"") } else { ("\"contract\"", "\"norm\"") };
    let new = new.replace(before, after).replace(&format!("basis = {from}"), &format!("basis = {to}"));
    let said = changes(&desk, &old, &new).join("\n");
    assert!(said.contains("R1 looser Fristen i arbejdsdage er ændret fra 20 til ingen frist."), "{said}");
    assert!(said.contains("Den danske tekst er ændret fra »Krav R1« til »Kravet R1«."), "{said}");
    assert!(said.contains("Grundlaget er ændret fra »") && !said.contains("contract"), "{said}");
    let (_, text, _) = run(&["bank", "diff", &desk.text("old.toml"), &desk.text("new.toml"), "--lang", "en"]);
    assert!(text.contains("The Danish text changed from \"Krav R1\" to \"Kravet R1\"."), "{text}");
}

#[test]
fn limits_version_and_dropped_requirements_are_said() {
    let desk = Desk::new();
    let old = format!("[[include]]\nprofile = \"i-08-passive\"\n{}", requirement("R1", "must", "declaration = \"a\""));
    let new = format!(
        "[aggregate]\nmax_b = 0\nmax_c = 1\n[[include]]\nprofile = \"i-08-passive\"\n[[adjust]]\nrequirement = \"I-08.5\"\naction = \"drop\"\n\
         reason = {{ da = \"Ikke relevant\", en = \"Not relevant\" }}\n{}",
        requirement("R1", "must", "declaration = \"a\"")
    );
    let said = changes(&desk, &old, &new);
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(said[0], "- stricter Antallet af tålte brud i kategori C er ændret fra 3 til 1.");
    assert!(
        said[1].starts_with("I-08.5 looser Kravet er udgået:") && said[1].ends_with("Begrundelse: Ikke relevant"),
        "{}",
        said[1]
    );
    let (code, text, err) = run(&["bank", "diff", "i-08-passive", "i08-adgangsstyring-for-brugere"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(text.contains("Profilens id er ændret fra i-08-passive til i08-adgangsstyring-for-brugere."), "{text}");
}

#[test]
fn the_table_in_docs_is_made_from_the_bank() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bank.md")).unwrap();
    for (id, _) in kravprobe::profile::shipped::SHIPPED {
        assert!(docs.contains(&format!("| `{id}` |")), "{id}");
    }
    let coverage = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/coverage.md")).unwrap();
    let rows = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/check-rows.csv")).unwrap();
    for row in csv::Reader::from_reader(rows.as_bytes()).records() {
        assert!(coverage.contains(&format!("\n| {} | ", &row.unwrap()[0])));
    }
}

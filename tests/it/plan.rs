//! `kravprobe plan` as a user sees it, and the small commands: `explain`, `profile`, `init`, `completions`, `man`, help.

use crate::run::World;
use crate::support::run;
use serde_json::Value;
use std::sync::LazyLock;

static WORLD: LazyLock<World> = LazyLock::new(|| World::new(false));

const HEAD: &str = r#"
schema = 1
id = "own"
version = "1.0.0"
status = "effective"
valid_from = "2026-11-01"
title = { da = "Egen", en = "Own" }
"#;

fn requirement(id: &str, rest: &str) -> String {
    format!(
        "[[requirement]]\nid = \"{id}\"\nlevel = \"must\"\ncategory = \"A\"\nbasis = \"contract\"\n\
         title = {{ da = \"Krav {id}\", en = \"Requirement {id}\" }}\n\
         source = {{ document = \"Kontrakt\", section = \"1\" }}\n{rest}\n"
    )
}

/// One requirement for each thing that can become of a planned item.
fn own_profile() -> String {
    let requirements = [
        requirement("RUN", "[[requirement.check]]\nid = \"certificate.validity\"\non = { name = [\"signing\"] }"),
        requirement("DECLARED", "declaration = \"nsis-level\""),
        requirement("UNDECLARED", "declaration = \"fallback-plan\""),
        requirement("ELSEWHERE", "applies_when = { environment = [\"production\"] }\ndeclaration = \"nsis-level\""),
        requirement(
            "OTHER",
            "applies_when = { declared = \"oiosaml-profile\", is = [\"OIOSAML2\"] }\ndeclaration = \"nsis-level\"",
        ),
        requirement("UNKNOWN", "applies_when = { declared = \"never-declared\" }\ndeclaration = \"nsis-level\""),
        requirement("NOTHING", "[[requirement.check]]\nid = \"tls.handshake\"\non = { purpose = [\"callback\"] }"),
    ];
    format!("{HEAD}{}", requirements.concat())
}

fn plan(profile: &str, target: &str) -> Value {
    let (code, out, err) = run(&["plan", profile, target, "--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    serde_json::from_str(&out).unwrap()
}

fn item(plan: &Value, requirement: &str) -> Value {
    let items = plan["plan"]["items"].as_array().unwrap();
    let mut found = items.iter().filter(|i| i["requirement"] == requirement);
    let item = found.next().unwrap_or_else(|| panic!("{requirement} is lost: {plan:#}")).clone();
    assert!(found.next().is_none(), "{requirement}");
    item
}

#[test]
fn a_plan_says_what_runs_what_does_not_apply_and_what_cannot_run() {
    let checks = run(&["explain", "--format", "json"]).1;
    let any_tls = checks.split('"').find(|word| word.starts_with("tls.")).unwrap().to_owned();
    let profile = WORLD.write("own.toml", own_profile().replace("tls.handshake", &any_tls));
    let plan = plan(&profile, &WORLD.target());
    let states = [
        ("RUN", "run", ""),
        ("DECLARED", "run", ""),
        ("UNDECLARED", "cannot-run", "no declaration `fallback-plan`"),
        ("ELSEWHERE", "not-applicable", "environment in [production]"),
        ("OTHER", "not-applicable", "oiosaml-profile"),
        ("UNKNOWN", "cannot-run", "never-declared"),
        ("NOTHING", "cannot-run", "no tls endpoint that the profile selects"),
    ];
    for (requirement, state, because) in states {
        let item = item(&plan, requirement);
        assert_eq!(item["state"], state, "{item:#}");
        assert_eq!(item["because"].is_null(), because.is_empty(), "{item:#}");
        assert!(item["because"].as_str().unwrap_or_default().contains(because), "{item:#}");
    }
    assert_eq!(item(&plan, "RUN")["subject"], "certificate:signing");
    let (code, text, err) = run(&["plan", &profile, &WORLD.target(), "--lang", "en"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for wanted in ["Will run (2)", "Does not apply (2)", "Cannot run (3)", "never lead to acceptance"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(text.contains(plan["sha256"].as_str().unwrap()));
    let (_, text, _) = run(&["plan", &profile, &WORLD.target()]);
    assert!(
        text.contains("Køres (2)") && text.contains("Gælder ikke (2)") && text.contains("Kan ikke køres (3)"),
        "{text}"
    );

    // What cannot run is in the report, and keeps the run from acceptance.
    let out = WORLD.text("cannot-run");
    let (code, _, err) = run(&["run", &profile, &WORLD.target(), "--out", &out, "--at", crate::run::AT, "--offline"]);
    assert_eq!((code, err.as_str()), (3, ""));
    let report = WORLD.report("cannot-run");
    let verdict = |id: &str| {
        let results = report["results"].as_array().unwrap();
        results.iter().find(|r| r["requirement"] == id).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    for (requirement, state, _) in states {
        let wanted = match state {
            "run" => "pass",
            "not-applicable" => "not-applicable",
            _ => "not-tested",
        };
        assert_eq!(verdict(requirement), wanted, "{requirement}");
    }
    assert_eq!(report["plan"]["sha256"], plan["sha256"]);
}

#[test]
fn the_digest_is_stable_and_changes_with_profile_and_target() {
    let profile =
        WORLD.write("stable.toml", format!("{HEAD}{}", requirement("DECLARED", "declaration = \"nsis-level\"")));
    let first = plan(&profile, &WORLD.target());
    assert_eq!(first, plan(&profile, &WORLD.target()));
    assert_eq!(first["sha256"].as_str().unwrap().len(), 64);
    let other_target = WORLD.target_with("renamed", |text| text.replace("Eksempel Fagsystem", "Andet Fagsystem"));
    let other_profile =
        WORLD.write("other.toml", format!("{HEAD}{}", requirement("DECLARED", "declaration = \"oiosaml-profile\"")));
    let newer = WORLD.write(
        "newer.toml",
        format!("{HEAD}{}", requirement("DECLARED", "declaration = \"nsis-level\"")).replace("1.0.0", "1.0.1"),
    );
    let digests = [
        first["sha256"].clone(),
        plan(&profile, &other_target)["sha256"].clone(),
        plan(&other_profile, &WORLD.target())["sha256"].clone(),
        plan(&newer, &WORLD.target())["sha256"].clone(),
    ];
    for (number, digest) in digests.iter().enumerate() {
        assert!(!digests[..number].contains(digest), "{number}");
    }
}

#[test]
fn the_shipped_profiles_are_in_order_and_plan_on_the_example() {
    let (code, out, err) = run(&["profile", "list", "--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let profiles: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert!(profiles.len() >= 5);
    for profile in profiles {
        let id = profile["id"].as_str().unwrap();
        assert_eq!(run(&["profile", "check", id]).0, 0, "{id}");
        let (code, shown, _) = run(&["profile", "show", id, "--lang", "en"]);
        assert!(code == 0 && shown.contains(id), "{id}");
        assert_eq!(run(&["plan", id, &WORLD.target()]).0, 0, "{id}");
    }
}

#[test]
fn explain_knows_every_check_it_lists() {
    let (code, out, err) = run(&["explain", "--format", "json", "--lang", "en"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let checks: Vec<(String, String)> = serde_json::from_str(&out).unwrap();
    let mut families = std::collections::BTreeSet::new();
    for (id, title) in checks {
        // One of each family, the others are made by the same code.
        if families.insert(id.split('.').next().unwrap().to_owned()) {
            for (language, word) in [("en", title.as_str()), ("da", "")] {
                let (code, text, err) = run(&["explain", &id, "--lang", language]);
                assert_eq!((code, err.as_str()), (0, ""));
                assert!(text.contains(&id) && text.contains(word), "{text}");
            }
        }
    }
    assert_eq!(families.len(), kravprobe::subject::Family::ALL.len());
    let (code, out, err) = run(&["explain", "certificate.policy-oids"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("did you mean `certificate.policy-oid`?") && err.trim().lines().count() == 1, "{err}");
}

// `vendor pki` makes nine new keys, which takes far longer than a test may; `tests/it/example_pki.rs` covers what it writes.
#[test]
fn init_completions_man_version_and_help() {
    let target = WORLD.text("starter.toml");
    let (code, out, err) = run(&["init", &target]);
    assert_eq!((code, out.trim(), err.as_str()), (0, target.as_str(), ""));
    assert_eq!(run(&["plan", "i-08-passive", &target]).0, 0, "the starter is a target");
    let before = std::fs::read(&target).unwrap();
    let (code, out, err) = run(&["init", &target]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("exists already"), "{err}");
    assert_eq!(std::fs::read(&target).unwrap(), before);

    for shell in ["bash", "zsh", "fish"] {
        let (code, out, err) = run(&["completions", shell]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("kravprobe") && out.contains("replay"), "{shell}");
    }
    let man = WORLD.text("man");
    assert_eq!(run(&["man", "--out", &man]).0, 0);
    for page in ["kravprobe.1", "kravprobe-run.1", "kravprobe-verify.1"] {
        assert!(std::fs::read_to_string(WORLD.path("man").join(page)).unwrap().contains("kravprobe"), "{page}");
    }
    let (code, out, _) = run(&["--version"]);
    assert_eq!((code, out.trim()), (0, concat!("kravprobe ", env!("CARGO_PKG_VERSION"))));
    let (code, out, _) = run(&["--help"]);
    assert_eq!(code, 0);
    for word in
        ["run", "verify", "replay", "explain", "inspect", "plan", "profile", "init", "demo", "vendor", "Exit codes"]
    {
        assert!(out.contains(word), "{word}: {out}");
    }
    for command in ["run", "verify", "replay", "explain", "inspect", "plan", "profile", "init", "demo", "vendor"] {
        let (code, out, _) = run(&[command, "--help"]);
        assert!(code == 0 && out.contains("Usage:"), "{command}");
    }
    for wrong in [&[][..], &["runn"], &["run"], &["run", "a", "b", "--out", "c", "--at", "yesterday"]] {
        let (code, out, err) = run(wrong);
        assert_eq!((code, out.as_str()), (2, ""), "{wrong:?}");
        assert!(!err.is_empty());
    }
}

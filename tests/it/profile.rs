//! Profiles: every mistake is found, placed, and comes with a suggestion where one can be given.

use crate::support::run;
use proptest::prelude::*;
use std::fs;
use tempfile::TempDir;

const HEAD: &str = r#"schema = 1
id = "own"
version = "1.0.0"
status = "effective"
valid_from = "2026-01-01"
title = { da = "Egen", en = "Own" }
"#;

const REQUIREMENT: &str = r#"
[[requirement]]
id = "R1"
level = "should"
category = "B"
basis = "good-practice"
title = { da = "Krav", en = "Requirement" }
source = { document = "Contract", section = "1" }
"#;

/// Checks a profile text; gives exit code and stderr.
fn check(text: &str) -> (i32, String) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("own.toml");
    fs::write(&path, text).unwrap();
    let (code, _, stderr) = run(&["profile", "check", path.to_str().unwrap()]);
    (code, stderr)
}

/// The mistake is an input error that names line and column, the message and the help.
#[track_caller]
fn mistaken(text: &str, place: &str, message: &str, help: &str) {
    let (code, stderr) = check(text);
    assert_eq!(code, 2, "{stderr}");
    for part in [&format!("own.toml:{place}"), message, help] {
        assert!(stderr.contains(part), "`{part}` is not in:\n{stderr}");
    }
}

#[test]
fn a_profile_in_order_is_accepted() {
    let (code, stderr) = check(&format!("{HEAD}{REQUIREMENT}declaration = \"nsis-level\"\n"));
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn an_unknown_key_is_placed_and_the_right_one_suggested() {
    mistaken(&HEAD.replace("version", "verison"), "3:1", "unknown field `verison`", "did you mean `version`?");
}

#[test]
fn an_unknown_value_is_placed_and_the_right_one_suggested() {
    let text = format!("{HEAD}{REQUIREMENT}declaration = \"x\"\n").replace("\"good-practice\"", "\"good-practise\"");
    mistaken(&text, "12:9", "unknown variant `good-practise`", "did you mean `good-practice`?");
}

#[test]
fn an_unknown_check_is_placed_and_the_right_one_suggested() {
    let text = format!("{HEAD}{REQUIREMENT}[[requirement.check]]\nid = \"certificate.polici-oid\"\n");
    mistaken(&text, "16:6", "no check is called `certificate.polici-oid`", "did you mean `certificate.policy-oid`?");
}

#[test]
fn a_parameter_of_the_wrong_type_or_name_is_placed() {
    let with = |params: &str| {
        format!("{HEAD}{REQUIREMENT}[[requirement.check]]\nid = \"certificate.remaining-life\"\nparams = {params}\n")
    };
    mistaken(
        &with("{ days = \"30\" }"),
        "17:19",
        "parameter `days` of `certificate.remaining-life` must be integer",
        "",
    );
    mistaken(&with("{ dayz = 30 }"), "17:19", "has no parameter `dayz`", "did you mean `days`?");
    mistaken(&with("{ days = 30.5 }"), "17:19", "invalid type: floating point `30.5`", "");
}

#[test]
fn a_requirement_that_nothing_can_decide_is_refused() {
    mistaken(&format!("{HEAD}{REQUIREMENT}"), "9:6", "nothing can decide requirement `R1`", "bind a check");
    let never = format!("{HEAD}{REQUIREMENT}declaration = \"x\"\napplies_when = {{ environment = [] }}\n");
    mistaken(&never, "16:", "unreachable", "");
    let nothing = format!(
        "{HEAD}{REQUIREMENT}[[requirement.check]]\nid = \"certificate.policy-oid\"\non = {{ purpose = [\"browser\"] }}\n"
    );
    mistaken(&nothing, "17:", "it would never run", "");
}

#[test]
fn a_must_needs_a_norm_or_a_contract() {
    let text = format!("{HEAD}{REQUIREMENT}declaration = \"x\"\n").replace("\"should\"", "\"must\"");
    mistaken(&text, "10:9", "a `must` cannot rest on `good-practice`", "only `norm` and `contract`");
}

#[test]
fn includes_can_be_tightened_or_dropped_with_a_reason_and_never_loosened() {
    let dir = TempDir::new().unwrap();
    let base = dir.path().join("base.toml");
    fs::write(&base, format!("{}{REQUIREMENT}declaration = \"x\"\n", HEAD.replace("\"own\"", "\"base\""))).unwrap();
    let top = dir.path().join("own.toml");
    let check = |adjust: &str| {
        fs::write(&top, format!("{HEAD}[[include]]\nprofile = \"./base.toml\"\n{adjust}")).unwrap();
        let (code, stdout, stderr) = run(&["--lang", "en", "profile", "show", top.to_str().unwrap()]);
        (code, stdout, stderr)
    };
    let reason = "reason = { da = \"Aftalt\", en = \"Agreed\" }\n";
    let (code, shown, stderr) =
        check(&format!("[[adjust]]\nrequirement = \"R1\"\naction = \"tighten\"\nlevel = \"must\"\n{reason}"));
    assert_eq!(code, 0, "{stderr}");
    assert!(shown.contains("R1 [must B contract]"), "{shown}");
    let (code, shown, _) = check(&format!("[[adjust]]\nrequirement = \"R1\"\naction = \"drop\"\n{reason}"));
    assert_eq!(code, 0);
    assert!(shown.contains("(-) R1: Agreed"), "{shown}");
    let (code, _, stderr) =
        check(&format!("[[adjust]]\nrequirement = \"R1\"\naction = \"tighten\"\nlevel = \"may\"\n{reason}"));
    assert_eq!(code, 2);
    assert!(stderr.contains("`may` is not stricter than `should`"), "{stderr}");
    let (code, _, stderr) = check(&format!("[[adjust]]\nrequirement = \"R2\"\naction = \"drop\"\n{reason}"));
    assert_eq!(code, 2);
    assert!(stderr.contains("no included profile has a requirement `R2`"), "{stderr}");
}

#[test]
fn an_included_requirement_can_be_given_the_words_and_the_clause_of_the_contract() {
    let dir = TempDir::new().unwrap();
    let base = dir.path().join("base.toml");
    fs::write(&base, format!("{}{REQUIREMENT}declaration = \"x\"\n", HEAD.replace("\"own\"", "\"base\""))).unwrap();
    let top = dir.path().join("own.toml");
    let load = |adjust: &str| {
        let reason = "reason = { da = \"Aftalt\", en = \"Agreed\" }\n";
        let adjust = format!("[[adjust]]\nrequirement = \"R1\"\n{adjust}{reason}");
        fs::write(&top, format!("{HEAD}[[include]]\nprofile = \"./base.toml\"\n{adjust}")).unwrap();
        kravprobe::profile::Profile::load(top.to_str().unwrap()).map_err(|e| e.to_string())
    };
    let words = "contract_text = \"Leverandøren skal\"\n";
    let clause = "source = { document = \"Kontrakt\", section = \"bilag 4, 3\" }\n";
    let requirement = |adjust: &str| load(adjust).unwrap().requirements.remove(0);
    let before = kravprobe::profile::Profile::load(base.to_str().unwrap()).unwrap().requirements.remove(0);
    let quoted = requirement(&format!("action = \"quote\"\n{words}"));
    assert_eq!(quoted.contract_text.as_deref(), Some("Leverandøren skal"));
    assert_eq!((&quoted.source, quoted.basis, quoted.level), (&before.source, before.basis, before.level));
    let with_clause = requirement(&format!("action = \"quote\"\n{words}{clause}"));
    assert_eq!((with_clause.source.section.as_str(), with_clause.basis.name()), ("bilag 4, 3", "contract"));
    let tightened = requirement(&format!("action = \"tighten\"\nlevel = \"must\"\n{words}"));
    assert!(tightened.contract_text.is_some() && tightened.level.name() == "must");
    for (adjust, mistake) in [
        ("action = \"quote\"\n".to_owned(), "the adjustment quotes nothing"),
        (format!("action = \"quote\"\nlevel = \"must\"\n{words}"), "a quotation changes no level, time or proof"),
        (format!("action = \"tighten\"\n{words}"), "the adjustment tightens nothing"),
        (format!("action = \"drop\"\n{words}"), "a dropped requirement has no new level"),
        ("action = \"quote\"\ncontract_text = \" \"\n".to_owned(), "the words of the contract are missing"),
        (format!("action = \"quote\"\n{}", clause.replace("bilag 4, 3", "")), "a source names a document"),
    ] {
        let error = load(&adjust).unwrap_err();
        assert!(error.contains(mistake), "`{mistake}` is not in {error}");
    }
}

#[test]
fn a_cycle_of_includes_is_named() {
    let dir = TempDir::new().unwrap();
    for (own, other) in [("a", "b"), ("b", "a")] {
        let text =
            format!("{}[[include]]\nprofile = \"./{other}.toml\"\n", HEAD.replace("\"own\"", &format!("\"{own}\"")));
        fs::write(dir.path().join(format!("{own}.toml")), text).unwrap();
    }
    let (code, _, stderr) = run(&["profile", "check", dir.path().join("a.toml").to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(stderr.contains("profile includes form a cycle"), "{stderr}");
    assert!(stderr.contains("a.toml") && stderr.contains("b.toml"), "{stderr}");
}

#[test]
fn files_that_are_no_profile_give_one_clear_error() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("x.toml");
    let check = || {
        let (code, stdout, stderr) = run(&["profile", "check", path.to_str().unwrap()]);
        assert_eq!((code, stdout.as_str()), (2, ""));
        stderr
    };
    assert!(check().contains("cannot be opened"));
    fs::write(&path, "").unwrap();
    assert!(check().contains("is empty"));
    fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert!(check().contains("is not UTF-8"));
    fs::write(&path, vec![b'#'; 2 * 1024 * 1024]).unwrap();
    assert!(check().contains("the limit is"));
    let (code, _, stderr) = run(&["profile", "check", dir.path().to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(stderr.contains("is a directory"), "{stderr}");
    let (code, _, stderr) = run(&["profile", "check", "oces4"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("did you mean `oces3`?"), "{stderr}");
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "\\PC{0,400}") {
        let _ = kravprobe::document::Document::new("x.toml", text).parse::<kravprobe::profile::ProfileFile>();
    }

    #[test]
    fn a_mutated_profile_or_target_never_panics(position in 0usize..2000, byte in any::<u8>()) {
        for text in [kravprobe::profile::shipped::text("oces3").unwrap(), kravprobe::cli::STARTER_TARGET] {
            let mut bytes = text.as_bytes().to_vec();
            let at = position % bytes.len();
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) {
                let _ = kravprobe::document::Document::new("x.toml", text.clone()).parse::<kravprobe::profile::ProfileFile>();
                let _ = kravprobe::target::Target::parse("x.toml", &text);
            }
        }
    }
}

#[test]
fn a_profile_may_come_in_by_two_ways_and_names_may_repeat() {
    let dir = TempDir::new().unwrap();
    let write = |path: &str, text: String| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let named = |id: &str| HEAD.replace("\"own\"", &format!("\"{id}\""));
    let include = |path: &str| format!("[[include]]\nprofile = \"{path}\"\n");
    let requirement = |id: &str| format!("{}declaration = \"x\"\n", REQUIREMENT.replace("R1", id));
    write("shared.toml", format!("{}{}", named("shared"), requirement("S")));
    for side in ["a", "b"] {
        write(&format!("{side}/base.toml"), format!("{}{}", named(&format!("base-{side}")), requirement(side)));
        let includes = include("./base.toml") + &include("../shared.toml");
        write(&format!("{side}/side.toml"), named(&format!("side-{side}")) + &includes);
    }
    write("top.toml", named("top") + &include("./a/side.toml") + &include("./b/side.toml"));
    let top = dir.path().join("top.toml");
    let profile = kravprobe::profile::Profile::load(top.to_str().unwrap()).unwrap();
    let ids: Vec<_> = profile.requirements.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["a", "S", "b"]);
    // A bundle finds each file again, though two are called `./base.toml`.
    let texts = profile.sources.iter().map(|s| (s.reference.clone(), s.text.clone())).collect();
    let again = kravprobe::profile::Profile::from_texts(top.to_str().unwrap(), &texts).unwrap();
    assert_eq!(again.requirements, profile.requirements);
}

//! `kravprobe diff`: what became of each finding, what is worse, and the causes that the bundles show.

use crate::declarations::{Desk, declaration, requirement};
use crate::sample_report::sample;
use crate::support::run;
use kravprobe::language::Language;
use kravprobe::render::comparison;
use kravprobe::report::compare::{CauseOf, Side, Status, Worse, compare};
use kravprobe::report::v1::Report;
use kravprobe::verdict::{Level, Verdict};
use serde_json::Value;
use std::path::Path;

const NEIGHBOUR: &str =
    "[[certificate]]\nname = \"andet\"\nfile = \"leaf.pem\"\nrole = \"signing\"\nother_system = \"Et andet system\"\n";
const UNIQUE: &str = "[[requirement.check]]\nid = \"certificate.unique-system\"";

fn life(days: u32) -> String {
    let check = format!("[[requirement.check]]\nid = \"certificate.remaining-life\"\nparams = {{ days = {days} }}");
    requirement("LIFE", "must", &check)
}

/// Exit code, answer and errors of a comparison.
fn diff(desk: &Desk, old: &str, new: &str, more: &[&str]) -> (i32, Value, String) {
    let (old, new) = (desk.text(old), desk.text(new));
    let (code, out, err) = run(&[&["diff", &old, &new, "--format", "json"], more].concat());
    (code, serde_json::from_str(&out).unwrap_or(Value::Null), err)
}

/// Status, requirement, decider and subject of each finding.
fn findings(answer: &Value) -> Vec<String> {
    let text = |f: &Value, key: &str| f[key].as_str().unwrap_or("-").to_owned();
    let all = answer["findings"].as_array().unwrap_or_else(|| panic!("{answer}"));
    all.iter().map(|f| ["status", "requirement", "by", "subject"].map(|key| text(f, key)).join(" ")).collect()
}

fn causes(value: &Value) -> Vec<String> {
    let all = value["causes"].as_array().unwrap();
    all.iter().map(|c| format!("{} {}", c["what"].as_str().unwrap(), c["which"].as_str().unwrap_or_default())).collect()
}

#[test]
fn a_finding_is_new_then_recurs_is_resolved_and_regresses() {
    let desk = Desk::new();
    desk.profile(&requirement("R1", "must", UNIQUE));
    desk.target("", "");
    assert_eq!(desk.run("good", &[]).0, 0);
    desk.target("", NEIGHBOUR);
    assert_eq!(desk.run("bad", &["--at", "2025-12-02T12:00:00Z"]).0, 1);
    assert_eq!(desk.run("still-bad", &["--at", "2025-12-03T12:00:00Z"]).0, 1);
    desk.target("", "");
    assert_eq!(desk.run("good-again", &["--at", "2025-12-04T12:00:00Z"]).0, 0);
    let expected = |status: &str| vec![format!("{status} R1 certificate.unique-system certificate:signing")];

    let (code, answer, err) = diff(&desk, "good", "bad", &[]);
    assert_eq!((code, err.as_str(), &answer["worse"]), (1, "", &"yes".into()));
    assert_eq!(findings(&answer), expected("regressed"));
    assert_eq!(causes(&answer["findings"][0]), ["target certificate"]);
    assert_eq!(answer["findings"][0]["before"]["verdict"], "pass");
    assert_eq!(answer["findings"][0]["after"]["reason"], "duplicate");
    assert_eq!(answer["requirements"][0]["requirement"], "R1");
    let (code, answer, _) = diff(&desk, "bad", "still-bad", &[]);
    assert_eq!((code, findings(&answer)), (0, expected("recurring")));
    assert!(
        answer["findings"][0]["causes"].as_array().unwrap().is_empty()
            && answer["causes"].as_array().unwrap().is_empty()
    );
    let (code, answer, _) = diff(&desk, "still-bad", "good-again", &[]);
    assert_eq!((code, findings(&answer)), (0, expected("resolved")));
    let (code, answer, _) = diff(&desk, "good", "good-again", &[]);
    assert_eq!((code, findings(&answer), &answer["worse"]), (0, Vec::new(), &"no".into()));

    // A requirement that the older profile did not have: its failure is new, and the profile is the cause.
    desk.profile(&format!("{}{}", requirement("R1", "must", UNIQUE), life(100_000)));
    let profile = std::fs::read_to_string(desk.path("own.toml")).unwrap().replace("1.0.0", "1.1.0");
    desk.write("own.toml", &profile);
    assert_eq!(desk.run("more", &["--at", "2025-12-05T12:00:00Z"]).0, 1);
    let (code, answer, _) = diff(&desk, "good-again", "more", &[]);
    assert_eq!(
        (code, findings(&answer)),
        (1, vec!["new LIFE certificate.remaining-life certificate:signing".to_owned()])
    );
    assert_eq!(causes(&answer["findings"][0]), ["requirement-bound LIFE"]);
    assert_eq!(causes(&answer), ["profile "]);
    assert_eq!(answer["causes"][0]["after"], "own 1.1.0");
}

#[test]
fn text_says_it_in_both_languages() {
    let desk = Desk::new();
    desk.profile(&requirement("R1", "must", UNIQUE));
    desk.target("", "");
    desk.run("good", &[]);
    desk.target("", NEIGHBOUR);
    desk.run("bad", &[]);
    let (old, new) = (desk.text("good"), desk.text("bad"));
    let (code, danish, _) = run(&["diff", &old, &new]);
    assert_eq!(code, 1);
    for part in [
        "Noget er blevet værre.",
        "Forværret: bestod før, fejler nu (1)",
        "R1 certificate.unique-system certificate:signing",
        "Før: Bestået. Kravet er opfyldt.",
        "Nu: Ikke bestået. Det er brugt flere steder, hvor det skal være entydigt.",
        "Mulig årsag: Målfilen certificate: ændret",
        "R1 Krav R1: Bestået (Skal, A) -> Ikke bestået (Skal, A)",
    ] {
        assert!(danish.contains(part), "`{part}` is not in:\n{danish}");
    }
    let (_, english, _) = run(&["diff", &old, &new, "--lang", "en"]);
    for part in [
        "Something has become worse.",
        "Regressed: passed before, fails now (1)",
        "Possible cause: The target certificate: changed",
    ] {
        assert!(english.contains(part), "`{part}` is not in:\n{english}");
    }
}

#[test]
fn a_parameter_a_certificate_and_a_declaration_are_named_as_causes() {
    let desk = Desk::new();
    let agreed = requirement("AGREED", "should", "declaration = \"aftale\"\ndeclaration_is = [\"K-2\"]");
    desk.profile(&format!("{}{agreed}", life(30)));
    desk.target("", &declaration("aftale", "\"K-2\"", ""));
    let (code, report, _) = desk.run("old", &[]);
    assert_eq!(code, 0);
    let first = report["system"]["certificates"][0]["sha256"].as_str().unwrap().to_owned();
    desk.profile(&format!("{}{agreed}", life(100_000)));
    desk.target("", &declaration("aftale", "\"K-1\"", ""));
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("certs-example/other-system.pem");
    std::fs::copy(other, desk.path("leaf.pem")).unwrap();
    let (_, report, err) = desk.run("new", &[]);
    assert_eq!(err, "");
    let second = report["system"]["certificates"][0]["sha256"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    let (code, answer, _) = diff(&desk, "old", "new", &[]);
    assert_eq!(code, 1);
    assert_eq!(
        findings(&answer),
        ["regressed LIFE certificate.remaining-life certificate:signing", "regressed AGREED aftale -"]
    );
    assert_eq!(causes(&answer["findings"][0]), ["parameters days", "certificate certificate:signing"]);
    let parameter = &answer["findings"][0]["causes"][0];
    assert_eq!((&parameter["before"], &parameter["after"]), (&"30".into(), &"100000".into()));
    let rolled = &answer["findings"][0]["causes"][1];
    assert_eq!((rolled["before"].as_str(), rolled["after"].as_str()), (Some(first.as_str()), Some(second.as_str())));
    assert_eq!(causes(&answer["findings"][1]), ["declaration aftale"]);
    assert_eq!(
        causes(&answer),
        ["profile-text own", "certificate certificate:signing", "declaration aftale"],
        "same version, other text is said"
    );
}

#[test]
fn less_proof_is_said_but_is_no_breach() {
    let desk = Desk::new();
    desk.profile(&requirement("R1", "must", "declaration = \"aftale\""));
    desk.target("", &declaration("aftale", "true", ""));
    desk.run("old", &[]);
    desk.target("", "");
    desk.run("new", &["--at", "2025-12-02T12:00:00Z"]);
    let (code, answer, _) = diff(&desk, "old", "new", &[]);
    assert_eq!((code, &answer["worse"], findings(&answer)), (3, &"less-is-shown".into(), Vec::new()));
    assert_eq!(answer["checks"][0]["before"], "pass");
    assert_eq!(answer["checks"][0]["after"], "not-tested");
    assert_eq!(causes(&answer), ["declaration aftale"]);
    // Out of order, and other systems.
    let (code, _, err) = diff(&desk, "new", "old", &[]);
    assert!(code == 2 && err.contains("name the older one first"), "{err}");
    let target = std::fs::read_to_string(desk.path("target.toml")).unwrap().replace("Eksempel Fagsystem", "Andet");
    desk.write("target.toml", &target);
    desk.run("foreign", &["--at", "2025-12-03T12:00:00Z"]);
    let (code, _, err) = diff(&desk, "new", "foreign", &[]);
    assert!(code == 2 && err.contains("Andet (external-test)") && err.contains("--other-system"), "{err}");
    let (code, answer, _) = diff(&desk, "new", "foreign", &["--other-system"]);
    assert_eq!((code, causes(&answer)), (0, vec!["other-system ".to_owned(), "target system".to_owned()]));
}

fn side(change: impl Fn(&mut Report)) -> Side {
    let mut report = sample(Language::Da);
    change(&mut report);
    Side { report, target: String::new(), subjects: Vec::new() }
}

fn set(report: &mut Report, requirement: &str, verdict: Verdict) {
    let result = report.results.iter_mut().find(|r| r.requirement == requirement).unwrap();
    result.verdict = verdict;
    for check in &mut result.checks {
        check.verdict = verdict;
    }
}

#[test]
fn what_is_worse_and_what_is_not() {
    let worse =
        |old: &dyn Fn(&mut Report), new: &dyn Fn(&mut Report)| compare(&side(old), &side(new), false).unwrap().worse;
    let same = |_: &mut Report| ();
    assert_eq!(worse(&same, &same), Worse::No);
    let unwaived = |r: &mut Report| r.results[2].waivers.clear();
    assert_eq!(worse(&same, &unwaived), Worse::Yes, "the waiver of a breach has ended");
    assert_eq!(worse(&unwaived, &same), Worse::No, "a waiver was granted");
    assert_eq!(worse(&same, &|r| set(r, "S-10", Verdict::Fail)), Worse::Yes);
    assert_eq!(worse(&same, &|r| set(r, "S-06", Verdict::Fail)), Worse::Yes, "what was inconclusive fails: new");
    assert_eq!(worse(&same, &|r| set(r, "S-10", Verdict::Error)), Worse::LessIsShown);
    assert_eq!(
        worse(&same, &|r| set(r, "S-04", Verdict::NotTested)),
        Worse::LessIsShown,
        "a breach is not resolved by silence"
    );
    assert_eq!(worse(&same, &|r| set(r, "S-04", Verdict::NotApplicable)), Worse::No);
    assert_eq!(worse(&same, &|r| set(r, "S-01", Verdict::Pass)), Worse::No);
    assert_eq!(
        worse(&same, &|r| r.results[3].checks.clear()),
        Worse::LessIsShown,
        "the endpoint that failed is no longer named"
    );
    let accepted = |r: &mut Report| r.aggregate.decision = kravprobe::aggregate::Decision::Accepted;
    assert_eq!(worse(&accepted, &same), Worse::Yes, "the same findings, but no longer acceptable");
}

#[test]
fn every_cause_of_the_run_is_named() {
    let new = side(|r| {
        r.system.version = Some("4.3".to_owned());
        r.profile.version = "2.0.0".to_owned();
        r.system.endpoints.push("more.example:443".to_owned());
        r.tool.version = "0.2.0".to_owned();
        r.tool.ruleset_sha256 = "00".repeat(32);
        r.run.offline = true;
        r.results[2].waivers.clear();
        r.requirements[3].level = Level::Must;
    });
    let compared = compare(&side(|_| ()), &new, false).unwrap();
    let what: Vec<_> = compared.causes.iter().map(|c| c.what).collect();
    assert_eq!(
        what,
        [
            CauseOf::SystemVersion,
            CauseOf::Profile,
            CauseOf::Endpoints,
            CauseOf::Program,
            CauseOf::RuleSet,
            CauseOf::Network,
            CauseOf::Waiver
        ]
    );
    let raised = compared.findings.iter().find(|f| f.requirement == "S-04").unwrap();
    assert_eq!((raised.status, raised.causes.len()), (Status::Recurring, 0), "the breach is what it was");
    assert!(compared.requirements.iter().any(|r| r.requirement == "S-04"));
    for language in [Language::Da, Language::En] {
        let text = comparison(&compared, language);
        assert!(!text.contains(['\u{1b}', '\u{202E}', '\u{0}']), "{text}");
        assert!(text.contains("4.2 -> 4.3") && text.contains("sample 1.0.0 -> sample 2.0.0"), "{text}");
    }
}

/// Requirements that certificates must be valid and have keys of their own.
fn time_and_keys() -> String {
    let bound = |id: &str| format!("[[requirement.check]]\nid = \"{id}\"");
    [
        requirement("VALID", "must", &bound("certificate.validity")),
        requirement("KEY", "must", &bound("certificate.key-not-shared")),
    ]
    .concat()
}

#[test]
fn a_breach_that_is_what_it_was_has_no_cause_and_answers_no_otherwise() {
    let desk = Desk::new();
    desk.profile(&time_and_keys());
    desk.target("", "");
    assert_eq!(desk.run("ended", &["--at", "2040-01-01T00:00:00Z"]).0, 1);
    let target = std::fs::read_to_string(desk.path("target.toml")).unwrap();
    desk.write("target.toml", &target.replace("[system]", "[system]\nversion = \"2.0\""));
    assert_eq!(desk.run("still", &["--at", "2040-02-01T00:00:00Z"]).0, 1);
    let (code, answer, _) = diff(&desk, "ended", "still", &[]);
    assert_eq!(
        (code, findings(&answer)),
        (0, vec!["recurring VALID certificate.validity certificate:signing".to_owned()])
    );
    assert!(causes(&answer["findings"][0]).is_empty(), "{answer}");
    let (_, text, _) = run(&["diff", &desk.text("ended"), &desk.text("still")]);
    let finding = text.split("VALID").nth(1).unwrap().split("Hvad der i øvrigt").next().unwrap();
    assert!(!finding.contains("årsag"), "{text}");
}

#[test]
fn time_and_an_expiry_between_are_named() {
    let desk = Desk::new();
    desk.profile(&time_and_keys());
    desk.target("", "");
    assert_eq!(desk.run("valid", &[]).0, 0);
    assert_eq!(desk.run("ended", &["--at", "2040-01-01T00:00:00Z"]).0, 1);
    let (code, answer, _) = diff(&desk, "valid", "ended", &[]);
    assert_eq!(
        (code, findings(&answer)),
        (1, vec!["regressed VALID certificate.validity certificate:signing".to_owned()])
    );
    assert_eq!(causes(&answer["findings"][0]), ["expiry certificate:signing", "time "]);
    assert_eq!(answer["findings"][0]["causes"][1]["after"], "2040-01-01T00:00:00Z");
    let end = answer["findings"][0]["causes"][0]["after"].as_str().unwrap().to_owned();
    let (_, text, _) = run(&["diff", &desk.text("valid"), &desk.text("ended")]);
    assert!(text.contains(&format!("Mulig årsag: Udløb af certificate:signing: {end}\n")), "{text}");
    assert!(text.contains(&format!("Nu: Ikke bestået. Gyldighedsperioden er udløbet. udløb {end}\n")), "{text}");
    assert!(text.contains("Mulig årsag: Vurderingstidspunktet: ") && !text.contains("svarer anderledes"), "{text}");
}

#[test]
fn a_roll_over_is_named_for_every_finding_on_the_same_certificate() {
    let desk = Desk::new();
    desk.profile(&time_and_keys());
    std::fs::copy(desk.path("leaf.pem"), desk.path("second.pem")).unwrap();
    desk.target("", "[[certificate]]\nname = \"second\"\nfile = \"second.pem\"\nrole = \"signing\"\n");
    let (_, report, err) = desk.run("one", &[]);
    assert_eq!((err.as_str(), report["system"]["certificates"].as_array().unwrap().len()), ("", 2), "{report}");
    // The same certificate twice shares no key with another one; after the roll-over of one of the two it is another matter.
    let mut old = side_of(&desk, "one");
    let new = side_of(&desk, "one");
    let rolled = "00".repeat(32);
    old.report.system.certificates[1].sha256 = rolled.clone();
    let check = old.report.results.iter_mut().find(|r| r.requirement == "KEY").unwrap();
    check.checks[0].verdict = Verdict::Fail;
    check.checks[0].reason = "duplicate".to_owned();
    let compared = compare(&old, &new, false).unwrap();
    let found = compared.findings.iter().find(|f| f.requirement == "KEY").unwrap();
    assert_eq!(found.subject.as_deref(), Some("certificate:signing"));
    let named: Vec<_> = found.causes.iter().map(|c| (c.what, c.which.as_str(), c.before.as_str())).collect();
    assert_eq!(named, [(CauseOf::Certificate, "certificate:second", rolled.as_str())]);
}

fn side_of(desk: &Desk, bundle: &str) -> Side {
    let report = std::fs::read(desk.path(bundle).join("report.json")).unwrap();
    let target = std::fs::read_to_string(desk.path(bundle).join("target.toml")).unwrap();
    Side { report: serde_json::from_slice(&report).unwrap(), target, subjects: Vec::new() }
}

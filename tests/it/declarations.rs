//! Declarations: files of their own, expiry, the weakest kind of proof a profile accepts, contradiction by a check, and the form.

use crate::support::run;
use kravprobe::document::Document;
use kravprobe::target::Target;
use proptest::prelude::*;
use serde_json::Value;
use std::path::{Path, PathBuf};

const AT: &str = "2025-12-01T12:00:00Z";

/// A folder with a certificate, a profile and a target.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let leaf = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/certificates/production/system-KLA-EXTTEST-Klassifikation-1-17745a3d.pem");
        std::fs::copy(leaf, desk.path("leaf.pem")).unwrap();
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
        self.text(name)
    }

    pub fn profile(&self, requirements: &str) -> String {
        self.write(
            "own.toml",
            &format!(
                "schema = 1\nid = \"own\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2025-01-01\"\n\
                 title = {{ da = \"Egen\", en = \"Own\" }}\n[[include]]\nprofile = \"calendar-dk\"\n{requirements}"
            ),
        )
    }

    /// `top` stands above the first table.
    pub fn target(&self, top: &str, tables: &str) -> String {
        self.write(
            "target.toml",
            &format!(
                "schema = 1\nenvironment = \"external-test\"\n{top}\n[system]\nname = \"Eksempel Fagsystem\"\n\
                 [[certificate]]\nname = \"signing\"\nfile = \"leaf.pem\"\nrole = \"signing\"\n{tables}"
            ),
        )
    }

    /// Runs offline and gives exit code, report (null without one) and errors.
    pub fn run(&self, out: &str, more: &[&str]) -> (i32, Value, String) {
        let (profile, target, out) = (self.text("own.toml"), self.text("target.toml"), self.text(out));
        let mut arguments = vec!["run", &profile, &target, "--out", &out, "--offline"];
        if !more.contains(&"--at") {
            arguments.extend(["--at", AT]);
        }
        arguments.extend(more);
        let (code, _, err) = run(&arguments);
        let report = std::fs::read(Path::new(&out).join("report.json")).unwrap_or_else(|_| b"null".to_vec());
        (code, serde_json::from_slice(&report).unwrap(), err)
    }
}

pub fn requirement(id: &str, level: &str, rest: &str) -> String {
    format!(
        "[[requirement]]\nid = \"{id}\"\nlevel = \"{level}\"\ncategory = \"A\"\nbasis = \"contract\"\n\
         title = {{ da = \"Krav {id}\", en = \"Requirement {id}\" }}\n\
         source = {{ document = \"Kontrakt\", section = \"Bilag 4, pkt. {id}\" }}\n{rest}\n"
    )
}

pub fn declaration(kind: &str, value: &str, more: &str) -> String {
    format!(
        "[[declaration]]\nkind = \"{kind}\"\nvalue = {value}\nwho = \"Systemejer\"\nwhen = \"2025-11-01\"\n{more}\n"
    )
}

/// Verdict and reason of each result of a requirement: what decided it, verdict, reason.
fn results<'a>(report: &'a Value, requirement: &str) -> Vec<(&'a str, &'a str, &'a str)> {
    let all = report["results"].as_array().unwrap();
    let result = all.iter().find(|r| r["requirement"] == requirement).unwrap();
    let text = |value: &'a Value| value.as_str().unwrap_or_default();
    let checks = result["checks"].as_array().unwrap().iter();
    checks
        .map(|c| {
            let by = if c["check"].is_null() { &c["declaration"] } else { &c["check"] };
            (text(by), text(&c["verdict"]), text(&c["reason"]))
        })
        .collect()
}

fn verdict<'a>(report: &'a Value, requirement: &str) -> &'a str {
    let all = report["results"].as_array().unwrap();
    all.iter().find(|r| r["requirement"] == requirement).unwrap()["verdict"].as_str().unwrap()
}

fn replays(bundle: &str) {
    let (code, out, err) = run(&["replay", bundle, "--lang", "en"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let (code, out, err) = run(&["verify", bundle, "--lang", "en"]);
    assert_eq!((code, err.as_str()), (3, ""), "an unsealed bundle of which nothing is refuted: {out}");
}

#[test]
fn declarations_in_files_are_merged_and_go_into_the_bundle() {
    let desk = Desk::new();
    desk.profile(&format!(
        "{}{}",
        requirement("R1", "must", "declaration = \"aftale\""),
        requirement("R2", "must", "declaration = \"drift\"\ndeclaration_is = [\"true\"]")
    ));
    desk.target("declarations = [\"jura/aftaler.toml\", \"drift.toml\"]", "");
    desk.write("jura/aftale.pdf", "Aftalen");
    desk.write(
        "jura/aftaler.toml",
        &format!("schema = 1\n{}", declaration("aftale", "\"K-1\"", "document = \"aftale.pdf\"")),
    );
    desk.write("drift.toml", &format!("schema = 1\n{}", declaration("drift", "true", "until = \"2025-12-01\"")));
    let (code, report, err) = desk.run("bundle", &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(results(&report, "R1"), [("aftale", "pass", "met")]);
    assert_eq!(results(&report, "R2"), [("drift", "pass", "met")], "it counts on its last day");
    let declared = report["declarations"].as_array().unwrap();
    assert_eq!(declared.len(), 2);
    // printf 'Aftalen' | sha256sum
    assert_eq!(declared[0]["documentSha256"], "4a57c55df7cbb1a9950fea1aa8abfb903c0d4b21c7d05ff610a80ca1699f394f");
    assert_eq!(declared[1]["until"], "2025-12-01");
    let members: Vec<_> = report["members"].as_array().unwrap().iter().map(|m| m["path"].as_str().unwrap()).collect();
    assert!(members.contains(&"declarations/00.toml") && members.contains(&"declarations/01.toml"), "{members:?}");
    replays(&desk.text("bundle"));
    // The plan names the files by digest, so that another file is another plan.
    let plan: Value = serde_json::from_slice(&std::fs::read(desk.path("bundle/plan.json")).unwrap()).unwrap();
    assert_eq!(plan["declarationsSha256"].as_array().unwrap().len(), 2);
    std::fs::write(
        desk.path("bundle/declarations/01.toml"),
        format!("schema = 1\n{}", declaration("drift", "false", "until = \"2025-12-01\"")),
    )
    .unwrap();
    assert_eq!(run(&["verify", &desk.text("bundle")]).0, 1, "a changed declaration is refuted");
    assert_eq!(run(&["replay", &desk.text("bundle")]).0, 1);
}

#[test]
fn a_kind_declared_twice_is_an_error_that_names_both_places() {
    let desk = Desk::new();
    desk.profile(&requirement("R1", "must", "declaration = \"aftale\""));
    desk.target("declarations = [\"a.toml\", \"b.toml\"]", &declaration("drift", "true", ""));
    desk.write("a.toml", &format!("schema = 1\n{}", declaration("aftale", "\"K-1\"", "")));
    desk.write(
        "b.toml",
        &format!("schema = 1\n{}{}", declaration("aftale", "\"K-2\"", ""), declaration("drift", "true", "")),
    );
    let (code, _, err) = desk.run("bundle", &[]);
    assert_eq!(code, 2);
    for part in [
        "`aftale` is declared twice",
        "b.toml:3:8",
        "a.toml:3:8",
        "`drift` is declared twice",
        "b.toml:9:8",
        "target.toml:11:8",
    ] {
        assert!(err.contains(part), "`{part}` is not in:\n{err}");
    }
    assert!(!desk.path("bundle").exists());
}

#[test]
fn mistakes_in_a_file_of_declarations_are_placed_there() {
    let desk = Desk::new();
    desk.profile(&requirement("R1", "must", "declaration = \"aftale\""));
    desk.target("declarations = [\"a.toml\"]", "");
    let mistaken = |text: &str, place: &str, message: &str| {
        desk.write("a.toml", text);
        let (code, _, err) = desk.run("bundle", &[]);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(place) && err.contains(message), "`{place}` and `{message}` are not in:\n{err}");
    };
    let good = declaration("aftale", "\"K-1\"", "");
    mistaken(&format!("schema = 2\n{good}"), "a.toml:1:10", "declaration format 2 is unknown");
    mistaken(&format!("schema = 1\n{}", good.replace("Systemejer", " ")), "a.toml:5:7", "needs to say who made it");
    mistaken(&format!("schema = 1\n{}", good.replace("K-1", "")), "a.toml:4:9", "needs to say something");
    mistaken(&format!("schema = 1\n{good}until = \"2025-10-31\""), "until", "ends before it was made");
    mistaken(
        &format!("schema = 1\n{}", good.replace("aftale", "nsis-levl")),
        "a.toml:3:8",
        "did you mean `nsis-level`?",
    );
    mistaken(&format!("schema = 1\n{}", good.replace("kind", "kinds")), "a.toml:3:1", "unknown field `kinds`");
    mistaken("schema = 1\n[[declarations]]", "a.toml", "did you mean `declaration`?");
    mistaken(
        &format!("schema = 1\n{}", good.replace("K-1", "010190-1234")),
        "a.toml",
        "holds what must not be in a report",
    );
    std::fs::remove_file(desk.path("a.toml")).unwrap();
    let (code, _, err) = desk.run("bundle", &[]);
    assert!(code == 2 && err.contains("a.toml") && err.contains("cannot be opened"), "{err}");
}

#[test]
fn an_expired_declaration_counts_for_nothing() {
    let desk = Desk::new();
    desk.profile(&format!(
        "{}{}",
        requirement("R1", "must", "declaration = \"aftale\""),
        requirement("R2", "must", "applies_when = { declared = \"aftale\" }\ndeclaration = \"drift\"")
    ));
    desk.target(
        "",
        &format!("{}{}", declaration("aftale", "\"K-1\"", "until = \"2025-11-30\""), declaration("drift", "true", "")),
    );
    let (code, report, _) = desk.run("late", &[]);
    assert_eq!(code, 3, "not shown is never accepted");
    assert_eq!(results(&report, "R1"), [("aftale", "not-tested", "declaration-expired")]);
    assert_eq!(verdict(&report, "R2"), "not-tested", "nor does a condition rest on it");
    assert_eq!(report["declarations"][1]["until"], "2025-11-30", "it still stands in the report");
    let html = std::fs::read_to_string(desk.path("late/report.html")).unwrap();
    assert!(html.contains("Erklæringen er udløbet og tæller ikke længere."));
    assert!(html.contains("erklæringen er udløbet: `aftale` 2025-11-30"));
    replays(&desk.text("late"));
    let (code, report, _) = desk.run("early", &["--at", "2025-11-30T12:00:00Z"]);
    assert_eq!((code, verdict(&report, "R1"), verdict(&report, "R2")), (0, "pass", "pass"));
    replays(&desk.text("early"));
}

#[test]
fn a_weaker_kind_of_proof_than_the_profile_demands_shows_nothing() {
    let desk = Desk::new();
    let check = "[[requirement.check]]\nid = \"certificate.version\"";
    desk.profile(
        &[
            requirement("DECLARED", "must", "declaration = \"aftale\"\nminimum_method = \"inspected\""),
            requirement("INSPECTED", "must", &format!("minimum_method = \"measured\"\n{check}")),
            requirement("ENOUGH", "must", &format!("minimum_method = \"inspected\"\n{check}")),
            requirement(
                "BESIDE",
                "must",
                &format!("declaration = \"aftale\"\nminimum_method = \"inspected\"\n{check}"),
            ),
            requirement("ANY", "must", "declaration = \"aftale\"\nminimum_method = \"declared\""),
            requirement("NO", "must", "declaration = \"nej\"\nminimum_method = \"measured\""),
        ]
        .concat(),
    );
    desk.target("", &format!("{}{}", declaration("aftale", "true", ""), declaration("nej", "false", "")));
    let (_, report, err) = desk.run("bundle", &[]);
    assert_eq!(err, "");
    assert_eq!(results(&report, "DECLARED"), [("aftale", "not-tested", "weaker-than-demanded")]);
    assert_eq!(results(&report, "INSPECTED"), [("certificate.version", "not-tested", "weaker-than-demanded")]);
    assert_eq!(results(&report, "ENOUGH"), [("certificate.version", "pass", "met")]);
    assert_eq!(results(&report, "BESIDE"), [("aftale", "pass", "met"), ("certificate.version", "pass", "met")]);
    assert_eq!(results(&report, "ANY"), [("aftale", "pass", "met")]);
    assert_eq!(results(&report, "NO"), [("nej", "fail", "declared-not-met")], "a no is a no");
    assert_eq!(report["requirements"][0]["minimumMethod"], "inspected");
    replays(&desk.text("bundle"));
}

#[test]
fn a_copy_of_a_profile_may_demand_a_stronger_kind_of_proof_but_not_a_weaker_one() {
    let desk = Desk::new();
    let tightened = |method: &str| {
        let adjust = format!(
            "[[include]]\nprofile = \"oces3\"\n[[adjust]]\nrequirement = \"OCES3-10\"\naction = \"tighten\"\nminimum_method = \"{method}\"\n\
             reason = {{ da = \"Bilag 4\", en = \"Annex 4\" }}\n"
        );
        let profile = desk.profile(&adjust);
        run(&["profile", "show", &profile, "--format", "json"])
    };
    let (code, out, err) = tightened("inspected");
    assert_eq!((code, err.as_str()), (0, ""));
    let shown: Value = serde_json::from_str(&out).unwrap();
    let changed = shown["requirements"].as_array().unwrap().iter().find(|r| r["id"] == "OCES3-10").unwrap();
    assert_eq!(changed["minimum_method"], "inspected");
    let (code, _, err) = tightened("declared");
    assert_eq!(code, 2);
    assert!(err.contains("own.toml:14:18") && err.contains("`declared` is not stronger than `declared`"), "{err}");
}

const NEIGHBOUR: &str =
    "[[certificate]]\nname = \"andet\"\nfile = \"leaf.pem\"\nrole = \"signing\"\nother_system = \"Et andet system\"\n";

#[test]
fn a_declaration_that_a_check_contradicts_is_a_finding() {
    let desk = Desk::new();
    let rest = "declaration = \"sole-use\"\ndeclaration_is = [\"true\"]\n[[requirement.check]]\nid = \"certificate.unique-system\"";
    desk.profile(&format!(
        "{}{}",
        requirement("R1", "must", rest),
        requirement("R2", "must", "declaration = \"sole-use\"")
    ));
    desk.target("", &format!("{NEIGHBOUR}{}", declaration("sole-use", "true", "")));
    let (code, report, _) = desk.run("bundle", &[]);
    assert_eq!(code, 1);
    assert_eq!(
        results(&report, "R1"),
        [("sole-use", "fail", "contradicted-by-measurement"), ("certificate.unique-system", "fail", "duplicate")]
    );
    let contradicted = &report["results"][0]["checks"][0];
    assert_eq!(contradicted["expected"], "true (Systemejer, 2025-11-01)");
    assert_eq!(contradicted["observed"], "certificate.unique-system certificate:signing");
    assert_eq!(
        results(&report, "R2"),
        [("sole-use", "pass", "met")],
        "another requirement's check says nothing of this one"
    );
    let html = std::fs::read_to_string(desk.path("bundle/report.html")).unwrap();
    assert!(html.contains("Erklæringen er modsagt af måling"), "{html}");
    replays(&desk.text("bundle"));

    // A waiver of the failure covers the contradiction that follows from it; without the check's failure there is none.
    let waiver = "schema = 1\n[[waiver]]\nid = \"D-1\"\nrequirement = \"R1\"\nsubject = \"certificate:signing\"\nauthority = \"It-chef\"\n\
                  granted = \"2025-11-01\"\nexpires = \"2026-01-01\"\nscope = \"Fælles certifikat\"\n";
    let waivers = desk.write("waivers.toml", waiver);
    let (code, report, _) = desk.run("waived", &["--waivers", &waivers]);
    assert_eq!((code, report["aggregate"]["decision"].as_str()), (0, Some("accepted-with-remarks")));
    assert_eq!(verdict(&report, "R1"), "fail", "the raw verdict stays");
    desk.target("", &declaration("sole-use", "true", ""));
    let (_, report, _) = desk.run("alone", &[]);
    assert_eq!(results(&report, "R1")[0], ("sole-use", "pass", "met"));
}

#[test]
fn a_declaration_shows_nothing_while_another_requirement_is_measured_to_be_broken() {
    let desk = Desk::new();
    let declared = |by: &str| format!("declaration = \"sole-use\"\ncontradicted_by = [\"{by}\"]");
    let profile = |by: &str| {
        desk.profile(&format!(
            "{}{}",
            requirement("EGEN-01", "must", &declared(by)),
            requirement("EGEN-02", "should", "[[requirement.check]]\nid = \"certificate.unique-system\"")
        ));
    };
    profile("EGEN-02");
    desk.target("", &format!("{NEIGHBOUR}{}", declaration("sole-use", "true", "")));
    let (code, report, _) = desk.run("bundle", &[]);
    assert_eq!(code, 3, "the declared `must` is open, and the `should` alone is broken");
    assert_eq!(results(&report, "EGEN-01"), [("sole-use", "inconclusive", "contradicted-elsewhere")]);
    assert_eq!(verdict(&report, "EGEN-02"), "fail");
    let html = std::fs::read_to_string(desk.path("bundle/report.html")).unwrap();
    assert!(html.contains("målingen af et andet krav viser det modsatte"), "{html}");
    replays(&desk.text("bundle"));
    desk.target("", &declaration("sole-use", "true", ""));
    assert_eq!(results(&desk.run("alone", &[]).1, "EGEN-01"), [("sole-use", "pass", "met")]);

    profile("EGEN-2");
    let (code, _, errors) = desk.run("mistaken", &[]);
    assert!(code == 2 && errors.contains("no other requirement `EGEN-2` with a check"), "{errors}");
    assert!(errors.contains("did you mean `EGEN-02`?"), "{errors}");
}

#[test]
fn the_form_asks_for_what_the_plan_lacks_and_counts_once_it_is_filled_in() {
    let desk = Desk::new();
    desk.profile(
        &[
            requirement(
                "R1",
                "must",
                "declaration = \"registered-in-administrationsmodul\"\ndeclaration_is = [\"true\"]",
            ),
            requirement(
                "R2",
                "should",
                "applies_when = { declared = \"single-logout\", is = [\"true\"] }\ndeclaration = \"aftale\"",
            ),
            requirement("R3", "must", "declaration = \"drift\"\nminimum_method = \"measured\""),
            requirement("R4", "must", "declaration = \"given\""),
            requirement("R5", "must", "applies_when = { environment = [\"production\"] }\ndeclaration = \"not-asked\""),
        ]
        .concat(),
    );
    desk.target(
        "declarations = [\"form.toml\"]",
        &format!("{}{}", declaration("given", "true", ""), declaration("aftale", "true", "until = \"2025-11-30\"")),
    );
    // The target already names the file that the form will be.
    desk.write("form.toml", "schema = 1\n");
    let (profile, target, form) = (desk.text("own.toml"), desk.text("target.toml"), desk.text("filled.toml"));
    let (code, out, err) = run(&["declare", &profile, &target, "--at", AT, "--out", &form]);
    assert_eq!((code, err.as_str(), out.trim()), (0, "", form.as_str()));
    let written = std::fs::read_to_string(&form).unwrap();
    let sections: Vec<_> = written.split("\n\n").skip(1).collect();
    let expected = [
        "# Systemet er registreret som brugervendt system i Administrationsmodulet\n# Tilladte værdier: \"true\", \"false\"\n\
         # R1 [Skal] Krav R1: afgør kravet (opfyldt ved \"true\")\n[[declaration]]\nkind = \"registered-in-administrationsmodul\"\n\
         value = \"\"\nwho = \"\" # navn eller funktion, og organisation\nwhen = \"\" # ÅÅÅÅ-MM-DD",
        "# Systemet tilbyder SAML single logout (til profiler, hvor det er frivilligt)\n# Tilladte værdier: \"true\", \"false\"\n\
         # R2 [Bør] Krav R2: afgør, om kravet gælder\n[[declaration]]\nkind = \"single-logout\"\n\
         value = \"\"\nwho = \"\" # navn eller funktion, og organisation\nwhen = \"\" # ÅÅÅÅ-MM-DD",
        "# Fri tekst, true eller en liste af tekster.\n# R2 [Bør] Krav R2: afgør kravet\n\
         # Den tidligere erklæring talte til og med 2025-11-30.\n[[declaration]]\nkind = \"aftale\"\n\
         value = \"\"\nwho = \"\" # navn eller funktion, og organisation\nwhen = \"\" # ÅÅÅÅ-MM-DD",
        "# Fri tekst, true eller en liste af tekster.\n\
         # R3 [Skal] Krav R3: er ikke nok alene: profilen kræver mere end en erklæring\n[[declaration]]\nkind = \"drift\"\n\
         value = \"\"\nwho = \"\" # navn eller funktion, og organisation\nwhen = \"\" # ÅÅÅÅ-MM-DD\n",
    ];
    assert_eq!(sections, expected);

    // An unfilled section never counts: it is a mistake, at its place.
    desk.target("declarations = [\"filled.toml\"]", "");
    let (code, _, err) = desk.run("bundle", &[]);
    assert!(code == 2 && err.contains("filled.toml:"), "{err}");
    let filled = written.replace("who = \"\"", "who = \"Systemejer\"").replace("when = \"\"", "when = \"2025-11-01\"");
    desk.write("filled.toml", &filled);
    let (code, _, err) = desk.run("bundle", &[]);
    assert!(code == 2 && err.contains("a declaration needs to say something"), "{err}");
    desk.write("filled.toml", &filled.replace("value = \"\"", "value = \"true\""));
    desk.target("declarations = [\"filled.toml\"]", &declaration("given", "true", ""));
    let (code, report, err) = desk.run("bundle", &[]);
    assert_eq!((code, err.as_str()), (3, ""));
    assert_eq!(
        (verdict(&report, "R1"), verdict(&report, "R2"), verdict(&report, "R3")),
        ("pass", "pass", "not-tested")
    );

    // Nothing lacking: nothing is written.
    let (code, out, _) =
        run(&["declare", &profile, &target, "--at", AT, "--out", &desk.text("more.toml"), "--lang", "en"]);
    assert_eq!((code, out.trim(), desk.path("more.toml").exists()), (0, "The plan lacks no declaration.", false));
    let (code, _, err) = run(&["declare", &profile, &desk.target("", ""), "--out", &form]);
    assert!(code == 2 && err.contains("exists already"), "{err}");
    let (_, out, _) = run(&["declare", &profile, &target, "--format", "json"]);
    let lacking: Value = serde_json::from_str(&out).unwrap();
    let kinds: Vec<_> = lacking.as_array().unwrap().iter().map(|l| l["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["registered-in-administrationsmodul", "single-logout", "aftale", "drift", "given"]);
    assert_eq!(lacking[1]["neededBy"][0]["serves"], "condition");
}

#[test]
fn the_form_asks_for_what_checks_look_at() {
    let desk = Desk::new();
    let metadata = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/metadata");
    let any = std::fs::read_dir(metadata)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "xml"));
    std::fs::copy(any.unwrap(), desk.path("sp.xml")).unwrap();
    let target = desk.target("", "[[metadata]]\nname = \"sp\"\nfile = \"sp.xml\"\n");
    let (code, out, err) = run(&["declare", "sp-metadata", &target, "--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let lacking: Value = serde_json::from_str(&out).unwrap();
    let serves = |kind: &str| {
        let one = lacking.as_array().unwrap().iter().find(|l| l["kind"] == kind);
        one.map(|l| l["neededBy"][0]["serves"].as_str().unwrap().to_owned())
    };
    for kind in ["nsis-level", "oiosaml-profile", "entity-id", "personal-attributes"] {
        assert_eq!(serves(kind).as_deref(), Some("checked"), "{kind}");
    }
    assert_eq!(serves("sole-use").as_deref(), Some("decides"));
}

const NAMING: &str = "schema = 1\nenvironment = \"local\"\ndeclarations = [\"a.toml\"]\n[system]\nname = \"x\"\n";

/// A target that names one file with declarations, with this text in it.
fn with_file(text: &str) -> kravprobe::error::Result<Target> {
    let mut target = Target::parse("target.toml", NAMING).unwrap();
    target.add_declarations(&Document::new("target.toml", NAMING), &mut |_, _| Ok(Document::new("a.toml", text)))?;
    Ok(target)
}

proptest! {
    #[test]
    fn any_file_of_declarations_gives_declarations_or_placed_mistakes(noise in ".{0,60}", at in 0_usize..120, kind in "[a-z-]{1,12}") {
        let mut text = format!("schema = 1\n{}", declaration(&kind, "true", "until = \"2026-01-01\""));
        let place = text.char_indices().map(|(n, _)| n).nth(at).unwrap_or(text.len());
        text.insert_str(place, &noise);
        match with_file(&text) {
            Ok(target) => prop_assert!(target.declaration.iter().all(|d| !d.who.trim().is_empty())),
            Err(error) => prop_assert!(error.to_string().contains("a.toml:"), "{error}"),
        }
    }

    #[test]
    fn a_declaration_counts_up_to_its_last_day_and_is_never_lost(until in 0_i64..400, day in 0_i64..400) {
        let start = jiff::civil::date(2026, 1, 1);
        let date = |days: i64| start.checked_add(jiff::Span::new().days(days)).unwrap();
        let text = format!("schema = 1\n{}", declaration("aftale", "true", &format!("until = \"{}\"", date(until))));
        let mut target = with_file(&text).unwrap();
        target.expire(date(day));
        prop_assert_eq!(target.declaration("aftale").is_some(), day <= until);
        prop_assert_eq!(target.declared().count(), 1);
    }
}

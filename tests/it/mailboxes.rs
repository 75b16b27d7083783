//! Mailboxes, subscriptions and messages as files: whole runs, what `inspect subscription` says, and files that cannot be used.

use crate::support::run;
use kravprobe::checks;
use kravprobe::subject::Family;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const OWN: &str = "get(Beskedkuvert.Filtreringsdata.RelateretObjekt,0).ObjektId.UUIDIdentifikator = '53213778-de6b-42ee-8fbd-8aa73b0d4d85'";
const POST_STATUS: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/beskedfordeler").join(name);
    path.to_str().unwrap().to_owned()
}

/// The example of the guide.
fn example() -> &'static str {
    let guide = include_str!("../../docs/mailboxes.md");
    guide.split_once("```json\n").unwrap().1.split_once("\n```").unwrap().0
}

/// A folder with a target that names an export and two messages, and a profile that binds every check of mailboxes.
struct World {
    folder: TempDir,
}

impl World {
    fn new(export: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        world.write("mailboxes.json", export);
        for name in ["push-PostStatusBeskedModtag.success.xml", "bfo-externTestBesked.xml"] {
            std::fs::copy(fixture(name), world.path(name)).unwrap();
        }
        world.write("profile.toml", &profile());
        world.write(
            "target.toml",
            "schema = 1\nenvironment = \"external-test\"\n[system]\nname = \"Fagsystem\"\n\
             [beskedfordeler]\ncvr = \"12345678\"\nsystem = \"53213778-de6b-42ee-8fbd-8aa73b0d4d85\"\nconfiguration = \"mailboxes.json\"\n\
             [[beskedfordeler.message]]\nname = \"kvittering\"\nfile = \"push-PostStatusBeskedModtag.success.xml\"\ndirection = \"received\"\n\
             [[beskedfordeler.message]]\nname = \"test\"\nfile = \"bfo-externTestBesked.xml\"\ndirection = \"received\"\n",
        );
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn run(&self) -> (i32, String, String) {
        let (profile, target, out) = (self.text("profile.toml"), self.text("target.toml"), self.text("bundle"));
        run(&["run", &profile, &target, "--out", &out, "--at", "2026-11-03T12:00:00Z", "--offline", "--format", "json"])
    }

    /// Verdicts by check.
    fn verdicts(&self) -> BTreeMap<String, String> {
        let (_, out, err) = self.run();
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {err} {out}"));
        let results = report["results"].as_array().unwrap().iter().flat_map(|r| r["checks"].as_array().unwrap());
        let text = |r: &Value, key: &str| r[key].as_str().unwrap_or_default().to_owned();
        results.map(|r| (text(r, "check"), text(r, "verdict"))).collect()
    }
}

fn profile() -> String {
    let mut text =
        "schema = 1\nid = \"mailboxes\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2026-11-01\"\n\
                    title = { da = \"Dueslag\", en = \"Mailboxes\" }\n[aggregate]\nmax_b = 0\nmax_c = 0\n"
            .to_owned();
    for (number, check) in checks::of_family(Family::Mailbox).enumerate() {
        let title = check.meta().title;
        let _ = write!(
            text,
            "[[requirement]]\nid = \"M-{number:02}\"\nlevel = \"may\"\ncategory = \"C\"\nbasis = \"contract\"\n\
             title = {{ da = {:?}, en = {:?} }}\nsource = {{ document = \"d\", section = \"s\" }}\nremedy_working_days = 5\n\
             [[requirement.check]]\nid = \"{}\"\n",
            title.da,
            title.en,
            check.meta().id
        );
    }
    text
}

#[test]
fn a_run_judges_the_export_and_its_replay_agrees() {
    let world = World::new(example());
    let verdicts = world.verdicts();
    // Written by hand: the example is of one day, with few deliveries, and its value list is on a type of which there is no message.
    let others = [
        ("mailbox.mode-matches", "not-tested"),
        ("mailbox.queue-trend", "not-tested"),
        ("mailbox.receive-delay", "inconclusive"),
        ("mailbox.delivery-attempts", "inconclusive"),
        ("mailbox.receive-gap", "inconclusive"),
        ("mailbox.receive-gap-alarm", "pass"),
        ("mailbox.inactive-after-test", "not-tested"),
        ("mailbox.inactive-during-outage", "not-applicable"),
        ("mailbox.value-list-prefix", "not-tested"),
    ];
    for (check, verdict) in &verdicts {
        let expected = others.iter().find(|(id, _)| id == check).map_or("pass", |(_, verdict)| *verdict);
        assert_eq!(verdict, expected, "{check}");
    }
    assert_eq!(verdicts.len(), checks::of_family(Family::Mailbox).count());
    let (code, out, err) = run(&["replay", &world.text("bundle")]);
    assert_eq!(code, 0, "{out} {err}");
}

#[test]
fn a_cpr_number_is_judged_as_it_is_kept() {
    let on_a_person =
        "get(Beskedkuvert.Filtreringsdata.RelateretObjekt,0).ObjektId.URNIdentifikator = 'urn:oio:cpr-nr:2512484916'";
    let world = World::new(&example().replace(OWN, on_a_person));
    let verdicts = world.verdicts();
    assert_eq!(verdicts["mailbox.expressions-readable"], "pass");
    assert_eq!(verdicts["mailbox.post-status-filtered"], "fail");
    for entry in walk(&world.path("bundle")) {
        let kept = std::fs::read(&entry).unwrap();
        assert!(!String::from_utf8_lossy(&kept).contains("2512484916"), "{}", entry.display());
    }
    let (code, _, _) = run(&["replay", &world.text("bundle")]);
    assert_eq!(code, 0);
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn files_that_cannot_be_used_are_named_with_place_and_remedy() {
    let future = example().replace("2026-11-02T09:00:00Z", "2026-11-09T09:00:00Z");
    let secret = example().replacen("\"name\": \"Kvitteringer\"", "\"retired\": \"password=hemmeligt-1234\"", 1);
    for (export, parts) in [
        ("", &["mailboxes.json", "is empty"][..]),
        (
            "{\n  \"schema\": 1,\n  \"dueslg\": []\n}",
            &["mailboxes.json:3:", "unknown field `dueslg`", "did you mean `dueslag`?"],
        ),
        ("[1]", &["mailboxes.json", "at ``", "object"]),
        ("{\"schema\": 1, \"system\": []}", &["mailboxes.json", "at `/system`", "object"]),
        ("\u{0}", &["mailboxes.json:1:"]),
        (&future, &["mailboxes.json", "at `exported`", "after the instant of judgement"]),
        (&secret, &["mailboxes.json:", "boolean"]),
    ] {
        let world = World::new(export);
        let (code, out, err) = world.run();
        assert_eq!((code, out.len()), (2, 0), "{export}: {err}");
        for part in parts {
            assert!(err.contains(part), "{part} is not in {err}");
        }
        assert!(!err.contains("hemmeligt-1234"), "{err}");
        assert!(!world.path("bundle").exists());
    }
    let world = World::new(example());
    world.write("bfo-externTestBesked.xml", "PK\u{3}\u{4}");
    let (code, _, err) = world.run();
    assert_eq!(code, 2);
    assert!(err.contains("bfo-externTestBesked.xml") && err.contains("is not XML"), "{err}");
    std::fs::remove_file(world.path("mailboxes.json")).unwrap();
    std::fs::copy(fixture("bfo-externTestBesked.xml"), world.path("bfo-externTestBesked.xml")).unwrap();
    let (code, _, err) = world.run();
    assert_eq!(code, 2);
    assert!(err.contains("mailboxes.json"), "{err}");
}

/// `inspect subscription` with English words.
fn inspect(more: &[&str]) -> (i32, String, String) {
    run(&[&["inspect", "subscription", "--lang", "en"], more].concat())
}

#[test]
fn an_expression_is_tried_on_messages() {
    let (own, other) = (fixture("push-PostStatusBeskedModtag.success.xml"), fixture("bfo-externTestBesked.xml"));
    let (code, out, err) = inspect(&["--expression", OWN, "--require", POST_STATUS, &own, &other]);
    assert_eq!(code, 0, "{out} {err}");
    for part in [
        "can be read",
        "ObjektId.UUIDIdentifikator",
        "\n  selected",
        "\n  not selected",
        "required type PKO_PostStatus: selected",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let missing = OWN.replace("53213778", "00000000");
    let (code, out, _) = inspect(&["--expression", &missing, "--require", POST_STATUS, &own]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("required type PKO_PostStatus: missed"), "{out}");
    let (code, out, _) = inspect(&["--expression", OWN, "--require", POST_STATUS]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("no message of the type"), "{out}");
}

#[test]
fn broken_and_unknown_expressions_are_told_apart() {
    let (code, out, _) = inspect(&["--expression", &OWN.replace("= '", "= ")]);
    assert_eq!(code, 1);
    assert!(out.contains("cannot be read") && out.contains("error: a quote") && out.contains('^'), "{out}");
    let (code, out, _) = inspect(&["--expression", &format!("{OWN} and {OWN}")]);
    assert_eq!(code, 3);
    assert!(
        out.contains("not judged") && out.contains("note: `and` is unknown here") && !out.contains("error"),
        "{out}"
    );
    let on_a_person = OWN.replace("53213778-de6b-42ee-8fbd-8aa73b0d4d85", "urn:oio:cpr-nr:2512484916");
    for format in ["text", "json"] {
        let (code, out, err) = inspect(&["--expression", &on_a_person, "--format", format]);
        assert_eq!(code, 0);
        assert!(!out.contains("2512484916") && !err.contains("2512484916"), "{out} {err}");
    }
}

#[test]
fn an_export_is_tried_as_json() {
    let world = World::new(example());
    let (export, message) = (world.text("mailboxes.json"), fixture("push-PostStatusBeskedModtag.success.xml"));
    let (code, out, err) = inspect(&["--export", &export, &message, "--format", "json"]);
    let answer: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out} {err}"));
    assert_eq!(code, 0, "{answer:#}");
    assert_eq!(answer["expressions"][0]["tree"]["operator"], "=");
    assert_eq!(answer["messages"][0]["selectedBy"][0]["selection"], "selected");
    assert_eq!(answer["required"][0]["state"], "selected");
    world.write(
        "mailboxes.json",
        &example().replacen("\"version\": \"1.00\",\n          \"active\": true", "\"active\": false", 1),
    );
    let (code, out, _) = inspect(&["--export", &export, &message]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("would select it, but is not active"), "{out}");
}

#[test]
fn wrong_use_of_inspect_subscription_is_refused() {
    let message = fixture("push-PostStatusBeskedModtag.success.xml");
    for arguments in [
        &["--expression", OWN, "--export", "x.json"][..],
        &[message.as_str()],
        &["--expression", OWN, "--require", "PKO"],
        &["--export", "nowhere.json"],
        &["--expression", OWN, "nowhere.xml"],
        &["--expression", OWN, "Cargo.toml"],
        &["--export", &fixture("bfo-externTestBesked.xml")],
    ] {
        let (code, out, err) = inspect(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(!err.is_empty());
    }
}

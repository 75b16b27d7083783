//! The canary trace on the reference vendor: whole runs in which its event log is held against the logins that the run made, or that
//! an earlier run made.

use crate::support::run;
use jiff::Timestamp;
use kravprobe::fki::{IdentityProvider, Style};
use kravprobe::vendor::pki::ExampleKeys;
use kravprobe::vendor::service_provider::{Fault, ServiceProvider, Setup};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A login, refusals with and without a verified Assertion, and both ways out.
const TRIALS: [&str; 5] = [
    "login.good-response-accepted",
    "login.other-audience-refused",
    "login.replay-at-once-refused",
    "logout.local-session-ended",
    "logout.identity-provider-ends-session",
];
const TRACE: [&str; 4] = ["trace.login-logged", "trace.refusal-logged", "trace.logout-logged", "trace.clock"];

/// The reference vendor with an event log, and the files of its target.
struct World {
    folder: TempDir,
    vendor: ServiceProvider,
    now: Timestamp,
}

impl World {
    fn new(faults: &[Fault]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let idp = IdentityProvider::create(&folder.path().join("idp"), Style::ContextHandler, 1, now).unwrap();
        let metadata = IdentityProvider::load(&idp).unwrap().metadata(now).unwrap();
        let vendor = ServiceProvider::start(Setup {
            event_log: Some(folder.path().join("events.csv")),
            ..Setup::new(metadata, ExampleKeys::shipped().unwrap()).with(faults)
        })
        .unwrap();
        std::fs::write(folder.path().join("sp.xml"), vendor.metadata()).unwrap();
        std::fs::write(folder.path().join("web.der"), vendor.web_root()).unwrap();
        Self { folder, vendor, now }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A target of this system, with what follows the trials' table.
    fn target(&self, system: &str, more: &str) -> String {
        let head = format!(
            "schema = 1\nenvironment = \"local\"\n[system]\nname = \"{system}\"\n[politeness]\nrequests_per_second = 100\n\
             [[metadata]]\nname = \"sp\"\nfile = \"sp.xml\"\n[[anchor]]\nfile = \"web.der\"\nuse = \"tls\"\n"
        );
        head + &self.vendor.saml_table(Path::new("idp/idp.toml"), self.now) + more
    }

    fn log(&self) -> String {
        ServiceProvider::usage_table("events.csv", self.now)
    }

    /// Runs checks on a target into a bundle; gives exit code, output and errors.
    fn run(&self, checks: &[&str], target: &str, bundle: &str, offline: bool) -> (i32, String, String) {
        std::fs::write(self.path("profile.toml"), profile_of(checks)).unwrap();
        std::fs::write(self.path("target.toml"), target).unwrap();
        let (profile, target, bundle) = (self.text("profile.toml"), self.text("target.toml"), self.text(bundle));
        let mut arguments = vec!["run", &profile, &target, "--out", &bundle, "--format", "json"];
        arguments.extend(offline.then_some("--offline"));
        run(&arguments)
    }
}

fn profile_of(checks: &[&str]) -> String {
    let mut text = "schema = 1\nid = \"trace-run\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2026-11-01\"\n\
        title = { da = \"Sporing\", en = \"Trace\" }\n[scope]\nuse_case = \"trace\"\n[aggregate]\nmax_b = 0\nmax_c = 0\n\
        [[requirement]]\nid = \"T-01\"\nlevel = \"should\"\ncategory = \"A\"\nbasis = \"sample\"\n\
        title = { da = \"Alt\", en = \"Everything\" }\nsource = { document = \"KOMBIT sample\", section = \"BSA6\" }\n\
        remedy_working_days = 5\n"
        .to_owned();
    for check in checks {
        // Writing to a String cannot fail.
        let _ = write!(text, "[[requirement.check]]\nid = \"{check}\"\n");
    }
    text
}

/// Verdict and observed value of each check.
fn outcomes(out: &str) -> BTreeMap<String, (String, String)> {
    let report: Value = serde_json::from_str(out).unwrap_or_else(|e| panic!("{e}: {out}"));
    let results = report["results"].as_array().unwrap().iter().flat_map(|r| r["checks"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    results.map(|c| (text(&c["check"]), (text(&c["verdict"]), text(&c["observed"])))).collect()
}

/// The file of the trace among the subjects of a bundle.
fn trace_file(bundle: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(bundle.join("subjects")).unwrap().map(|entry| entry.unwrap().path());
    files.find(|file| std::fs::read_to_string(file).unwrap().contains("\"trace:logins\"")).unwrap()
}

#[test]
fn the_log_of_the_run_holds_its_logins_and_a_replay_finds_forged_ones() {
    let world = World::new(&[]);
    let checks: Vec<&str> = TRIALS.into_iter().chain(TRACE).collect();
    let (code, out, error) = world.run(&checks, &world.target("Fagsystem", &world.log()), "bundle", false);
    assert!(code == 0 || code == 3, "{code} {error} {out}");
    let outcomes = outcomes(&out);
    for check in checks {
        assert_eq!(outcomes[check].0, "pass", "{check}: {}", outcomes[check].1);
    }
    assert!(outcomes["trace.login-logged"].1.ends_with("kept by the vendor"), "{}", outcomes["trace.login-logged"].1);
    // One more than the trials were given: a good login stands between any two of them.
    assert!(outcomes["trace.logout-logged"].1.starts_with("2 left their lines; "), "{outcomes:?}");
    assert!(outcomes["trace.refusal-logged"].1.starts_with("2 left their lines; "), "{outcomes:?}");

    let bundle = world.text("bundle");
    let (code, out, error) = run(&["replay", &bundle, "--lang", "en"]);
    assert_eq!(code, 0, "{out}{error}");
    let (_, out, error) = run(&["verify", &bundle, "--lang", "en"]);
    assert!(out.contains("Nothing is refuted"), "{out}{error}");

    // A refusal that left no line, taken out of the subject, would pass unseen.
    let file = trace_file(&world.path("bundle"));
    let mut subject: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    subject["attempts"].as_array_mut().unwrap().pop();
    std::fs::write(&file, serde_json::to_vec(&subject).unwrap()).unwrap();
    let (code, out, _) = run(&["replay", &bundle, "--lang", "en"]);
    assert_eq!(code, 1);
    assert!(out.contains("trace:logins: with other logins and logouts than the trials of the run show"), "{out}");
}

#[test]
fn a_log_that_came_later_is_held_against_an_earlier_run() {
    let world = World::new(&[Fault::RefusalNotLogged]);
    let (code, out, error) = world.run(&TRIALS, &world.target("Fagsystem", ""), "earlier.zip", false);
    assert!(code == 0 || code == 3, "{code} {error} {out}");

    let later = format!("[usage]\nearlier_run = \"earlier.zip\"\n{}", world.log());
    let (_, out, error) = world.run(&TRACE, &world.target("Fagsystem", &later), "later", true);
    let found = outcomes(&out);
    let verdicts = TRACE.map(|check| found.get(check).map_or("", |(verdict, _)| verdict.as_str()));
    assert_eq!(verdicts, ["pass", "fail", "pass", "pass"], "{error} {found:?}");
    let (code, out, error) = run(&["replay", &world.text("later"), "--lang", "en"]);
    assert_eq!(code, 0, "{out}{error}");
    // Whose trials they were stays known.
    let subject: Value = serde_json::from_slice(&std::fs::read(trace_file(&world.path("later"))).unwrap()).unwrap();
    let attempts = subject["attempts"].as_array().unwrap();
    assert!(attempts.iter().all(|a| a["reportSha256"].as_str().is_some_and(|digest| digest.len() == 64)));

    let (code, _, error) = world.run(&TRACE, &world.target("Andet system", &later), "other", true);
    assert_eq!(code, 2);
    assert!(error.contains("earlier.zip") && error.contains("name a run of the same system"), "{error}");
    assert!(!world.path("other").exists());

    let missing = later.replace("earlier.zip", "nowhere.zip");
    let (code, _, error) = world.run(&TRACE, &world.target("Fagsystem", &missing), "other", true);
    assert!(code == 2 && error.contains("nowhere.zip"), "{code} {error}");
}

#[test]
fn an_earlier_run_that_was_changed_shows_nothing() {
    let world = World::new(&[]);
    let (code, out, error) = world.run(&TRIALS, &world.target("Fagsystem", ""), "earlier", false);
    assert!(code == 0 || code == 3, "{code} {error} {out}");
    let file = world.path("earlier/subjects/0002.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + " ").unwrap();
    let later = format!("[usage]\nearlier_run = \"earlier\"\n{}", world.log());
    let (code, _, error) = world.run(&TRACE, &world.target("Fagsystem", &later), "later", true);
    assert_eq!(code, 2);
    assert!(error.contains("the earlier run does not hold"), "{error}");
}

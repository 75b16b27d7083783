//! Whole runs in which the system calls the probe: the reference vendor as receiver and sender, a system that never comes, and runs
//! that are interrupted.

use crate::run::hidden;
use crate::support::{kravprobe, run};
use jiff::Timestamp;
use kravprobe::checks;
use kravprobe::fki::beskedfordeler::{KeySetup, REST_PATH, ServiceKeys, VALUE_LIST_PATH, WS_TRUST_PATH};
use kravprobe::subject::Family;
use kravprobe::subject::distribution::recording::Recording;
use kravprobe::vendor::pki::ExampleKeys;
use kravprobe::vendor::receiver::{
    Counterpart, DUESLAG, Fault, Login, Patience, Receiver, Setup, TableSettings, TokenWay,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const FAMILIES: [Family; 4] = [Family::Pull, Family::Token, Family::Send, Family::ValueList];

/// A folder with the probe's services and a target; the reference vendor, when it is to come.
struct World {
    folder: TempDir,
    vendor: Option<Receiver>,
    services: PathBuf,
    now: Timestamp,
}

/// A port that was free a moment ago.
fn port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

impl World {
    fn new(faults: Option<&[Fault]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let setup =
            KeySetup { broker_port: port(), token_port: port(), value_list_port: port(), ..KeySetup::default() };
        let services = ServiceKeys::create(&folder.path().join("bfo"), &setup, now).unwrap();
        let keys = ServiceKeys::load(&services).unwrap();
        let token = |path: &str| format!("https://localhost:{}{path}", setup.token_port);
        let counterpart = Counterpart {
            host: "localhost".to_owned(),
            port: setup.broker_port,
            login: Login::Token,
            dueslag: Some(DUESLAG.to_owned()),
            token_rest: token(REST_PATH),
            token_ws_trust: token(WS_TRUST_PATH),
            token_way: TokenWay::Rest,
            value_lists: format!("https://localhost:{}{VALUE_LIST_PATH}", setup.value_list_port),
            roots: vec![keys.web_ca],
        };
        let vendor = faults.map(|faults| {
            let mut setup = Setup::new(ExampleKeys::shipped().unwrap()).with(faults);
            setup.counterpart = Some(counterpart);
            setup.patience = Patience::short();
            Receiver::start(setup).unwrap()
        });
        Self { folder, vendor, services, now }
    }

    fn text(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self.text(name)
    }

    /// A target for the vendor, and a profile of these checks with parameters.
    fn prepare(&self, wait_seconds: u32, checks: &[(&str, &str)]) -> [String; 2] {
        let stand_in;
        let vendor = match &self.vendor {
            Some(vendor) => vendor,
            None => {
                // It knows nothing of the services, so it never comes; its target does.
                let mut setup = Setup::new(ExampleKeys::shipped().unwrap());
                setup.served.truncate(1);
                stand_in = Receiver::start(setup).unwrap();
                &stand_in
            }
        };
        vendor.write_files(self.folder.path()).unwrap();
        let settings =
            TableSettings { canary: None, services: Some((&self.services, wait_seconds)), settle_seconds: 1 };
        let mut target = "schema = 1\nenvironment = \"local\"\n[system]\nname = \"Fagsystem\"\n\
             [politeness]\nrequests_per_second = 100\ntimeout_seconds = 5\n\
             [[anchor]]\nfile = \"web.pem\"\nuse = \"tls\"\n\
             [[certificate]]\nname = \"function\"\nfile = \"function.pem\"\nrole = \"tls-client\"\n"
            .to_owned();
        target += &vendor.beskedfordeler_table(&settings, self.now);
        if self.vendor.is_none() {
            let _ = write!(target, "\n[beskedfordeler.pull]\ndueslag = \"{DUESLAG}\"\n");
        }
        [self.write("profile.toml", &profile(checks)), self.write("target.toml", &target)]
    }

    fn judge(&self, wait_seconds: u32, checks: &[(&str, &str)]) -> BTreeMap<String, (String, String)> {
        let [profile, target] = self.prepare(wait_seconds, checks);
        let (code, out, err) = run(&["run", &profile, &target, "--out", &self.text("bundle"), "--format", "json"]);
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{code} {e} {err} {out}"));
        let (code, out, err) = run(&["verify", &self.text("bundle")]);
        // Nobody has sealed it; everything else is shown again from the recordings.
        assert_eq!(code, 3, "verify: {err} {out}");
        let results = report["results"].as_array().unwrap();
        let checks = results.iter().flat_map(|r| r["checks"].as_array().unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        checks
            .map(|c| {
                (text(&c["check"]), (text(&c["verdict"]), format!("{} | {}", text(&c["reason"]), text(&c["observed"]))))
            })
            .collect()
    }
}

impl World {
    /// Every recording of the run, for whoever wonders why a check came to its verdict.
    fn recordings(&self) -> String {
        let mut text = String::new();
        for entry in std::fs::read_dir(self.folder.path().join("bundle/evidence")).unwrap() {
            let kept = std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
            let Ok(recording) = serde_json::from_str::<Recording>(&kept) else { continue };
            let labels: Vec<_> = recording.messages.iter().map(|m| m.label.as_str()).collect();
            let _ = writeln!(text, "--- {} {} {labels:?} {:?}", recording.started, recording.ended, recording.stopped);
            for event in recording.events {
                let what = format!("{:?}", event.what);
                let _ =
                    writeln!(text, "{} {} {}", event.at, event.connection, what.chars().take(120).collect::<String>());
            }
        }
        text
    }
}

/// A profile of nothing but these checks with their parameters.
fn profile(checks: &[(&str, &str)]) -> String {
    let mut text = "schema = 1\nid = \"pull-run\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2026-11-01\"\n\
        title = { da = \"Forsøg\", en = \"Trials\" }\n[scope]\nuse_case = \"trials\"\n[aggregate]\nmax_b = 0\nmax_c = 0\n\
        [[requirement]]\nid = \"T-01\"\nlevel = \"must\"\ncategory = \"A\"\nbasis = \"contract\"\n\
        title = { da = \"Alt\", en = \"Everything\" }\nsource = { document = \"SF1461\", section = \"3\" }\n\
        remedy_working_days = 5\n"
        .to_owned();
    for (check, parameters) in checks {
        let _ = write!(text, "[[requirement.check]]\nid = \"{check}\"\nparams = {{ {parameters} }}\n");
    }
    text
}

fn all() -> Vec<(&'static str, &'static str)> {
    let checks = FAMILIES.into_iter().flat_map(checks::of_family);
    checks.map(|c| (c.meta().id, "")).collect()
}

#[test]
fn the_strict_vendor_passes_everything_it_can_show() {
    let world = World::new(Some(&[]));
    let verdicts = world.judge(20, &all());
    let other: Vec<_> = verdicts.iter().filter(|(_, (verdict, _))| verdict != "pass").collect();
    assert!(other.is_empty(), "{other:#?}\n{}", world.recordings());
}

#[test]
fn a_system_that_never_comes_gets_no_verdict_against_it() {
    let world = World::new(None);
    let started = Instant::now();
    let verdicts = world.judge(1, &all());
    assert!(started.elapsed() < Duration::from_mins(1), "it was waited for once in each family");
    for (id, (verdict, why)) in &verdicts {
        assert!(["inconclusive", "not-tested"].contains(&verdict.as_str()), "{id}: {verdict} {why}");
    }
    assert_eq!(verdicts["pull.sasl-external"].0, "inconclusive");
    assert!(verdicts["pull.sasl-external"].1.contains("made no contact"), "{}", verdicts["pull.sasl-external"].1);
}

/// Expects each of these checks to fail, and nothing to be said against the system by the others.
#[track_caller]
fn expect_red(faults: &[Fault], red: &[&str], checks: &[&'static str]) {
    let world = World::new(Some(faults));
    let all: Vec<_> = checks.iter().map(|id| (*id, "")).collect();
    let verdicts = world.judge(12, &all);
    let failed: Vec<_> =
        verdicts.iter().filter(|(_, (verdict, _))| verdict == "fail").map(|(id, _)| id.as_str()).collect();
    assert_eq!(failed, red, "{verdicts:#?}\n{}", world.recordings());
}

#[test]
fn faults_of_fetching_turn_their_checks_red() {
    expect_red(
        &[Fault::BlocksOnPoison, Fault::RetryStorm, Fault::StoresTwice, Fault::WrongAuthority],
        &[
            "pull.duplicate-one-effect",
            "pull.invalid-envelope-does-not-block",
            "pull.malformed-does-not-block",
            "pull.refused-login-no-hot-loop",
            "token.authority",
        ],
        &[
            "pull.sasl-external",
            "pull.duplicate-acked",
            "pull.duplicate-one-effect",
            "pull.invalid-envelope-does-not-block",
            "pull.malformed-does-not-block",
            "pull.unknown-type-does-not-block",
            "pull.refused-login-no-hot-loop",
            "pull.refused-login-recovered",
            "token.authority",
            "token.certificate-registered",
        ],
    );
}

#[test]
fn faults_of_acknowledging_and_sending_turn_their_checks_red() {
    expect_red(
        &[Fault::AcknowledgesUnstored, Fault::NoConfirms, Fault::SameTokenOn41, Fault::ValueListRecreated],
        &[
            "pull.no-ack-without-store",
            "pull.stored-before-ack",
            "send.expired-token-renewed",
            "send.publisher-confirms",
            "value-list.change-pattern",
        ],
        &[
            "pull.no-auto-ack",
            "pull.no-ack-without-store",
            "pull.stored-before-ack",
            "send.exchange",
            "send.expired-token-renewed",
            "send.publisher-confirms",
            "value-list.certificate-without-token",
            "value-list.change-pattern",
        ],
    );
}

#[test]
fn an_interrupted_wait_leaves_nothing() {
    let world = World::new(None);
    let [profile, target] = world.prepare(600, &[("pull.sasl-external", "")]);
    let child = kravprobe()
        .args(["run", &profile, &target, "--out", "report"])
        .current_dir(world.folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let keys = ServiceKeys::load(&world.services).unwrap();
    while std::net::TcpStream::connect(("localhost", keys.ports[0])).is_err() {
        assert!(Instant::now() < deadline, "the broker never listened");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(hidden(world.folder.path()), "the bundle is being put together");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(!world.folder.path().join("report").exists());
    assert!(!hidden(world.folder.path()), "a working folder is left");
}

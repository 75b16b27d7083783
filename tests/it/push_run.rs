//! Whole runs with push trials: what a strict receiver gets, what a careless one does, what is left out and why, and that hostile
//! receivers end in bounded time. The receiver here is a small one of the tests.

use crate::capture_http::start_tls;
use crate::local_server::{LocalServer, Received, answer};
use crate::support::run;
use jiff::{SignedDuration, Timestamp};
use kravprobe::besked::read;
use kravprobe::besked::reply::modtag_besked_output;
use kravprobe::besked::schema::{Kind, validate};
use kravprobe::checks;
use kravprobe::digest::sha256_hex;
use kravprobe::saml::xml;
use kravprobe::subject::Family;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CVR: &str = "11111111";
const OTHER_CVR: &str = "22222222";

/// A receiver with a store of its own: effects by BeskedId and authority.
#[derive(Default)]
struct Receiver {
    careless: bool,
    /// Answers nothing to messages while its store is down.
    hangs_without_store: bool,
    down: AtomicBool,
    started: AtomicUsize,
    posted: AtomicUsize,
    seen: Mutex<BTreeMap<String, String>>,
    effects: Mutex<BTreeMap<(String, String), u64>>,
}

impl Receiver {
    fn start(self) -> (LocalServer, Arc<Self>) {
        let receiver = Arc::new(self);
        let own = Arc::clone(&receiver);
        (LocalServer::start(move |request, out| own.answer(request, out)), receiver)
    }

    fn answer(&self, request: &Received, out: &mut dyn Write) {
        let path = request.path().to_owned();
        if path == "/ModtagBesked" {
            self.posted.fetch_add(1, Ordering::SeqCst);
            if self.hangs_without_store && self.down.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_mins(1));
                return;
            }
            let code = self.receive(&request.body);
            answer(out, "200 OK", "Content-Type: application/xml\r\n", modtag_besked_output(code, "").as_bytes());
        } else if let Some(asked) = path.strip_prefix("/effects/") {
            let (besked_id, cvr) = asked.split_once('/').unwrap();
            let count = self.effects.lock().unwrap().get(&(besked_id.to_owned(), cvr.to_owned())).copied().unwrap_or(0);
            answer(out, "200 OK", "Content-Type: application/json\r\n", format!("{{\"effects\":{count}}}").as_bytes());
        } else if let Some(query) = path.strip_prefix("/fetch?") {
            let (_, address) = url::form_urlencoded::parse(query.as_bytes()).next().unwrap();
            fetch(&address);
            answer(out, "204 No Content", "", b"");
        } else {
            self.down.store(path == "/stop", Ordering::SeqCst);
            self.started.fetch_add(usize::from(path == "/start"), Ordering::SeqCst);
            answer(out, "204 No Content", "", b"");
        }
    }

    fn receive(&self, body: &[u8]) -> u16 {
        let text = String::from_utf8_lossy(body).into_owned();
        if self.careless {
            return self.receive_carelessly(&text);
        }
        let Ok(document) = xml::parse(&text) else { return 40 };
        if !validate(&document, &[Kind::ModtagBeskedInput]).unwrap().is_empty() || self.down.load(Ordering::SeqCst) {
            return 40;
        }
        let Ok(message) = read::read(body) else { return 40 };
        let besked_id = message.besked_id().unwrap().value.to_owned();
        let digest = sha256_hex(body);
        let mut seen = self.seen.lock().unwrap();
        if let Some(known) = seen.get(&besked_id) {
            return if *known == digest { 20 } else { 40 };
        }
        seen.insert(besked_id.clone(), digest);
        let permitted = message.permitted();
        for cvr in [CVR, OTHER_CVR] {
            if permitted.iter().any(|p| p.value == "*" || p.value.ends_with(cvr)) {
                self.effects.lock().unwrap().insert((besked_id.clone(), cvr.to_owned()), 1);
            }
        }
        20
    }

    /// Takes everything, and does it for its first authority every time; but for what stops its dueslag.
    fn receive_carelessly(&self, text: &str) -> u16 {
        if let Some((_, rest)) = text.split_once("SYSTEM \"") {
            fetch(rest.split('"').next().unwrap());
        }
        if !text.contains("7654895c-a3f3-4c77-8afd-4c77330f963c") && !text.is_empty() {
            return 51;
        }
        let besked_id =
            text.split("BeskedId><UUIDIdentifikator>").nth(1).and_then(|rest| rest.get(..36)).unwrap_or_default();
        *self.effects.lock().unwrap().entry((besked_id.to_owned(), CVR.to_owned())).or_default() += 1;
        20
    }
}

fn fetch(address: &str) {
    let url = url::Url::parse(address).unwrap();
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    write!(stream, "GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", url.path()).unwrap();
    let _ = stream.read_to_string(&mut String::new());
}

/// A target of a receiver at this address (scheme, host and port).
fn target(base: &str, authorised: bool, more: &str) -> String {
    let (before, after) =
        (Timestamp::now() - SignedDuration::from_hours(1), Timestamp::now() + SignedDuration::from_hours(1));
    let mut text = "schema = 1\nenvironment = \"local\"\n[system]\nname = \"Modtager\"\n\
         [politeness]\nrequests_per_second = 100\ntimeout_seconds = 5\n"
        .to_owned();
    if authorised {
        let _ = write!(
            text,
            "[authorisation]\ngranted_by = \"Systemejer\"\ngranted_at = \"{before}\"\nuntil = \"{after}\"\nscope = \"forsøg\"\n"
        );
    }
    let _ = write!(
        text,
        "[beskedfordeler]\ncvr = \"{CVR}\"\nother_cvr = [\"{OTHER_CVR}\"]\n{more}\n[beskedfordeler.push]\nurl = \"{base}/ModtagBesked\"\n"
    );
    text
}

/// The tables that let everything be tried.
fn everything(base: &str) -> String {
    // A port that is free now and, on a loopback of its own, stays so.
    let free = std::net::TcpListener::bind("127.0.0.7:0").unwrap().local_addr().unwrap();
    target(base, true, "")
        + &format!(
            "[beskedfordeler.push.canary]\nlisten = \"{free}\"\naddress = \"http://{free}/\"\ncontrol = \"{base}/fetch?url={{canary}}\"\n\
             [beskedfordeler.read_back]\nurl = \"{base}/effects/{{BeskedId}}/{{cvr}}\"\ncount = \"/effects\"\nsettle_seconds = 1\n\
             [beskedfordeler.store]\nstop = \"{base}/stop\"\nstart = \"{base}/start\"\n"
        )
}

fn base(server: &LocalServer) -> String {
    server.url("").as_str().trim_end_matches('/').to_owned()
}

fn ids() -> BTreeSet<&'static str> {
    checks::of_family(Family::Push).map(|c| c.meta().id).collect()
}

/// A profile of nothing but these checks.
fn profile(checks: &BTreeSet<&str>) -> String {
    let mut text = "schema = 1\nid = \"push-run\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2026-11-01\"\n\
        title = { da = \"Forsøg\", en = \"Trials\" }\n[scope]\nuse_case = \"trials\"\n[aggregate]\nmax_b = 0\nmax_c = 0\n\
        [[requirement]]\nid = \"T-01\"\nlevel = \"must\"\ncategory = \"A\"\nbasis = \"norm\"\n\
        title = { da = \"Alt\", en = \"Everything\" }\nsource = { document = \"D.09.02\", section = \"5.2\" }\n\
        remedy_working_days = 5\n"
        .to_owned();
    for check in checks {
        let _ = write!(text, "[[requirement.check]]\nid = \"{check}\"\n");
    }
    text
}

/// What each check came to: verdict, reason, observed.
type Found = BTreeMap<String, (String, String, String)>;

fn judge(folder: &Path, checks: &BTreeSet<&str>, target: &str, more: &[&str]) -> Found {
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    };
    let (profile, target) = (write("profile.toml", &profile(checks)), write("target.toml", target));
    let bundle = folder.join("bundle").to_str().unwrap().to_owned();
    let mut arguments = vec!["run", &profile, &target, "--out", &bundle, "--format", "json"];
    arguments.extend(more);
    let (code, out, err) = run(&arguments);
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{code} {e} {err} {out}"));
    // Judged again from the bundle, it is the same.
    let (_, out, err) = run(&["replay", &bundle, "--format", "json"]);
    let again: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e} {err} {out}"));
    assert_eq!(again["agrees"], true, "{out}");
    let results = report["results"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    results
        .iter()
        .flat_map(|r| r["checks"].as_array().unwrap())
        .map(|c| (text(&c["check"]), (text(&c["verdict"]), text(&c["reason"]), text(&c["observed"]))))
        .collect()
}

fn with_verdict<'f>(found: &'f Found, verdict: &str) -> BTreeSet<&'f str> {
    found.iter().filter(|(_, (v, ..))| v == verdict).map(|(check, _)| check.as_str()).collect()
}

#[test]
fn a_strict_receiver_passes_every_check() {
    let folder = tempfile::tempdir().unwrap();
    let (server, receiver) = Receiver::default().start();
    let found = judge(folder.path(), &ids(), &everything(&base(&server)), &[]);
    let bad: Vec<_> =
        found.iter().filter(|(check, (v, ..))| v != "pass" && *check != "push.deviating-payload-kept").collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(found["push.deviating-payload-kept"].0, "not-tested", "this system does not receive receipts");
    assert_eq!(receiver.started.load(Ordering::SeqCst), 1);
    let media_types: BTreeSet<_> = server
        .received()
        .iter()
        .filter(|r| r.line.starts_with("POST /Mod"))
        .map(|r| r.header("content-type").to_owned())
        .collect();
    assert_eq!(media_types, ["application/xml".to_owned()].into());
}

#[test]
fn a_careless_receiver_fails_what_it_does_wrong_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = Receiver { careless: true, ..Receiver::default() }.start();
    let found = judge(folder.path(), &ids(), &everything(&base(&server)), &[]);
    let expected: BTreeSet<_> = [
        "push.at-once-one-effect",
        "push.deviating-payload-confirmed",
        "push.duplicate-one-effect",
        "push.empty-never-confirmed",
        "push.entity-expansion-refused",
        "push.external-entity-not-fetched",
        "push.external-entity-refused",
        "push.external-subset-not-fetched",
        "push.internal-entity-refused",
        "push.malformed-answered-40",
        "push.malformed-answered-with-status",
        "push.malformed-never-confirmed",
        "push.no-besked-id-never-confirmed",
        "push.other-authority-not-processed",
        "push.parameter-entity-not-fetched",
        "push.same-id-one-effect",
        "push.same-id-other-content-refused",
        "push.store-down-never-confirmed",
        "push.unknown-type-confirmed",
        "push.unknown-type-never-stops",
        "push.wrong-namespace-never-confirmed",
    ]
    .into();
    assert_eq!(with_verdict(&found, "fail"), expected, "{found:#?}");
    // What it did not confirm cannot have left too much, and what it confirmed while the store was down does not come again.
    assert_eq!(
        with_verdict(&found, "inconclusive"),
        ["push.store-down-taken-once", "push.unknown-type-kept"].into(),
        "{found:#?}"
    );
}

#[test]
fn without_an_authorisation_one_good_message_is_posted_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (server, receiver) = Receiver::default().start();
    let found = judge(folder.path(), &ids(), &target(&base(&server), false, ""), &[]);
    let passed =
        ["push.answer-content-type", "push.answer-not-empty", "push.answer-schema", "push.good-message-confirmed"];
    assert_eq!(with_verdict(&found, "pass"), passed.into());
    let others = found.values().filter(|(verdict, ..)| verdict != "pass");
    assert!(others.into_iter().all(|(v, reason, _)| v == "not-tested" && reason == "not-authorised"), "{found:#?}");
    assert_eq!(receiver.posted.load(Ordering::SeqCst), 1);

    // Technical tests in production are not allowed, whatever somebody authorised.
    let production = tempfile::tempdir().unwrap();
    let text = target(&base(&server), true, "").replace("\"local\"", "\"production\"");
    let found = judge(production.path(), &ids(), &text, &[]);
    assert!(found.values().all(|(v, reason, _)| v == "not-tested" && reason == "not-authorised"), "{found:#?}");
    assert_eq!(receiver.posted.load(Ordering::SeqCst), 1);

    let offline = tempfile::tempdir().unwrap();
    let found = judge(offline.path(), &ids(), &everything(&base(&server)), &["--offline"]);
    assert!(found.values().all(|(v, reason, _)| v == "not-tested" && reason == "not-asked"), "{found:#?}");
    assert_eq!(receiver.posted.load(Ordering::SeqCst), 1);
}

#[test]
fn what_the_target_does_not_offer_is_not_tested() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = Receiver::default().start();
    let checks = BTreeSet::from([
        "push.duplicate-confirmed",
        "push.duplicate-one-effect",
        "push.external-entity-not-fetched",
        "push.other-authority-not-processed",
        "push.store-down-never-confirmed",
    ]);
    let found = judge(folder.path(), &checks, &target(&base(&server), true, ""), &[]);
    assert_eq!(with_verdict(&found, "pass"), ["push.duplicate-confirmed"].into(), "{found:#?}");
    assert!(
        found.values().filter(|f| f.0 != "pass").all(|f| f.0 == "not-tested" && f.1 == "not-supplied"),
        "{found:#?}"
    );
}

/// Ways to answer that nobody could expect, and what the good message comes to.
#[test]
fn hostile_receivers_end_soon_and_are_asked_three_times_at_most() {
    type Hostile = fn(&Received, &mut dyn Write);
    let hostile: [(&str, Hostile, &str); 9] = [
        ("silent", |_, _| std::thread::sleep(Duration::from_mins(1)), "inconclusive"),
        ("hangs up", |_, _| {}, "inconclusive"),
        (
            "endless",
            |_, out| {
                let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n");
                while out.write_all(&[b' '; 8192]).is_ok() {}
            },
            "inconclusive",
        ),
        (
            "redirects",
            |_, out| answer(out, "307 Temporary Redirect", "Location: /ModtagBesked\r\n", b""),
            "inconclusive",
        ),
        (
            "gzip bomb",
            |_, out| answer(out, "200 OK", "Content-Encoding: gzip\r\n", &[0x1f, 0x8b, 8, 0]),
            "inconclusive",
        ),
        (
            "broken chunks",
            |_, out| drop(out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx")),
            "inconclusive",
        ),
        ("no XML", |_, out| answer(out, "200 OK", "Content-Type: application/xml\r\n", b"\0\xff\xfe<"), "fail"),
        (
            "DTD",
            |_, out| {
                let body = "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><ModtagBeskedOutput xmlns=\"urn:oio:sts:1.0.0\"><StandardRetur xmlns=\"urn:oio:sagdok:3.0.0\"><StatusKode>20</StatusKode><FejlbeskedTekst>&b;</FejlbeskedTekst></StandardRetur></ModtagBeskedOutput>";
                answer(out, "200 OK", "Content-Type: application/xml\r\n", body.as_bytes());
            },
            "fail",
        ),
        ("crashes", |_, out| answer(out, "500 Internal Server Error", "", b"<html>"), "fail"),
    ];
    let checks =
        BTreeSet::from(["push.good-message-confirmed", "push.malformed-never-confirmed", "push.duplicate-one-effect"]);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for (name, hostile, expected) in hostile {
            let checks = &checks;
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                let server = LocalServer::start(hostile);
                let found = judge(folder.path(), checks, &target(&base(&server), true, ""), &[]);
                assert_eq!(found["push.good-message-confirmed"].0, expected, "{name}: {found:#?}");
                assert_eq!(found["push.malformed-never-confirmed"].1, "control-failed", "{name}: {found:#?}");
                assert!(server.received().len() <= 3, "{name}");
            });
        }
    });
    // Three time-outs of five seconds, and as much again for a machine that is busy.
    assert!(begun.elapsed() < Duration::from_mins(2), "{:?}", begun.elapsed());
}

#[test]
fn the_client_certificate_of_the_target_is_presented_and_the_server_verified() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Arc::new(Receiver::default());
    let own = Arc::clone(&receiver);
    let (server, root) = start_tls(&["127.0.0.1"], move |request, out| own.answer(request, out));
    std::fs::write(folder.path().join("web.der"), root).unwrap();
    let base = base(&server).replace("http://", "https://");
    let checks = BTreeSet::from(["push.good-message-confirmed"]);
    let trusting = target(&base, true, "")
        .replace("[beskedfordeler]", "[[anchor]]\nfile = \"web.der\"\nuse = \"tls\"\n[beskedfordeler]");
    let found = judge(folder.path(), &checks, &trusting, &[]);
    assert_eq!(found["push.good-message-confirmed"].0, "pass", "{found:#?}");
    let stranger = tempfile::tempdir().unwrap();
    let found = judge(stranger.path(), &checks, &target(&base, true, ""), &[]);
    assert_eq!(found["push.good-message-confirmed"].0, "inconclusive", "{found:#?}");
    assert!(found["push.good-message-confirmed"].2.contains("TLS"), "{found:#?}");
}

/// The store is told to start whatever happens: the receiver does not answer while it is down, and then the run is ended.
#[test]
fn a_stopped_store_is_started_again_when_the_run_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let (server, receiver) = Receiver { hangs_without_store: true, ..Receiver::default() }.start();
    let target = everything(&base(&server)).replace("timeout_seconds = 5", "timeout_seconds = 60");
    std::fs::write(folder.path().join("profile.toml"), profile(&["push.store-down-never-confirmed"].into())).unwrap();
    std::fs::write(folder.path().join("target.toml"), target).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_kravprobe"))
        .args(["run", "profile.toml", "target.toml", "--out", "bundle"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    // The second message is posted while the store is down.
    while !receiver.down.load(Ordering::SeqCst) || receiver.posted.load(Ordering::SeqCst) < 2 {
        assert!(Instant::now() < deadline, "the store was never stopped");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(receiver.started.load(Ordering::SeqCst), 1);
    assert!(!receiver.down.load(Ordering::SeqCst));
}

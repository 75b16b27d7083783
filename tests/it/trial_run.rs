//! Whole runs with trials: what a user gets from the reference vendor's system, what is left out and why, and what hostile
//! systems come to.

use crate::local_server::{LocalServer, answer};
use crate::support::run;
use jiff::Timestamp;
use kravprobe::fki::{IdentityProvider, Style};
use kravprobe::saml::redirect::{self, Parameter};
use kravprobe::vendor::pki::{ExampleKeys, ExamplePki, Key, Leaf};
use kravprobe::vendor::service_provider::{ServiceProvider, Setup};
use openssl::x509::X509;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The reference vendor with the identity provider that it trusts, and room for what a test writes.
struct World {
    folder: TempDir,
    vendor: ServiceProvider,
    now: Timestamp,
}

impl World {
    fn new(number_of_keys: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let idp =
            IdentityProvider::create(&folder.path().join("idp"), Style::ContextHandler, number_of_keys, now).unwrap();
        let metadata = IdentityProvider::load(&idp).unwrap().metadata(now).unwrap();
        let vendor = ServiceProvider::start(Setup::new(metadata, ExampleKeys::shipped().unwrap())).unwrap();
        std::fs::write(folder.path().join("sp.xml"), vendor.metadata()).unwrap();
        std::fs::write(folder.path().join("web.der"), vendor.web_root()).unwrap();
        Self { folder, vendor, now }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.text(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn target(&self) -> String {
        head("local")
            + "[[anchor]]\nfile = \"web.der\"\nuse = \"tls\"\n"
            + &self.vendor.saml_table(Path::new("idp/idp.toml"), self.now)
    }

    /// Runs a profile on a target and gives exit code and report.
    fn judge(&self, profile: &str, target: &str) -> (i32, Report) {
        let target = self.write("target.toml", target);
        judge(profile, &target, &self.text("bundle"))
    }
}

fn judge(profile: &str, target: &str, bundle: &str) -> (i32, Report) {
    let (code, out, err) = run(&["run", profile, target, "--out", bundle, "--format", "json"]);
    (code, Report(serde_json::from_str(&out).unwrap_or_else(|e| panic!("{code} {e} {err} {out}"))))
}

fn head(environment: &str) -> String {
    format!(
        "schema = 1\nenvironment = \"{environment}\"\n[system]\nname = \"Fagsystem\"\nversion = \"4.2\"\n\
         [politeness]\nrequests_per_second = 100\ntimeout_seconds = 10\n\
         [[metadata]]\nname = \"sp\"\nfile = \"sp.xml\"\n\
         [[declaration]]\nkind = \"oiosaml-profile\"\nvalue = \"OIOSAML3\"\nwho = \"Eksempel Leverandør A/S\"\nwhen = \"2026-11-01\"\n"
    )
}

/// The target without its authorisation.
fn unauthorised(target: &str) -> String {
    let from = target.find("[authorisation]").unwrap();
    let to = target.find("[saml]").unwrap();
    format!("{}{}", &target[..from], &target[to..])
}

struct Report(Value);

/// One check's outcome.
struct Found<'r> {
    check: &'r str,
    verdict: &'r str,
    reason: &'r str,
    expected: &'r str,
    observed: &'r str,
}

impl Report {
    fn found(&self) -> Vec<Found<'_>> {
        let results = self.0["results"].as_array().unwrap();
        let checks = results.iter().flat_map(|r| r["checks"].as_array().unwrap());
        checks
            .map(|c| Found {
                check: c["check"].as_str().unwrap_or_default(),
                verdict: c["verdict"].as_str().unwrap(),
                reason: c["reason"].as_str().unwrap(),
                expected: c["expected"].as_str().unwrap(),
                observed: c["observed"].as_str().unwrap(),
            })
            .collect()
    }

    fn limitations(&self) -> String {
        let list = self.0["run"]["limitations"].as_array().unwrap();
        list.iter().map(|l| l["en"].as_str().unwrap()).collect::<Vec<_>>().join("\n")
    }
}

/// A profile of nothing but these checks.
fn profile_of(checks: &[&str]) -> String {
    let mut text = "schema = 1\nid = \"trial-run\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2026-11-01\"\n\
        title = { da = \"Forsøg\", en = \"Trials\" }\n[scope]\nuse_case = \"trials\"\n[aggregate]\nmax_b = 0\nmax_c = 0\n\
        [[requirement]]\nid = \"T-01\"\nlevel = \"must\"\ncategory = \"A\"\nbasis = \"norm\"\n\
        title = { da = \"Alt\", en = \"Everything\" }\nsource = { document = \"SAML V2.0 Profiles\", section = \"4.1.4\" }\n\
        remedy_working_days = 5\n"
        .to_owned();
    for check in checks {
        // Writing to a String cannot fail.
        let _ = write!(text, "[[requirement.check]]\nid = \"{check}\"\n");
    }
    text
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn holds(bytes: &[u8], wanted: &str) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes())
}

/// A bundle says the same when it is judged again, holds, and keeps no secret.
fn sound(world: &World, bundle: &str) {
    let (code, out, err) = run(&["replay", bundle, "--format", "json"]);
    assert_eq!(code, 0, "{out}{err}");
    let again: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(again["agrees"], true);
    assert_eq!(again["reported"], again["recomputed"]);
    // Everything holds but the seal, which these runs have none of.
    let (code, out, err) = run(&["verify", bundle, "--lang", "en"]);
    assert_eq!(code, 3, "{out}{err}");
    let shown = |line: &&str| !line.starts_with("shown") && *line != "Nothing is refuted.";
    let others: Vec<_> = out.lines().filter(|l| !l.trim().is_empty()).filter(shown).collect();
    assert!(others.len() == 1 && others[0].contains("unsealed"), "{out}");

    let keys: Vec<String> = files(&world.path("idp"))
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "key"))
        .flat_map(|path| {
            let pem = std::fs::read_to_string(path).unwrap();
            pem.lines().filter(|line| line.len() > 60).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert!(keys.len() > 20, "the private keys were found");
    for path in files(Path::new(bundle)) {
        let bytes = std::fs::read(&path).unwrap();
        // `__Host-session` is the name of the vendor's cookie; its value would stand after it.
        for secret in keys.iter().map(String::as_str).chain(["PRIVATE KEY", "__Host-session="]) {
            assert!(!holds(&bytes, secret), "{} holds {secret}", path.display());
        }
    }
}

/// Whether a check is on logs, which these targets do not name.
fn is_of_logs(check: &str) -> bool {
    check.starts_with("trace.") || check.starts_with("event-log.")
}

#[test]
fn the_login_of_the_reference_vendor_is_accepted_and_its_bundle_is_sound() {
    let world = World::new(2);
    let (code, report) = world.judge("sf1511-context-handler", &world.target());
    let bad: Vec<_> = report
        .found()
        .iter()
        .filter(|f| f.verdict != "pass" && !is_of_logs(f.check))
        .map(|f| format!("{} {} {} {}", f.check, f.verdict, f.reason, f.observed))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert_eq!((code, &report.0["aggregate"]["decision"]), (0, &"accepted".into()));

    let limitations = report.limitations();
    let idp = IdentityProvider::load(&world.path("idp/idp.toml")).unwrap();
    for part in [
        format!("trusts the probe's identity provider ({}) and not the Context Handler", idp.entity_id),
        "version was stated as 4.2; its answers showed ".to_owned(),
        format!("must undo what the trials needed: remove the metadata of {}", idp.entity_id),
        "the test users (anna, berit)".to_owned(),
    ] {
        assert!(limitations.contains(&part), "{part}\n{limitations}");
    }
    for key in &idp.keys {
        assert!(limitations.contains(&kravprobe::digest::sha256_hex(&key.certificate)), "{limitations}");
    }
    sound(&world, &world.text("bundle"));
}

#[test]
fn the_logout_of_the_reference_vendor_is_accepted_and_its_bundle_is_sound() {
    let world = World::new(2);
    let (code, report) = world.judge("sf1515-single-logout", &world.target());
    let bad: Vec<_> = report
        .found()
        .iter()
        .filter(|f| f.verdict != "pass" && !is_of_logs(f.check))
        .map(|f| f.check.to_owned())
        .collect();
    assert_eq!((code, bad), (0, Vec::<String>::new()));
    sound(&world, &world.text("bundle"));
}

/// Without permission: the requests and one good login, nothing else.
#[test]
fn nobody_is_attacked_without_an_authorisation() {
    let world = World::new(2);
    let profile = world.write("all.toml", &profile_of(&everything(&["authn-request.", "login.", "logout."])));
    let (code, report) = world.judge(&profile, &unauthorised(&world.target()));
    for found in report.found() {
        let passive = found.check.starts_with("authn-request.") || found.check == "login.good-response-accepted";
        let expected = if passive { ("pass", "met") } else { ("not-tested", "not-authorised") };
        assert_eq!((found.verdict, found.reason), expected, "{}", found.check);
        assert!(passive || found.expected.contains("[authorisation]"), "{}", found.expected);
    }
    assert_eq!(code, 3, "{}", report.0["aggregate"]);
    assert_eq!(sent(&world.path("bundle")), ["Response"]);
}

/// Kinds of all messages that the probe sent, each message once.
fn sent(bundle: &Path) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for path in files(bundle) {
        let Ok(value) = serde_json::from_slice::<Value>(&std::fs::read(&path).unwrap()) else { continue };
        let Some(messages) = value["sent"].as_array() else { continue };
        seen.extend(messages.iter().map(|m| (m["id"].to_string(), m["message"].as_str().unwrap().to_owned())));
    }
    seen.into_iter().map(|(_, message)| message).collect()
}

/// Every check whose id begins so.
fn everything(prefixes: &[&str]) -> Vec<&'static str> {
    let ids = kravprobe::checks::all().map(|check| check.meta().id);
    ids.filter(|id| prefixes.iter().any(|prefix| id.starts_with(prefix))).collect()
}

#[test]
fn what_a_trial_needs_and_does_not_have_is_named() {
    let world = World::new(1);
    let metadata = world.vendor.metadata();
    let encryption = metadata.find("<KeyDescriptor use=\"encryption\"").expect("a key for encryption");
    let end = encryption + metadata[encryption..].find("</KeyDescriptor>").unwrap() + "</KeyDescriptor>".len();
    world.write("sp.xml", &format!("{}{}", &metadata[..encryption], &metadata[end..]));
    let target = world.target();
    let target = target[..target.rfind("[[saml.user]]").unwrap()].replace("minimum_level = \"Substantial\"\n", "");
    let target = target.lines().filter(|l| !l.starts_with("logout =")).collect::<Vec<_>>().join("\n");
    let needs = [
        ("login.signature-wrapping-3-refused", "a second [[saml.user]]"),
        ("login.comment-in-name-id", "a second [[saml.user]]"),
        ("login.changed-after-signing-refused", "a second [[saml.user]]"),
        ("logout.other-user-keeps-session", "a second [[saml.user]]"),
        ("login.second-signing-key-accepted", "an identity provider with two signing keys"),
        ("login.level-below-minimum-refused", "`minimum_level` in [saml]"),
        ("login.replay-after-logout-refused", "`logout` in [saml]"),
        ("logout.local-session-ended", "`logout` in [saml]"),
    ];
    let mut checks: Vec<_> = needs.iter().map(|(check, _)| *check).collect();
    // Who publishes no key for encryption cannot be sent anything encrypted, whatever is needed.
    let encrypted = [
        "login.encrypted-oaep-sha1-accepted",
        "login.encrypted-oaep-sha256-accepted",
        "login.encrypted-unsigned-refused",
    ];
    checks.extend(encrypted);
    let profile = world.write("needs.toml", &profile_of(&checks));
    let (code, report) = world.judge(&profile, &target);
    assert_eq!(code, 3);
    let mut found = report.found();
    assert_eq!(found.len(), checks.len());
    for found in found.split_off(needs.len()) {
        assert_eq!((found.verdict, found.reason), ("not-applicable", "does-not-concern"), "{}", found.check);
        assert!(found.expected.contains("a certificate for encryption"), "{}", found.expected);
    }
    for (found, (check, need)) in found.iter().zip(needs) {
        assert_eq!((found.check, found.verdict, found.reason), (check, "not-tested", "not-supplied"));
        assert!(found.expected.contains(need), "{check}: {}", found.expected);
    }
}

#[test]
fn an_identity_provider_that_is_not_there_or_signs_with_an_example_key_ends_the_run() {
    let world = World::new(1);
    let target = world.write("target.toml", &world.target().replace("idp/idp.toml", "idp/nothing.toml"));
    let (code, _, err) = run(&["run", "sf1511-context-handler", &target, "--out", &world.text("bundle")]);
    assert_eq!(code, 2);
    assert!(err.contains("nothing.toml"), "{err}");
    assert!(!world.path("bundle").exists());

    let keys = ExampleKeys::shipped().unwrap();
    let pki = ExamplePki::new(keys.clone(), world.now).unwrap();
    let certificate = pki.issue(&Leaf::system("Eksempel IdP")).unwrap().certificate;
    std::fs::write(world.path("idp/idp-1.key"), keys.get(Key::System).private_key_to_pem_pkcs8().unwrap()).unwrap();
    std::fs::write(world.path("idp/idp-1.crt"), X509::from_der(&certificate).unwrap().to_pem().unwrap()).unwrap();
    let table = world.vendor.saml_table(Path::new("idp/idp.toml"), world.now);
    for environment in ["external-test", "nemlogin-test", "production"] {
        let target = world.write("target.toml", &(head(environment) + &table));
        let (code, _, err) = run(&["run", "sf1511-context-handler", &target, "--out", &world.text("bundle")]);
        assert_eq!(code, 2, "{environment}: {err}");
        assert!(err.contains("example key") && err.contains("idp.toml"), "{environment}: {err}");
        assert!(!world.path("bundle").exists());
    }
}

/// The value of the hostile systems' cookie.
const COOKIE: &str = "Vaerdien-af-en-cookie-0123456789";

/// Sixteen MiB, packed.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&vec![0; 16 << 20]).unwrap();
    packed.finish().unwrap()
});

/// What a hostile system does with a request.
#[derive(Clone, Copy, Debug)]
enum Hostile {
    Silent,
    Closes,
    Loops,
    SendsAway,
    Endless,
    Bomb,
}

impl Hostile {
    fn answer(self, path: &str, out: &mut dyn Write) {
        match self {
            Self::Silent => loop {
                std::thread::park();
            },
            Self::Closes => {}
            Self::Loops => answer(out, "302 Found", &format!("Location: {path}\r\n"), b""),
            Self::SendsAway => answer(out, "302 Found", "Location: https://another.example/\r\n", b""),
            Self::Endless => {
                let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n");
                while out.write_all(&[b'a'; 16 * 1024]).is_ok() {}
            }
            Self::Bomb => {
                answer(out, "200 OK", "Content-Encoding: gzip\r\nContent-Type: text/html\r\n", &BOMB);
            }
        }
    }

    /// Whether it says what happened.
    fn is_named_in(self, observed: &str) -> bool {
        match self {
            Self::Silent => observed.contains("no complete answer within 1 s"),
            Self::Closes => observed.contains("broke off") || observed.contains("no connection"),
            Self::Loops => observed.contains("redirects"),
            Self::SendsAway => observed.contains("a way to another.example"),
            Self::Endless => observed.contains("more than") || observed.contains("no complete answer"),
            Self::Bomb => observed.contains("compressed"),
        }
    }
}

/// A system that is hostile everywhere, or only where it takes Responses.
fn hostile(kind: Hostile, only_responses: bool, environment: &str) {
    assert!(BOMB.len() < 1 << 20);
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::now();
    let idp = IdentityProvider::create(&folder.path().join("idp"), Style::ContextHandler, 1, now).unwrap();
    let idp = IdentityProvider::load(&idp).unwrap();
    let request = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\" Version=\"2.0\" \
         IssueInstant=\"{now}\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://sp.example\
         </saml:Issuer></samlp:AuthnRequest>"
    );
    let login = redirect::encode(&idp.sso, Parameter::Request, &request, None, None).unwrap();
    let server = LocalServer::start(move |received, out| {
        if only_responses && received.path() != "/acs" {
            let headers = format!("Location: {login}\r\nSet-Cookie: sid={COOKIE}; Path=/\r\n");
            answer(out, "302 Found", &headers, b"");
        } else {
            kind.answer(received.path(), out);
        }
    });
    let base = server.url("/");
    let metadata = format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://sp.example\">\
         <md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         <md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{base}slo\"/>\
         <md:AssertionConsumerService index=\"0\" Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         Location=\"{base}acs\"/></md:SPSSODescriptor></md:EntityDescriptor>"
    );
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).to_str().unwrap().to_owned()
    };
    write("sp.xml", &metadata);
    let mut target = head(environment).replace("timeout_seconds = 10", "timeout_seconds = 1");
    let hour = jiff::SignedDuration::from_hours(1);
    let _ = write!(
        target,
        "[authorisation]\ngranted_by = \"Systemejer\"\ngranted_at = \"{}\"\nuntil = \"{}\"\nscope = \"forsøg\"\n\
         [saml]\nidentity_provider = \"idp/idp.toml\"\nmetadata = \"sp\"\nprotected = \"{base}sager\"\nlogout = \"{base}logout\"\n",
        now - hour,
        now + hour
    );
    for number in 1..=2 {
        let _ = write!(
            target,
            "[[saml.user]]\nname = \"bruger-{number}\"\ncommon_name = \"Bruger {number}\"\n\
             serial = \"7c0e6e5e-0000-4000-8000-00000000000{number}\"\ncvr = \"90000009\"\n\
             organisation = \"Eksempel Kommune\"\nfree = [\"common-name\"]\n"
        );
    }
    let prefixes: &[&str] =
        if only_responses { &["login.", "logout."] } else { &["authn-request.", "login.", "logout."] };
    let profile = write("all.toml", &profile_of(&everything(prefixes)));
    let target = write("target.toml", &target);
    let bundle = folder.path().join("bundle");
    let begun = Instant::now();
    let (code, report) = judge(&profile, &target, bundle.to_str().unwrap());
    assert!(begun.elapsed() < Duration::from_mins(1), "{kind:?} took {:?}", begun.elapsed());
    assert_eq!(code, 3, "{kind:?}: {}", report.0["aggregate"]);
    let mut named = 0;
    for found in report.found() {
        let what = format!("{kind:?} {}: {} {} {}", found.check, found.verdict, found.reason, found.observed);
        match found.verdict {
            "inconclusive" => {
                assert!(kind.is_named_in(found.observed), "{what}");
                named += 1;
            }
            "not-tested" => assert!(!found.expected.is_empty(), "{what}"),
            // Its metadata names no key for encryption, so a good encrypted message is none of its concern.
            "not-applicable" => assert!(found.check.starts_with("login.encrypted-"), "{what}"),
            _ => panic!("{what}"),
        }
        if environment == "production" && !found.check.starts_with("authn-request.") {
            let good = found.check == "login.good-response-accepted";
            assert_eq!(found.reason == "not-authorised", !good && found.verdict != "not-applicable", "{what}");
        }
    }
    assert!(named > 0);
    // The visits without a session, the requests, and three good logins; a loop is followed for twenty steps each time.
    let visits = if matches!(kind, Hostile::Loops) { 21 } else { 1 };
    assert!(server.received().len() <= 12 * visits, "{kind:?}: {} requests", server.received().len());
    if only_responses {
        assert!(server.received().iter().any(|r| r.header("cookie").contains(COOKIE)), "the browser kept the cookie");
        for path in files(&bundle) {
            assert!(!holds(&std::fs::read(&path).unwrap(), COOKIE), "{} holds a cookie", path.display());
        }
    }
}

#[test]
fn a_system_that_never_answers_shows_nothing() {
    hostile(Hostile::Silent, false, "local");
    hostile(Hostile::Silent, true, "local");
}

#[test]
fn a_system_that_closes_shows_nothing() {
    hostile(Hostile::Closes, false, "local");
    hostile(Hostile::Closes, true, "local");
}

#[test]
fn a_system_that_redirects_in_a_loop_shows_nothing() {
    hostile(Hostile::Loops, false, "local");
    hostile(Hostile::Loops, true, "local");
}

#[test]
fn a_system_that_sends_the_browser_away_shows_nothing() {
    hostile(Hostile::SendsAway, false, "local");
    hostile(Hostile::SendsAway, true, "local");
}

#[test]
fn a_system_that_never_stops_answering_shows_nothing() {
    hostile(Hostile::Endless, false, "local");
    hostile(Hostile::Endless, true, "local");
}

#[test]
fn a_system_that_answers_with_a_bomb_shows_nothing() {
    hostile(Hostile::Bomb, false, "local");
    hostile(Hostile::Bomb, true, "local");
}

/// An authorisation does not count in production.
#[test]
fn nobody_is_attacked_in_production() {
    hostile(Hostile::Closes, true, "production");
}

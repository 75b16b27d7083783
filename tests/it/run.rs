//! `kravprobe run`, `replay` and `verify` on the reference vendor's system: what a user gets, and what a forger cannot do.

use crate::support::{kravprobe, run, unpack};
use base64::Engine;
use kravprobe::vendor::pki::{Defect, ExampleKeys, ExamplePki, Key, Leaf};
use kravprobe::vendor::system::{DEFECTS, ExampleSystem};
use openssl::pkcs12::Pkcs12;
use openssl::symm::Cipher;
use openssl::x509::X509;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The instant of all runs; the example system is made for it.
pub const AT: &str = "2026-11-20T12:00:00Z";
const PROFILE: &str = "i-08-passive";
const PASSWORD: &str = "Sommerfugl-i-natten-77";

/// An example system with room beside it for what a test writes.
pub struct World {
    folder: tempfile::TempDir,
    pub system: ExampleSystem,
}

impl World {
    pub fn new(defective: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = ExampleKeys::shipped().unwrap();
        let system =
            ExampleSystem::start(&folder.path().join("system"), &keys, AT.parse().unwrap(), defective).unwrap();
        Self { folder, system }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.text(name)
    }

    pub fn target(&self) -> String {
        self.system.target.to_str().unwrap().to_owned()
    }

    /// A changed copy of the target beside the system's files.
    pub fn target_with(&self, name: &str, change: impl Fn(String) -> String) -> String {
        let changed = change(std::fs::read_to_string(&self.system.target).unwrap());
        self.write(&format!("system/{name}.toml"), changed)
    }

    fn seal(&self) -> [String; 5] {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        [
            "--seal-key".to_owned(),
            text(&self.system.seal_key),
            "--seal-cert".to_owned(),
            text(&self.system.seal_certificate),
            "--allow-example-seal".to_owned(),
        ]
    }

    /// Runs the profile on a target at [`AT`].
    pub fn run(&self, target: &str, out: &str, more: &[&str]) -> (i32, String, String) {
        let out = self.text(out);
        let mut arguments = vec!["run", PROFILE, target, "--out", &out, "--at", AT];
        arguments.extend(more);
        run(&arguments)
    }

    fn sealed(&self, target: &str, out: &str, more: &[&str]) -> (i32, String, String) {
        let seal = self.seal();
        let mut arguments: Vec<_> = seal.iter().map(String::as_str).collect();
        arguments.extend(more);
        self.run(target, out, &arguments)
    }

    pub fn report(&self, out: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(out).join("report.json")).unwrap()).unwrap()
    }

    fn is_left(&self, out: &str) -> bool {
        self.path(out).exists() || hidden(self.folder.path())
    }
}

/// Whether a temporary file or folder of the program is left.
pub fn hidden(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().any(|e| e.unwrap().file_name().to_string_lossy().starts_with('.'))
}

static GOOD: LazyLock<World> = LazyLock::new(|| World::new(false));
static DEFECTIVE: LazyLock<World> = LazyLock::new(|| World::new(true));

/// What a run gave.
struct Done {
    code: i32,
    out: String,
    err: String,
}

impl From<(i32, String, String)> for Done {
    fn from((code, out, err): (i32, String, String)) -> Self {
        Self { code, out, err }
    }
}

/// The good system, sealed with PEM files, in Danish.
static SEALED: LazyLock<Done> = LazyLock::new(|| GOOD.sealed(&GOOD.target(), "sealed", &[]).into());
/// The good system, unsealed, in English.
static UNSEALED: LazyLock<Done> =
    LazyLock::new(|| GOOD.run(&GOOD.target(), "unsealed", &["--lang", "en", "--format", "json"]).into());
/// The defective system, unsealed.
static DEFECTS_FOUND: LazyLock<Done> =
    LazyLock::new(|| DEFECTIVE.run(&DEFECTIVE.target(), "found", &["--lang", "en"]).into());

/// Every member of a bundle, by name.
fn members(bundle: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    if bundle.is_file() {
        let mut archive = zip::ZipArchive::new(std::fs::File::open(bundle).unwrap()).unwrap();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            found.insert(entry.name().unwrap().into_owned(), bytes);
        }
        return found;
    }
    let mut open = vec![bundle.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(bundle).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in members(from) {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

fn verify(bundle: &Path, more: &[&str]) -> (i32, Value) {
    let mut arguments = vec!["verify", bundle.to_str().unwrap(), "--format", "json"];
    arguments.extend(more);
    let (code, out, err) = run(&arguments);
    (code, serde_json::from_str(&out).unwrap_or(Value::String(err)))
}

fn statements(answer: &Value, proof: &str) -> BTreeSet<String> {
    let all = answer["statements"].as_array().unwrap_or_else(|| panic!("{answer}"));
    all.iter().filter(|s| s["proof"] == proof).map(|s| s["id"].as_str().unwrap().to_owned()).collect()
}

fn root() -> String {
    GOOD.system.root.to_str().unwrap().to_owned()
}

/// All results of checks in a report: requirement, check or declaration, and verdict.
fn results(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let requirements = report["results"].as_array().unwrap();
    let entries = requirements.iter().flat_map(|r| r["checks"].as_array().unwrap().iter().map(move |c| (r, c)));
    entries
        .map(|(r, c)| {
            let what = if c["check"].is_null() { &c["declaration"] } else { &c["check"] };
            (text(&r["requirement"]), text(what), text(&c["verdict"]))
        })
        .collect()
}

fn of_family<'a>(results: &'a [(String, String, String)], family: &str) -> Vec<&'a str> {
    results.iter().filter(|r| r.1.starts_with(family)).map(|r| r.2.as_str()).collect()
}

#[test]
fn the_good_system_is_accepted_and_leaves_a_whole_sealed_bundle() {
    let done = &*SEALED;
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{}", done.out);
    assert!(done.out.contains("GODKENDT") && done.out.contains(&GOOD.text("sealed")), "{}", done.out);
    let members = members(&GOOD.path("sealed"));
    for name in [
        "report.json",
        "report.jades.json",
        "report.html",
        "junit.xml",
        "report.sarif",
        "plan.json",
        "target.toml",
        "profile/index.json",
        "profile/00-i-08-passive.toml",
        "subjects/0000.json",
    ] {
        assert!(members.get(name).is_some_and(|bytes| !bytes.is_empty()), "{name}: {:?}", members.keys());
    }
    for folder in ["anchors/", "evidence/", "subjects/", "profile/"] {
        assert!(members.keys().filter(|name| name.starts_with(folder)).count() >= 2, "{folder}");
    }
    kravprobe::report::schema::validate(&members["report.json"]).unwrap();
    let report = GOOD.report("sealed");
    assert_eq!(report["aggregate"]["decision"], "accepted");
    assert_eq!((report["seal"]["assurance"].as_str(), report["language"].as_str()), (Some("example"), Some("da")));
    let html = String::from_utf8(members["report.html"].clone()).unwrap();
    assert!(html.contains("lang=\"da\"") && html.contains("eksempelnøgle"));
    assert!(results(&report).iter().all(|(_, _, verdict)| matches!(verdict.as_str(), "pass" | "not-applicable")));
}

#[test]
fn an_unsealed_english_report_says_that_it_is_unsealed_everywhere() {
    let done = &*UNSEALED;
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    let printed: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(printed, GOOD.report("unsealed"), "--format json prints the report");
    let members = members(&GOOD.path("unsealed"));
    assert!(!members.contains_key("report.jades.json"));
    for name in ["report.html", "junit.xml", "report.sarif"] {
        let text = String::from_utf8(members[name].clone()).unwrap().to_lowercase();
        assert!(text.contains("unsealed"), "{name}");
    }
    assert!(String::from_utf8_lossy(&members["report.html"]).contains("lang=\"en\""));
    // A given clock is said, in both languages.
    let limitations = printed["run"]["limitations"].to_string();
    assert_eq!(printed["run"]["clock"], "given");
    assert!(limitations.contains("was given by the user") && limitations.contains("er angivet af brugeren"));
    assert!(String::from_utf8_lossy(&members["report.html"]).contains("was given by the user"));
}

#[test]
fn terminal_and_zip_of_an_unsealed_danish_run() {
    let (code, out, err) = GOOD.run(&GOOD.target(), "unsealed.zip", &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.to_lowercase().contains("ikke forseglet"), "{out}");
    let members = members(&GOOD.path("unsealed.zip"));
    for name in ["report.html", "junit.xml", "report.sarif"] {
        let text = String::from_utf8(members[name].clone()).unwrap().to_lowercase();
        assert!(text.contains("ikke forseglet"), "{name}");
    }
    let (code, answer) = verify(&GOOD.path("unsealed.zip"), &[]);
    assert_eq!((code, &answer["holds"]), (3, &true.into()), "{answer:#}");
    let (code, out, err) = run(&["replay", &GOOD.text("unsealed.zip"), "--lang", "en"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
}

#[test]
fn quiet_prints_nothing_and_leaves_the_bundle() {
    let (code, out, err) = GOOD.sealed(&GOOD.target(), "quiet.zip", &["--quiet"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    assert_eq!(verify(&GOOD.path("quiet.zip"), &["--trust", &root()]).0, 0);
}

#[test]
fn runs_at_the_same_instant_give_the_same_results_digest() {
    let runs = ["first", "second"].map(|out| {
        let (code, printed, err) = GOOD.run(&GOOD.target(), out, &["--offline", "--quiet"]);
        assert_eq!((code, err.as_str()), (3, ""), "{printed}");
        GOOD.report(out)
    });
    assert_eq!(runs[0]["replay"]["resultsDigest"], runs[1]["replay"]["resultsDigest"]);
    // A live handshake holds fresh randoms, so its evidence has another digest each time; the verdicts have not.
    let _ = (&*SEALED, &*UNSEALED);
    let (one, other) = (GOOD.report("sealed"), GOOD.report("unsealed"));
    assert_eq!((results(&one), &one["aggregate"]), (results(&other), &other["aggregate"]));
    assert_eq!(one["plan"], other["plan"]);
    assert_ne!(one["reportId"], other["reportId"]);
}

/// The sealing key as a PKCS#12 file with password, and as a PEM file with password.
fn protected_keys() -> (String, String) {
    let certificates = X509::stack_from_pem(&std::fs::read(&GOOD.system.seal_certificate).unwrap()).unwrap();
    let key = openssl::pkey::PKey::private_key_from_pem(&std::fs::read(&GOOD.system.seal_key).unwrap()).unwrap();
    let mut ca = openssl::stack::Stack::new().unwrap();
    ca.push(certificates[1].clone()).unwrap();
    let p12 = Pkcs12::builder().name("segl").pkey(&key).cert(&certificates[0]).ca(ca).build2(PASSWORD).unwrap();
    let pem = key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), PASSWORD.as_bytes()).unwrap();
    (GOOD.write("seal.p12", p12.to_der().unwrap()), GOOD.write("seal-protected.pem", pem))
}

#[test]
fn protected_sealing_keys_open_with_a_password_from_file_or_environment() {
    let (p12, pem) = protected_keys();
    let password = GOOD.write("password.txt", format!("{PASSWORD}\n"));
    let certificates = GOOD.system.seal_certificate.to_str().unwrap();
    let sources: [(&str, Vec<&str>); 3] = [
        ("p12-file.zip", vec!["--seal-p12", &p12, "--seal-password-file", &password]),
        ("p12-env.zip", vec!["--seal-p12", &p12, "--seal-password-env", "KRAVPROBE_TEST_PASSWORD"]),
        (
            "pem-env.zip",
            vec!["--seal-key", &pem, "--seal-cert", certificates, "--seal-password-env", "KRAVPROBE_TEST_PASSWORD"],
        ),
    ];
    for (out, source) in sources {
        let output = kravprobe()
            .env("KRAVPROBE_TEST_PASSWORD", PASSWORD)
            .args(["run", PROFILE, &GOOD.target(), "--out", &GOOD.text(out), "--at", AT, "--offline"])
            .arg("--allow-example-seal")
            .args(source)
            .output()
            .unwrap();
        let (code, printed, err) = unpack(&output);
        assert_eq!((code, err.as_str()), (3, ""), "{out}");
        assert_eq!(statements(&verify(&GOOD.path(out), &["--trust", &root()]).1, "refuted"), BTreeSet::new());
        assert_no_canary(&[PASSWORD], &members(&GOOD.path(out)), &[&printed]);
    }
}

#[test]
fn a_sealing_key_that_does_not_open_is_one_error_without_the_password() {
    let (p12, pem) = protected_keys();
    let wrong = GOOD.write("wrong-password.txt", "Forkert-Kode-99");
    let certificates = GOOD.system.seal_certificate.to_str().unwrap();
    let cases: [(&[&str], &str); 6] = [
        (&["--seal-p12", &p12], "is protected by a password"),
        (&["--seal-p12", &p12, "--seal-password-file", &wrong], "does not open"),
        (&["--seal-key", &pem, "--seal-cert", certificates], "is protected by a password"),
        (&["--seal-key", &pem, "--seal-cert", certificates, "--seal-password-file", &wrong], "does not open"),
        (&["--seal-p12", &p12, "--seal-password-env", "KRAVPROBE_TEST_ABSENT"], "KRAVPROBE_TEST_ABSENT"),
        (&["--seal-p12", &p12, "--seal-password-file", "/nowhere/password"], "/nowhere/password"),
    ];
    for (source, problem) in cases {
        let (code, out, err) = GOOD.run(&GOOD.target(), "never", &[source, &["--allow-example-seal"]].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{source:?}: {err}");
        assert!(err.contains(problem) && err.trim().lines().count() == 1, "{source:?}: {err}");
        assert!(!err.contains("Forkert-Kode-99") && !err.contains(PASSWORD), "{err}");
        assert!(!GOOD.path("never").exists());
    }
}

#[test]
fn a_seal_that_proves_nothing_is_refused_unless_allowed() {
    let world = World::new(false);
    let seal = world.seal();
    let without: Vec<_> = seal.iter().take(4).map(String::as_str).collect();
    let (code, out, err) = world.run(&world.target(), "never", &without);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("--allow-example-seal") && err.trim().lines().count() == 1, "{err}");
    assert!(!world.is_left("never"));
}

#[test]
fn an_expired_sealing_certificate_is_refused() {
    let keys = ExampleKeys::shipped().unwrap();
    let pki = ExamplePki::new(keys.clone(), AT.parse().unwrap()).unwrap();
    let expired = pki.issue_with(&Leaf::organisation("Eksempel Segl"), &[Defect::Expired]).unwrap();
    let certificate = GOOD.write("expired.pem", X509::from_der(&expired.certificate).unwrap().to_pem().unwrap());
    let key = GOOD.write("expired-key.pem", keys.get(Key::Organisation).private_key_to_pem_pkcs8().unwrap());
    let arguments = ["--seal-key", &key, "--seal-cert", &certificate];
    let (code, out, err) = GOOD.run(&GOOD.target(), "never-expired", &arguments);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("expired at") && err.trim().lines().count() == 1, "{err}");
    assert!(!GOOD.path("never-expired").exists());
}

#[test]
fn the_algorithm_of_the_seal_can_be_chosen_where_the_key_allows_it() {
    for (algorithm, wanted) in [("rs256", Some("RS256")), ("ps256", Some("PS256")), ("es256", None)] {
        let out = format!("{algorithm}.zip");
        let (code, printed, err) =
            GOOD.sealed(&GOOD.target(), &out, &["--offline", "--quiet", "--seal-algorithm", algorithm]);
        let Some(wanted) = wanted else {
            assert_eq!((code, printed.as_str()), (2, ""));
            assert!(err.contains("ES256") && err.contains("PS256 or RS256"), "{err}");
            assert!(!GOOD.path(&out).exists());
            continue;
        };
        assert_eq!((code, err.as_str()), (3, ""));
        let report: Value = serde_json::from_slice(&members(&GOOD.path(&out))["report.json"]).unwrap();
        assert_eq!(report["seal"]["algorithm"], wanted);
        assert_eq!(statements(&verify(&GOOD.path(&out), &["--trust", &root()]).1, "refuted"), BTreeSet::new());
    }
}

#[test]
fn the_defective_system_is_refused_and_every_seeded_defect_is_named() {
    let done = &*DEFECTS_FOUND;
    assert_eq!((done.code, done.err.as_str()), (1, ""), "{}", done.out);
    let report = DEFECTIVE.report("found");
    assert_eq!(report["aggregate"]["decision"], "not-accepted");
    let results = results(&report);
    let html = std::fs::read_to_string(DEFECTIVE.path("found").join("report.html")).unwrap();
    for seeded in DEFECTS {
        let failed: Vec<_> = results.iter().filter(|(_, what, v)| what == seeded.check && v == "fail").collect();
        assert!(!failed.is_empty(), "{}", seeded.check);
        for (requirement, ..) in failed {
            assert!(done.out.contains(requirement.as_str()), "{requirement}: {}", done.out);
            assert!(html.contains(requirement.as_str()), "{requirement}");
        }
        let title = kravprobe::checks::by_id(seeded.check).map(|c| c.meta().title.en);
        let squeezed = done.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(title.is_none_or(|title| squeezed.contains(title)), "{}: {}", seeded.check, done.out);
    }
    let junit = std::fs::read_to_string(DEFECTIVE.path("found").join("junit.xml")).unwrap();
    assert!(junit.contains("<failure"));
}

/// A waiver for every failure of the defective system.
fn waivers(last_day: &str) -> String {
    let _ = &*DEFECTS_FOUND;
    let failed: BTreeSet<_> =
        results(&DEFECTIVE.report("found")).into_iter().filter(|r| r.2 == "fail").map(|r| r.0).collect();
    let entries = failed.iter().enumerate().map(|(number, requirement)| {
        format!(
            "[[waiver]]\nid = \"D-{number}\"\nrequirement = \"{requirement}\"\nauthority = \"It-chefen, Eksempel Kommune\"\n\
             granted = \"2026-11-01\"\nexpires = \"{last_day}\"\nscope = \"Rettes i næste leverance\"\n"
        )
    });
    format!("schema = 1\n{}", entries.collect::<String>())
}

#[test]
fn an_active_waiver_accepts_with_remarks_and_an_expired_one_does_not() {
    for (out, last_day, code, decision) in
        [("waived", "2026-11-20", 0, "accepted-with-remarks"), ("too-late", "2026-11-19", 1, "not-accepted")]
    {
        let file = DEFECTIVE.write(&format!("{out}.toml"), waivers(last_day));
        let done: Done = DEFECTIVE.run(&DEFECTIVE.target(), out, &["--waivers", &file, "--lang", "en"]).into();
        assert_eq!((done.code, done.err.as_str()), (code, ""), "{}", done.out);
        let report = DEFECTIVE.report(out);
        assert_eq!(report["aggregate"]["decision"], decision);
        // The raw verdicts stay.
        assert_eq!(results(&report), results(&DEFECTIVE.report("found")));
        let html = std::fs::read_to_string(DEFECTIVE.path(out).join("report.html")).unwrap();
        assert!(html.contains("D-0") && done.out.contains("D-0"), "{}", done.out);
        let idle = report["waiversWithoutEffect"].as_array().unwrap();
        assert_eq!(idle.is_empty(), code == 0, "{idle:?}");
        assert!(idle.iter().all(|w| w["because"] == "expired"));
        assert!(members(&DEFECTIVE.path(out)).contains_key("waivers.toml"));
        assert_eq!(run(&["replay", &DEFECTIVE.text(out)]).0, 0);
    }
}

#[test]
fn offline_leaves_endpoints_and_unsupplied_revocation_untested() {
    let target = GOOD.target_with("no-answers", |text| {
        text.lines()
            .filter(|line| !line.starts_with("crl = ") && !line.starts_with("ocsp_response = "))
            .collect::<Vec<_>>()
            .join("\n")
    });
    let (code, out, err) = GOOD.run(&target, "offline", &["--offline", "--lang", "en"]);
    assert_eq!((code, err.as_str()), (3, ""), "{out}");
    let report = GOOD.report("offline");
    assert_eq!((&report["aggregate"]["decision"], &report["run"]["offline"]), (&"inconclusive".into(), &true.into()));
    let results = results(&report);
    let tls = of_family(&results, "tls.");
    assert!(tls.iter().all(|v| matches!(*v, "not-tested" | "not-applicable")), "{tls:?}");
    assert!(tls.iter().filter(|v| **v == "not-tested").count() > 10, "{tls:?}");
    let revocation = of_family(&results, "certificate.revocation");
    assert!(!revocation.is_empty() && revocation.iter().all(|v| *v == "not-tested"), "{revocation:?}");
    assert_eq!(run(&["replay", &GOOD.text("offline")]).0, 0);
}

#[test]
fn an_endpoint_that_is_down_is_never_a_pass() {
    // Bound and closed again: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = GOOD.target_with("down", |text| text.replace(&GOOD.system.port().to_string(), &port.to_string()));
    let (code, out, err) = GOOD.run(&target, "down", &["--lang", "en"]);
    assert_eq!((code, err.as_str()), (3, ""), "{out}");
    let results = results(&GOOD.report("down"));
    let tls = of_family(&results, "tls.");
    assert!(!tls.is_empty() && tls.iter().all(|v| matches!(*v, "inconclusive" | "not-tested" | "not-applicable")));
    assert!(tls.contains(&"inconclusive"), "{tls:?}");
    assert_eq!(run(&["replay", &GOOD.text("down")]).0, 0);
}

#[test]
fn a_declared_document_is_hashed_and_must_be_the_declared_one() {
    let document = b"Aftale om NSIS-niveau";
    GOOD.write("system/agreement.txt", document);
    let digest = kravprobe::digest::sha256_hex(document);
    let with = |name: &str, sha256: &str| {
        GOOD.target_with(name, |text| {
            let lines = format!("kind = \"nsis-level\"\ndocument = \"agreement.txt\"\n{sha256}");
            text.replace("kind = \"nsis-level\"\n", &lines)
        })
    };
    for (name, sha256) in [("hashed", String::new()), ("declared-hash", format!("sha256 = \"{digest}\"\n"))] {
        let (code, out, err) = GOOD.run(&with(name, &sha256), name, &["--offline", "--quiet"]);
        assert_eq!((code, err.as_str()), (3, ""), "{out}");
        let declarations = GOOD.report(name)["declarations"].clone();
        let entry = declarations.as_array().unwrap().iter().find(|d| d["kind"] == "nsis-level").unwrap().clone();
        assert_eq!(entry["documentSha256"], digest.as_str());
    }
    let wrong = format!("sha256 = \"{}\"\n", "0".repeat(64));
    let (code, out, err) = GOOD.run(&with("wrong-hash", &wrong), "wrong-hash", &["--offline"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("agreement.txt") && err.contains("nsis-level") && err.trim().lines().count() == 1, "{err}");
    assert!(!GOOD.path("wrong-hash").exists());
}

// Secrets

/// Looks for canaries in every member, as it stands and in everything that decodes from base64, twice over.
fn assert_no_canary(canaries: &[&str], members: &BTreeMap<String, Vec<u8>>, printed: &[&str]) {
    let printed = printed.iter().enumerate().map(|(n, text)| (format!("output {n}"), text.as_bytes().to_vec()));
    let all = members.iter().map(|(name, bytes)| (name.clone(), bytes.clone())).chain(printed);
    for (name, bytes) in all {
        let mut layers = vec![bytes];
        for depth in 0..3 {
            for layer in &layers {
                // Canaries are ASCII, which the lossy reading leaves as it is.
                let text = String::from_utf8_lossy(layer);
                for canary in canaries {
                    assert!(!text.contains(canary), "{canary} is in {name}, {depth} layers of base64 deep");
                }
            }
            layers = layers.iter().flat_map(|layer| decoded(layer)).collect();
        }
    }
}

fn decoded(bytes: &[u8]) -> Vec<Vec<u8>> {
    let alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    let runs = bytes.split(|b| !alphabet(b)).filter(|run| run.len() >= 16);
    runs.filter_map(|run| {
        let standard: Vec<u8> = run
            .iter()
            .map(|b| match b {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            })
            .collect();
        let whole = standard.len() - usize::from(standard.len() % 4 == 1);
        let lenient = base64::engine::GeneralPurposeConfig::new()
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(&standard[..whole]).ok()
    })
    .collect()
}

const CPR: &str = "010170-1234";
const CPR_PLAIN: &str = "0101701234";
const BEARER: &str = "Zm9yYnVkdC10b2tlbi1zb20taWtrZS1tYWEtdWQ";

/// Lines of the body of a private key that is not part of the good system's evidence, and the key as PEM.
fn key_canary() -> (String, Vec<String>) {
    let keys = ExampleKeys::shipped().unwrap();
    let pem = String::from_utf8(keys.get(Key::OtherSystem).private_key_to_pem_pkcs8().unwrap()).unwrap();
    // The public half stands in the certificate; the private exponent and primes are in the later lines.
    let lines: Vec<_> = pem.lines().filter(|l| !l.starts_with('-')).map(str::to_owned).collect();
    let body = lines[lines.len() / 2..lines.len() - 1].to_vec();
    (pem, body)
}

#[test]
fn the_search_for_canaries_finds_them() {
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    for hidden in [format!("x {CPR} y"), encode(&format!("abc {CPR} def")), encode(&encode(&format!("abc {CPR} def")))]
    {
        let members = BTreeMap::from([("x".to_owned(), hidden.into_bytes())]);
        assert!(std::panic::catch_unwind(|| assert_no_canary(&[CPR], &members, &[])).is_err());
    }
}

#[test]
fn no_secret_in_any_input_survives_into_bundle_or_output() {
    let (key, key_lines) = key_canary();
    let world = World::new(false);
    let metadata = std::fs::read_to_string(world.path("system/metadata.xml")).unwrap();
    let canary = format!("CPR {CPR} og {CPR_PLAIN}; Authorization: Bearer {BEARER}\n{key}");
    let comment = format!("<!-- {canary} -->");
    let end = "</EntityDescriptor>";
    assert!(metadata.contains(end), "{metadata}");
    let organisation = metadata.find("<SPSSODescriptor").unwrap();
    let mut inside = metadata.clone();
    inside.insert_str(organisation, &format!("<Extensions><x xmlns=\"urn:x\" y=\"{CPR}\">{canary}</x></Extensions>"));
    let safe_comment = format!("<!-- CPR {CPR} og {CPR_PLAIN}; Authorization: Bearer {BEARER} -->");
    let variants = [
        ("comment", metadata.replace(end, &format!("{safe_comment}{end}"))),
        ("broken-comment", metadata.replace(end, &format!("{comment}{end}"))),
        ("inside", inside),
        ("after", format!("{metadata}\n{canary}")),
    ];
    // A key beside each certificate, with a note before it.
    for file in ["signing.pem", "encryption.pem", "issuing-ca.pem", "root-ca.pem", "web-root-ca.pem"] {
        let path = world.path("system").join(file);
        let pem = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, format!("CPR {CPR}, Bearer {BEARER}\n{pem}{key}")).unwrap();
    }
    let (p12, _) = protected_keys();
    let lines: Vec<_> = key_lines.iter().map(String::as_str).collect();
    let canaries = [&[CPR, CPR_PLAIN, BEARER, PASSWORD, "PRIVATE KEY"], lines.as_slice()].concat();
    for (number, (name, document)) in variants.into_iter().enumerate() {
        world.write("system/metadata.xml", document);
        let out = format!("{name}{}", if number % 2 == 0 { "" } else { ".zip" });
        let output = kravprobe()
            .env("KRAVPROBE_TEST_PASSWORD", PASSWORD)
            .args(["run", PROFILE, &world.target(), "--out", &world.text(&out), "--at", AT, "--seal-p12", &p12])
            .args(["--seal-password-env", "KRAVPROBE_TEST_PASSWORD", "--allow-example-seal"])
            .output()
            .unwrap();
        let (code, printed, err) = unpack(&output);
        // A comment is outside the canonical form, so the signature still holds over what is read.
        assert_eq!(code, i32::from(name != "comment"), "{name}: {err}{printed}");
        assert_no_canary(&canaries, &members(&world.path(&out)), &[&printed, &err]);
        let report: Value = serde_json::from_slice(&members(&world.path(&out))["report.json"]).unwrap();
        let checks = report["results"].as_array().unwrap().iter().flat_map(|r| r["checks"].as_array().unwrap());
        let mut on_metadata = checks.filter(|c| c["subject"] == "metadata:sp").peekable();
        assert!(on_metadata.peek().is_some());
        assert!(on_metadata.all(|c| c["attested"] == true), "{name}: judged before redaction, and the report says so");
        let (code, answer) = verify(&world.path(&out), &["--trust", &root()]);
        assert_eq!((code, &answer["holds"]), (0, &true.into()), "{name}: {answer:#}");
    }
}

#[test]
fn no_secret_survives_in_what_only_claims_to_be_a_revocation_answer() {
    // The first octet, "0", is that of a DER SEQUENCE.
    let (key, key_lines) = key_canary();
    GOOD.write("system/junk.crl", format!("0 {CPR} Authorization: Bearer {BEARER}\n{key}"));
    let target = GOOD.target_with("junk-answers", |text| {
        let text = text.replace("crl = [\"issuing-ca.crl\"]", "crl = [\"junk.crl\"]");
        text.replace("ocsp_response = [\"signing.ocsp\"]", "ocsp_response = [\"junk.crl\"]")
    });
    let (code, printed, err) = GOOD.run(&target, "junk-answers", &["--offline"]);
    assert_eq!((code, err.as_str()), (3, ""), "{printed}");
    let lines: Vec<_> = key_lines.iter().map(String::as_str).collect();
    let canaries = [&[CPR, BEARER, "PRIVATE KEY"], lines.as_slice()].concat();
    assert_no_canary(&canaries, &members(&GOOD.path("junk-answers")), &[&printed, &err]);
    assert_eq!(run(&["replay", &GOOD.text("junk-answers")]).0, 0);
}

#[test]
fn secrets_in_files_that_go_into_the_bundle_are_refused() {
    let waiver = |scope: &str| {
        format!(
            "schema = 1\n[[waiver]]\nid = \"D-1\"\nrequirement = \"I-08.1\"\nauthority = \"X\"\ngranted = \"2026-11-01\"\n\
             expires = \"2026-12-01\"\nscope = \"{scope}\"\n"
        )
    };
    let profile = format!(
        "schema = 1\nid = \"own\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2026-11-01\"\n\
         title = {{ da = \"Egen\", en = \"Own\" }}\n[[requirement]]\nid = \"R1\"\nlevel = \"must\"\ncategory = \"A\"\n\
         basis = \"contract\"\ntitle = {{ da = \"Krav\", en = \"Requirement\" }}\nsource = {{ document = \"K\", section = \"1\" }}\n\
         contract_text = \"Kontakt {CPR}\"\ndeclaration = \"nsis-level\"\n"
    );
    let profile = GOOD.write("own.toml", profile);
    let cases = [
        ("target", PROFILE, GOOD.target_with("cpr", |t| t.replace("Systemejer, Eksempel Kommune", CPR)), None),
        (
            "url",
            PROFILE,
            GOOD.target_with("url", |t| {
                t.replace(
                    "file = \"metadata.xml\"",
                    &format!("url = \"https://saml.fagsystem.vendor.example/?access_token={BEARER}\""),
                )
            }),
            None,
        ),
        ("waivers", PROFILE, GOOD.target(), Some(GOOD.write("cpr-waiver.toml", waiver(CPR)))),
        ("profile", &profile, GOOD.target(), None),
    ];
    for (name, profile, target, waivers) in cases {
        let out = GOOD.text("refused");
        let mut arguments = vec!["run", profile, &target, "--out", &out, "--at", AT, "--offline"];
        if let Some(waivers) = &waivers {
            arguments.extend(["--waivers", waivers]);
        }
        let (code, printed, err) = run(&arguments);
        assert_eq!((code, printed.as_str()), (2, ""), "{name}: {err}");
        assert!(err.contains("must not be in a report") && err.trim().lines().count() == 1, "{name}: {err}");
        assert_no_canary(&[CPR, BEARER], &BTreeMap::new(), &[&err]);
        assert!(!GOOD.path("refused").exists());
    }
}

#[test]
fn a_password_written_into_the_target_is_not_repeated_in_the_error() {
    for (name, line) in [
        ("inline", format!("password = \"{PASSWORD}\"")),
        ("misspelt", format!("pasword = \"{PASSWORD}\"")),
        ("cpr", format!("unknown = \"{CPR}\"")),
    ] {
        let target =
            GOOD.target_with(name, |text| text.replace("role = \"signing\"", &format!("role = \"signing\"\n{line}")));
        let (code, out, err) = run(&["plan", PROFILE, &target]);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains(&format!("{target}:")) && err.contains("by `file` or `env`"), "{err}");
        assert_no_canary(&[PASSWORD, CPR], &BTreeMap::new(), &[&err]);
    }
}

// Replay and verify

#[test]
fn replay_and_verify_agree_with_what_was_run() {
    let _ = (&*SEALED, &*UNSEALED, &*DEFECTS_FOUND);
    for bundle in [GOOD.text("sealed"), GOOD.text("unsealed"), DEFECTIVE.text("found")] {
        let (code, out, err) = run(&["replay", &bundle, "--format", "json"]);
        assert_eq!((code, err.as_str()), (0, ""), "{bundle}: {out}");
        let answer: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&answer["agrees"], &answer["reported"]), (&true.into(), &answer["recomputed"]));
    }
    let (code, answer) = verify(&GOOD.path("sealed"), &["--trust", &root()]);
    assert_eq!((code, statements(&answer, "refuted")), (0, BTreeSet::new()), "{answer:#}");
    for (world, bundle) in [(&*GOOD, "unsealed"), (&*DEFECTIVE, "found")] {
        let (code, answer) = verify(&world.path(bundle), &[]);
        assert_eq!((code, statements(&answer, "refuted")), (3, BTreeSet::new()), "{answer:#}");
    }
    let (code, out, _) = run(&["verify", &GOOD.text("unsealed"), "--lang", "en"]);
    assert_eq!(code, 3);
    assert!(out.to_lowercase().contains("unsealed") || out.contains("not sealed"), "{out}");
}

/// What somebody does to a bundle.
type Change = Box<dyn Fn(&Path)>;

/// A copy of the defective system's unsealed bundle, changed.
fn tampered(change: impl Fn(&Path)) -> tempfile::TempDir {
    let _ = &*DEFECTS_FOUND;
    let folder = tempfile::tempdir().unwrap();
    copy(&DEFECTIVE.path("found"), folder.path());
    change(folder.path());
    folder
}

#[test]
fn a_changed_verdict_of_an_unsealed_bundle_is_refuted_by_recomputation() {
    let folder = tampered(|bundle| {
        let path = bundle.join("report.json");
        let mut report: kravprobe::report::v1::Report = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        for result in &mut report.results {
            result.verdict = kravprobe::verdict::Verdict::Pass;
            for check in &mut result.checks {
                check.verdict = kravprobe::verdict::Verdict::Pass;
            }
        }
        report.aggregate.decision = kravprobe::aggregate::Decision::Accepted;
        // A careful forger computes the digest of the results anew and renders anew.
        report.replay.results_digest =
            kravprobe::report::build::results_digest(&report.requirements, &report.results, &report.aggregate).unwrap();
        std::fs::write(path, kravprobe::canonical::bytes(&report).unwrap()).unwrap();
        for (path, rendering) in kravprobe::render::all(&report).unwrap() {
            std::fs::write(bundle.join(path), rendering).unwrap();
        }
    });
    let (code, out, _) = run(&["replay", folder.path().to_str().unwrap(), "--lang", "en"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("I-08.1: reported pass, recomputed fail"), "{out}");
    assert!(out.contains("aggregate: reported accepted, recomputed not-accepted"), "{out}");
    let (code, answer) = verify(folder.path(), &[]);
    assert_eq!((code, statements(&answer, "refuted")), (1, BTreeSet::from(["recomputation".to_owned()])));
}

#[test]
fn missing_changed_and_foreign_members_are_found() {
    let remove = |name: &'static str| move |bundle: &Path| std::fs::remove_file(bundle.join(name)).unwrap();
    let first_evidence = |bundle: &Path| {
        let mut names: Vec<_> =
            std::fs::read_dir(bundle.join("evidence")).unwrap().map(|e| e.unwrap().path()).collect();
        names.sort();
        names.swap_remove(0)
    };
    let cases: [(&str, Change, bool); 5] = [
        ("a subject is gone", Box::new(remove("subjects/0000.json")), false),
        ("evidence is gone", Box::new(move |bundle| std::fs::remove_file(first_evidence(bundle)).unwrap()), false),
        ("evidence is changed", Box::new(move |bundle| std::fs::write(first_evidence(bundle), b"x").unwrap()), false),
        ("a foreign file", Box::new(|bundle| std::fs::write(bundle.join("evidence/foreign.txt"), b"x").unwrap()), true),
        (
            "a milder profile",
            Box::new(|bundle| {
                let path = bundle.join("profile/00-i-08-passive.toml");
                let text = std::fs::read_to_string(&path).unwrap();
                std::fs::write(path, text.replace("level = \"must\"", "level = \"may\"")).unwrap();
            }),
            false,
        ),
    ];
    for (what, change, replays) in cases {
        let folder = tampered(change);
        let (code, answer) = verify(folder.path(), &[]);
        assert_eq!(code, 1, "{what}: {answer:#}");
        assert!(statements(&answer, "refuted").contains("members"), "{what}: {answer:#}");
        let (code, out, err) = run(&["replay", folder.path().to_str().unwrap()]);
        assert_eq!(code == 0, replays, "{what}: {out}{err}");
        assert!(code != 4 && err.trim().lines().count() <= 1, "{what}: {err}");
    }
}

//! Files and places that cannot be used: one clear error that names them, the right exit code, nothing half-written.

use crate::run::{AT, World, hidden};
use crate::support::{kravprobe, run, unpack};
use openssl::pkcs12::Pkcs12;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static WORLD: LazyLock<World> = LazyLock::new(|| World::new(false));

/// Every way to hand a file to the program: what the file is, and the arguments around it.
fn ways(file: &str) -> Vec<(&'static str, Vec<String>)> {
    let owned = |arguments: &[&str]| arguments.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>();
    let (target, leaf, out) = (WORLD.target(), WORLD.text("system/signing.pem"), WORLD.text("never"));
    let key = WORLD.system.seal_key.to_str().unwrap();
    let certificate = WORLD.system.seal_certificate.to_str().unwrap();
    let running = ["run", "i-08-passive", &target, "--out", &out, "--offline", "--at", AT];
    let with = |more: &[&str]| owned(&[&running[..], more].concat());
    let inspecting = ["inspect", "certificate", &leaf, "--offline", "--at", AT];
    let inspect = |more: &[&str]| owned(&[&inspecting[..], more].concat());
    vec![
        ("certificate", owned(&["inspect", "certificate", file, "--offline", "--quiet", "--at", AT])),
        ("metadata", owned(&["inspect", "metadata", file, "--offline", "--quiet", "--at", AT])),
        ("supplied", inspect(&["--quiet", "--supplied", file])),
        ("crl", inspect(&["--quiet", "--crl", file])),
        ("ocsp", inspect(&["--quiet", "--ocsp-response", file])),
        ("password", inspect(&["--quiet", "--password-file", file])),
        ("anchor", inspect(&["--quiet", "--environment", "local", "--anchor", file])),
        ("profile", owned(&["profile", "check", file])),
        ("profile of a plan", owned(&["plan", file, &target])),
        ("target", owned(&["plan", "i-08-passive", file])),
        ("target of a run", owned(&["run", "i-08-passive", file, "--out", &out])),
        ("waivers", with(&["--waivers", file])),
        ("p12", with(&["--seal-p12", file])),
        ("key", with(&["--seal-key", file, "--seal-cert", certificate])),
        ("seal certificate", with(&["--seal-key", key, "--seal-cert", file])),
        ("bundle to verify", owned(&["verify", file])),
        ("bundle to replay", owned(&["replay", file])),
        ("trust", owned(&["verify", WORLD.path("system").to_str().unwrap(), "--trust", file])),
    ]
}

/// Runs the program; it must end soon, whatever the input.
fn soon(arguments: &[String]) -> (i32, String, String) {
    let started = Instant::now();
    let mut child =
        kravprobe().args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_mins(1) {
            child.kill().unwrap();
            panic!("still running after a minute: {arguments:?}");
        }
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(5));
    }
    unpack(&child.wait_with_output().unwrap())
}

/// Exit code 2 and exactly one error that names the file.
fn refused(what: &str, arguments: &[String], file: &str) -> String {
    let (code, out, err) = soon(arguments);
    assert_eq!((code, out.as_str()), (2, ""), "{what} {arguments:?}: {err}");
    assert_eq!(err.matches("kravprobe: ").count(), 1, "{what}: {err}");
    assert_eq!(err.trim().lines().count(), 1, "{what}: {err}");
    assert!(err.contains(file), "{what}: {err}");
    assert!(!WORLD.path("never").exists() && !hidden(WORLD.path("").as_path()), "{what} left something behind");
    err
}

#[test]
fn a_missing_an_empty_and_a_wrong_kind_of_file_are_refused_everywhere() {
    let directory = WORLD.text("a-directory");
    std::fs::create_dir_all(&directory).unwrap();
    let pipe = WORLD.text("a-pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let cases = [WORLD.text("missing"), WORLD.write("empty", ""), directory, pipe, "/dev/zero".to_owned()];
    for file in cases {
        for (what, arguments) in ways(&file) {
            // The password is read when a file needs it; nothing about PEM does.
            if what == "password" && soon(&arguments).0 == 1 {
                continue;
            }
            refused(what, &arguments, &file);
        }
    }
}

#[test]
fn binary_junk_is_refused_everywhere() {
    let junk: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let file = WORLD.write("junk", [&[0xff, 0x00, 0xfe][..], &junk].concat());
    for (what, arguments) in ways(&file) {
        if what != "password" {
            refused(what, &arguments, &file);
        }
    }
}

#[test]
fn a_file_of_200_megabytes_is_refused_everywhere_at_once() {
    let file = WORLD.text("huge");
    File::create(&file).unwrap().set_len(200 << 20).unwrap();
    for (what, arguments) in ways(&file) {
        if what == "password" {
            continue;
        }
        let started = Instant::now();
        refused(what, &arguments, &file);
        assert!(started.elapsed() < Duration::from_secs(20), "{what}");
    }
}

#[test]
fn hostile_metadata_is_a_verdict_and_quick() {
    let document = std::fs::read_to_string(WORLD.path("system/metadata.xml")).unwrap();
    let start = document.find("<EntityDescriptor").unwrap();
    let with_dtd = |dtd: &str| format!("{}{dtd}\n{}", &document[..start], &document[start..]);
    let bomb = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/metadata/hostile/billion-laughs.xml");
    let files = [
        WORLD.write("dtd.xml", with_dtd("<!DOCTYPE EntityDescriptor>")),
        WORLD.write("xxe.xml", with_dtd("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>")),
        WORLD.write("cut.xml", &document[..document.len() / 2]),
        bomb.to_owned(),
    ];
    for file in files {
        let arguments = ["inspect", "metadata", &file, "--offline", "--at", AT, "--format", "json"];
        let started = Instant::now();
        let (code, out, err) = soon(&arguments.map(str::to_owned));
        assert_eq!((code, err.as_str()), (1, ""), "{file}: {out}");
        assert!(started.elapsed() < Duration::from_secs(20), "{file}");
        let answers: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
        let results = answers[0]["results"].as_array().unwrap();
        let failed: Vec<_> = results.iter().filter(|r| r["verdict"] == "fail").map(|r| &r["check"]).collect();
        assert_eq!(failed, ["metadata.well-formed"], "{file}");
        assert!(!results.iter().any(|r| r["verdict"] == "pass"), "{file}");
    }
    // What passes the program's own bounds breaks no rule, and is not accepted either.
    let deep = WORLD.write("deep.xml", "<a>".repeat(200_000));
    let arguments = ["inspect", "metadata", &deep, "--offline", "--at", AT, "--format", "json"];
    let (code, out, err) = soon(&arguments.map(str::to_owned));
    assert_eq!((code, err.as_str()), (3, ""), "{out}");
    assert!(!out.contains("\"pass\"") && !out.contains("\"fail\"") && out.contains("\"inconclusive\""), "{out}");
}

#[test]
fn a_certificate_with_trailing_bytes_or_cut_short_is_a_verdict() {
    let pem = std::fs::read(WORLD.path("system/signing.pem")).unwrap();
    let der = openssl::x509::X509::from_pem(&pem).unwrap().to_der().unwrap();
    for (name, bytes) in [("trailing.der", [&der[..], b"\0\0"].concat()), ("cut.der", der[..der.len() - 9].to_vec())] {
        let file = WORLD.write(name, bytes);
        let (code, out, err) = run(&["inspect", "certificate", &file, "--offline", "--at", AT, "--format", "json"]);
        assert_eq!((code, err.as_str()), (1, ""), "{name}: {out}");
        let answers: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
        let results = answers[0]["results"].as_array().unwrap();
        let encoding = results.iter().find(|r| r["check"] == "certificate.der-encoding").unwrap();
        assert_eq!(encoding["verdict"], "fail", "{name}");
    }
}

#[test]
fn a_pkcs12_file_without_or_with_the_wrong_password_is_one_error() {
    let pem = std::fs::read(WORLD.path("system/signing.pem")).unwrap();
    let leaf = openssl::x509::X509::from_pem(&pem).unwrap();
    let keys = kravprobe::vendor::pki::ExampleKeys::shipped().unwrap();
    let key = keys.get(kravprobe::vendor::pki::Key::System);
    let p12 = Pkcs12::builder().name("x").pkey(key).cert(&leaf).build2("Det-rigtige-kodeord-1").unwrap();
    let file = WORLD.write("protected.p12", p12.to_der().unwrap());
    let wrong = WORLD.write("wrong.txt", "Det-forkerte-kodeord-2");
    let inspect = ["inspect", "certificate", &file, "--offline", "--at", AT].map(str::to_owned).to_vec();
    assert!(refused("p12", &inspect, &file).contains("needs a password"));
    let with_wrong = [inspect, vec!["--password-file".to_owned(), wrong]].concat();
    let err = refused("p12", &with_wrong, &file);
    assert!(err.contains("does not open") && !err.contains("kodeord-2"), "{err}");
}

#[test]
fn mistakes_in_profiles_and_targets_are_placed() {
    let profile = |text: &str| {
        format!(
            "schema = 1\nid = \"own\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2026-11-01\"\n\
             title = {{ da = \"Egen\", en = \"Own\" }}\n{text}"
        )
    };
    let unknown = WORLD.write("unknown-key.toml", profile("lvel = \"must\"\n"));
    let own = WORLD.write("cycle.toml", profile("[[include]]\nprofile = \"./cycle.toml\"\n"));
    let target = WORLD.target_with("unknown", |text| text.replace("purpose = \"browser\"", "purpose = \"browsr\""));
    let none = WORLD.write("no-requirements.toml", profile(""));
    let out = WORLD.text("never");
    let cases: [(&[&str], &str); 4] = [
        (&["run", &unknown, &WORLD.target(), "--out", &out], "unknown-key.toml:7:1"),
        (&["run", &own, &WORLD.target(), "--out", &out], "cycle"),
        (&["run", "i-08-passive", &target, "--out", &out], "did you mean `browser`?"),
        (&["run", &none, &WORLD.target(), "--out", &out], "has no requirements"),
    ];
    for (arguments, wanted) in cases {
        let (code, printed, err) = run(arguments);
        assert_eq!((code, printed.as_str()), (2, ""), "{err}");
        assert_eq!(err.matches("kravprobe: ").count(), 1, "{err}");
        assert!(err.contains(wanted), "{err}");
        assert!(!WORLD.path("never").exists());
    }
}

#[test]
fn a_place_that_is_taken_or_cannot_be_written_is_refused() {
    let taken = WORLD.text("taken");
    std::fs::create_dir_all(&taken).unwrap();
    std::fs::write(WORLD.path("taken").join("mine.txt"), "mine").unwrap();
    let file = WORLD.write("taken.zip", "mine");
    let below = format!("{}/report", WORLD.target());
    let running = |out: &str| {
        ["run", "i-08-passive", &WORLD.target(), "--out", out, "--offline", "--at", AT].map(str::to_owned).to_vec()
    };
    let places = [taken.as_str(), &file, &below, "/proc/report", "/proc/report.zip", "/nowhere/at/all/report"];
    for place in places {
        let err = refused("place", &running(place), place);
        assert!(!err.contains(".kravprobe-"), "{err}");
    }
    assert_eq!(std::fs::read(WORLD.path("taken").join("mine.txt")).unwrap(), b"mine");
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

/// Runs the program with a limit on the size of files (KiB), so that writing fails as on a full disk.
fn with_full_disk(limit: u64, arguments: &[&str]) -> (i32, String, String) {
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
    let mut command = Command::new("bash");
    command.args(["-c", &script, "bash", env!("CARGO_BIN_EXE_kravprobe")]).args(arguments);
    unpack(&command.output().expect("these tests need bash"))
}

#[test]
fn a_full_disk_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // Evidence, a member, and the archive itself are too large in turn.
    for limit in [1, 16, 200, 400] {
        for name in ["report", "report.zip"] {
            let out = folder.path().join(name);
            let out = out.to_str().unwrap();
            let (code, printed, err) =
                with_full_disk(limit, &["run", "i-08-passive", &WORLD.target(), "--out", out, "--offline", "--at", AT]);
            assert_eq!((code, printed.as_str()), (2, ""), "{limit} KiB: {err}");
            assert!(err.contains(out) && err.trim().lines().count() == 1, "{limit} KiB: {err}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{limit} KiB, {name}");
        }
    }
    let target = folder.path().join("target.toml");
    let (code, _, err) = with_full_disk(1, &["init", target.to_str().unwrap()]);
    assert_eq!((code, err.trim().lines().count()), (2, 1), "{err}");
    assert!(!target.exists());
}

/// A certificate with 30 kB of noise in an extension (PEM).
fn bulky_certificate(name: &str) -> Vec<u8> {
    let key = openssl::pkey::PKey::generate_ed25519().unwrap();
    let mut state = name.bytes().fold(1_u64, |state, byte| state * 31 + u64::from(byte));
    let noise: Vec<_> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(30_000)
    .collect();
    let oid = openssl::asn1::Asn1Object::from_str("1.3.6.1.4.1.99999.1").unwrap();
    let contents = openssl::asn1::Asn1OctetString::new_from_bytes(&noise).unwrap();
    let mut names = openssl::x509::X509Name::builder().unwrap();
    names.append_entry_by_text("CN", name).unwrap();
    let names = names.build();
    let mut builder = openssl::x509::X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&names).unwrap();
    builder.set_issuer_name(&names).unwrap();
    builder.set_not_before(&openssl::asn1::Asn1Time::from_str("20260101000000Z").unwrap()).unwrap();
    builder.set_not_after(&openssl::asn1::Asn1Time::from_str("20280101000000Z").unwrap()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.append_extension(openssl::x509::X509Extension::new_from_der(&oid, false, &contents).unwrap()).unwrap();
    builder.sign(&key, openssl::hash::MessageDigest::null()).unwrap();
    builder.build().to_pem().unwrap()
}

#[test]
fn a_full_archive_leaves_nothing() {
    // Members that each fit, in an archive that does not: certificates with noise in them, which does not compress.
    let folder = tempfile::tempdir().unwrap();
    let bulky = ["one", "two", "three"].map(|name| WORLD.write(&format!("{name}.pem"), bulky_certificate(name)));
    let target = WORLD.target_with("bulky", |text| {
        text.replacen(
            "role = \"signing\"\nkind = \"system\"\nsupplied = [",
            &format!(
                "role = \"signing\"\nkind = \"system\"\nsupplied = [{}, ",
                format!("{bulky:?}").trim_matches(['[', ']'])
            ),
            1,
        )
    });
    let profile = WORLD.write(
        "small.toml",
        "schema = 1\nid = \"small\"\nversion = \"1.0.0\"\nstatus = \"effective\"\nvalid_from = \"2026-11-01\"\n\
         title = { da = \"Lille\", en = \"Small\" }\n[[requirement]]\nid = \"R1\"\nlevel = \"must\"\ncategory = \"A\"\n\
         basis = \"contract\"\ntitle = { da = \"Krav\", en = \"Requirement\" }\n\
         source = { document = \"Kontrakt\", section = \"1\" }\ndeclaration = \"nsis-level\"\n",
    );
    let out = folder.path().join("report.zip");
    let run_with = |limit| {
        let arguments = ["run", &profile, &target, "--out", out.to_str().unwrap(), "--offline", "--at", AT];
        with_full_disk(limit, &arguments)
    };
    let (code, _, err) = run_with(10_000);
    assert_eq!(code, 0, "{err}");
    let archive = std::fs::metadata(&out).unwrap().len();
    let mut whole = zip::ZipArchive::new(File::open(&out).unwrap()).unwrap();
    let largest = (0..whole.len()).map(|n| whole.by_index(n).unwrap().size()).max().unwrap();
    assert!(archive > largest + 4096, "{archive} {largest}");
    std::fs::remove_file(&out).unwrap();
    // Just enough for every member; the archive breaks off late, and at its very end.
    for limit in [largest / 1024 + 1, archive / 1024 - 2, archive / 1024] {
        let (code, printed, err) = run_with(limit);
        assert_eq!((code, printed.as_str()), (2, ""), "{limit} KiB: {err}");
        assert_eq!(err.trim().lines().count(), 1, "{limit} KiB: {err}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{limit} KiB: {err}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault_and_a_full_disk_is() {
    let leaf = WORLD.text("system/signing.pem");
    let commands: [&[&str]; 5] = [
        &["explain"],
        &["completions", "bash"],
        &["profile", "show", "i-08-passive"],
        &["plan", "i-08-passive", &WORLD.target(), "--format", "json"],
        &["inspect", "certificate", &leaf, &leaf, "--offline", "--at", AT, "--format", "json"],
    ];
    for arguments in commands {
        let mut child = kravprobe().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let (code, _, err) = unpack(&child.wait_with_output().unwrap());
        assert!(matches!(code, 0 | 1) && err.is_empty() && !first.is_empty(), "{arguments:?}: {code} {err}");

        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, _, err) = unpack(&kravprobe().args(arguments).stdout(full).output().unwrap());
        assert_eq!((code, err.trim().lines().count()), (2, 1), "{arguments:?}: {err}");
        assert!(err.contains("standard output"), "{err}");
    }
}

#[test]
fn arguments_that_are_no_text_are_no_panic() {
    let odd = std::ffi::OsStr::from_bytes(b"odd-\xff.pem");
    let path = WORLD.path("").join(odd);
    let run_with = |arguments: &[&std::ffi::OsStr]| {
        let output = kravprobe().args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let words = |text: &'static str| text.split(' ').map(std::ffi::OsStr::new).collect::<Vec<_>>();
    for (arguments, last) in [
        (words("inspect certificate --offline"), path.as_os_str()),
        (words("inspect metadata --offline"), path.as_os_str()),
        (words("plan oces3"), path.as_os_str()),
        (words("verify"), path.as_os_str()),
        (words("replay"), path.as_os_str()),
        (words("explain"), odd),
        (words("profile check"), odd),
        (vec![], odd),
    ] {
        let (code, err) = run_with(&[arguments.clone(), vec![last]].concat());
        assert_eq!(code, Some(2), "{arguments:?}: {err}");
        assert!(!err.is_empty() && !err.contains("panicked"), "{err}");
    }
    // A file may have such a name.
    std::fs::copy(WORLD.path("system/signing.pem"), &path).unwrap();
    let arguments = [words("inspect certificate --offline --format json --at"), words(AT)].concat();
    let output = kravprobe().args(arguments).arg(Path::new(&path)).output().unwrap();
    let answers: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(answers[0]["file"].as_str().unwrap().ends_with("odd-\u{fffd}.pem"));
}

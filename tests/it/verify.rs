//! A sealed bundle, verified as it is and with each member changed.

use crate::support::run;
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Name};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const AT: &str = "2025-12-01T12:00:00Z";

fn key() -> PKey<Private> {
    let group = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap()
}

fn certificate(name: &str, key: &PKey<Private>, issuer: Option<(&X509, &PKey<Private>)>) -> X509 {
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_text("O", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&Asn1Integer::from_bn(&BigNum::from_u32(7).unwrap()).unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(issuer.map_or(&subject, |(certificate, _)| certificate.subject_name())).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_str("20250101000000Z").unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str("20280101000000Z").unwrap()).unwrap();
    if issuer.is_none() {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build().unwrap()).unwrap();
    } else {
        builder.append_extension(KeyUsage::new().critical().digital_signature().build().unwrap()).unwrap();
    }
    builder.sign(issuer.map_or(key, |(_, key)| key), MessageDigest::sha256()).unwrap();
    builder.build()
}

struct Sealed {
    folder: tempfile::TempDir,
}

impl Sealed {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }
}

/// A target with a certificate and metadata, run once for all tests, sealed as a directory and as a zip file.
static SEALED: LazyLock<Sealed> = LazyLock::new(|| {
    let sealed = Sealed { folder: tempfile::tempdir().unwrap() };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let leaf = fixtures.join("certificates/production/system-KLA-EXTTEST-Klassifikation-1-17745a3d.pem");
    std::fs::copy(leaf, sealed.path("leaf.pem")).unwrap();
    std::fs::write(
        sealed.path("target.toml"),
        r#"
schema = 1
environment = "external-test"
allowed_hosts = []
[system]
name = "Eksempel Fagsystem"
[parties.customer]
name = "Eksempel Kommune"
[parties.supplier]
name = "Eksempel Leverandør A/S"
[[certificate]]
name = "signering"
file = "leaf.pem"
role = "signing"
"#,
    )
    .unwrap();
    let (root_key, seal_key) = (key(), key());
    let root = certificate("Eksempel rod", &root_key, None);
    let leaf = certificate("Eksempel Kommune", &seal_key, Some((&root, &root_key)));
    std::fs::write(sealed.path("root.pem"), root.to_pem().unwrap()).unwrap();
    std::fs::write(sealed.path("seal.pem"), [leaf.to_pem().unwrap(), root.to_pem().unwrap()].concat()).unwrap();
    std::fs::write(sealed.path("seal.key"), seal_key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    for out in ["bundle", "bundle.zip"] {
        let (code, _, err) = run(&[
            "run",
            "oces3",
            &sealed.text("target.toml"),
            "--out",
            &sealed.text(out),
            "--offline",
            "--at",
            AT,
            "--seal-key",
            &sealed.text("seal.key"),
            "--seal-cert",
            &sealed.text("seal.pem"),
            "--allow-example-seal",
        ]);
        assert!(matches!(code, 0 | 1 | 3), "{code}: {err}");
    }
    let (code, _, err) =
        run(&["run", "oces3", &sealed.text("target.toml"), "--out", &sealed.text("unsealed"), "--offline", "--at", AT]);
    assert!(matches!(code, 0 | 1 | 3), "{code}: {err}");
    sealed
});

fn verify(place: &Path) -> (i32, serde_json::Value) {
    let root = SEALED.text("root.pem");
    let (code, out, err) = run(&["verify", place.to_str().unwrap(), "--trust", &root, "--format", "json"]);
    (code, serde_json::from_str(&out).unwrap_or_else(|_| serde_json::Value::String(err)))
}

/// In this process, because it is asked many times. A bundle that cannot be read does not hold.
fn holds(place: &Path) -> bool {
    let trust = kravprobe::seal::Trust::from_file(&SEALED.path("root.pem")).unwrap();
    match kravprobe::report::verify::verify(place, &trust, None) {
        Ok(verified) => verified.holds,
        Err(error) => {
            assert_eq!(error.exit_code(), 2, "{error}");
            false
        }
    }
}

fn with(answer: &serde_json::Value, proof: &str) -> Vec<String> {
    let statements = answer["statements"].as_array().map(Vec::as_slice).unwrap_or_default();
    statements.iter().filter(|s| s["proof"] == proof).map(|s| s["id"].as_str().unwrap().to_owned()).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn the_report_is_written_again_in_either_language_unless_something_is_refuted() {
    let folder = tempfile::tempdir().unwrap();
    let root = SEALED.text("root.pem");
    let write = |bundle: &Path, language: &str, name: &str| {
        let out = folder.path().join(name);
        let (bundle, file) = (bundle.to_str().unwrap(), out.to_str().unwrap());
        let (code, _, errors) = run(&["verify", bundle, "--trust", &root, "--html", file, "--lang", language]);
        (code, std::fs::read_to_string(&out).unwrap_or_default(), errors)
    };
    let bundle = SEALED.path("bundle");
    let kept = std::fs::read_to_string(bundle.join("report.html")).unwrap();
    assert_eq!(write(&bundle, "da", "da.html").1, kept);
    let (_, english, _) = write(&bundle, "en", "en.html");
    assert!(english.contains("<html lang=\"en\"") && english != kept);
    let (code, _, errors) = write(&bundle, "en", "en.html");
    assert!(code == 2 && errors.contains("exists already"), "{code} {errors}");
    let broken = folder.path().join("broken");
    copy(&bundle, &broken);
    std::fs::write(broken.join("report.html"), "another").unwrap();
    assert_eq!(write(&broken, "en", "broken.html"), (1, String::new(), String::new()));
}

#[test]
fn an_unchanged_bundle_holds_as_directory_as_zip_and_as_sealed_report_alone() {
    for place in ["bundle", "bundle.zip"] {
        let (code, answer) = verify(&SEALED.path(place));
        assert_eq!((code, &answer["holds"]), (0, &true.into()), "{place}: {answer:#}");
        let proven = with(&answer, "proven");
        for id in
            ["report-form", "sealed-report", "seal-signature", "seal-path", "members", "renderings", "recomputation"]
        {
            assert!(proven.contains(&id.to_owned()), "{place}: {id} in {answer:#}");
        }
        assert_eq!(with(&answer, "not-proven"), ["seal-example", "seal-time", "seal-revocation", "declared"]);
    }
    let (code, answer) = verify(&SEALED.path("bundle").join("report.jades.json"));
    assert_eq!(code, 0, "{answer:#}");
    assert!(with(&answer, "not-proven").contains(&"bundle".to_owned()), "the evidence was not looked at");
}

#[test]
fn without_the_example_root_the_sealer_is_not_shown() {
    let (code, out, _) = run(&["verify", &SEALED.text("bundle"), "--format", "json"]);
    assert_eq!(code, 1);
    assert_eq!(with(&serde_json::from_str(&out).unwrap(), "refuted"), ["seal-path"]);
    let (code, out, _) = run(&["verify", &SEALED.text("bundle")]);
    assert_eq!(code, 1);
    assert!(out.contains("MODBEVIST") && out.contains("beviser ikke, hvornår"), "{out}");
}

#[test]
fn an_unsealed_bundle_says_so() {
    let (code, answer) = verify(&SEALED.path("unsealed"));
    assert_eq!(code, 3, "nothing is refuted, and nothing shows who made it: {answer:#}");
    assert_eq!(with(&answer, "not-proven"), ["seal", "declared"]);
}

#[test]
fn a_changed_byte_in_any_member_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    copy(&SEALED.path("bundle"), &bundle);
    let mut members = Vec::new();
    files(&bundle, &mut members);
    assert!(members.len() >= 10, "{members:?}");
    for member in members {
        let good = std::fs::read(&member).unwrap();
        for (place, bit) in [(0, 0), (good.len() / 3, 2), (good.len() * 2 / 3, 5), (good.len() - 1, 1)] {
            let mut bad = good.clone();
            bad[place] ^= 1 << bit;
            std::fs::write(&member, bad).unwrap();
            assert!(!holds(&bundle), "byte {place} of {}", member.display());
        }
        std::fs::write(&member, good).unwrap();
    }
    assert!(holds(&bundle), "all put back");
}

#[test]
fn a_missing_and_an_extra_member_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    copy(&SEALED.path("bundle"), &bundle);
    let mut members = Vec::new();
    files(&bundle, &mut members);
    for member in members {
        let good = std::fs::read(&member).unwrap();
        std::fs::remove_file(&member).unwrap();
        assert!(!holds(&bundle), "{} removed", member.display());
        std::fs::write(&member, good).unwrap();
    }
    std::fs::write(bundle.join("evidence/extra.txt"), b"x").unwrap();
    let (code, answer) = verify(&bundle);
    assert_eq!((code, with(&answer, "refuted")), (1, vec!["members".to_owned()]));
}

/// What a forger without the key can do: change the verdict everywhere consistently.
#[test]
fn a_rewritten_report_is_refuted_by_seal_and_recomputation() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    copy(&SEALED.path("bundle"), &bundle);
    let path = bundle.join("report.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let forged = text.replacen("\"verdict\":\"not-tested\"", "\"verdict\":\"pass\"", 1);
    assert_ne!(forged, text);
    std::fs::write(&path, forged).unwrap();
    let (code, answer) = verify(&bundle);
    assert_eq!(code, 1);
    let refuted = with(&answer, "refuted");
    for id in ["sealed-report", "recomputation"] {
        assert!(refuted.contains(&id.to_owned()), "{answer:#}");
    }
}

#[test]
fn what_is_no_bundle_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let junk = folder.path().join("junk.zip");
    std::fs::write(&junk, b"junk").unwrap();
    let json = folder.path().join("report.jades.json");
    std::fs::write(&json, b"{}").unwrap();
    let missing = folder.path().join("missing");
    for place in [&junk, &json, &missing, &folder.path().to_owned()] {
        let (code, out, err) = run(&["verify", place.to_str().unwrap()]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert_eq!(err.trim().lines().count(), 1, "{err}");
    }
}

/// Metadata with a CPR number in a comment: the number is removed, so what rests on the original bytes is attested.
#[test]
fn what_redaction_made_unrepeatable_is_attested_and_says_so() {
    const CPR: &str = "010170-1234";
    let folder = tempfile::tempdir().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let metadata = std::fs::read_to_string(fixtures.join("metadata/ch2-sp-signed.xml")).unwrap();
    std::fs::write(folder.path().join("sp.xml"), format!("{metadata}<!-- {CPR} -->")).unwrap();
    let target = std::fs::read_to_string(SEALED.path("target.toml")).unwrap();
    let (head, _) = target.split_once("[[certificate]]").unwrap();
    let target = format!("{head}[[metadata]]\nname = \"sp\"\nfile = \"sp.xml\"\n");
    std::fs::write(folder.path().join("target.toml"), target).unwrap();
    let text = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (code, out, err) =
        run(&["run", "sp-metadata", &text("target.toml"), "--out", &text("out"), "--offline", "--at", AT]);
    assert!(matches!(code, 0 | 1 | 3), "{code}: {err}");
    assert!(!out.contains(CPR));
    let (code, answer) = verify(&folder.path().join("out"));
    assert_eq!(code, 3, "unsealed: {answer:#}");
    assert!(with(&answer, "not-proven").contains(&"attested".to_owned()), "{answer:#}");
    assert!(with(&answer, "proven").contains(&"recomputation".to_owned()));
    let mut members = Vec::new();
    files(&folder.path().join("out"), &mut members);
    for member in members {
        let bytes = std::fs::read(&member).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(CPR), "{}", member.display());
    }
}

/// A file system that takes no more, as a limit on file sizes gives it, and places that cannot be written to.
#[cfg(unix)]
#[test]
fn a_bundle_that_cannot_be_written_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let entries = || std::fs::read_dir(folder.path()).unwrap().count();
    let command = "trap '' XFSZ; ulimit -f 1; exec \"$@\"";
    for out in ["full", "full.zip"] {
        let output = std::process::Command::new("sh")
            .args(["-c", command, "sh", env!("CARGO_BIN_EXE_kravprobe"), "run", "oces3", &SEALED.text("target.toml")])
            .args(["--offline", "--at", AT, "--out"])
            .arg(folder.path().join(out))
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert_eq!(error.trim().lines().count(), 1, "{error}");
        assert!(error.contains("File too large"), "{error}");
        assert_eq!(entries(), 0, "{error}");
    }
    for out in ["no/such/folder/out", "/dev/null/out", &SEALED.text("bundle"), &SEALED.text("bundle.zip")] {
        let place = folder.path().join(out);
        let arguments = ["run", "oces3", &SEALED.text("target.toml"), "--offline", "--at", AT, "--out"];
        let (code, _, error) = run(&[&arguments[..], &[place.to_str().unwrap()]].concat());
        assert_eq!((code, error.trim().lines().count()), (2, 1), "{error}");
        assert_eq!(entries(), 0);
    }
}

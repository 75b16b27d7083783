//! `kravprobe inspect certificate|metadata`: files without a target.

use crate::run::{AT, World};
use crate::support::{kravprobe, run, unpack};
use kravprobe::vendor::pki::{ExampleKeys, Key};
use openssl::pkcs12::Pkcs12;
use openssl::x509::X509;
use serde_json::Value;
use std::sync::LazyLock;

static WORLD: LazyLock<World> = LazyLock::new(|| World::new(false));
static DEFECTIVE: LazyLock<World> = LazyLock::new(|| World::new(true));

fn file(world: &World, name: &str) -> String {
    world.text(&format!("system/{name}"))
}

/// Inspects files of the example system's environment; the answers for the signing certificate are supplied.
fn inspect(world: &World, what: &str, files: &[&str], more: &[&str]) -> (i32, String, String) {
    let (root, issuing) = (file(world, "root-ca.pem"), file(world, "issuing-ca.pem"));
    let mut arguments = vec!["inspect", what];
    arguments.extend(files);
    arguments.extend(["--environment", "local", "--anchor", &root, "--supplied", &issuing, "--at", AT, "--offline"]);
    arguments.extend(more);
    run(&arguments)
}

fn json(world: &World, what: &str, files: &[&str], more: &[&str]) -> (i32, Vec<Value>, String) {
    let (code, out, err) = inspect(world, what, files, &[more, &["--format", "json"]].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}")), err)
}

fn verdict<'a>(answer: &'a Value, check: &str) -> &'a str {
    let results = answer["results"].as_array().unwrap();
    let found = results.iter().find(|r| r["check"] == check).unwrap_or_else(|| panic!("no {check}: {answer:#}"));
    found["verdict"].as_str().unwrap()
}

#[test]
fn a_good_certificate_with_its_answers_is_accepted() {
    let (leaf, crl, ocsp) = (file(&WORLD, "signing.pem"), file(&WORLD, "issuing-ca.crl"), file(&WORLD, "signing.ocsp"));
    let supplied = ["--crl", &crl, "--ocsp-response", &ocsp];
    let (code, answers, err) = json(&WORLD, "certificate", &[&leaf], &supplied);
    assert_eq!((code, err.as_str(), answers.len()), (0, "", 1), "{answers:#?}");
    let answer = &answers[0];
    assert_eq!((&answer["file"], &answer["decision"]), (&leaf.as_str().into(), &"accepted".into()));
    assert_eq!((&answer["environment"], &answer["profile"]), (&"local".into(), &"oces3".into()));
    for result in answer["results"].as_array().unwrap() {
        for key in ["check", "verdict", "expected", "observed", "title"] {
            assert!(result[key].is_string(), "{key}: {result:#}");
        }
    }
    for check in ["certificate.revocation", "certificate.ocsp", "certificate.crl", "certificate.chain"] {
        assert_eq!(verdict(answer, check), "pass");
    }
    // One of the two answers is enough for the requirement on revocation.
    for (option, value) in [("--crl", &crl), ("--ocsp-response", &ocsp)] {
        let (code, answers, _) = json(&WORLD, "certificate", &[&leaf], &[option, value]);
        assert_eq!((code, verdict(&answers[0], "certificate.revocation")), (0, "pass"), "{option}");
    }
    // Without any answer nothing is shown.
    let (code, answers, _) = json(&WORLD, "certificate", &[&leaf], &[]);
    assert_eq!((code, verdict(&answers[0], "certificate.revocation")), (3, "not-tested"));
    assert_eq!(answers[0]["decision"], "inconclusive");
}

#[test]
fn pem_der_bundle_and_pkcs12_are_the_same_certificate() {
    let pem = std::fs::read(file(&WORLD, "signing.pem")).unwrap();
    let leaf = X509::from_pem(&pem).unwrap();
    let der = WORLD.write("signing.der", leaf.to_der().unwrap());
    let issuing = std::fs::read(file(&WORLD, "issuing-ca.pem")).unwrap();
    let bundle = WORLD.write("bundle.pem", [issuing, pem].concat());
    let key = ExampleKeys::shipped().unwrap().get(Key::System).clone();
    let p12 = Pkcs12::builder().name("x").pkey(&key).cert(&leaf).build2("Kodeord-til-p12-5").unwrap();
    let p12 = WORLD.write("signing.p12", p12.to_der().unwrap());
    let password = WORLD.write("p12.txt", "Kodeord-til-p12-5\n");
    let pem = file(&WORLD, "signing.pem");
    let crl = file(&WORLD, "issuing-ca.crl");
    let files = [pem.as_str(), &der, &bundle, &p12];
    let (code, answers, err) = json(&WORLD, "certificate", &files, &["--crl", &crl, "--password-file", &password]);
    assert_eq!((code, err.as_str(), answers.len()), (0, "", 4));
    for (answer, file) in answers.iter().zip(files) {
        assert_eq!(answer["file"], file);
        assert_eq!(answer["results"], answers[0]["results"], "{file}");
    }
    let output = kravprobe()
        .env("KRAVPROBE_TEST_P12", "Kodeord-til-p12-5")
        .args(["inspect", "certificate", &p12, "--environment", "local", "--anchor", &file(&WORLD, "root-ca.pem")])
        .args(["--supplied", &file(&WORLD, "issuing-ca.pem"), "--crl", &crl, "--at", AT, "--offline", "--quiet"])
        .args(["--password-env", "KRAVPROBE_TEST_P12"])
        .output()
        .unwrap();
    assert_eq!(unpack(&output), (0, String::new(), String::new()));
}

#[test]
fn an_expired_and_a_revoked_certificate_are_not_accepted() {
    let crl = file(&DEFECTIVE, "issuing-ca.crl");
    for (name, check) in [("signing", "certificate.validity"), ("encryption", "certificate.revocation")] {
        let (leaf, ocsp) = (file(&DEFECTIVE, &format!("{name}.pem")), file(&DEFECTIVE, &format!("{name}.ocsp")));
        let (code, answers, err) =
            json(&DEFECTIVE, "certificate", &[&leaf], &["--crl", &crl, "--ocsp-response", &ocsp]);
        assert_eq!((code, err.as_str()), (1, ""));
        assert_eq!((verdict(&answers[0], check), &answers[0]["decision"]), ("fail", &"not-accepted".into()));
    }
}

#[test]
fn one_unusable_file_does_not_hide_the_others() {
    let leaf = file(&WORLD, "signing.pem");
    let (missing, empty) = (WORLD.text("missing.pem"), WORLD.write("empty.pem", ""));
    let crl = file(&WORLD, "issuing-ca.crl");
    let files = [missing.as_str(), &leaf, &empty, &leaf];
    let (code, answers, err) = json(&WORLD, "certificate", &files, &["--crl", &crl]);
    assert_eq!((code, answers.len(), err.trim().lines().count()), (2, 4, 2), "{err}");
    let decisions: Vec<_> = answers.iter().map(|a| a["decision"].as_str().unwrap()).collect();
    assert_eq!(decisions, ["error", "accepted", "error", "accepted"]);
    for (answer, file) in answers.iter().zip(files) {
        assert_eq!(answer["file"], file);
        assert_eq!(answer["error"].is_string(), answer["decision"] == "error");
        assert!(answer["error"].as_str().is_none_or(|e| e.contains(file)));
    }
    // The gravest counts: a usable, refused file beside an accepted one.
    let refused = file(&DEFECTIVE, "signing.pem");
    let (code, answers, _) = json(&WORLD, "certificate", &[&leaf, &refused], &["--crl", &crl]);
    assert_eq!((code, answers[1]["decision"].as_str()), (1, Some("not-accepted")));
}

#[test]
fn environment_and_anchor_belong_together() {
    let (leaf, root) = (file(&WORLD, "signing.pem"), file(&WORLD, "root-ca.pem"));
    for environment in ["production", "external-test", "nemlogin-test"] {
        let (code, out, err) = run(&["inspect", "certificate", &leaf, "--environment", environment, "--anchor", &root]);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("`local` alone") && err.trim().lines().count() == 1, "{err}");
    }
    let (code, out, err) = run(&["inspect", "certificate", &leaf, "--environment", "local"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("--anchor"), "{err}");
    // In production the example root is nobody.
    let arguments = ["inspect", "certificate", &leaf, "--at", AT, "--offline", "--format", "json"];
    let (code, out, _) = run(&arguments);
    let answers: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!((code, verdict(&answers[0], "certificate.chain")), (1, "fail"));
    for cvr in ["1234567", "123456789", "1234567x", ""] {
        let (code, out, _) = run(&["inspect", "certificate", &leaf, "--cvr", cvr]);
        assert_eq!((code, out.as_str()), (2, ""), "{cvr}");
    }
}

#[test]
fn texts_follow_the_language() {
    let (leaf, crl) = (file(&DEFECTIVE, "signing.pem"), file(&DEFECTIVE, "issuing-ca.crl"));
    let meta = kravprobe::checks::by_id("certificate.validity").unwrap().meta();
    for (language, title, decision) in [("da", meta.title.da, "Ikke godkendt"), ("en", meta.title.en, "Not accepted")] {
        let (code, out, err) = inspect(&DEFECTIVE, "certificate", &[&leaf], &["--crl", &crl, "--lang", language]);
        assert_eq!((code, err.as_str()), (1, ""));
        assert!(out.contains(title) && out.contains(decision), "{out}");
        let (_, answers, _) = json(&DEFECTIVE, "certificate", &[&leaf], &["--crl", &crl, "--lang", language]);
        assert!(answers[0]["results"].as_array().unwrap().iter().any(|r| r["title"] == title));
    }
}

#[test]
fn metadata_is_judged_with_the_certificates_inside() {
    let crl = file(&WORLD, "issuing-ca.crl");
    let document = file(&WORLD, "metadata.xml");
    let (code, answers, err) = json(&WORLD, "metadata", &[&document], &["--crl", &crl]);
    assert_eq!((code, err.as_str()), (0, ""), "{answers:#?}");
    assert_eq!(
        (&answers[0]["profile"], verdict(&answers[0], "metadata.signature-valid")),
        (&"sp-metadata".into(), "pass")
    );
    let inside = answers[0]["results"].as_array().unwrap().iter().filter(|r| r["check"] == "certificate.chain");
    let subjects: Vec<_> = inside.map(|r| r["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects.len(), 3, "{subjects:?}");

    let changed = std::fs::read_to_string(&document).unwrap().replacen("/saml/logout", "/saml/log-out", 1);
    let changed = WORLD.write("changed.xml", changed);
    let (code, answers, err) = json(&WORLD, "metadata", &[&changed, &document], &["--crl", &crl]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_eq!(verdict(&answers[0], "metadata.signature-valid"), "fail");
    assert_eq!(answers[1]["decision"], "accepted");

    let (code, answers, _) = json(&DEFECTIVE, "metadata", &[&file(&DEFECTIVE, "metadata.xml")], &[]);
    assert_eq!((code, verdict(&answers[0], "metadata.slo-http-redirect")), (1, "fail"));
}

#[test]
fn real_certificates_of_the_infrastructure_are_read_in_their_forms() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/certificates");
    let leaf = format!("{fixtures}/production/system-KLA-EXTTEST-Klassifikation-1-17745a3d.pem");
    let bundle = format!("{fixtures}/bundles/KLA_EXTTEST_Klassifikation_1.crt");
    let arguments = ["inspect", "certificate", &leaf, &bundle, "--at", "2025-12-01T12:00:00Z", "--offline"];
    let (code, out, err) = run(&[&arguments[..], &["--environment", "external-test", "--format", "json"]].concat());
    let answers: Vec<Value> = serde_json::from_str(&out).unwrap();
    // Nobody was asked about revocation, so the best that can be said is that it is not decided.
    assert_eq!((code, err.as_str(), answers[0]["decision"].as_str()), (3, "", Some("inconclusive")), "{out}");
    assert_eq!(answers.len(), 2);
}

//! Ways in which nothing shown, or something foreign, could have passed for a proof.

use crate::support::run;
use jiff::civil::date;
use kravprobe::aggregate::{Decision, aggregate, by_requirement};
use kravprobe::check::Parameters;
use kravprobe::checks;
use kravprobe::judge::{CheckResult, judge};
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::plan::Plan;
use kravprobe::profile::Profile;
use kravprobe::report::bundle::BundleReader;
use kravprobe::report::replay::replay;
use kravprobe::report::v1::Report;
use kravprobe::seal::{KeySource, SealingKey, SealingPolicy, Trust, seal};
use kravprobe::subject::{Blob, MetadataSubject, Subject};
use kravprobe::target::Target;
use kravprobe::verdict::{Basis, Environment, Level, Method, Verdict};
use kravprobe::waiver::Waivers;
use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Extension, X509Name};
use std::collections::BTreeMap;
use std::path::Path;

const AT: &str = "2025-12-01T12:00:00Z";

fn profile(requirement: &str) -> Profile {
    let text = format!(
        "schema = 1\nid = \"p\"\nversion = \"1\"\nstatus = \"effective\"\nvalid_from = \"2025-01-01\"\n\
         title = {{ da = \"P\", en = \"P\" }}\n[[requirement]]\nid = \"R\"\nlevel = \"must\"\ncategory = \"A\"\n\
         basis = \"contract\"\ntitle = {{ da = \"R\", en = \"R\" }}\nsource = {{ document = \"d\", section = \"s\" }}\n{requirement}\n"
    );
    Profile::from_texts("p", &BTreeMap::from([("p".to_owned(), text)])).unwrap()
}

fn target(more: &str) -> kravprobe::error::Result<Target> {
    Target::parse(
        "t.toml",
        &format!("schema = 1\nenvironment = \"external-test\"\n[system]\nname = \"Eksempel\"\n{more}\n"),
    )
}

fn result(subject: &str, outcome: Outcome) -> CheckResult {
    CheckResult {
        requirement: "R".into(),
        check: Some("certificate.validity".into()),
        declaration: None,
        subject: Some(subject.into()),
        method: Method::Inspected,
        attested: false,
        parameters: Parameters::default(),
        outcome,
        evidence: Vec::new(),
    }
}

#[test]
fn a_waived_failure_does_not_cover_what_was_never_shown() {
    let profile = profile("[[requirement.check]]\nid = \"certificate.validity\"");
    let waivers = Waivers::parse(
        "w.toml",
        "schema = 1\n[[waiver]]\nid = \"D-1\"\nrequirement = \"R\"\nsubject = \"certificate:old\"\nauthority = \"it-chef\"\n\
         granted = \"2025-01-01\"\nexpires = \"2026-12-31\"\nscope = \"x\"\n",
    )
    .unwrap();
    let failed = || result("certificate:old", Outcome::fail(Reason::Expired, "", ""));
    let decide = |other: Outcome| {
        let results = [failed(), result("certificate:new", other)];
        let verdicts = by_requirement(&profile, &results, &waivers, date(2025, 12, 1));
        assert_eq!(verdicts[0].verdict, Verdict::Fail, "the raw verdict stays");
        aggregate(&profile, &verdicts, &results, true).decision
    };
    assert_eq!(decide(Outcome::pass("", "")), Decision::AcceptedWithRemarks);
    assert_eq!(decide(Outcome::inconclusive(Reason::Unreachable, "", "")), Decision::Inconclusive);
    assert_eq!(decide(Outcome::not_tested(Reason::NotAsked, "", "")), Decision::Inconclusive);
    assert_eq!(decide(Outcome::error("")), Decision::Inconclusive);
    assert_eq!(decide(Outcome::fail(Reason::Expired, "", "")), Decision::NotAccepted);
}

#[test]
fn a_declaration_that_says_no_or_nothing_does_not_meet_a_requirement() {
    let profile = profile("declaration = \"aftale\"");
    let verdict = |value: &str| {
        let text = format!("[[declaration]]\nkind = \"aftale\"\nvalue = {value}\nwho = \"x\"\nwhen = \"2025-11-01\"");
        let target = target(&text).unwrap();
        let plan = Plan::compile(&profile, &target, "");
        judge(&plan, &profile, &target, &[])[0].outcome.verdict
    };
    assert_eq!(verdict("true"), Verdict::Pass);
    assert_eq!(verdict("[\"K-1\", \"K-2\"]"), Verdict::Pass);
    for no in ["false", "\"false\"", "[]", "[\"false\", \"false\"]", "[\"K-1\", \"false\"]"] {
        assert_eq!(verdict(no), Verdict::Fail, "{no}");
    }
    for blank in ["\"\"", "\" \"", "[\"\"]"] {
        let text = format!("[[declaration]]\nkind = \"aftale\"\nvalue = {blank}\nwho = \"x\"\nwhen = \"2025-11-01\"");
        assert!(target(&text).unwrap_err().to_string().contains("needs to say something"), "{blank}");
    }
}

#[test]
fn a_neighbour_that_could_not_be_compared_is_refused() {
    let url = "url = \"https://a.example/metadata\"\nother_environment = \"production\"";
    let error = target(&format!("[[metadata]]\nname = \"m\"\n{url}")).unwrap_err().to_string();
    assert!(error.contains("needs a `file`"), "{error}");
    assert!(target(&format!("[[metadata]]\nname = \"m\"\nfile = \"m.xml\"\n{url}")).is_ok());
}

#[test]
fn the_probes_own_bounds_are_no_breach_of_the_vendors() {
    let long = format!("<a>{}</a>", "<!--x-->".repeat(3_000));
    let document = Blob::new("application/samlmetadata+xml", long.into_bytes());
    let subject = MetadataSubject::new("m", Environment::Production, AT.parse().unwrap(), document);
    let check = checks::by_id("metadata.well-formed").unwrap();
    let outcome = check.judge(&Subject::Metadata(subject), &Parameters::defaults(check.meta()));
    assert_eq!((outcome.verdict, outcome.reason), (Verdict::Inconclusive, Reason::TooLarge), "{}", outcome.observed);
}

#[test]
fn hostile_names_never_reach_the_terminal_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report.json"), "{\"\\u001b]0;x\\u0007\\u001b[31m\": 1}").unwrap();
    for command in ["verify", "replay"] {
        let (code, out, err) = run(&[command, folder.path().to_str().unwrap()]);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("[31m"), "the name is quoted: {err}");
        assert!(!err.contains(['\u{1b}', '\u{7}']) && !out.contains('\u{1b}'), "{err:?}");
    }
}

fn key() -> PKey<Private> {
    let group = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap()
}

fn certificate(
    name: &str,
    key: &PKey<Private>,
    issuer: Option<(&X509, &PKey<Private>)>,
    until: &str,
    of_an_organisation: bool,
) -> X509 {
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_text("O", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&Asn1Integer::from_bn(&BigNum::from_u32(7).unwrap()).unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(issuer.map_or(&subject, |(certificate, _)| certificate.subject_name())).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_str("20200101000000Z").unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_str(until).unwrap()).unwrap();
    if issuer.is_none() {
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build().unwrap()).unwrap();
    } else {
        builder.append_extension(KeyUsage::new().critical().digital_signature().build().unwrap()).unwrap();
    }
    if of_an_organisation {
        // certificatePolicies with 1.2.208.169.1.1.1.3, the arc of OCES policies for legal entities.
        let der = b"\x30\x0d\x30\x0b\x06\x09\x2a\x81\x50\x81\x29\x01\x01\x01\x03";
        let value = Asn1OctetString::new_from_bytes(der).unwrap();
        let kind = Asn1Object::from_str("2.5.29.32").unwrap();
        builder.append_extension(X509Extension::new_from_der(&kind, false, &value).unwrap()).unwrap();
    }
    builder.sign(issuer.map_or(key, |(_, key)| key), MessageDigest::sha256()).unwrap();
    builder.build()
}

#[test]
fn an_instant_of_judgement_in_the_past_does_not_revive_an_expired_sealing_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (root_key, seal_key) = (key(), key());
    let root = certificate("Rod", &root_key, None, "20210101000000Z", false);
    let leaf = certificate("Kommune", &seal_key, Some((&root, &root_key)), "20210101000000Z", true);
    std::fs::write(path("seal.pem"), [leaf.to_pem().unwrap(), root.to_pem().unwrap()].concat()).unwrap();
    std::fs::write(path("seal.key"), seal_key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let (code, _, err) = run(&[
        "run",
        "oces3",
        &path("target.toml"),
        "--out",
        &path("bundle"),
        "--at",
        "2020-06-01T00:00:00Z",
        "--seal-key",
        &path("seal.key"),
        "--seal-cert",
        &path("seal.pem"),
    ]);
    assert_eq!(code, 2);
    assert!(err.contains("expired at 2021-01-01"), "{err}");
}

/// An unsealed bundle of one real certificate, judged offline.
fn bundle(folder: &Path) -> std::path::PathBuf {
    let leaf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/certificates/production/system-KLA-EXTTEST-Klassifikation-1-17745a3d.pem");
    std::fs::copy(leaf, folder.join("leaf.pem")).unwrap();
    std::fs::write(
        folder.join("target.toml"),
        "schema = 1\nenvironment = \"external-test\"\n[system]\nname = \"Eksempel\"\n[[certificate]]\nname = \"signering\"\n\
         file = \"leaf.pem\"\nrole = \"signing\"\n",
    )
    .unwrap();
    let place = folder.join("bundle");
    let target = folder.join("target.toml");
    let (code, _, err) =
        run(&["run", "oces3", target.to_str().unwrap(), "--out", place.to_str().unwrap(), "--offline", "--at", AT]);
    assert!(matches!(code, 0 | 1 | 3), "{code}: {err}");
    place
}

#[test]
fn subjects_of_another_time_or_environment_do_not_stand_for_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let place = bundle(folder.path());
    let report: Report = serde_json::from_slice(&std::fs::read(place.join("report.json")).unwrap()).unwrap();
    let mut reader = BundleReader::open(&place).unwrap();
    let mut again = |from: &str, to: &str| {
        let replayed = replay(&report, &mut |path| {
            let bytes = reader.read(path)?;
            if !path.starts_with("subjects/") {
                return Ok(bytes);
            }
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{text}");
            Ok(text.replacen(from, to, 1).into_bytes())
        });
        replayed.unwrap()
    };
    assert!(again("\"name\"", "\"name\"").agrees);
    let strange = |differences: &[String], words: &str| differences.iter().any(|d| d.contains(words));
    // Both environments demand the same hierarchy, so no verdict would differ.
    let other = again("\"environment\":\"external-test\"", "\"environment\":\"production\"");
    assert!(!other.agrees && strange(&other.differences, "another environment"), "{:?}", other.differences);
    let earlier = again("\"at\":\"2025-12-01T12:00:00Z\"", "\"at\":\"2025-11-01T12:00:00Z\"");
    assert!(!earlier.agrees && strange(&earlier.differences, "another instant"), "{:?}", earlier.differences);
    let system = again("\"system\":\"Eksempel\"", "\"system\":\"Et andet\"");
    assert!(!system.agrees && strange(&system.differences, "not what the target names"), "{:?}", system.differences);
}

#[test]
fn a_seal_is_not_an_advanced_one_because_the_report_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let place = bundle(folder.path());
    let path = |name: &str| folder.path().join(name);
    let root_key = key();
    let root = certificate("Rod", &root_key, None, "20400101000000Z", false);
    std::fs::write(path("root.pem"), root.to_pem().unwrap()).unwrap();
    for (of_an_organisation, expected, exit) in [(false, "refuted", 1), (true, "not-proven", 0)] {
        let seal_key = key();
        let leaf = certificate("Kommune", &seal_key, Some((&root, &root_key)), "20400101000000Z", of_an_organisation);
        std::fs::write(path("seal.pem"), leaf.to_pem().unwrap()).unwrap();
        std::fs::write(path("seal.key"), seal_key.private_key_to_pem_pkcs8().unwrap()).unwrap();
        let source = KeySource::Pem { key: path("seal.key"), certificates: path("seal.pem"), password: None };
        let trust = Trust::production();
        let policy = SealingPolicy { at: AT.parse().unwrap(), trust: &trust, allow_example: true };
        let key = SealingKey::load(&source, Path::new(""), None, policy).unwrap();
        // What a forger does: an example key, and a report that calls its seal an advanced one.
        let mut report: serde_json::Value =
            serde_json::from_slice(&std::fs::read(place.join("report.json")).unwrap()).unwrap();
        report["seal"] = serde_json::to_value(key.describe()).unwrap();
        report["seal"]["assurance"] = "advanced-oces".into();
        let bytes = kravprobe::canonical::bytes(&report).unwrap();
        let sealed = path("forged.jades.json");
        std::fs::write(&sealed, seal(&bytes, &key, AT.parse().unwrap()).unwrap()).unwrap();
        let trusted = path("root.pem");
        let arguments = ["verify", sealed.to_str().unwrap(), "--trust", trusted.to_str().unwrap(), "--format", "json"];
        let (code, out, err) = run(&arguments);
        assert_eq!(code, exit, "{err}");
        let answer: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        let statement = answer["statements"].as_array().unwrap().iter().find(|s| s["id"] == "seal-assurance");
        assert_eq!(statement.map(|s| &s["proof"]), Some(&expected.into()), "{answer:#}");
    }
}

#[test]
fn metadata_with_a_flood_of_certificates_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let leaf = certificate("Eksempel", &key(), None, "20400101000000Z", false);
    let encoded = openssl::base64::encode_block(&leaf.to_der().unwrap());
    let keys = |count: usize| {
        format!(
            "<KeyDescriptor><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>{encoded}\
             </X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        )
        .repeat(count)
    };
    let judged = |count: usize| {
        let file = folder.path().join(format!("{count}.xml"));
        let text = format!(
            "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://a.example\"><SPSSODescriptor \
             protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{}</SPSSODescriptor></EntityDescriptor>",
            keys(count)
        );
        std::fs::write(&file, text).unwrap();
        run(&["inspect", "metadata", file.to_str().unwrap(), "--offline", "--at", AT, "--quiet"])
    };
    let (code, _, err) = judged(33);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("66 certificates; at most 64"), "{err}");
    assert_eq!(judged(3).0, 1, "judged, and not accepted");
}

#[test]
fn of_two_includes_the_stricter_limits_count() {
    let one = |id: &str, more: &str| {
        format!(
            "schema = 1\nid = \"{id}\"\nversion = \"1\"\nstatus = \"effective\"\nvalid_from = \"2025-01-01\"\n\
             title = {{ da = \"P\", en = \"P\" }}\n{more}"
        )
    };
    let texts = BTreeMap::from([
        ("lax".to_owned(), one("lax", "[aggregate]\nmax_b = 0\nmax_c = 3\n")),
        ("strict".to_owned(), one("strict", "[aggregate]\nmax_b = 1\nmax_c = 0\n")),
        ("top".to_owned(), one("top", "[[include]]\nprofile = \"lax\"\n[[include]]\nprofile = \"strict\"\n")),
    ]);
    let limits = Profile::from_texts("top", &texts).unwrap().limits;
    assert_eq!((limits.max_b, limits.max_c), (0, 0));
}

#[test]
fn no_must_of_the_bank_rests_on_less_than_a_norm() {
    for (id, _) in kravprobe::profile::shipped::SHIPPED {
        for requirement in Profile::load(id).unwrap().requirements {
            // The example purchase is a contract: what its owner demands in so many words binds whatever the rule rests on.
            let is_contracts = *id == "eksempel-koeb-sundhedspleje" && requirement.basis == Basis::Contract;
            for binding in requirement.check.iter().filter(|_| requirement.level == Level::Must && !is_contracts) {
                let basis = checks::by_id(&binding.id).unwrap().meta().basis;
                assert!(basis.may_be_must(), "{id}: {} is a must and is decided by {}", requirement.id, binding.id);
            }
        }
    }
}

//! The certificate checks on real certificates of Den Danske Stat, on OCES2 samples and on look-alikes.

use kravprobe::check::Parameters;
use kravprobe::checks::certificate::CHECKS;
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::pki::Certificate;
use kravprobe::pki::read_certificates;
use kravprobe::subject::certificate::{
    CertificateKind, CertificateRole, DeclaredCertificate, OtherCertificate, Revocation,
};
use kravprobe::subject::{Blob, CertificateSubject};
use kravprobe::verdict::Environment;
use kravprobe::verdict::Verdict::{self, Fail, Inconclusive, NotApplicable, NotTested, Pass};
use std::collections::BTreeMap;
use std::path::Path;

/// When every leaf of the fixtures was valid but the two issued later in December 2025.
pub const VALID: &str = "2025-12-01T00:00:00Z";

pub fn fixture(path: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/certificates").join(path);
    std::fs::read(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

pub fn der(path: &str) -> Vec<u8> {
    read_certificates(&fixture(path), None).unwrap().remove(0)
}

/// A subject as `--offline` makes it.
pub fn subject(der: Vec<u8>, environment: Environment, at: &str) -> CertificateSubject {
    CertificateSubject {
        id: "certificate:test".to_owned(),
        name: "test".to_owned(),
        environment,
        at: at.parse().unwrap(),
        role: CertificateRole::Signing,
        system: "system".to_owned(),
        declared: DeclaredCertificate::default(),
        certificate: Blob::new("application/pkix-cert", der),
        supplied: Vec::new(),
        local_anchors: Vec::new(),
        revocation: Revocation { set_aside: true, ..Revocation::default() },
        others: Vec::new(),
    }
}

/// Every check's outcome, by the part of its id after the dot.
pub fn judge(subject: &CertificateSubject) -> BTreeMap<&'static str, Outcome> {
    CHECKS
        .iter()
        .map(|check| {
            let meta = check.meta();
            let id = meta.id.strip_prefix("certificate.").unwrap();
            (id, check.judge(subject, &Parameters::defaults(meta)))
        })
        .collect()
}

/// What a good leaf comes to offline, nothing declared: these checks have nothing to judge by, every other one passes.
const WITHOUT_ANSWERS: [(&str, Verdict); 6] = [
    ("declared-kind", NotTested),
    ("cvr", NotTested),
    ("ocsp", NotTested),
    ("crl", NotTested),
    ("revocation", NotTested),
    ("not-tls-server", NotTested),
];

/// Asserts the verdict of every check: `deviations` from what a good leaf comes to offline.
fn assert_verdicts(name: &str, subject: &CertificateSubject, deviations: &[(&str, Verdict)]) {
    let outcomes = judge(subject);
    for id in deviations.iter().map(|(id, _)| id) {
        assert!(outcomes.contains_key(id), "{name}: there is no check {id}");
    }
    for (id, outcome) in &outcomes {
        let wanted = deviations.iter().rev().chain(&WITHOUT_ANSWERS).find(|(other, _)| other == id);
        let wanted = wanted.map_or(Pass, |(_, verdict)| *verdict);
        assert_eq!(outcome.verdict, wanted, "{name} in {:?}, {id}: {outcome:?}", subject.environment);
    }
}

/// Asserts the reasons of failures.
fn assert_reasons(name: &str, subject: &CertificateSubject, reasons: &[(&str, Reason)]) {
    let outcomes = judge(subject);
    for (id, reason) in reasons {
        assert_eq!(outcomes[id].reason, *reason, "{name}, {id}: {:?}", outcomes[id]);
    }
}

const WRONG_ENVIRONMENT: [(&str, Verdict); 4] =
    [("issuer-unit", Fail), ("chain", Fail), ("environment", Fail), ("host-environment", Fail)];

/// System certificates issued by the production CA.
const PRODUCTION: [&str; 7] = [
    "production/system-ADG-EXTTEST-Adgangsstyring-1-71f5f5b7.pem",
    "production/system-KLA-EXTTEST-Klassifikation-1-17745a3d.pem",
    "production/system-NemLog-in-IdP-fef7532a.pem",
    "production/system-ORG-EXTTEST-Organisation-1-960a0e54.pem",
    "production/system-SDI-EXTTEST-Sags-og-Dokindeks-1-0ee8e239.pem",
    "production/ADG_PROD_Adgangsstyring_2.pem",
    "production/ADG_EXTTEST_Adgangsstyring_2.pem",
];

/// Certificates issued by the test CA.
const TEST: [&str; 13] = [
    "test/organisation-LucaPacioli-ApS-Organisation-Integrationstest-O1-3c62dc6e.pem",
    "test/organisation-LucaPacioli-ApS-Organisation-Integrationstest-O1-revoked-7a9930f8.pem",
    "test/organisation-NemLog-in-LookupService-Test-c9f124d0.pem",
    "test/organisation-oces3-va356-test-8fad31c2.pem",
    "test/system-FoxIDs-NemLog-in-test-c2c40c0d.pem",
    "test/system-LucaPacioli-ApS-System-Integrationstest-S1-a1899759.pem",
    "test/system-LucaPacioli-ApS-System-Integrationstest-S1-revoked-147cc2d7.pem",
    "test/system-NemLog-in-IdP-Test-41012700.pem",
    "test/system-NemLog-in-IdP-Test-84ca6762.pem",
    "test/system-OIOIDWS-Java-WSC-Test-8a0396af.pem",
    "test/system-OIOIDWS-Java-WSP-Test-28072bcf.pem",
    "test/system-java-referenceimplementering-fc0faba8.pem",
    "test/employee-Luca-Pacioli-6333c784.pem",
];

const EMPLOYEE: [(&str, Verdict); 3] =
    [("for-system", Fail), ("legal-entity-policy", Fail), ("subject-serial-number", Fail)];

/// When every file was valid.
const LATER: &str = "2026-01-15T00:00:00Z";

#[test]
fn the_tables_hold_every_file() {
    for (folder, files) in [("production", &PRODUCTION[..]), ("test", &TEST[..])] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/certificates").join(folder);
        assert_eq!(std::fs::read_dir(path).unwrap().count(), files.len(), "{folder}");
    }
}

#[test]
fn every_valid_leaf_is_accepted_in_its_own_environment() {
    for file in PRODUCTION {
        for environment in [Environment::Production, Environment::ExternalTest] {
            assert_verdicts(file, &subject(der(file), environment, LATER), &[]);
        }
    }
    for file in TEST.iter().filter(|f| !f.contains("employee")) {
        assert_verdicts(file, &subject(der(file), Environment::NemloginTest, LATER), &[]);
    }
}

#[test]
fn the_wrong_environment_is_named_as_the_reason() {
    let wrong = |file: &str, environment, more: &[(&str, Verdict)]| {
        let subject = subject(der(file), environment, LATER);
        assert_verdicts(file, &subject, &[&WRONG_ENVIRONMENT[..], more].concat());
        assert_reasons(file, &subject, &WRONG_ENVIRONMENT.map(|(id, _)| (id, Reason::WrongEnvironment)));
    };
    for file in PRODUCTION {
        wrong(file, Environment::NemloginTest, &[]);
        wrong(file, Environment::Local, &[]);
    }
    for file in TEST {
        let more = if file.contains("employee") { &EMPLOYEE[..] } else { &[] };
        wrong(file, Environment::Production, more);
        wrong(file, Environment::ExternalTest, more);
        wrong(file, Environment::Local, more);
    }
}

#[test]
fn an_employee_certificate_is_refused_for_systems() {
    let file = "test/employee-Luca-Pacioli-6333c784.pem";
    let subject = subject(der(file), Environment::NemloginTest, LATER);
    assert_verdicts(file, &subject, &EMPLOYEE);
    assert_reasons(file, &subject, &EMPLOYEE.map(|(id, _)| (id, Reason::WrongKind)));
    for (id, outcome) in judge(&subject) {
        let text = format!("{}{}", outcome.expected, outcome.observed);
        assert!(!text.contains("Pacioli") && !text.contains('@'), "{id} shows a person: {text}");
    }
}

#[test]
fn time_decides_validity_alone() {
    let file = PRODUCTION[0];
    let at = |at| subject(der(file), Environment::ExternalTest, at);
    let expired = at("2026-11-20T12:00:00Z");
    assert_verdicts(file, &expired, &[("validity", Fail), ("remaining-life", Fail)]);
    assert_reasons(file, &expired, &[("validity", Reason::Expired), ("remaining-life", Reason::Expired)]);
    let early = at("2023-03-29T10:38:26Z");
    assert_verdicts(file, &early, &[("validity", Fail)]);
    assert_reasons(file, &early, &[("validity", Reason::NotYetValid)]);
    let soon = at("2026-03-01T00:00:00Z");
    assert_verdicts(file, &soon, &[("remaining-life", Fail)]);
    assert_reasons(file, &soon, &[("remaining-life", Reason::ExpiresSoon)]);
    assert_verdicts(file, &at("2023-03-29T10:38:27Z"), &[]);
    // notAfter belongs to the period (RFC 5280 4.1.2.5).
    assert_verdicts(file, &at("2026-03-28T10:38:26Z"), &[("remaining-life", Fail)]);
    assert_verdicts(file, &at("2026-03-28T10:38:27Z"), &[("validity", Fail), ("remaining-life", Fail)]);
}

#[test]
fn oces2_is_refused_as_another_hierarchy() {
    let ca = [
        ("authority-information", Fail),
        ("authority-signature-parameters", NotTested),
        ("basic-constraints", Fail),
        ("chain", Fail),
        ("crl-distribution-point", Inconclusive),
        ("environment", Fail),
        ("etsi-policy", Fail),
        ("for-system", Inconclusive),
        ("host-environment", Fail),
        ("issuer-name", Fail),
        ("issuing-authority", Fail),
        ("key-usage", Fail),
        ("legal-entity-policy", Fail),
        ("lifetime", Fail),
        ("lifetime-maximum", Fail),
        ("not-oces2", Fail),
        ("organization-identifier", Fail),
        ("policy-oid", Fail),
        ("policy-version", NotApplicable),
        ("qc-statements", Fail),
        ("serial-number-length", Fail),
        ("signature-algorithm", Fail),
        ("signature-parameters", NotApplicable),
        ("subject-order", Fail),
        ("subject-serial-number", Fail),
        ("test-organization", NotApplicable),
    ];
    let no_issuer = [
        ("authority-key-identifier", NotTested),
        ("chain-signatures", NotTested),
        ("ends-before-issuer", NotTested),
        ("issuing-authority", NotTested),
    ];
    let hierarchy = ["chain", "environment", "issuer-name", "not-oces2"].map(|id| (id, Reason::WrongHierarchy));
    for file in ["oces2/TRUST2408-Systemtest-VII-Primary-CA.cer", "oces2/TRUST2408-OCES-Primary-CA.cer"] {
        let subject = subject(der(file), Environment::Production, VALID);
        assert_verdicts(file, &subject, &ca);
        assert_reasons(file, &subject, &hierarchy);
    }
    let file = "oces2/TRUST2408-OCES-CA-III.cer";
    let issuing = subject(der(file), Environment::Production, VALID);
    assert_verdicts(file, &issuing, &[&ca[..], &no_issuer, &[("key-size", Fail)]].concat());
    assert_reasons(file, &issuing, &hierarchy);

    let file = "oces2/test-ekstern-adgangsstyring-FOCES2.cer";
    let leaf = subject(der(file), Environment::Production, VALID);
    let deviations = [
        ("authority-information", Fail),
        ("authority-signature-parameters", NotTested),
        ("basic-constraints", Fail),
        ("chain", Fail),
        ("crl-distribution-point", Fail),
        ("environment", Fail),
        ("etsi-policy", Fail),
        ("for-system", Inconclusive),
        ("host-environment", Fail),
        ("issuer-name", Fail),
        ("key-size", Fail),
        ("legal-entity-policy", Fail),
        ("not-oces2", Fail),
        ("organization-identifier", Fail),
        ("policy-oid", Fail),
        ("policy-version", NotApplicable),
        ("qc-statements", Fail),
        ("remaining-life", Fail),
        ("serial-number-length", Fail),
        ("signature-algorithm", Fail),
        ("signature-parameters", NotApplicable),
        ("subject-order", Fail),
        ("subject-serial-number", Fail),
        ("test-organization", NotApplicable),
        ("validity", Fail),
    ];
    assert_verdicts(file, &leaf, &[&deviations[..], &no_issuer].concat());
    assert_reasons(file, &leaf, &hierarchy);
    assert_reasons(file, &leaf, &[("policy-oid", Reason::WrongHierarchy)]);

    // Supplied with its chain, the signatures are right and the hierarchy is still another one.
    let mut chained = leaf;
    for ca in ["oces2/TRUST2408-OCES-CA-III.cer", "oces2/TRUST2408-OCES-Primary-CA.cer"] {
        chained.supplied.push(Blob::new("application/pkix-cert", der(ca)));
    }
    let outcomes = judge(&chained);
    assert_eq!(outcomes["chain-signatures"].verdict, Pass, "{:?}", outcomes["chain-signatures"]);
    assert_reasons(file, &chained, &hierarchy);

    // A leftover in the supplied chain is found beside a good leaf.
    let mut leftover = subject(der(PRODUCTION[0]), Environment::ExternalTest, VALID);
    leftover.supplied.push(Blob::new("application/pkix-cert", der("oces2/TRUST2408-OCES-Primary-CA.cer")));
    assert_verdicts("leftover", &leftover, &[("not-oces2", Fail)]);
}

#[test]
fn trailing_bytes_and_ber_are_judged_not_refused() {
    let good = der(PRODUCTION[0]);
    let mut trailing = good.clone();
    trailing.extend(b"\0\0");
    let read = read_certificates(&trailing, None).unwrap();
    assert_eq!(read, [trailing.clone()]);
    assert_verdicts("trailing", &subject(trailing, Environment::ExternalTest, VALID), &[("der-encoding", Fail)]);

    // The outer length with one octet more than needed.
    let mut ber = vec![0x30, 0x83, 0x00];
    ber.extend(&good[2..]);
    assert_eq!(good[1], 0x82);
    let read = read_certificates(&ber, None).unwrap();
    assert_verdicts("BER", &subject(read[0].clone(), Environment::ExternalTest, VALID), &[("der-encoding", Fail)]);
}

#[test]
fn what_cannot_be_read_fails_one_check_and_passes_none() {
    for bytes in [&b""[..], b"junk", &[0x30, 0x03, 0x02, 0x01, 0x01], &vec![0x30; 70_000]] {
        for (id, outcome) in judge(&subject(bytes.to_vec(), Environment::Production, VALID)) {
            let wanted = if id == "der-encoding" { Fail } else { NotTested };
            assert_eq!(outcome.verdict, wanted, "{id}: {outcome:?}");
        }
    }
}

#[test]
fn an_altered_signature_breaks_the_chain() {
    let mut altered = der(PRODUCTION[0]);
    *altered.last_mut().unwrap() ^= 1;
    let subject = subject(altered, Environment::ExternalTest, VALID);
    let deviations = [("chain", Fail), ("chain-signatures", Fail), ("environment", Inconclusive)];
    assert_verdicts("altered", &subject, &deviations);
    assert_reasons(
        "altered",
        &subject,
        &[("chain", Reason::Untrusted), ("chain-signatures", Reason::SignatureInvalid)],
    );
}

/// A certificate that a CA of this name issued, as it says, with the CA's key identifier.
fn issued_by(issuer: &[(&str, &str)]) -> Vec<u8> {
    use openssl::x509::{X509, X509Extension, X509Name};
    let name = |entries: &[(&str, &str)]| {
        let mut name = X509Name::builder().unwrap();
        for (kind, value) in entries {
            name.append_entry_by_text(kind, value).unwrap();
        }
        name.build()
    };
    let key = openssl::pkey::PKey::generate_ed25519().unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name(&[("CN", "system")])).unwrap();
    builder.set_issuer_name(&name(issuer)).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&openssl::asn1::Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
    builder.set_not_after(&openssl::asn1::Asn1Time::from_unix(1_800_000_000).unwrap()).unwrap();
    // SEQUENCE { [0] "new" }: no known CA has this key identifier.
    let identifier = openssl::asn1::Asn1OctetString::new_from_bytes(b"\x30\x05\x80\x03new").unwrap();
    let oid = openssl::asn1::Asn1Object::from_str("2.5.29.35").unwrap();
    builder.append_extension(X509Extension::new_from_der(&oid, false, &identifier).unwrap()).unwrap();
    builder.sign(&key, openssl::hash::MessageDigest::null()).unwrap();
    builder.build().to_der().unwrap()
}

#[test]
fn a_new_issuing_authority_of_the_state_leaves_the_chain_undecided() {
    const STATE: (&str, &str) = ("O", "Den Danske Stat");
    const SECOND: (&str, &str) = ("CN", "Den Danske Stat OCES udstedende-CA 2");
    const TEST: (&str, &str) = ("OU", "Test - cti");
    const DK: (&str, &str) = ("C", "DK");
    let (external, nemlogin) = (Environment::ExternalTest, Environment::NemloginTest);
    for (what, issuer, environment, verdict) in [
        ("a new CA", &[SECOND, STATE, DK][..], external, Inconclusive),
        ("a new CA", &[SECOND, STATE, DK], Environment::Production, Inconclusive),
        ("a new test CA", &[SECOND, TEST, STATE, DK], nemlogin, Inconclusive),
        ("the wrong environment", &[SECOND, STATE, DK], nemlogin, Fail),
        ("the wrong environment", &[SECOND, TEST, STATE, DK], external, Fail),
        ("another unit", &[SECOND, ("OU", "Test"), STATE, DK], nemlogin, Fail),
        ("more in the name", &[SECOND, ("L", "Aarhus"), STATE, DK], external, Fail),
        ("no number", &[("CN", "Den Danske Stat OCES udstedende-CA "), STATE, DK], external, Fail),
        ("a root", &[("CN", "Den Danske Stat OCES rod-CA 2"), STATE, DK], external, Fail),
        ("another organisation", &[SECOND, ("O", "Another State"), DK], external, Fail),
        ("a qualified CA", &[("CN", "Den Danske Stat kvalificeret udstedende-CA 2"), STATE, DK], external, Fail),
        ("OCES2", &[("CN", "TRUST2408 OCES CA III"), ("O", "TRUST2408"), DK], external, Fail),
    ] {
        let outcomes = judge(&subject(issued_by(issuer), environment, VALID));
        let chain = &outcomes["chain"];
        assert_eq!(chain.verdict, verdict, "{what} in {environment:?}: {chain:?}");
        assert_eq!(chain.reason == Reason::NotSupplied, verdict == Inconclusive, "{what}: {chain:?}");
        assert_eq!(outcomes["chain-signatures"].verdict, NotTested, "{what}");
    }
}

#[test]
fn a_namesake_of_the_issuer_does_not_make_a_signature_invalid() {
    let known = Certificate::read(&der(PRODUCTION[0])).unwrap().issuer;
    let entries: Vec<(&str, &str)> =
        known.attributes().map(|a| (kravprobe::pki::name::short_name(&a.oid), a.value.as_str())).collect();
    let bytes = issued_by(&entries);
    assert_eq!(Certificate::read(&bytes).unwrap().issuer.raw, known.raw, "the name of the CA at hand, to the octet");
    let outcomes = judge(&subject(bytes, Environment::ExternalTest, VALID));
    let signatures = &outcomes["chain-signatures"];
    assert_eq!((signatures.verdict, signatures.reason), (NotTested, Reason::NotSupplied), "{signatures:?}");
    // The known CA has a certificate at hand, and no path leads through it.
    assert_eq!((outcomes["chain"].verdict, outcomes["chain"].reason), (Fail, Reason::Untrusted));
}

#[test]
fn declarations_and_neighbours_decide() {
    let file = PRODUCTION[0];
    let mut declared = subject(der(file), Environment::ExternalTest, VALID);
    let own = Certificate::read(declared.certificate.data()).unwrap();
    declared.declared = DeclaredCertificate { kind: Some(CertificateKind::System), cvr: Some("19435075".to_owned()) };
    let neighbour = |system: &str, environment, role, sha256: &str, spki: &str| OtherCertificate {
        name: "neighbour".to_owned(),
        system: system.to_owned(),
        environment,
        role,
        sha256: sha256.to_owned(),
        spki_sha256: spki.to_owned(),
    };
    let here = Environment::ExternalTest;
    declared.others.push(neighbour("other", Environment::Production, CertificateRole::TlsServer, "aa", "bb"));
    let judged = [("declared-kind", Pass), ("cvr", Pass), ("not-tls-server", Pass)];
    assert_verdicts("declared", &declared, &judged);

    let mut wrong = declared.clone();
    wrong.declared =
        DeclaredCertificate { kind: Some(CertificateKind::Organisation), cvr: Some("12345678".to_owned()) };
    assert_verdicts("wrong", &wrong, &[("declared-kind", Fail), ("cvr", Fail), ("not-tls-server", Pass)]);
    assert_reasons("wrong", &wrong, &[("declared-kind", Reason::WrongKind), ("cvr", Reason::WrongParty)]);

    let signing = CertificateRole::Signing;
    let cases = [
        (
            "same system and environment, encryption too",
            neighbour("system", here, CertificateRole::Encryption, &own.sha256, &own.spki_sha256),
            vec![],
        ),
        (
            "other system",
            neighbour("other", here, signing, &own.sha256, &own.spki_sha256),
            vec![("unique-system", Fail)],
        ),
        (
            "other environment",
            neighbour("system", Environment::Production, signing, &own.sha256, &own.spki_sha256),
            vec![("unique-environment", Fail)],
        ),
        (
            "same key, renewed",
            neighbour("system", here, signing, "aa", &own.spki_sha256),
            vec![("key-not-shared", Fail)],
        ),
        (
            "same key, other environment",
            neighbour("system", Environment::NemloginTest, signing, "aa", &own.spki_sha256),
            vec![("key-not-shared", Fail), ("unique-environment", Fail)],
        ),
        (
            "web server",
            neighbour("system", here, CertificateRole::TlsServer, &own.sha256, &own.spki_sha256),
            vec![("not-tls-server", Fail)],
        ),
    ];
    for (name, other, reds) in cases {
        let mut subject = declared.clone();
        subject.others.push(other);
        assert_verdicts(name, &subject, &[&judged[..], &reds].concat());
        assert_reasons(
            name,
            &subject,
            &reds
                .iter()
                .filter(|(id, _)| *id != "not-tls-server")
                .map(|(id, _)| (*id, Reason::Duplicate))
                .collect::<Vec<_>>(),
        );
    }
    let mut server = subject(der(file), here, VALID);
    server.role = CertificateRole::TlsServer;
    assert_verdicts("as web server", &server, &[("not-tls-server", Fail)]);
}

#[test]
fn the_checks_cover_their_rows() {
    // CRT-51 (the probe reports revoked samples) is a test of the probe; CRT-55 is a declaration, CRT-56 about metadata,
    // CRT-57 to 60 about the relying side. FKI-CRT-10 and 11 are configuration and trials.
    let oces = (1..=54).filter(|n| *n != 51).map(|n| format!("CRT-{n:02}"));
    let fki = (1..=9).chain([12]).map(|n| format!("FKI-CRT-{n:02}"));
    let wanted: std::collections::BTreeSet<String> = oces.chain(fki).collect();
    let covered: std::collections::BTreeSet<String> =
        CHECKS.iter().flat_map(|c| c.meta().rows).map(|r| (*r).to_owned()).collect();
    assert_eq!(covered, wanted);
}

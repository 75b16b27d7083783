//! Reading certificate files of every form, and the independent witness on paths.

use crate::certificates::{der, fixture, judge, subject};
use kravprobe::check::Parameters;
use kravprobe::checks;
use kravprobe::outcome::Reason;
use kravprobe::pki::input::{Error, MAX_INPUT};
use kravprobe::pki::{Certificate, read_certificates};
use kravprobe::subject::certificate::{Answer, RevocationAnswer};
use kravprobe::subject::{Blob, Subject};
use kravprobe::verdict::{Environment, Verdict};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the `openssl` command; its absence fails the test, it is an oracle that the Makefile sets up.
fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).output();
    let output = output.unwrap_or_else(|e| panic!("the openssl command is needed for this test: {e}"));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

fn pem(der: &[u8]) -> Vec<u8> {
    openssl::x509::X509::from_der(der).unwrap().to_pem().unwrap()
}

const LEAF: &str = "production/system-ADG-EXTTEST-Adgangsstyring-1-71f5f5b7.pem";

#[test]
fn pem_der_and_bundles_give_the_same_certificates() {
    let leaf = der(LEAF);
    assert_eq!(read_certificates(&leaf, None).unwrap(), std::slice::from_ref(&leaf));
    let crlf = String::from_utf8(pem(&leaf)).unwrap().replace('\n', "\r\n");
    assert_eq!(read_certificates(crlf.as_bytes(), None).unwrap(), std::slice::from_ref(&leaf));
    let marked = [b"\xEF\xBB\xBF", pem(&leaf).as_slice()].concat();
    assert_eq!(read_certificates(&marked, None).unwrap(), std::slice::from_ref(&leaf));
    let bundle = read_certificates(&fixture("bundles/KLA_EXTTEST_Klassifikation_1.crt"), None).unwrap();
    assert_eq!(bundle.len(), 3);
    assert_eq!(bundle[0], der("production/system-KLA-EXTTEST-Klassifikation-1-17745a3d.pem"));
    assert_eq!(read_certificates(&fixture("bundles/externtest-adgangsstyring-truststore.crt"), None).unwrap(), [leaf]);
    let root = read_certificates(&fixture("bundles/CA_root.cer"), None).unwrap();
    assert_eq!(Certificate::read(&root[0]).unwrap().sha256, kravprobe::pki::anchors::SHIPPED[0].sha256);
}

#[test]
fn a_private_key_in_a_bundle_is_passed_over() {
    let leaf = der(LEAF);
    let key = openssl::pkey::PKey::generate_ed25519().unwrap();
    let plain = key.private_key_to_pem_pkcs8().unwrap();
    // The traditional form with headers, which no base64 decoder could read.
    let traditional =
        b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let bundle = [plain.as_slice(), traditional, pem(&leaf).as_slice(), &plain].concat();
    assert_eq!(read_certificates(&bundle, None).unwrap(), std::slice::from_ref(&leaf));
    let error = read_certificates(&plain, None).unwrap_err();
    assert_eq!(error, Error::NoCertificateBlock("PRIVATE KEY".to_owned()));

    // Nor does a key in binary form come through, alone, under a wrong label or behind a certificate.
    let rsa = openssl::pkey::PKey::from_rsa(openssl::rsa::Rsa::generate(1024).unwrap()).unwrap();
    let curve = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    let ec = openssl::ec::EcKey::generate(&curve).unwrap();
    let cipher = openssl::symm::Cipher::aes_256_cbc();
    let keys = [
        key.private_key_to_pkcs8().unwrap(),
        rsa.private_key_to_der().unwrap(),
        rsa.private_key_to_pkcs8().unwrap(),
        ec.private_key_to_der().unwrap(),
        rsa.private_key_to_pkcs8_passphrase(cipher, b"hemmelig").unwrap(),
    ];
    for (n, secret) in keys.iter().enumerate() {
        assert_eq!(read_certificates(secret, None), Err(Error::NotACertificate), "key {n}");
        let body = openssl::base64::encode_block(secret);
        let mislabelled = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        assert!(matches!(read_certificates(mislabelled.as_bytes(), None), Err(Error::BadPem { .. })), "key {n}");
    }
    for secret in &keys[..4] {
        let behind = [leaf.as_slice(), secret].concat();
        assert_eq!(read_certificates(&behind, None), Err(Error::PrivateKey));
    }
}

#[test]
fn each_bad_file_has_its_own_clear_error() {
    let text = String::from_utf8(pem(&der(LEAF))).unwrap();
    let broken = text.replacen("MII", "M!I", 1);
    let endless = text.replace("-----END CERTIFICATE-----", "");
    let bad = |line, problem| Error::BadPem { block: 1, line, problem };
    let cases: [(&[u8], Error); 8] = [
        (b"", Error::Empty),
        (&vec![0x30; MAX_INPUT + 1], Error::TooLarge),
        (b"\x7fELF junk", Error::NotACertificate),
        (b"\x30\x82\x05", Error::NotACertificate),
        (b"0 is the first character of this text", Error::NotACertificate),
        (broken.as_bytes(), bad(1, "is not correct base64")),
        (endless.as_bytes(), bad(1, "has no END line")),
        (b"\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", bad(2, "is empty")),
    ];
    for (bytes, wanted) in cases {
        assert_eq!(read_certificates(bytes, None), Err(wanted));
    }
}

#[test]
fn pkcs12_gives_certificates_alone() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("system.p12");
    let example = root().join("certs-example");
    let key = example.join("keys/system.pem");
    let path = |p: &Path| p.to_str().unwrap().to_owned();
    let chain = dir.path().join("chain.pem");
    let parts = ["issuing-ca.pem", "root-ca.pem"].map(|f| std::fs::read(example.join(f)).unwrap());
    std::fs::write(&chain, parts.concat()).unwrap();
    let leaf = read_certificates(&std::fs::read(example.join("system.pem")).unwrap(), None).unwrap().remove(0);
    let (out_path, key, cert) = (path(&out), path(&key), path(&example.join("system.pem")));
    let chain = path(&chain);
    let export = |more: &[&str]| {
        let base = ["pkcs12", "-export", "-inkey", &key, "-in", &cert, "-certfile", &chain, "-out", &out_path];
        let (worked, text) = openssl(&[&base[..], more].concat());
        assert!(worked, "{text}");
        std::fs::read(&out).unwrap()
    };
    // A modern file, and one of old tools (RC2-40, triple DES).
    for more in [&["-passout", "pass:hemmelig"][..], &["-legacy", "-passout", "pass:hemmelig"]] {
        let bytes = export(more);
        let certificates = read_certificates(&bytes, Some("hemmelig")).unwrap();
        assert_eq!(certificates.len(), 3);
        assert_eq!(certificates[0], leaf, "the key's own certificate comes first");
        for certificate in &certificates {
            Certificate::read(certificate).unwrap();
        }
        assert_eq!(read_certificates(&bytes, Some("forkert")), Err(Error::PasswordWrong));
        assert_eq!(read_certificates(&bytes, None), Err(Error::PasswordMissing));
        let cut = &bytes[..bytes.len() / 2];
        assert!(read_certificates(cut, Some("hemmelig")).is_err());
    }
    let empty_password = export(&["-passout", "pass:"]);
    assert_eq!(read_certificates(&empty_password, None).unwrap()[0], leaf);

    // An iteration count that would hang the program: the integer after the MAC's salt.
    let bytes = export(&["-iter", "2048", "-passout", "pass:hemmelig"]);
    let count = [0x02, 0x02, 0x08, 0x00];
    let at = bytes.windows(4).rposition(|w| w == count).unwrap();
    let mut slow = bytes;
    slow.splice(at..at + 4, [0x02, 0x04, 0x7F, 0xFF, 0xFF, 0xFF]);
    // The lengths around it grow by two octets: the whole and MacData, which ends with the count.
    let outer = u16::from_be_bytes([slow[2], slow[3]]) + 2;
    slow[2..4].copy_from_slice(&outer.to_be_bytes());
    let mac = (0..at).rev().find(|i| slow[*i] == 0x30 && i + 2 + usize::from(slow[i + 1]) == at + 4).unwrap();
    slow[mac + 1] += 2;
    assert_eq!(read_certificates(&slow, Some("hemmelig")), Err(Error::TooManyIterations));
}

/// `openssl verify` with a root and helpers, at an instant, never trusting anything but the root.
fn openssl_verifies(dir: &TempDir, leaf: &[u8], root: &[u8], helpers: &[&[u8]], at: &str) -> bool {
    let write = |name: &str, bytes: Vec<u8>| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let leaf = write("leaf.pem", pem(leaf));
    let root = write("root.pem", pem(root));
    let helpers = write("helpers.pem", helpers.iter().flat_map(|h| pem(h)).collect());
    let seconds = at.parse::<jiff::Timestamp>().unwrap().as_second().to_string();
    let arguments =
        ["verify", "-no-CApath", "-no-CAstore", "-attime", &seconds, "-CAfile", &root, "-untrusted", &helpers, &leaf];
    openssl(&arguments).0
}

#[test]
fn openssl_agrees_on_every_path() {
    let dir = TempDir::new().unwrap();
    let shipped = &kravprobe::pki::anchors::SHIPPED;
    let helpers = [shipped[1].der, shipped[3].der];
    let at = "2026-01-15T00:00:00Z";
    let mut compared = 0;
    for folder in ["production", "test", "oces2"] {
        for entry in std::fs::read_dir(root().join("fixtures/certificates").join(folder)).unwrap() {
            let file = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
            let leaf = der(&file);
            for (environment, root) in
                [(Environment::Production, shipped[0].der), (Environment::NemloginTest, shipped[2].der)]
            {
                let outcomes = judge(&subject(leaf.clone(), environment, at));
                // openssl looks at the leaf's own period too.
                let ours = ["chain", "validity"].iter().all(|id| outcomes[id].verdict == Verdict::Pass);
                assert_eq!(ours, openssl_verifies(&dir, &leaf, root, &helpers, at), "{file} {environment:?}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 48);
}

#[test]
fn a_second_library_agrees_on_every_signature_of_the_shipped_chains() {
    use x509_parser::prelude::{FromDer, X509Certificate};
    let shipped = &kravprobe::pki::anchors::SHIPPED;
    let leaves = [der(LEAF), der("test/system-FoxIDs-NemLog-in-test-c2c40c0d.pem")];
    let links: [(&[u8], &[u8]); 8] = [
        (shipped[0].der, shipped[0].der),
        (shipped[1].der, shipped[0].der),
        (shipped[2].der, shipped[2].der),
        (shipped[3].der, shipped[2].der),
        (&leaves[0], shipped[1].der),
        (&leaves[1], shipped[3].der),
        (&leaves[0], shipped[3].der),
        (&leaves[1], shipped[1].der),
    ];
    for (n, (child, issuer)) in links.into_iter().enumerate() {
        let ours = Certificate::read(child).unwrap().is_signed_by(&Certificate::read(issuer).unwrap());
        let (_, parsed) = X509Certificate::from_der(child).unwrap();
        let (_, above) = X509Certificate::from_der(issuer).unwrap();
        assert_eq!(ours, parsed.verify_signature(Some(above.public_key())).is_ok(), "link {n}");
        assert_eq!(ours, n < 6, "link {n}");
    }
}

/// Runs every certificate check through the registry, which catches panics and calls them errors.
fn assert_no_check_breaks(der: Vec<u8>, environment: Environment) {
    let mut judged = subject(der.clone(), environment, "2026-01-15T00:00:00Z");
    judged.supplied = vec![Blob::new("application/pkix-cert", der.clone())];
    judged.local_anchors.clone_from(&judged.supplied);
    let answer = RevocationAnswer {
        source: "test".to_owned(),
        answer: Answer::Received { bytes: Blob::new("application/octet-stream", der) },
    };
    judged.revocation.ocsp = vec![answer.clone()];
    judged.revocation.crl = vec![answer];
    let judged = Subject::Certificate(judged);
    for check in checks::of_family(kravprobe::subject::Family::Certificate) {
        let outcome = check.judge(&judged, &Parameters::defaults(check.meta()));
        assert_ne!(outcome.reason, Reason::ProbeFault, "{}: {outcome:?}", check.meta().id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_arbitrary_bytes_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600), password in prop::option::of("[a-z]{0,4}")) {
        let _ = read_certificates(&bytes, password.as_deref());
        let armoured = [b"-----BEGIN CERTIFICATE-----\n", bytes.as_slice(), b"\n-----END CERTIFICATE-----\n"].concat();
        let _ = read_certificates(&armoured, None);
        let pkcs12 = [&[0x30, 0x82, 0x02, 0x58, 0x02, 0x01, 0x03], bytes.as_slice()].concat();
        let _ = read_certificates(&pkcs12, password.as_deref());
        assert_no_check_breaks(bytes, Environment::Production);
    }

    #[test]
    fn mutated_real_certificates_never_panic_and_never_pass_the_chain(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let good = der(LEAF);
        let mut bytes = good.clone();
        for (index, value) in &edits {
            let at = index.index(bytes.len());
            bytes[at] = *value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = read_certificates(&bytes, None);
        if bytes != good {
            let outcomes = judge(&subject(bytes.clone(), Environment::ExternalTest, "2026-01-15T00:00:00Z"));
            prop_assert_ne!(outcomes["chain"].verdict, Verdict::Pass);
        }
        assert_no_check_breaks(bytes, Environment::Local);
    }
}

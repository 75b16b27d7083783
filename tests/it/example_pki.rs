//! The example PKI against openssl and against a real certificate.

use kravprobe::pki::Certificate;
use kravprobe::pki::certificate::PublicKey;
use kravprobe::pki::weak_key::{Weakness, weakness};
use kravprobe::vendor::pki::{
    Crl, Defect, ExampleKeys, ExamplePki, Issued, Key, Leaf, Ocsp, WARNING, write_example_pki,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

static PKI: LazyLock<ExamplePki> = LazyLock::new(|| {
    let keys = ExampleKeys::read(&package("certs-example/keys")).unwrap();
    ExamplePki::new(keys, "2026-11-20T12:00:00Z".parse().unwrap()).unwrap()
});

/// The example PKI at one fixed instant.
pub fn pki() -> &'static ExamplePki {
    &PKI
}

/// A path in the package.
pub fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs the openssl program; success, and what it printed.
pub fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args(arguments)
        .output()
        .expect("these tests need the openssl program: run `make setup-test` or install the Debian package openssl");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// A directory with the chain of one certificate as PEM.
struct Files(tempfile::TempDir);

impl Files {
    fn of(issued: &Issued) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        for (name, der) in
            [("leaf.pem", &issued.certificate), ("issuing.pem", &issued.issuing), ("root.pem", &issued.root)]
        {
            let body = openssl::base64::encode_block(der);
            files.write(name, format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", wrapped(&body)));
        }
        files
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn verify(&self, extra: &[&str]) -> (bool, String) {
        let (at, root, issuing, leaf) = (at(), self.path("root.pem"), self.path("issuing.pem"), self.path("leaf.pem"));
        let mut arguments = vec!["verify", "-attime", &at, "-CAfile", &root, "-untrusted", &issuing];
        arguments.extend(extra);
        arguments.push(&leaf);
        openssl(&arguments)
    }
}

fn wrapped(base64: &str) -> String {
    base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n")
}

fn at() -> String {
    pki().at().as_second().to_string()
}

fn example() -> Leaf {
    Leaf::system("Eksempel Fagsystem")
}

#[test]
fn openssl_verifies_every_kind_strictly() {
    let leaves = [
        example(),
        example().earlier_policy(),
        Leaf::organisation("Eksempel Segl").email("postkasse@kravprobe.example"),
        Leaf::employee("Eksempel Æøå Medarbejder"),
    ];
    for leaf in leaves {
        let (verified, text) = Files::of(&pki().issue(&leaf).unwrap()).verify(&["-x509_strict", "-auth_level", "3"]);
        assert!(verified, "{leaf:?}: {text}");
    }
}

/// Tag structure of a certificate, with the primitive values that must be the same in every OCES3 certificate of its kind.
fn outline(pem: &Path) -> Vec<String> {
    let (ok, text) = openssl(&["asn1parse", "-i", "-in", pem.to_str().unwrap()]);
    assert!(ok, "{text}");
    text.lines()
        .map(|line| {
            let (position, rest) = line.split_once(": ").unwrap();
            let depth = position.split("d=").nth(1).unwrap().split_whitespace().next().unwrap();
            let mut parts = rest.splitn(2, ':');
            let tag = parts.next().unwrap().trim();
            let value = parts.next().unwrap_or_default().trim();
            // Identifiers, booleans and small numbers are form; names, dates, keys and signatures are content.
            let small_integer = tag.starts_with("INTEGER") && value.len() <= 4;
            let form = tag.starts_with("OBJECT") || tag.starts_with("BOOLEAN") || small_integer;
            format!("{depth} {tag} {}", if form { value } else { "" })
        })
        .collect()
}

#[test]
fn the_form_is_that_of_real_certificates() {
    let kinds = [
        (example(), "system-FoxIDs-NemLog-in-test-c2c40c0d.pem"),
        (
            Leaf::organisation("Segl").email("postkasse@kravprobe.example").earlier_policy(),
            "organisation-NemLog-in-LookupService-Test-c9f124d0.pem",
        ),
        (Leaf::employee("Eksempel Medarbejder").earlier_policy(), "employee-Luca-Pacioli-6333c784.pem"),
    ];
    for (leaf, real) in kinds {
        let files = Files::of(&pki().issue(&leaf).unwrap());
        let real = package("fixtures/certificates/test").join(real);
        assert_eq!(outline(Path::new(&files.path("leaf.pem"))), outline(&real), "{}", real.display());
        let (ours, theirs) = (read_pem(Path::new(&files.path("leaf.pem"))), read_pem(&real));
        for (ours, theirs) in ours.extensions.iter().zip(&theirs.extensions) {
            assert_eq!((&ours.oid, ours.critical), (&theirs.oid, theirs.critical));
        }
        assert_eq!(ours.inner_algorithm, theirs.inner_algorithm);
        assert_eq!((&ours.policies, ours.key_usage), (&theirs.policies, theirs.key_usage));
        assert_eq!(ours.qc_statements, theirs.qc_statements);
        assert_eq!(ours.not_after.as_second() - ours.not_before.as_second(), 1095 * 86_400 - 1);
        assert_eq!(theirs.not_after.as_second() - theirs.not_before.as_second(), 1095 * 86_400 - 1);
    }
}

fn read_pem(path: &Path) -> Certificate {
    let der = kravprobe::pki::read_certificates(&std::fs::read(path).unwrap(), None).unwrap().remove(0);
    Certificate::read(&der).unwrap()
}

/// What openssl must say about the chain with a defect that it knows of.
const REFUSED: &[(Defect, &str)] = &[
    (Defect::SignatureCorrupt, "certificate signature failure"),
    (Defect::CaSignatureCorrupt, "certificate signature failure"),
    (Defect::CaNotCa, "invalid CA certificate"),
    (Defect::CaNoKeyCertSign, "key usage does not include certificate signing"),
    (Defect::Expired, "certificate has expired"),
    (Defect::NotYetValid, "certificate is not yet valid"),
    (Defect::UnknownCriticalExtension, "unhandled critical extension"),
    (Defect::SelfSigned, "self-signed certificate"),
    (Defect::AuthorityKeyDiffers, "unable to get"),
    (Defect::OuterAlgorithmDiffers, "certificate signature failure"),
    (Defect::DuplicateExtension, "unable to get"),
    (Defect::CutShort, "Unable to load certificate"),
];

#[test]
fn openssl_refuses_what_it_can_see() {
    let mut wrong = Vec::new();
    for (defect, message) in REFUSED {
        let (verified, text) = Files::of(&pki().issue_with(&example(), &[*defect]).unwrap()).verify(&[]);
        let (lower, message) = (text.to_lowercase(), message.to_lowercase());
        if verified || !lower.contains(&message) {
            wrong.push(format!("{defect:?}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_other_defect_leaves_a_chain_that_openssl_accepts() {
    let mut wrong = Vec::new();
    for defect in Defect::ALL.iter().filter(|defect| REFUSED.iter().all(|(refused, _)| refused != *defect)) {
        let (verified, text) = Files::of(&pki().issue_with(&example(), &[*defect]).unwrap()).verify(&[]);
        if !verified {
            wrong.push(format!("{defect:?}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_defect_changes_something_and_keeps_the_anchor_where_it_can() {
    let good = pki().issue(&example()).unwrap();
    assert_eq!((good.issuing.as_slice(), good.root.as_slice()), (pki().issuing(), pki().root()));
    // The signature is random; what was signed is not.
    let body = |der: &[u8]| Certificate::read(der).ok().map(|c| (c.extensions.len(), c.subject, c.serial, c.not_after));
    assert_eq!(body(&good.certificate), body(&pki().issue(&example()).unwrap().certificate));
    for defect in Defect::ALL {
        let issued = pki().issue_with(&example(), &[*defect]).unwrap();
        assert_ne!(issued.certificate, good.certificate, "{defect:?}");
        assert!(defect.row().is_empty() || defect.row().starts_with("CRT-"));
    }
}

#[test]
fn the_weak_keys_are_weak() {
    let modulus = |key| match Certificate::read(&pki().issue(&example().key(key)).unwrap().certificate).unwrap().key {
        PublicKey::Rsa { modulus, exponent } => (modulus, exponent),
        other => panic!("{other:?}"),
    };
    assert_eq!(weakness(&modulus(Key::Roca).0), Some(Weakness::Roca));
    assert_eq!(weakness(&modulus(Key::System).0), None);
    assert_eq!(modulus(Key::SmallExponent).1, [3]);
    assert_eq!(modulus(Key::Short).0.len(), 256);
}

#[test]
fn openssl_reads_the_revocation_lists() {
    let issued = pki().issue(&example()).unwrap();
    let files = Files::of(&issued);
    let issuing = files.path("issuing.pem");
    let serial = Certificate::read(&issued.certificate).unwrap().serial_hex().to_uppercase();
    for (kind, verifies, lists) in [
        (Crl::Good, true, false),
        (Crl::Empty, true, false),
        (Crl::ListsLeaf, true, true),
        (Crl::Stale, true, false),
        (Crl::WrongKey, false, false),
        (Crl::WrongIssuer, false, false),
    ] {
        let list = files.write("list.crl", pki().crl(kind, &issued).unwrap());
        let (_, text) = openssl(&["crl", "-inform", "DER", "-in", &list, "-CAfile", &issuing, "-noout", "-text"]);
        assert_eq!(text.contains("verify OK"), verifies, "{kind:?}: {text}");
        assert_eq!(text.contains(&serial), lists, "{kind:?}: {text}");
        let pem = files.write(
            "list.pem",
            openssl::x509::X509Crl::from_der(&std::fs::read(&list).unwrap()).unwrap().to_pem().unwrap(),
        );
        let (accepted, text) = files.verify(&["-crl_check", "-CRLfile", &pem]);
        assert_eq!(accepted, matches!(kind, Crl::Good | Crl::Empty), "{kind:?}: {text}");
    }
}

#[test]
fn openssl_reads_the_ocsp_responses() {
    let issued = pki().issue(&example()).unwrap();
    let files = Files::of(&issued);
    let (issuing, root, leaf, at) = (files.path("issuing.pem"), files.path("root.pem"), files.path("leaf.pem"), at());
    for (kind, verifies, said) in [
        (Ocsp::Good, true, "leaf.pem: good"),
        (Ocsp::Revoked, true, "leaf.pem: revoked"),
        (Ocsp::Unknown, true, "leaf.pem: unknown"),
        (Ocsp::Delegated, true, "leaf.pem: good"),
        (Ocsp::OtherSerial, true, "leaf.pem: ERROR: No Status found"),
        (Ocsp::WrongKey, false, ""),
        (Ocsp::Stranger, false, ""),
        (Ocsp::DelegatedWithoutPurpose, false, ""),
        (Ocsp::DelegatedExpired, false, ""),
        (Ocsp::TryLater, false, "Responder Error: trylater (3)"),
    ] {
        let response = files.write("response.der", pki().ocsp(kind, &issued).unwrap());
        let (_, text) = openssl(&[
            "ocsp",
            "-respin",
            &response,
            "-issuer",
            &issuing,
            "-cert",
            &leaf,
            "-CAfile",
            &root,
            "-verify_other",
            &issuing,
            "-attime",
            &at,
            "-no_nonce",
            // `-attime` is for the certificates alone; without this the answer itself would be judged by the present date.
            "-validity_period",
            "2000000000",
        ]);
        assert_eq!(text.contains("Response verify OK"), verifies, "{kind:?}: {text}");
        assert!(text.contains(said), "{kind:?}: {text}");
    }
}

#[test]
fn a_tls_server_certificate_serves_its_names() {
    let files = Files(tempfile::tempdir().unwrap());
    let pem = |der: &[u8]| openssl::x509::X509::from_der(der).unwrap().to_pem().unwrap();
    let root = files.write("root.pem", pem(&pki().web_root().unwrap()));
    let server = files.write("server.pem", pem(&pki().web_server(&["localhost", "127.0.0.1"]).unwrap()));
    let at = at();
    let verify = |extra: [&str; 2]| {
        let mut arguments = vec!["verify", "-x509_strict", "-attime", &at, "-purpose", "sslserver", "-CAfile", &root];
        arguments.extend(extra);
        arguments.push(&server);
        openssl(&arguments).0
    };
    assert!(verify(["-verify_hostname", "localhost"]) && verify(["-verify_ip", "127.0.0.1"]));
    assert!(!verify(["-verify_hostname", "system.kravprobe.example"]));
}

fn files_under(directory: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(directory)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { files_under(&path) } else { vec![path] }
        })
        .collect()
}

#[test]
fn the_written_files_are_complete_and_say_what_they_are() {
    let directory = tempfile::tempdir().unwrap();
    write_example_pki(directory.path(), pki().keys(), pki().at()).unwrap();
    let names = |root: &Path| {
        let relative = |path: PathBuf| path.strip_prefix(root).unwrap().to_owned();
        files_under(root).into_iter().map(relative).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names(directory.path()), names(&package("certs-example")), "run `kravprobe vendor pki` again");
    for path in files_under(directory.path()) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let is_text = path.extension().is_some_and(|e| e == "pem" || e == "md");
        assert_eq!(text.contains(WARNING), is_text, "{}", path.display());
        #[cfg(unix)]
        if path.parent().unwrap().ends_with("keys") {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        }
    }
}

#[test]
fn the_committed_certificates_belong_to_the_committed_keys() {
    let directory = package("certs-example");
    let path = |name: &str| directory.join(name).to_str().unwrap().to_owned();
    for name in ["system.pem", "other-system.pem", "organisation.pem", "employee.pem"] {
        let arguments = [
            "verify",
            "-attime",
            &at(),
            "-CAfile",
            &path("root-ca.pem"),
            "-untrusted",
            &path("issuing-ca.pem"),
            &path(name),
        ];
        let (verified, text) = openssl(&arguments);
        assert!(verified, "{text}");
    }
    for (name, key) in
        [("system.pem", Key::System), ("root-ca.pem", Key::Root), ("organisation.pem", Key::Organisation)]
    {
        let der = kravprobe::pki::read_certificates(&std::fs::read(path(name)).unwrap(), None).unwrap().remove(0);
        let certificate = openssl::x509::X509::from_der(&der).unwrap();
        assert!(certificate.public_key().unwrap().public_eq(pki().keys().get(key)), "{name}");
    }
}

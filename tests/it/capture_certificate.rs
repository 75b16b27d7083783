//! Certificates from files and targets, and what their CAs answer about them.

use crate::example_pki::{package, pki};
use crate::local_server::{LocalServer, Received, answer};
use kravprobe::capture::certificate::{self, Description, Surroundings};
use kravprobe::capture::http::HttpClient;
use kravprobe::capture::revocation::{RevocationSource, SuppliedAnswers};
use kravprobe::pki::Certificate;
use kravprobe::pki::revocation::{Status, judge_crl, judge_ocsp};
use kravprobe::subject::CertificateSubject;
use kravprobe::subject::certificate::{Answer, CertificateRole, DeclaredCertificate};
use kravprobe::target::{LoadedTarget, Politeness};
use kravprobe::vendor::pki::{Crl, Issued, Leaf, Ocsp};
use kravprobe::verdict::Environment;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, OnceLock};

const QUICK: Politeness = Politeness { requests_per_second: 1000, concurrency: 4, timeout_seconds: 1 };
const CRL_PATH: &str = "/oces/issuing/1/crl/issuing.crl";

fn online(hosts: &[&str]) -> RevocationSource {
    let hosts = hosts.iter().map(|host| (*host).to_owned());
    RevocationSource::online(Arc::new(HttpClient::new(hosts, QUICK, &[]).unwrap()))
}

async fn capture(issued: &Issued, source: &RevocationSource, answers: SuppliedAnswers) -> CertificateSubject {
    let anchors = [pki().root().to_vec()];
    let around =
        Surroundings { environment: Environment::Local, at: pki().at(), anchors: &anchors, revocation: source };
    let description = Description {
        name: "signing".to_owned(),
        system: "Eksempel".to_owned(),
        role: CertificateRole::Signing,
        declared: DeclaredCertificate::default(),
    };
    certificate::capture(description, issued.certificate.clone(), vec![issued.issuing.clone()], answers, around).await
}

/// A CA that answers about certificates whose URLs lead to it.
fn responder(ocsp: Ocsp, crl: Crl) -> (LocalServer, Vec<Issued>) {
    let issued: Arc<OnceLock<Vec<Issued>>> = Arc::default();
    let known = Arc::clone(&issued);
    let server = LocalServer::start(move |request, out| {
        let first = &known.get().unwrap()[0];
        match request.line.as_str() {
            "POST /ocsp HTTP/1.1" => answer(out, "200 OK", "", &pki().ocsp(ocsp, first).unwrap()),
            line if line.contains(CRL_PATH) => answer(out, "200 OK", "", &pki().crl(crl, first).unwrap()),
            _ => answer(out, "404 Not Found", "", b""),
        }
    });
    let leaf = |name: &str| pki().issue(&Leaf::system(name).host(&server.address.to_string())).unwrap();
    let leaves = vec![leaf("Et"), leaf("To")];
    issued.set(leaves.clone()).ok().unwrap();
    (server, leaves)
}

fn bytes(answer: &Answer) -> &[u8] {
    match answer {
        Answer::Received { bytes } => bytes.data(),
        other => panic!("no answer: {other:?}"),
    }
}

fn read(der: &[u8]) -> Certificate {
    Certificate::read(der).unwrap()
}

#[tokio::test]
async fn live_answers_are_fetched_and_a_list_only_once() {
    let (server, leaves) = responder(Ocsp::Good, Crl::ListsLeaf);
    let source = online(&["127.0.0.1"]);
    let subject = capture(&leaves[0], &source, SuppliedAnswers::default()).await;
    let (leaf, issuer) = (read(&leaves[0].certificate), read(pki().issuing()));
    let revocation = &subject.revocation;
    assert!(!revocation.set_aside);
    let good = judge_ocsp(bytes(&revocation.ocsp[0].answer), &leaf, &issuer, pki().at());
    assert!(matches!(good, Status::Good { .. }), "{good:?}");
    let revoked = judge_crl(bytes(&revocation.crl[0].answer), &leaf, &issuer, pki().at());
    assert!(matches!(revoked, Status::Revoked { .. }), "{revoked:?}");
    assert_eq!(revocation.crl[0].source, format!("http://{}{CRL_PATH}", server.address));
    let question = &server.received()[0];
    let serial = leaf.serial.as_slice();
    assert!(question.body.windows(serial.len()).any(|w| w == serial), "the question names the serial number");

    capture(&leaves[1], &source, SuppliedAnswers::default()).await;
    let asked = |path: &str| server.received().iter().filter(|r| r.line.contains(path)).count();
    assert_eq!((asked("/ocsp"), asked(CRL_PATH)), (2, 1));
}

#[tokio::test]
async fn the_question_is_one_that_openssl_reads() {
    let (server, leaves) = responder(Ocsp::Good, Crl::Good);
    capture(&leaves[0], &online(&["127.0.0.1"]), SuppliedAnswers::default()).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("question.der");
    std::fs::write(&file, &server.received()[0].body).unwrap();
    let text = crate::example_pki::openssl(&["ocsp", "-reqin", file.to_str().unwrap(), "-req_text", "-noverify"]).1;
    let serial = read(&leaves[0].certificate).serial_hex().to_uppercase();
    assert!(text.contains("Hash Algorithm: sha1") && text.contains(&serial), "{text}");
}

#[tokio::test]
async fn hosts_off_the_list_get_nothing() {
    let (server, leaves) = responder(Ocsp::Good, Crl::Good);
    let subject = capture(&leaves[0], &online(&["localhost"]), SuppliedAnswers::default()).await;
    for answer in subject.revocation.ocsp.iter().chain(&subject.revocation.crl) {
        assert!(matches!(answer.answer, Answer::NotAllowed), "{answer:?}");
    }
    assert_eq!((subject.revocation.ocsp.len(), subject.revocation.crl.len()), (1, 1));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_is_no_answer_is_unreachable() {
    let foreign = LocalServer::start(|_, out| answer(out, "200 OK", "", b"x"));
    let elsewhere = format!("Location: http://localhost:{}/\r\n", foreign.address.port());
    let servers = [
        LocalServer::start(|_, out| answer(out, "503 Service Unavailable", "", b"later")),
        LocalServer::start(|_, out| answer(out, "200 OK", "", b"")),
        LocalServer::start(move |_, out| answer(out, "307 Temporary Redirect", &elsewhere, b"")),
        LocalServer::start(|_, out| {
            let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
        }),
        LocalServer::start(|_, _| {}),
    ];
    for server in servers {
        let issued = pki().issue(&Leaf::system("Et").host(&server.address.to_string())).unwrap();
        let subject = capture(&issued, &online(&["127.0.0.1"]), SuppliedAnswers::default()).await;
        for answer in subject.revocation.ocsp.iter().chain(&subject.revocation.crl) {
            assert!(matches!(answer.answer, Answer::Unreachable { .. }), "{answer:?}");
        }
        assert!(!subject.revocation.set_aside);
    }
    assert_eq!(foreign.connections(), 0);
}

#[tokio::test]
async fn offline_sets_revocation_aside_unless_answers_are_supplied() {
    let (server, leaves) = responder(Ocsp::Good, Crl::Good);
    let source = RevocationSource::offline();
    let subject = capture(&leaves[0], &source, SuppliedAnswers::default()).await;
    assert!(subject.revocation.set_aside && subject.revocation.ocsp.is_empty() && subject.revocation.crl.is_empty());

    let directory = tempfile::tempdir().unwrap();
    let (der, pem) = (directory.path().join("list.crl"), directory.path().join("list.pem"));
    let list = pki().crl(Crl::Good, &leaves[0]).unwrap();
    std::fs::write(&der, &list).unwrap();
    std::fs::write(&pem, openssl::x509::X509Crl::from_der(&list).unwrap().to_pem().unwrap()).unwrap();
    for file in [&der, &pem] {
        let answers = SuppliedAnswers::read(&[], &[file]).unwrap();
        let revocation = capture(&leaves[0], &source, answers).await.revocation;
        assert!(!revocation.set_aside);
        assert_eq!(bytes(&revocation.crl[0].answer), list);
        assert_eq!(revocation.crl[0].source, file.display().to_string());
    }
    // A supplied list stands for the live one; the other kind is still asked for.
    let answers = SuppliedAnswers::read(&[], &[&der]).unwrap();
    capture(&leaves[0], &online(&["127.0.0.1"]), answers).await;
    assert!(server.received().iter().all(|request| request.line.contains("/ocsp")));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_certificate_without_urls_or_issuer_asks_nobody() {
    use kravprobe::vendor::pki::Defect;
    let bare = [Defect::AccessMissing, Defect::DistributionPointMissing];
    let issued = pki().issue_with(&Leaf::system("Et"), &bare).unwrap();
    let revocation = capture(&issued, &online(&["127.0.0.1"]), SuppliedAnswers::default()).await.revocation;
    assert!(!revocation.set_aside && revocation.ocsp.is_empty() && revocation.crl.is_empty());

    let (server, leaves) = responder(Ocsp::Good, Crl::Good);
    let mut orphan = leaves[0].clone();
    orphan.issuing = pki().web_root().unwrap();
    let revocation = capture(&orphan, &online(&["127.0.0.1"]), SuppliedAnswers::default()).await.revocation;
    assert!(matches!(revocation.ocsp[0].answer, Answer::Unreachable { .. }));
    assert_eq!(server.received().iter().filter(|r| r.line.contains("ocsp")).count(), 0);
}

#[tokio::test]
async fn hostile_urls_are_neither_asked_nor_shown() {
    let long = format!("127.0.0.1/{}", "x".repeat(5000));
    for host in ["\u{1b}[31m host", "", &long] {
        let issued = pki().issue(&Leaf::system("Et").host(host)).unwrap();
        let revocation = capture(&issued, &online(&["127.0.0.1"]), SuppliedAnswers::default()).await.revocation;
        for answer in revocation.ocsp.iter().chain(&revocation.crl) {
            assert!(!matches!(answer.answer, Answer::Received { .. }), "{answer:?}");
            assert!(answer.source.len() <= 2048 && !answer.source.contains('\u{1b}'), "{answer:?}");
        }
    }
}

#[test]
fn files_that_cannot_be_certificates_are_one_clear_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let large = directory.path().join("large");
    std::fs::File::create(&large).unwrap().set_len(certificate::MAX_FILE + 1).unwrap();
    let cases = [
        (directory.path().to_owned(), "is a directory"),
        (directory.path().join("missing"), "cannot be opened"),
        (large, "the limit is"),
        (file("empty", b""), "is empty"),
        (file("junk", &[0xFF; 300]), "neither PEM, DER nor PKCS#12"),
        (package("certs-example/keys/system.pem"), "no CERTIFICATE block"),
    ];
    for (path, problem) in cases {
        let error = certificate::open(&path, None).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(path.to_str().unwrap()) && text.contains(problem), "{text}");
        assert_eq!(error.exit_code(), 2);
    }
    let not_a_list = package("certs-example/system.pem");
    assert!(SuppliedAnswers::read(&[], &[&not_a_list]).unwrap_err().to_string().contains("revocation list"));
}

#[test]
fn a_bundle_is_about_its_leaf_in_either_order() {
    let directory = tempfile::tempdir().unwrap();
    let part = |name: &str| std::fs::read(package("certs-example").join(name)).unwrap();
    let (root, issuing, leaf) = (part("root-ca.pem"), part("issuing-ca.pem"), part("system.pem"));
    let expected = certificate::open(&package("certs-example/system.pem"), None).unwrap().remove(0);
    for order in [[&root, &issuing, &leaf], [&leaf, &issuing, &root], [&issuing, &leaf, &root]] {
        let path = directory.path().join("bundle.pem");
        std::fs::write(&path, order.into_iter().flatten().copied().collect::<Vec<_>>()).unwrap();
        let opened = certificate::open(&path, None).unwrap();
        assert_eq!((opened.len(), &opened[0]), (3, &expected));
    }
}

fn target(directory: &Path, certificates: &str) -> LoadedTarget {
    let example = package("certs-example");
    let text = format!(
        "schema = 1\nenvironment = \"local\"\n[system]\nname = \"Eksempel\"\n[parties.supplier]\nname = \"Leverandør\"\n\
         cvr = \"90000017\"\n[[anchor]]\nfile = '{}'\nuse = \"oces\"\n{}",
        example.join("root-ca.pem").display(),
        certificates.replace("EXAMPLE", example.to_str().unwrap())
    );
    let path = directory.join("target.toml");
    std::fs::write(&path, text).unwrap();
    LoadedTarget::load(&path).unwrap()
}

#[tokio::test]
async fn a_target_gives_a_subject_for_each_certificate_and_its_neighbours() {
    let directory = tempfile::tempdir().unwrap();
    let loaded = target(
        directory.path(),
        "[[certificate]]\nname = \"signing\"\nfile = 'EXAMPLE/system.pem'\nrole = \"signing\"\n\
         supplied = ['EXAMPLE/issuing-ca.pem']\ncrl = ['EXAMPLE/issuing-ca.crl']\n\
         [[certificate]]\nname = \"decryption\"\nfile = 'EXAMPLE/other-system.pem'\nrole = \"encryption\"\ncvr = \"90000025\"\n\
         [[certificate]]\nname = \"neighbour\"\nfile = 'EXAMPLE/system.pem'\nother_system = \"Andet system\"\n",
    );
    let source = RevocationSource::offline();
    let subjects = certificate::capture_target(&loaded, pki().at(), &source, None).await.unwrap();
    let names: Vec<_> = subjects.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(names, ["certificate:signing", "certificate:decryption"], "a neighbour is not judged");
    let signing = &subjects[0];
    assert_eq!((signing.system.as_str(), signing.role), ("Eksempel", CertificateRole::Signing));
    assert_eq!(signing.declared.cvr.as_deref(), Some("90000017"));
    assert_eq!(subjects[1].declared.cvr.as_deref(), Some("90000025"));
    assert_eq!((signing.supplied.len(), signing.local_anchors.len(), signing.revocation.crl.len()), (1, 1, 1));
    assert!(!signing.revocation.set_aside && subjects[1].revocation.set_aside);
    let others: Vec<_> = signing.others.iter().map(|o| (o.name.as_str(), o.system.as_str())).collect();
    assert_eq!(others, [("decryption", "Eksempel"), ("neighbour", "Andet system")]);
    assert_eq!(signing.others[1].sha256, signing.certificate.sha256);
}

#[tokio::test]
async fn a_target_with_a_missing_file_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let loaded = target(directory.path(), "[[certificate]]\nname = \"signing\"\nfile = 'gone.pem'\n");
    let source = RevocationSource::offline();
    let error = certificate::capture_target(&loaded, pki().at(), &source, None).await.unwrap_err();
    assert!(error.to_string().contains("gone.pem"), "{error}");
}

#[tokio::test]
async fn a_certificate_may_be_published_and_gives_no_subject_when_nothing_usable_comes() {
    let directory = tempfile::tempdir().unwrap();
    let pem = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/certs-example/system.pem")).unwrap();
    let server = LocalServer::start(move |request: &Received, out: &mut dyn Write| {
        if request.line.contains("/signing.pem") {
            answer(out, "200 OK", "", &pem);
        } else {
            answer(out, "200 OK", "", b"junk");
        }
    });
    let entry = |path: &str| format!("[[certificate]]\nname = \"signing\"\nurl = '{}'\n", server.url(path));
    let source = RevocationSource::offline();
    for (path, found) in [("/signing.pem", 1), ("/junk.pem", 0)] {
        let loaded = target(directory.path(), &entry(path));
        let client = HttpClient::new(loaded.target.hosts(), loaded.target.politeness, &[]).unwrap();
        let subjects = certificate::capture_target(&loaded, pki().at(), &source, Some(&client)).await.unwrap();
        assert_eq!(subjects.len(), found, "{path}");
        let offline = certificate::capture_target(&loaded, pki().at(), &source, None).await.unwrap();
        assert!(offline.is_empty(), "an offline run asks nobody");
    }
    for wrong in [
        "file = 'a.pem'\nurl = 'http://127.0.0.1/a.pem'\n",
        "",
        "url = 'http://user:word@127.0.0.1/a.pem'\n",
        "url = 'http://127.0.0.1/a.pem'\nother_system = \"Andet\"\n",
    ] {
        let text = format!(
            "schema = 1\nenvironment = \"local\"\n[system]\nname = \"x\"\n[[certificate]]\nname = \"a\"\n{wrong}"
        );
        assert!(kravprobe::target::Target::parse("target.toml", &text).is_err(), "{wrong}");
    }
}

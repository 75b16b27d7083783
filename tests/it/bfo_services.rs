//! The emulated Beskedfordeler with clients that nobody here wrote: pika and plain HTTP from Python, and lapin.

use crate::support::python;
use jiff::Timestamp;
use kravprobe::besked::write::Besked;
use kravprobe::digest::sha256_hex;
use kravprobe::fki::beskedfordeler::{Addresses, KeySetup, Reply, ServiceKeys, Services, tokens};
use kravprobe::subject::distribution::recording::{Happening, Recording, TokenAnswer};
use kravprobe::vendor::pki::{ExampleKeys, ExamplePki, Leaf};
use openssl::x509::X509;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

const CVR: &str = "11111111";
const DUESLAG: &str = "a9efc97c-3473-45b5-9519-7fc837b89fa8";

static KEYS: LazyLock<(TempDir, ServiceKeys)> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let file = ServiceKeys::create(&directory.path().join("bfo"), &KeySetup::default(), Timestamp::now()).unwrap();
    let keys = ServiceKeys::load(&file).unwrap();
    (directory, keys)
});

/// The system's function certificate and another system's: PEM with the key after it, and DER.
static SYSTEMS: LazyLock<(TempDir, [(PathBuf, Vec<u8>); 2])> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let keys = ExampleKeys::shipped().unwrap();
    let pki = ExamplePki::new(keys.clone(), Timestamp::now()).unwrap();
    let systems = [Leaf::system("Modtager"), Leaf::organisation("Anden")].map(|leaf| {
        let issued = pki.issue(&leaf).unwrap();
        let pem = X509::from_der(&issued.certificate).unwrap().to_pem().unwrap();
        let path = directory.path().join(format!("{}.pem", &sha256_hex(&issued.certificate)[..8]));
        std::fs::write(&path, [pem, keys.get(issued.key).private_key_to_pem_pkcs8().unwrap()].concat()).unwrap();
        (path, issued.certificate)
    });
    (directory, systems)
});

fn system() -> &'static (PathBuf, Vec<u8>) {
    &SYSTEMS.1[0]
}

fn stranger() -> &'static (PathBuf, Vec<u8>) {
    &SYSTEMS.1[1]
}

fn services() -> Services {
    let services = Services::start(&KEYS.1, vec![system().1.clone()], vec![CVR.to_owned()]).unwrap();
    services.declare(DUESLAG);
    services
}

/// Lets pika do the steps, as the system with this certificate.
fn pika(addresses: &Addresses, certificate: &Path, steps: &Value) -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    let ca = directory.path().join("ca.pem");
    std::fs::write(&ca, X509::from_der(&KEYS.1.web_ca).unwrap().to_pem().unwrap()).unwrap();
    let settings = directory.path().join("settings.json");
    let content = json!({
        "ca": ca, "certificate": certificate, "key": certificate, "host": addresses.host,
        "broker_port": addresses.broker_port, "token_port": addresses.token_port, "steps": steps,
    });
    std::fs::write(&settings, content.to_string()).unwrap();
    serde_json::from_str(&python(&["tests/oracles/bfo_client.py", settings.to_str().unwrap()])).unwrap()
}

fn enqueue(services: &Services, label: &str) -> (usize, String) {
    let besked = Besked::good(CVR, Timestamp::now()).delivered(Timestamp::now());
    let xml = besked.xml();
    let index = services.enqueue(DUESLAG, label, besked.id(), Some(&besked.object), xml.clone().into_bytes());
    (index, xml)
}

/// The names of what happened, without heartbeats and the like.
fn happened(recording: &Recording) -> Vec<String> {
    recording
        .events
        .iter()
        .map(|event| serde_json::to_value(&event.what).unwrap()["is"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_client_gets_a_token_logs_in_and_acknowledges_one_message_after_the_other() {
    let services = services();
    let first = enqueue(&services, "first");
    let second = enqueue(&services, "second");
    let done = pika(
        &services.addresses(),
        &system().0,
        &json!([
            ["token", tokens::RECEIVE, CVR],
            ["pad", 65536],
            ["connect"],
            ["declare", DUESLAG],
            ["consume", DUESLAG, 2],
            ["close"]
        ]),
    );
    assert_eq!(done[0][0], 200, "{done:?}");
    assert_eq!(done[2..4], [json!("open"), json!(2)], "{done:?}");
    assert_eq!(done[4][0][0], first.1.as_str());
    assert_eq!(done[4][1][0], second.1.as_str());
    assert_ne!(done[4][0][2], done[4][1][2], "message-id is each copy's own");

    let recording = services.recording();
    assert_eq!(
        happened(&recording),
        [
            "token-asked",
            "connected",
            "start-ok",
            "tune-ok",
            "opened",
            "qos",
            "consumed",
            "delivered",
            "acked",
            "delivered",
            "acked",
            "client-left"
        ],
    );
    assert!(recording.events.iter().any(|e| matches!(
        &e.what,
        Happening::StartOk { mechanism, response_bytes: 65536, token: Some(token), .. }
            if mechanism == "EXTERNAL" && token.ours && token.cvr == CVR && token.audience == tokens::RECEIVE
                && token.holder.as_deref() == Some(&sha256_hex(&system().1))
    )));
    assert!(matches!(
        &recording.events[0].what,
        Happening::TokenAsked { faults, answer: TokenAnswer::Issued { .. }, .. } if faults.is_empty()
    ));
}

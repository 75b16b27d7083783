//! Soak of the reference vendor: many messages by push and by pull, with duplicates and broken connections in between. Nothing may be
//! lost, nothing carried out twice, and memory must stay flat. `cargo run --release --example soak -- 20000`; see `benches/soak.sh`.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on says where it stood")]

use jiff::Timestamp;
use kravprobe::besked::reply;
use kravprobe::besked::write::Besked;
use kravprobe::fki::beskedfordeler::{KeySetup, ServiceKeys, Services};
use kravprobe::subject::distribution::recording::Happening;
use kravprobe::vendor::pki::{ExampleKeys, Key};
use kravprobe::vendor::receiver::{Counterpart, DUESLAG, Patience, Receiver, SERVED, Setup, TokenWay};
use std::collections::BTreeSet;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Messages in one go; the emulated broker forgets what happened before each.
const BATCH: usize = 200;
/// Every so many messages comes twice, and every so many times a connection breaks.
const TWICE: usize = 10;
const BREAK: usize = 100;

/// Resident memory, kB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn good() -> Besked {
    let now = Timestamp::now();
    Besked::good(SERVED[0], now).delivered(now)
}

fn client(receiver: &Receiver) -> reqwest::Client {
    let mut identity = ExampleKeys::shipped().unwrap().get(Key::Organisation).private_key_to_pem_pkcs8().unwrap();
    identity.extend(openssl::x509::X509::from_der(&receiver.client().certificate).unwrap().to_pem().unwrap());
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_der(receiver.web_root()).unwrap()])
        .identity(reqwest::Identity::from_pem(&identity).unwrap())
        .no_proxy()
        .build()
        .unwrap()
}

async fn status(client: &reqwest::Client, receiver: &Receiver) -> serde_json::Value {
    let url = receiver.pages().join("status").unwrap();
    serde_json::from_str(&client.get(url).send().await.unwrap().text().await.unwrap()).unwrap()
}

fn say(way: &str, messages: usize, began: Instant, before: u64, half: u64) {
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = messages as f64 / seconds;
    println!(
        "{way}: {messages} messages in {seconds:.1} s, {rate:.0} a second; memory {before} kB at the start, {half} kB half way, {} kB at the end",
        memory()
    );
}

async fn push(receiver: &Receiver, messages: usize) {
    let client = client(receiver);
    let (began, before, mut half) = (Instant::now(), memory(), 0);
    for number in 0..messages {
        let text = good().push_xml();
        for _ in 0..=usize::from(number % TWICE == 0) {
            let request =
                client.post(receiver.push().clone()).header("Content-Type", "application/xml").body(text.clone());
            let answer = request.send().await.unwrap().text().await.unwrap();
            assert_eq!(reply::read(&answer).and_then(|r| r.code()), Some(20), "{answer}");
        }
        if number % BREAK == 0 {
            drop(TcpStream::connect(("127.0.0.1", receiver.push().port().unwrap())));
        }
        if number == messages / 2 {
            half = memory();
        }
    }
    say("push", messages, began, before, half);
}

async fn pull(services: &Services, messages: usize) {
    let (began, before, mut half) = (Instant::now(), memory(), 0);
    let mut left = messages;
    while left > 0 {
        let now = BATCH.min(left);
        services.begin();
        let mut expected = BTreeSet::new();
        for number in 0..now {
            let besked = good();
            let text = besked.xml().into_bytes();
            for _ in 0..=usize::from(number % TWICE == 0) {
                expected.insert(services.enqueue(DUESLAG, "good", besked.id(), None, text.clone()));
            }
            if number % BREAK == 0 {
                services.behave(|b| b.break_at_ack += 1);
            }
        }
        let deadline = Instant::now() + Duration::from_mins(5);
        let done = services
            .until(deadline, |events, _| {
                let acked = events.iter().filter_map(|e| match e.what {
                    Happening::Acked { message, .. } => Some(message),
                    _ => None,
                });
                acked.collect::<BTreeSet<_>>().is_superset(&expected)
            })
            .await;
        assert!(done, "not everything was fetched");
        left -= now;
        if half == 0 && left <= messages / 2 {
            half = memory();
        }
    }
    say("pull", messages, began, before, half);
}

fn main() {
    let messages: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let file = ServiceKeys::create(&folder.path().join("bfo"), &KeySetup::default(), Timestamp::now()).unwrap();
    let mut keys = ServiceKeys::load(&file).unwrap();
    let services = Services::start(&keys, Vec::new(), Vec::new()).unwrap();
    services.declare(DUESLAG);
    let addresses = services.addresses();
    keys.ports = [addresses.broker_port, addresses.token_port, addresses.value_list_port];
    let receiver = Receiver::start(Setup {
        counterpart: Some(Counterpart::of(&keys, Some(DUESLAG), TokenWay::Rest)),
        patience: Patience::short(),
        ..Setup::new(ExampleKeys::shipped().unwrap())
    })
    .unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        push(&receiver, messages).await;
        pull(&services, messages).await;
        let status = status(&client(&receiver), &receiver).await;
        assert_eq!(
            (&status["beskeder"], &status["udført"]),
            (&(2 * messages).into(), &(2 * messages).into()),
            "{status}"
        );
        println!("stored once and carried out once: {}", 2 * messages);
    });
}

//! The emulated Beskedfordeler with clients that nobody here wrote: pika and plain HTTP from Python, and lapin.

use crate::support::python;
use jiff::Timestamp;
use kravprobe::besked::write::Besked;
use kravprobe::digest::sha256_hex;
use kravprobe::fki::beskedfordeler::{Addresses, KeySetup, Reply, ServiceKeys, Services, tokens};
use kravprobe::subject::distribution::recording::{End, Happening, Recording, TokenAnswer};
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
        "broker_port": addresses.broker_port, "token_port": addresses.token_port,
        "value_list_port": addresses.value_list_port, "steps": steps,
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

fn logs_in() -> [Value; 2] {
    [json!(["token", tokens::RECEIVE, CVR]), json!(["connect"])]
}

/// The steps after a login as a receiver.
fn as_receiver(services: &Services, steps: &[Value]) -> Vec<Value> {
    let all: Vec<Value> = logs_in().into_iter().chain(steps.iter().cloned()).collect();
    let done = pika(&services.addresses(), &system().0, &json!(all));
    assert_eq!(done[1], "open", "{done:?}");
    done[2..].to_vec()
}

fn count(recording: &Recording, which: impl Fn(&Happening) -> bool) -> usize {
    recording.events.iter().filter(|event| which(&event.what)).count()
}

#[test]
fn later_messages_wait_for_the_first_and_a_lost_one_comes_again() {
    let services = services();
    let first = enqueue(&services, "first");
    enqueue(&services, "second");
    // A prefetch count of 10, and yet one message: the next one comes after the acknowledgement (D0903 5, SF1461 2.2), where
    // RabbitMQ would give ten.
    let done = as_receiver(&services, &[json!(["consume", DUESLAG, 2, "keep", 1]), json!(["abandon"])]);
    assert_eq!(done[0].as_array().unwrap().len(), 1, "{done:?}");
    assert_eq!(done[0][0], json!([first.1, false, done[0][0][2]]));

    let again = as_receiver(&services, &[json!(["consume", DUESLAG, 2])]);
    assert_eq!(again[0][0][1], true, "redelivered");
    assert_eq!(again[0][1][1], false);
    let body = again[0][0][0].as_str().unwrap();
    assert_eq!(body, first.1.replace("Leveranceforsoeg>1<", "Leveranceforsoeg>2<"));
    assert_eq!(again[0][0][2], done[0][0][2], "the same copy has the same message-id");
    let recording = services.recording();
    let attempts: Vec<(usize, u32)> = recording
        .events
        .iter()
        .filter_map(|e| match e.what {
            Happening::Delivered { message, attempt, .. } => Some((message, attempt)),
            _ => None,
        })
        .collect();
    assert_eq!(attempts, [(0, 1), (0, 2), (1, 1)]);
    assert_eq!(count(&recording, |e| *e == Happening::ClientLeft { orderly: false }), 2);
}

#[test]
fn a_message_handed_back_comes_again_and_one_thrown_away_does_not() {
    let services = services();
    enqueue(&services, "first");
    let done = as_receiver(
        &services,
        &[json!(["consume", DUESLAG, 3, "nack"]), json!(["consume", DUESLAG, 1, "drop-message"]), json!(["get", DUESLAG])],
    );
    let redelivered: Vec<&Value> = done[0].as_array().unwrap().iter().map(|m| &m[1]).collect();
    assert_eq!(redelivered, [false, true, true]);
    assert_eq!(done[1].as_array().unwrap().len(), 1);
    assert_eq!(done[2], Value::Null);
    let recording = services.recording();
    assert_eq!(count(&recording, |e| matches!(e, Happening::Rejected { requeue: true, .. })), 3);
    assert_eq!(count(&recording, |e| matches!(e, Happening::Rejected { requeue: false, .. })), 1);
    assert_eq!(count(&recording, |e| matches!(e, Happening::Got { empty: true, no_ack: false, .. })), 1);
}

#[test]
fn wrong_logins_are_seen_and_refused() {
    let services = services();
    let refused = |certificate: &(PathBuf, Vec<u8>), steps: Value| {
        services.begin();
        let done = pika(&services.addresses(), &certificate.0, &steps);
        let last = done.last().unwrap().clone();
        let recording = services.recording();
        let because = recording.events.iter().find_map(|e| match &e.what {
            Happening::LoginRefused { because } => Some(because.clone()),
            _ => None,
        });
        (last, because, recording)
    };
    let (last, because, recording) =
        refused(system(), json!([["token", tokens::RECEIVE, CVR], ["connect", "PLAIN"]]));
    assert_eq!(last["code"], Value::Null, "{last}");
    assert!(last["error"].as_str().unwrap().contains("Auth"), "{last}");
    assert_eq!(because.as_deref(), Some("the mechanism is EXTERNAL, not PLAIN"));
    assert!(recording.events.iter().any(
        |e| matches!(&e.what, Happening::StartOk { mechanism, token: Some(t), .. } if mechanism == "PLAIN" && t.ours)
    ));

    let (_, because, _) = refused(system(), json!([["connect"]]));
    assert_eq!(because.as_deref(), Some("the response is empty; it must be the token"));

    let (last, because, _) =
        refused(system(), json!([["token", tokens::RECEIVE, CVR], ["connect", "EXTERNAL", "/"]]));
    assert_eq!((&last["code"], because), (&json!(530), None), "{last}");

    // Somebody else with the system's token.
    let token = pika(&services.addresses(), &system().0, &json!([["token", tokens::RECEIVE, CVR], ["show-token"]]));
    let token = token[1].as_str().unwrap();
    let (_, because, _) = refused(stranger(), json!([["use-token", token], ["connect"]]));
    assert_eq!(because.as_deref(), Some("the client certificate in TLS is not the one that the token is bound to"));
    let (_, because, _) =
        refused(system(), json!([["use-token", token.replace(CVR, "22222222")], ["connect"]]));
    assert_eq!(because.as_deref(), Some("the token was not issued by this token service, or was changed"));
    let packed = openssl::base64::encode_block(token.as_bytes());
    let (_, because, _) = refused(system(), json!([["use-token", packed], ["connect"]]));
    assert_eq!(because.as_deref(), Some("the response is base64; the token must be unpacked, as XML text"));

    services.behave(|b| b.refuse_logins = 1);
    let steps = json!([["use-token", token], ["connect"], ["connect"]]);
    let (last, because, _) = refused(system(), steps);
    assert_eq!((last, because.as_deref()), (json!("open"), Some("ordered")));
}

#[test]
fn queues_and_exchanges_that_are_not_the_clients_are_refused() {
    let services = services();
    let unknown = "00000000-0000-0000-0000-000000000000";
    let done = as_receiver(&services, &[json!(["get", unknown])]);
    assert_eq!(done[0]["code"], 404, "{done:?}");
    let done = as_receiver(&services, &[json!(["publish", "<a/>"])]);
    assert_eq!(done[0]["code"], 403, "a token for receiving sends nothing: {done:?}");
    let sender = |steps: [Value; 1]| {
        let all: Vec<Value> =
            [json!(["token", tokens::SEND, CVR]), json!(["connect"])].into_iter().chain(steps).collect();
        pika(&services.addresses(), &system().0, &json!(all))
    };
    assert_eq!(sender([json!(["get", DUESLAG])])[2]["code"], 403);
    assert_eq!(sender([json!(["publish", "<a/>", "OTHER"])])[2]["code"], 404);
    let recording = services.recording();
    assert_eq!(count(&recording, |e| *e == Happening::QueueRefused { queue: unknown.to_owned() }), 1);
    assert_eq!(count(&recording, |e| *e == Happening::QueueRefused { queue: DUESLAG.to_owned() }), 1);
    assert_eq!(count(&recording, |e| matches!(e, Happening::Published { .. })), 0);
}

#[test]
fn the_connection_ends_with_the_token_and_a_new_one_opens_another() {
    let services = services();
    services.behave(|b| b.token_seconds = 3);
    enqueue(&services, "first");
    let done = as_receiver(
        &services,
        &[
            json!(["consume", DUESLAG, 1, "keep"]),
            json!(["wait", 30]),
            json!(["connect"]),
            json!(["token", tokens::RECEIVE, CVR]),
            json!(["connect"]),
            json!(["consume", DUESLAG, 1]),
        ],
    );
    assert_eq!(done[1]["code"], 320, "{done:?}");
    assert!(done[2]["error"].is_string(), "the old token is over: {done:?}");
    assert_eq!(done[4], "open");
    assert_eq!(done[5][0][1], true, "what was not acknowledged comes again");
    let recording = services.recording();
    assert_eq!(count(&recording, |e| *e == Happening::Ended { because: End::TokenExpired }), 1);
    assert_eq!(count(&recording, |e| matches!(e, Happening::LoginRefused { because } if because == "the token is over")), 1);
    assert_eq!(count(&recording, |e| matches!(e, Happening::Acked { message: 0, .. })), 1);
}

#[test]
fn a_connection_broken_between_delivery_and_acknowledgement_loses_nothing() {
    let services = services();
    services.behave(|b| b.break_after_delivery = 2);
    enqueue(&services, "first");
    for _ in 0..2 {
        let done = as_receiver(&services, &[json!(["consume", DUESLAG, 1, "keep"]), json!(["wait", 30])]);
        assert_eq!(done[0].as_array().map(Vec::len), Some(1), "{done:?}");
        assert_eq!(done[1]["error"], "StreamLostError", "{done:?}");
    }
    let done = as_receiver(&services, &[json!(["consume", DUESLAG, 1])]);
    assert_eq!(done[0][0][1], true, "{done:?}");
    let recording = services.recording();
    assert_eq!(count(&recording, |e| *e == Happening::Ended { because: End::Ordered }), 2);
    assert_eq!(count(&recording, |e| matches!(e, Happening::Acked { .. })), 1);
}

#[test]
fn silence_is_noticed_by_the_client_and_ends_with_a_new_connection() {
    let services = services();
    services.behave(|b| b.heartbeat_seconds = 1);
    enqueue(&services, "first");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
            let delivered = |e: &Happening| matches!(e, Happening::Delivered { .. });
            let seen = runtime.block_on(services.until(deadline, |events, _| events.iter().any(|e| delivered(&e.what))));
            assert!(seen);
            services.behave(|b| b.silent = true);
        });
        let done = as_receiver(
            &services,
            &[
                json!(["consume", DUESLAG, 1, "keep"]),
                json!(["wait", 60]),
                json!(["connect"]),
                json!(["consume", DUESLAG, 1]),
            ],
        );
        assert!(done[1]["error"].is_string(), "{done:?}");
        assert_eq!(done[3][0][1], true, "{done:?}");
    });
}

#[test]
fn publishers_hear_what_their_messages_deserve_or_what_the_trial_wants() {
    let services = services();
    let besked = Besked::good(CVR, Timestamp::now());
    let body = besked.xml();
    services.behave(|b| b.reply_once = Some(Reply::Status(41)));
    let publish = json!(["publish", body]);
    let done = pika(
        &services.addresses(),
        &system().0,
        &json!([
            ["token", tokens::SEND, CVR],
            ["connect"],
            publish,
            publish,
            ["publish", body, "AFSEND_BESKED_EXCHANGE", false],
            ["publish", "no envelope"]
        ]),
    );
    let codes: Vec<Option<u16>> = done[2..]
        .iter()
        .map(|reply| {
            assert_eq!(reply[1], true, "the reply carries the correlation id: {done:?}");
            kravprobe::besked::reply::read(reply[0].as_str().unwrap()).unwrap().code()
        })
        .collect();
    assert_eq!(codes, [Some(41), Some(20), Some(41), Some(40)]);
    assert_eq!(services.published()[..2], [body.as_bytes(), body.as_bytes()]);
    let recording = services.recording();
    let published = recording.events.iter().find_map(|e| match &e.what {
        Happening::Published { exchange, mandatory, headers, token, reply_to, besked_id, confirmed, replied, .. } => {
            assert_eq!((exchange.as_str(), *mandatory, *confirmed, *replied), ("AFSEND_BESKED_EXCHANGE", true, true, Some(41)));
            assert_eq!((headers.as_slice(), reply_to.as_deref()), (&["token".to_owned()][..], Some("amq.rabbitmq.reply-to")));
            assert!(token.as_ref().is_some_and(|t| t.ours && t.audience == tokens::SEND));
            besked_id.clone()
        }
        _ => None,
    });
    assert_eq!(published.as_deref(), Some(besked.id()));

    services.behave(|b| b.reply = Reply::Nothing);
    let steps = json!([["token", tokens::SEND, CVR], ["connect"], ["publish", body, "AFSEND_BESKED_EXCHANGE", true, 1]]);
    assert_eq!(pika(&services.addresses(), &system().0, &steps)[2], Value::Null);
}

#[test]
fn tokens_are_for_registered_certificates_known_services_and_served_authorities() {
    let services = services();
    services.behave(|b| b.refuse_tokens = 1);
    let ask = |certificate: &Path, step: Value| pika(&services.addresses(), certificate, &json!([step]))[0].clone();
    let good = json!(["token", tokens::RECEIVE, CVR]);
    assert_eq!(ask(&system().0, good.clone())[0], 500, "ordered");
    assert_eq!(ask(&stranger().0, good.clone())[0], 401);
    assert_eq!(ask(&system().0, json!(["token", "http://entityid.kombit.dk/service/other/1", CVR]))[0], 400);
    assert_eq!(ask(&system().0, json!(["token", tokens::RECEIVE, "22222222"]))[0], 400);
    assert_eq!(ask(&system().0, json!(["token", tokens::RECEIVE, CVR, "/api/rest/wstrust/v1/issue"]))[0], 200);
    let post = |body: &str| json!(["post", "token_port", "/runtime/api/rest/wstrust/v1/issue", body, "application/json"]);
    assert_eq!(ask(&system().0, post("{"))[0], 400);
    let faults: Vec<Vec<String>> = services
        .recording()
        .events
        .into_iter()
        .filter_map(|e| match e.what {
            Happening::TokenAsked { faults, .. } => Some(faults),
            _ => None,
        })
        .collect();
    let expected: [&[&str]; 6] =
        [&[], &["not-registered"], &["applies-to"], &["cvr-not-served"], &[], &["malformed", "applies-to", "cvr", "use-key"]];
    assert_eq!(faults, expected);
}

//! The emulated Beskedfordeler with clients that nobody here wrote: pika and plain HTTP from Python, amqplib from Node.js, and lapin.

use crate::support::{node, python, run};
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

/// A certificate: PEM file with the key after it, and DER.
type System = (PathBuf, Vec<u8>);

/// The system's function certificate and another system's: PEM with the key after it, and DER.
static SYSTEMS: LazyLock<(TempDir, [System; 2])> = LazyLock::new(|| {
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

fn system() -> &'static System {
    &SYSTEMS.1[0]
}

fn stranger() -> &'static System {
    &SYSTEMS.1[1]
}

fn services() -> Services {
    let services = Services::start(&KEYS.1, vec![system().1.clone()], vec![CVR.to_owned()]).unwrap();
    services.declare(DUESLAG);
    services
}

/// Lets pika do the steps, as the system with this certificate.
fn pika(addresses: &Addresses, certificate: &Path, steps: &Value) -> Vec<Value> {
    pika_trusting(&KEYS.1.web_ca, addresses, certificate, steps)
}

/// The first message of a dueslag, fetched and acknowledged by pika from services with these keys.
pub(crate) fn fetched_by_pika(keys: &ServiceKeys, dueslag: &str) -> String {
    let [broker_port, token_port, value_list_port] = keys.ports;
    let addresses = Addresses { host: keys.host.clone(), broker_port, token_port, value_list_port };
    let steps = json!([["token", tokens::RECEIVE, CVR], ["connect"], ["consume", dueslag, 1], ["close"]]);
    let done = pika_trusting(&keys.web_ca, &addresses, &system().0, &steps);
    done[2][0][0].as_str().unwrap_or_else(|| panic!("{done:?}")).to_owned()
}

fn pika_trusting(root: &[u8], addresses: &Addresses, certificate: &Path, steps: &Value) -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    let ca = directory.path().join("ca.pem");
    std::fs::write(&ca, X509::from_der(root).unwrap().to_pem().unwrap()).unwrap();
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

/// Lets amqplib fetch and acknowledge so many messages, showing this certificate to the broker.
fn amqplib(services: &Services, shown: &Path, count: usize) -> Value {
    let directory = tempfile::tempdir().unwrap();
    let ca = directory.path().join("ca.pem");
    std::fs::write(&ca, X509::from_der(&KEYS.1.web_ca).unwrap().to_pem().unwrap()).unwrap();
    let addresses = services.addresses();
    let settings = directory.path().join("settings.json");
    let content = json!({
        "ca": ca, "certificate": shown, "token_certificate": system().0, "host": addresses.host,
        "broker_port": addresses.broker_port, "token_port": addresses.token_port,
        "applies_to": tokens::RECEIVE, "cvr": CVR, "queue": DUESLAG, "count": count,
    });
    std::fs::write(&settings, content.to_string()).unwrap();
    serde_json::from_str(&node("tests/oracles/node/bfo_client.js", settings.to_str().unwrap())).unwrap()
}

#[test]
fn amqplib_fetches_with_token_and_client_certificate_and_is_refused_with_another_certificate() {
    let services = services();
    let (_, first) = enqueue(&services, "first");
    // Dozens of the largest frames.
    let large = vec![b'x'; 10 << 20];
    services.enqueue(DUESLAG, "large", "large", None, large.clone());
    let (_, last) = enqueue(&services, "last");
    let done = amqplib(&services, &system().0, 3);
    let sent = [first.as_bytes(), &large, last.as_bytes()];
    assert_eq!(done["messages"], json!(sent.map(|body| json!([body.len(), sha256_hex(body), false]))), "{done}");

    let recording = services.recording();
    let logged_in = |e: &Happening| {
        matches!(e, Happening::StartOk { mechanism, token: Some(token), client, .. }
            if mechanism == "EXTERNAL" && client.starts_with("amqplib ") && token.ours && token.cvr == CVR
                && token.holder.as_deref() == Some(&sha256_hex(&system().1)))
    };
    let shown = sha256_hex(&system().1);
    assert_eq!(count(&recording, logged_in), 1, "{:?}", happened(&recording));
    assert_eq!(count(&recording, |e| matches!(e, Happening::Connected { certificate: Some(c), .. } if *c == shown)), 1);
    let taken = recording.events.iter().filter_map(|e| match e.what {
        Happening::Delivered { message, attempt: 1, .. } => Some(("delivered", message)),
        Happening::Acked { message, .. } => Some(("acked", message)),
        _ => None,
    });
    let one_by_one: Vec<_> = (0..3).flat_map(|n| [("delivered", n), ("acked", n)]).collect();
    assert_eq!(taken.collect::<Vec<_>>(), one_by_one);
    assert_eq!(happened(&recording).last().unwrap(), "client-left");

    services.begin();
    enqueue(&services, "first");
    let refused = amqplib(&services, &stranger().0, 1);
    assert!(refused["error"].as_str().unwrap().contains("ACCESS_REFUSED"), "{refused}");
    assert_eq!(count(&services.recording(), |e| matches!(e, Happening::Delivered { .. })), 0);
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
        &[
            json!(["consume", DUESLAG, 3, "nack"]),
            json!(["consume", DUESLAG, 1, "drop-message"]),
            json!(["get", DUESLAG]),
        ],
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
    let refused = |certificate: &System, steps: Value| {
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
    let (last, because, recording) = refused(system(), json!([["token", tokens::RECEIVE, CVR], ["connect", "PLAIN"]]));
    assert_eq!(last["code"], Value::Null, "{last}");
    assert!(last["error"].as_str().unwrap().contains("Auth"), "{last}");
    assert_eq!(because.as_deref(), Some("the mechanism is EXTERNAL, not PLAIN"));
    assert!(recording.events.iter().any(
        |e| matches!(&e.what, Happening::StartOk { mechanism, token: Some(t), .. } if mechanism == "PLAIN" && t.ours)
    ));

    let (_, because, _) = refused(system(), json!([["connect"]]));
    assert_eq!(because.as_deref(), Some("the response is empty; it must be the token"));

    let (last, because, _) = refused(system(), json!([["token", tokens::RECEIVE, CVR], ["connect", "EXTERNAL", "/"]]));
    assert!(last["text"].as_str().unwrap().contains("530"), "{last}");
    assert_eq!(because, None);

    // Somebody else with the system's token.
    let token = pika(&services.addresses(), &system().0, &json!([["token", tokens::RECEIVE, CVR], ["show-token"]]));
    let token = token[1].as_str().unwrap();
    let (_, because, _) = refused(stranger(), json!([["use-token", token], ["connect"]]));
    assert_eq!(because.as_deref(), Some("the client certificate in TLS is not the one that the token is bound to"));
    let (_, because, _) = refused(system(), json!([["use-token", token.replace(CVR, "22222222")], ["connect"]]));
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
    sender([json!(["publish", "<a/>", "", true, 1])]);
    let recording = services.recording();
    assert_eq!(count(&recording, |e| *e == Happening::QueueRefused { queue: unknown.to_owned() }), 1);
    assert_eq!(count(&recording, |e| *e == Happening::QueueRefused { queue: DUESLAG.to_owned() }), 1);
    let published = recording.events.iter().filter_map(|e| match &e.what {
        Happening::Published { exchange, replied, .. } => Some((exchange.as_str(), *replied)),
        _ => None,
    });
    assert_eq!(published.collect::<Vec<_>>(), [("OTHER", None), ("", None)], "where a message went astray is seen");
    assert!(services.published().is_empty(), "it is nobody's message");
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
    assert_eq!(
        count(&recording, |e| matches!(e, Happening::LoginRefused { because } if because == "the token is over")),
        1
    );
    assert_eq!(count(&recording, |e| matches!(e, Happening::Acked { message: 0, .. })), 1);
}

#[test]
fn a_connection_broken_before_the_acknowledgement_counts_loses_nothing() {
    let services = services();
    services.behave(|b| b.break_at_ack = 2);
    enqueue(&services, "first");
    for attempt in 1..=2 {
        let done =
            as_receiver(&services, &[json!(["consume", DUESLAG, 1, "keep"]), json!(["ack"]), json!(["wait", 30])]);
        assert_eq!(done[0][0][1], attempt > 1, "{done:?}");
        assert_eq!(done[2]["error"], "StreamLostError", "{done:?}");
    }
    let done = as_receiver(&services, &[json!(["consume", DUESLAG, 1])]);
    assert_eq!(done[0][0][1], true, "{done:?}");
    let recording = services.recording();
    assert_eq!(count(&recording, |e| *e == Happening::Ended { because: End::Ordered }), 2);
    assert_eq!(count(&recording, |e| matches!(e, Happening::AckDiscarded { message: 0, .. })), 2);
    assert_eq!(count(&recording, |e| matches!(e, Happening::Acked { .. })), 1);
    // Who asks for no acknowledgement has nothing to lose but the connection.
    services.behave(|b| b.break_at_ack = 1);
    enqueue(&services, "second");
    let done = as_receiver(&services, &[json!(["get", DUESLAG, true]), json!(["wait", 30])]);
    assert_eq!(done[1]["error"], "StreamLostError", "{done:?}");
    assert_eq!(count(&services.recording(), |e| matches!(e, Happening::Delivered { message: 1, .. })), 1);
}

#[test]
fn silence_is_noticed_by_the_client_and_ends_with_a_new_connection() {
    let services = services();
    services.behave(|b| b.heartbeat_seconds = 1);
    enqueue(&services, "first");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
            let delivered = |e: &Happening| matches!(e, Happening::Delivered { .. });
            let seen =
                runtime.block_on(services.until(deadline, |events, _| events.iter().any(|e| delivered(&e.what))));
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
        Happening::Published {
            exchange, mandatory, headers, token, reply_to, besked_id, confirmed, replied, ..
        } => {
            assert_eq!(
                (exchange.as_str(), *mandatory, *confirmed, *replied),
                ("AFSEND_BESKED_EXCHANGE", true, true, Some(41))
            );
            assert_eq!(
                (headers.as_slice(), reply_to.as_deref()),
                (&["token".to_owned()][..], Some("amq.rabbitmq.reply-to"))
            );
            assert!(token.as_ref().is_some_and(|t| t.ours && t.audience == tokens::SEND));
            besked_id.clone()
        }
        _ => None,
    });
    assert_eq!(published.as_deref(), Some(besked.id()));

    services.behave(|b| b.reply = Reply::Nothing);
    let steps =
        json!([["token", tokens::SEND, CVR], ["connect"], ["publish", body, "AFSEND_BESKED_EXCHANGE", true, 1]]);
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
    let post =
        |body: &str| json!(["post", "token_port", "/runtime/api/rest/wstrust/v1/issue", body, "application/json"]);
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
    let expected: [&[&str]; 6] = [
        &[],
        &["not-registered"],
        &["applies-to"],
        &["cvr-not-served"],
        &[],
        &["malformed", "applies-to", "cvr", "use-key"],
    ];
    assert_eq!(faults, expected);
}

/// A request for a token as the KOMBIT samples and live systems write it, to be signed by xmlsec1.
fn rst(to: &str, certificate: &[u8], message_id: &str, at: Timestamp, signed: &[&str]) -> String {
    let base64 = openssl::base64::encode_block(certificate);
    let time = |seconds: i64| {
        let at = at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let references = signed
        .iter()
        .map(|id| {
            format!(
                r##"<Reference URI="#{id}"><Transforms><Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference>"##
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let token = |id: &str| {
        format!(
            r#"<o:BinarySecurityToken u:Id="{id}" ValueType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3" EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">{base64}</o:BinarySecurityToken>"#
        )
    };
    format!(
        r##"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><s:Header><a:Action s:mustUnderstand="1" u:Id="action">http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue</a:Action><a:MessageID u:Id="msgid">{message_id}</a:MessageID><a:ReplyTo u:Id="replyto"><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To u:Id="to">{to}</a:To><o:Security s:mustUnderstand="1"><u:Timestamp u:Id="sec-ts"><u:Created>{created}</u:Created><u:Expires>{expires}</u:Expires></u:Timestamp>{bst}<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>{references}</SignedInfo><SignatureValue/><KeyInfo><o:SecurityTokenReference><o:Reference URI="#sec-bst" ValueType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"/></o:SecurityTokenReference></KeyInfo></Signature></o:Security></s:Header><s:Body u:Id="body"><trust:RequestSecurityToken xmlns:trust="http://docs.oasis-open.org/ws-sx/ws-trust/200512"><trust:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</trust:RequestType><trust:TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0</trust:TokenType><trust:KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey</trust:KeyType><wsp:AppliesTo xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy"><a:EndpointReference><a:Address>{applies_to}</a:Address></a:EndpointReference></wsp:AppliesTo><trust:Claims Dialect="http://docs.oasis-open.org/wsfed/authorization/200706/authclaims"><auth:ClaimType Uri="dk:gov:saml:attribute:CvrNumberIdentifier" Optional="false" xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706"><auth:Value>{CVR}</auth:Value></auth:ClaimType></trust:Claims><trust:UseKey>{use_key}</trust:UseKey></trust:RequestSecurityToken></s:Body></s:Envelope>"##,
        created = time(0),
        expires = time(300),
        bst = token("sec-bst"),
        use_key = token("use-key"),
        applies_to = tokens::RECEIVE,
    )
}

/// Runs xmlsec1 and gives whether it was content, and what it printed.
fn xmlsec1(arguments: &[&str]) -> (bool, String) {
    let wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    let soap = "http://www.w3.org/2003/05/soap-envelope";
    let wsa = "http://www.w3.org/2005/08/addressing";
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let mut command = std::process::Command::new("xmlsec1");
    command.arg(arguments[0]);
    let holders = [(soap, "Body"), (wsu, "Timestamp"), (wsse, "BinarySecurityToken")]
        .into_iter()
        .chain(["Action", "MessageID", "ReplyTo", "To", "RelatesTo"].map(|name| (wsa, name)));
    for (namespace, name) in holders {
        command.args(["--id-attr:Id", &format!("{namespace}:{name}")]);
    }
    command.args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"]);
    let output = command.args(&arguments[1..]).output().expect("the tests need xmlsec1: run `make setup-test`");
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

const ALL_PARTS: [&str; 7] = ["body", "action", "msgid", "replyto", "to", "sec-ts", "sec-bst"];

#[test]
fn a_request_signed_by_xmlsec1_gets_a_token_that_xmlsec1_verifies() {
    let services = services();
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let address = services.addresses().ws_trust();
    let sign = |(pem, _): &System, text: &str| {
        let unsigned = file("unsigned.xml", text.as_bytes());
        let (done, signed) = xmlsec1(&["--sign", "--privkey-pem", pem.to_str().unwrap(), &unsigned]);
        assert!(done, "{signed}");
        signed
    };
    let ask = |text: &str| {
        let path = "/runtime/services/kombittrust/14/certificatemixed";
        let step = json!(["post", "token_port", path, text, "application/soap+xml; charset=utf-8"]);
        let done = pika(&services.addresses(), &system().0, &json!([step]));
        (done[0][0].as_u64().unwrap(), done[0][1].as_str().unwrap().to_owned())
    };
    let now = Timestamp::now();
    let good = sign(system(), &rst(&address, &system().1, "urn:uuid:1", now, &ALL_PARTS));
    let (status, answer) = ask(&good);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("<a:RelatesTo u:Id=\"relates-to\">urn:uuid:1</a:RelatesTo>"), "{answer}");
    let sts = file("sts.pem", &X509::from_der(&KEYS.1.sts.certificate).unwrap().to_pem().unwrap());
    let response = file("response.xml", answer.as_bytes());
    let (valid, said) = xmlsec1(&["--verify", "--pubkey-cert-pem", &sts, &response]);
    assert!(valid, "{said}");
    let (from, to) = (answer.find("<Assertion").unwrap(), answer.find("</Assertion>").unwrap() + 12);
    let assertion = file("assertion.xml", &answer.as_bytes()[from..to]);
    let (valid, said) = xmlsec1(&["--verify", "--pubkey-cert-pem", &sts, &assertion]);
    assert!(valid, "{said}");
    let changed = file("changed.xml", answer.replace(CVR, "22222222").as_bytes());
    assert!(!xmlsec1(&["--verify", "--pubkey-cert-pem", &sts, &changed]).0);
    // And with the token so got, a login.
    let steps = json!([["use-token", answer[from..to]], ["connect"]]);
    assert_eq!(pika(&services.addresses(), &system().0, &steps)[1], "open");

    let without = |part: &str| ALL_PARTS.into_iter().filter(|p| *p != part).collect::<Vec<_>>();
    let long_ago = now.checked_sub(jiff::SignedDuration::from_mins(6)).unwrap();
    let body = |id: &str| rst(&address, &system().1, id, now, &ALL_PARTS);
    let strangers = rst(&address, &stranger().1, "urn:uuid:9", now, &ALL_PARTS);
    let cases: [(String, u64, &[&str]); 8] = [
        (good.clone(), 500, &["replay"]),
        (sign(system(), &body("urn:uuid:2")).replace("bfo_modtag", "bfo_afsend"), 500, &["signature"]),
        (sign(stranger(), &body("urn:uuid:3")), 500, &["signature"]),
        (sign(stranger(), &strangers), 500, &["not-registered"]),
        (sign(system(), &rst(&address, &system().1, "urn:uuid:4", now, &without("body"))), 500, &["coverage"]),
        (
            sign(system(), &rst(&address, &system().1, "urn:uuid:5", now, &without("sec-bst"))),
            200,
            &["token-not-protected"],
        ),
        (sign(system(), &rst(&address, &system().1, "urn:uuid:6", long_ago, &ALL_PARTS)), 500, &["timestamp"]),
        ("<a/>".to_owned(), 500, &["malformed", "applies-to", "cvr", "use-key"]),
    ];
    for (text, expected, faults) in cases {
        services.begin();
        let (status, answer) = ask(&text);
        let recording = services.recording();
        let Some(Happening::TokenAsked { faults: found, certificate, .. }) = recording.events.first().map(|e| &e.what)
        else {
            panic!("nothing was recorded: {answer}")
        };
        assert_eq!(
            (status, found.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
            (expected, faults),
            "{answer}"
        );
        if faults == ["replay"] {
            assert_eq!(certificate.as_deref(), Some(sha256_hex(&system().1).as_str()));
        }
        if expected != 200 {
            assert!(answer.contains("<s:Fault>"), "{answer}");
        }
    }
}

#[test]
fn value_lists_are_kept_for_their_certificate_and_values_are_never_recorded() {
    let services = services();
    let soap = |body: &str| {
        format!(
            r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header/><e:Body>{}</e:Body></e:Envelope>"#,
            body.trim_start_matches("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>")
        )
    };
    let call = |(pem, _): &System, text: &str| {
        let step = json!(["post", "value_list_port", "/sts-bf-soap/StsbeskedfordelerImpl", text, "text/xml"]);
        let done = pika(&services.addresses(), pem, &json!([step]));
        assert_eq!(done[0][0], 200, "{done:?}");
        let answer = done[0][1].as_str().unwrap().to_owned();
        let code = kravprobe::besked::reply::read(&answer).and_then(|r| r.code());
        (code.unwrap_or_else(|| panic!("{answer}")), answer)
    };
    let vl = "urn:oio:sts:beskedfordeler:vaerdiliste:1.0.0";
    let operation = |name: &str, inner: &str| {
        soap(&format!("<v:{name}Input xmlns:v=\"{vl}\" xmlns:s=\"urn:oio:sagdok:3.0.0\">{inner}</v:{name}Input>"))
    };
    let creation = operation(
        "Opret",
        "<v:AttributListe><v:Egenskab><v:Vaerdiliste><v:Navn>Borgere</v:Navn><v:Vaerdi>urn:oio:cpr:0101701234</v:Vaerdi></v:Vaerdiliste>\
         <s:Virkning><s:AktoerRef><s:UUIDIdentifikator>00000000-0000-0000-0000-000000000002</s:UUIDIdentifikator></s:AktoerRef></s:Virkning>\
         </v:Egenskab></v:AttributListe><v:TilstandListe/><v:RelationListe/>",
    );
    let (code, made) = call(system(), &creation);
    assert_eq!(code, 20, "{made}");
    let (_, rest) = made.split_once("UUIDIdentifikator>").unwrap();
    let id = &rest[..36];
    let on =
        |name: &str, more: &str| operation(name, &format!("<s:UUIDIdentifikator>{id}</s:UUIDIdentifikator>{more}"));
    let value = |number: u32| format!("<v:Vaerdier>urn:oio:cpr:010170123{number}</v:Vaerdier>");
    let many = (0..5000).map(|n| format!("<v:Vaerdier>urn:oio:cpr:{n:010}</v:Vaerdier>")).collect::<Vec<_>>().concat();
    let with_token = on("TilfoejVaerdier", &value(1)).replace(
        "<e:Header/>",
        "<e:Header><a:Assertion xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\"/></e:Header>",
    );
    let expected: [(&System, String, u16); 14] = [
        (system(), creation, 49),
        (system(), on("TilfoejVaerdier", &format!("{}{}", value(4), value(5))), 20),
        (system(), with_token, 40),
        (stranger(), on("TilfoejVaerdier", &value(6)), 41),
        (system(), on("FjernVaerdier", &value(5)), 20),
        (system(), on("TilfoejVaerdier", &many), 20),
        (
            system(),
            on(
                "Ret",
                "<v:AttributListe><v:Egenskab><v:Vaerdiliste><v:Navn>Borgere</v:Navn></v:Vaerdiliste></v:Egenskab></v:AttributListe>",
            ),
            20,
        ),
        (system(), on("List", ""), 20),
        (system(), operation("Soeg", ""), 20),
        (system(), on("Passiver", ""), 20),
        (system(), on("TilfoejVaerdier", &value(1)), 49),
        (system(), on("Slet", ""), 20),
        (system(), on("Laes", ""), 44),
        (system(), "<no/>".to_owned(), 40),
    ];
    for (number, (caller, text, code)) in expected.iter().enumerate() {
        let (found, answer) = call(caller, text);
        assert_eq!(found, *code, "call {number}: {answer}");
    }
    let recording = services.recording();
    assert_eq!(recording.events.len(), 15);
    let kept = serde_json::to_string(&recording).unwrap();
    assert!(!kept.contains("0101701"), "a value was recorded");
    assert!(recording.events.iter().any(|e| matches!(
        &e.what,
        Happening::ValueListCalled { operation, values: 2, prefixes, status: 20, token: false, list: Some(list), .. }
            if operation == "TilfoejVaerdier" && prefixes == &["urn:oio:cpr"] && list == id
    )));
    assert!(
        recording.events.iter().any(|e| matches!(&e.what, Happening::ValueListCalled { values: 5000, status: 20, .. }))
    );
}

#[test]
fn hostile_connections_do_not_keep_others_from_their_messages() {
    use std::io::Write;
    let services = services();
    enqueue(&services, "first");
    let port = services.addresses().broker_port;
    let mut idle = Vec::new();
    for number in 0..20 {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        if number % 2 == 0 {
            stream.write_all(b"AMQP\0\0\x09\x01 and no TLS at all").unwrap();
        }
        idle.push(stream);
    }
    let done = as_receiver(&services, &[json!(["consume", DUESLAG, 1])]);
    assert_eq!(done[0].as_array().map(Vec::len), Some(1), "{done:?}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    assert!(runtime.block_on(services.until(deadline, |events, _| {
        events.iter().filter(|e| matches!(e.what, Happening::HandshakeFailed { .. })).count() == 10
    })));
}

#[test]
fn keys_are_made_once_and_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("bfo");
    let arguments = ["bfo", "init", folder.to_str().unwrap(), "--host", "probe.kommune.example"];
    let (code, said, error) = run(&arguments);
    assert_eq!(code, 0, "{error}");
    let file = PathBuf::from(said.lines().next().unwrap());
    let keys = ServiceKeys::load(&file).unwrap();
    assert_eq!(keys.host, "probe.kommune.example");
    assert!(!keys.are_public());
    let ca = X509::from_der(&keys.web_ca).unwrap();
    let server = X509::from_der(&keys.web.certificate).unwrap();
    assert!(server.verify(&ca.public_key().unwrap()).unwrap());
    let names = server.subject_alt_names().unwrap();
    assert!(names.iter().any(|name| name.dnsname() == Some("probe.kommune.example")));
    let before = std::fs::read(folder.join("sts.key")).unwrap();
    let (code, _, error) = run(&arguments);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("is there already"), "{error}");
    assert_eq!(std::fs::read(folder.join("sts.key")).unwrap(), before);
}

pub(crate) mod lapin_client {
    //! The same with lapin.

    use super::*;
    use lapin::options::{BasicAckOptions, BasicConsumeOptions};
    use lapin::tcp::{OwnedIdentity, OwnedTLSConfig};
    use lapin::types::{FieldTable, LongString};
    use lapin::{Connection, ConnectionProperties};

    struct Token(String);

    impl lapin::auth::AuthProvider for Token {
        fn auth_starter(&self) -> Result<LongString, String> {
            Ok(self.0.as_bytes().into())
        }
    }

    /// The services with three messages in the dueslag, and a token for fetching them.
    pub(crate) fn three_messages() -> (Services, String) {
        let services = services();
        for label in ["first", "second", "third"] {
            enqueue(&services, label);
        }
        let token = token(&services);
        (services, token)
    }

    fn token(services: &Services) -> String {
        let steps = json!([["token", tokens::RECEIVE, CVR], ["show-token"]]);
        pika(&services.addresses(), &system().0, &steps)[1].as_str().unwrap().to_owned()
    }

    /// Logs in to the broker with a token.
    pub(crate) async fn connect(services: &Services, token: String) -> Connection {
        let pem = std::fs::read(&system().0).unwrap();
        let ca = X509::from_der(&KEYS.1.web_ca).unwrap().to_pem().unwrap();
        let tls = OwnedTLSConfig {
            identity: Some(OwnedIdentity::PKCS8 { pem: pem.clone(), key: pem }),
            cert_chain: Some(String::from_utf8(ca).unwrap()),
        };
        let uri = format!("{}/BF", services.addresses().broker());
        let options = ConnectionProperties::default().with_auth_provider(Token(token));
        let runtime = lapin::runtime::default_runtime().unwrap();
        let connection = Connection::connect_with_config(&uri, options, tls, runtime).await;
        connection.unwrap_or_else(|e| panic!("{e}: {:?}", services.recording().events))
    }

    #[test]
    fn lapin_logs_in_takes_a_large_message_and_acknowledges_it() {
        let services = services();
        // Several frames, and no text that could be read.
        let body = vec![0xFE; 3_000_000];
        services.enqueue(DUESLAG, "huge", "", None, body.clone());
        let token = token(&services);
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let connection = connect(&services, token).await;
            let channel = connection.create_channel().await.unwrap();
            let options = BasicConsumeOptions::default();
            let consumer =
                channel.basic_consume(DUESLAG.into(), "".into(), options, FieldTable::default()).await.unwrap();
            let (got, mut deliveries) = tokio::sync::mpsc::unbounded_channel();
            consumer.set_delegate(move |delivery: lapin::message::DeliveryResult| {
                let got = got.clone();
                async move {
                    if let Ok(Some(delivery)) = delivery {
                        let _ = got.send(delivery);
                    }
                }
            });
            let delivery = deliveries.recv().await.unwrap();
            assert_eq!(delivery.data, body);
            delivery.ack(BasicAckOptions::default()).await.unwrap();
            connection.close(200, "".into()).await.unwrap();
        });
        let recording = services.recording();
        assert_eq!(recording.messages[0].body, None, "too large to be kept");
        assert_eq!(count(&recording, |e| matches!(e, Happening::Acked { .. })), 1);
        assert_eq!(count(&recording, |e| *e == Happening::ClientLeft { orderly: true }), 1);
    }
}

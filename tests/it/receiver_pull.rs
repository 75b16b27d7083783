//! The reference vendor as a pull client and sender, with the probe's own services.

use jiff::Timestamp;
use kravprobe::besked::write::Besked;
use kravprobe::fki::beskedfordeler::{KeySetup, ServiceKeys, Services};
use kravprobe::subject::distribution::recording::{Happening, Recording};
use kravprobe::vendor::pki::ExampleKeys;
use kravprobe::vendor::receiver::{Counterpart, DUESLAG, Fault, Patience, Receiver, SERVED, Setup, TokenWay};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

static KEYS: LazyLock<ExampleKeys> = LazyLock::new(|| ExampleKeys::shipped().unwrap());

struct Stage {
    services: Services,
    receiver: Receiver,
    runtime: tokio::runtime::Runtime,
    _folder: TempDir,
}

impl Stage {
    fn new(faults: &[Fault], way: TokenWay) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = ServiceKeys::create(&folder.path().join("bfo"), &KeySetup::default(), Timestamp::now()).unwrap();
        let mut keys = ServiceKeys::load(&file).unwrap();
        let services = Services::start(&keys, Vec::new(), SERVED.map(str::to_owned).to_vec()).unwrap();
        services.declare(DUESLAG);
        let addresses = services.addresses();
        keys.ports = [addresses.broker_port, addresses.token_port, addresses.value_list_port];
        let receiver = Receiver::start(Setup {
            counterpart: Some(Counterpart::of(&keys, Some(DUESLAG), way)),
            patience: Patience::short(),
            ..Setup::new(KEYS.clone()).with(faults)
        })
        .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { services, receiver, runtime, _folder: folder }
    }

    fn enqueue(&self, besked: &Besked) {
        self.services.enqueue(DUESLAG, "good", besked.id(), None, besked.xml().into_bytes());
    }

    /// Waits until something has happened so often, and gives what happened.
    fn after(&self, times: usize, is: impl Fn(&Happening) -> bool) -> Recording {
        let deadline = Instant::now() + Duration::from_mins(1);
        let holds = self.services.until(deadline, |events, _| events.iter().filter(|e| is(&e.what)).count() >= times);
        assert!(self.runtime.block_on(holds), "{:#?}", self.services.recording());
        self.services.recording()
    }

    /// Calls a page of the system.
    fn post(&self, path: &str) -> (u16, serde_json::Value) {
        let client = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_der(self.receiver.web_root()).unwrap()])
            .no_proxy()
            .build()
            .unwrap();
        let url = self.receiver.pages().join(path).unwrap();
        self.runtime.block_on(async {
            let answer = client.post(url).send().await.unwrap();
            (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
        })
    }
}

fn good() -> Besked {
    let now = Timestamp::now();
    Besked::good(SERVED[0], now).delivered(now)
}

const fn acked(what: &Happening) -> bool {
    matches!(what, Happening::Acked { .. })
}

#[test]
fn messages_are_fetched_with_a_token_got_in_either_way() {
    for way in [TokenWay::Rest, TokenWay::WsTrust] {
        let stage = Stage::new(&[], way);
        for _ in 0..3 {
            stage.enqueue(&good());
        }
        let recording = stage.after(3, acked);
        let count = |is: fn(&Happening) -> bool| recording.events.iter().filter(|e| is(&e.what)).count();
        assert_eq!(
            count(|what| matches!(what, Happening::TokenAsked { faults, .. } if faults.is_empty())),
            1,
            "{way:?}"
        );
        assert_eq!(count(|what| matches!(what, Happening::Opened { vhost } if vhost == "BF")), 1);
        assert_eq!(count(|what| matches!(what, Happening::Delivered { .. })), 3);
    }
}

#[test]
fn a_message_whose_acknowledgement_is_lost_comes_again_over_a_new_connection_with_the_same_token() {
    let stage = Stage::new(&[], TokenWay::Rest);
    stage.services.behave(|b| b.break_at_ack = 1);
    stage.enqueue(&good());
    let recording = stage.after(1, acked);
    let count = |is: fn(&Happening) -> bool| recording.events.iter().filter(|e| is(&e.what)).count();
    assert_eq!(count(|what| matches!(what, Happening::Delivered { .. })), 2);
    assert_eq!(count(|what| matches!(what, Happening::TokenAsked { .. })), 1);
}

#[test]
fn a_message_is_sent_kept_when_it_is_refused_and_sent_again_with_a_new_token() {
    use kravprobe::fki::beskedfordeler::Reply;
    let stage = Stage::new(&[], TokenWay::Rest);
    stage.services.behave(|b| b.reply_once = Some(Reply::Status(41)));
    let (status, page) = stage.post("send");
    assert_eq!(status, 202);
    let recording = stage.after(1, |what| matches!(what, Happening::Published { replied: Some(20), .. }));
    let ids = recording.events.iter().filter_map(|e| match &e.what {
        Happening::Published { besked_id, mandatory: true, confirmed: true, token: Some(token), .. } => {
            Some((besked_id.clone().unwrap(), token.id.clone()))
        }
        _ => None,
    });
    let ids: Vec<_> = ids.collect();
    let expected = page["beskedId"].as_str().unwrap();
    assert_eq!(ids.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), [expected, expected]);
    assert_ne!(ids[0].1, ids[1].1);
}

#[test]
fn a_value_list_is_created_once_and_changed_afterwards() {
    let stage = Stage::new(&[], TokenWay::Rest);
    for _ in 0..2 {
        assert_eq!(stage.post("value-lists/maintain").0, 204);
    }
    let recording = stage.services.recording();
    let operations = recording.events.iter().filter_map(|e| match &e.what {
        Happening::ValueListCalled { operation, status: 20, token: false, .. } => Some(operation.as_str()),
        _ => None,
    });
    assert_eq!(operations.collect::<Vec<_>>(), ["Opret", "TilfoejVaerdier", "FjernVaerdier"]);
}

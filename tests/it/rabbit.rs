//! The reference vendor's pull client with a real RabbitMQ, so that the probe's own broker is not the only one it ever met; and where
//! the two brokers differ for the same session, why the documents of the Beskedfordeler ask for it.
//!
//! RabbitMQ runs as a plain process on this machine alone, in a folder of its own. The package's service is never started:
//! `make setup-test` unpacks the package without installing it.

use crate::bfo_services::lapin_client;
use jiff::Timestamp;
use kravprobe::besked::write::Besked;
use kravprobe::subject::distribution::recording::Happening;
use kravprobe::vendor::pki::ExampleKeys;
use kravprobe::vendor::receiver::{Counterpart, DUESLAG, Login, Patience, Receiver, SERVED, Setup, TokenWay};
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions, ConfirmSelectOptions,
    QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const USER: &str = "fagsystem";
const PASSWORD: &str = "hemmelig";

struct RabbitMq {
    port: u16,
    processes: Vec<Child>,
    _folder: TempDir,
}

fn script() -> PathBuf {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/rabbitmq/usr/lib/rabbitmq/lib");
    let installed = PathBuf::from("/usr/lib/rabbitmq/lib");
    let folders = [unpacked, installed].into_iter().filter_map(|folder| folder.read_dir().ok()).flatten().flatten();
    let mut scripts = folders.map(|entry| entry.path().join("sbin/rabbitmq-server")).filter(|path| path.is_file());
    scripts.next().expect("RabbitMQ is missing: run `make setup-test`")
}

/// A free port below those that the system gives away itself: it stays free until RabbitMQ takes it, seconds later.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 80).unwrap() * 100;
    let ports = std::iter::repeat_with(|| 10_000 + (begin + NEXT.fetch_add(1, Ordering::Relaxed)) % 8_000);
    ports.take(8_000).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("a free port")
}

impl RabbitMq {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        let [port, distribution, names] = [free_port(), free_port(), free_port()];
        std::fs::write(
            home.join("rabbitmq.conf"),
            format!(
                "listeners.tcp.1 = 127.0.0.1:{port}\ndefault_vhost = BF\ndefault_user = {USER}\ndefault_pass = {PASSWORD}\n"
            ),
        )
        .unwrap();
        std::fs::write(home.join("enabled_plugins"), "[].\n").unwrap();
        // Its name server would stay behind as a daemon if Erlang started it.
        let epmd = Command::new("epmd")
            .args(["-address", "127.0.0.1", "-port", &names.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Erlang is missing: run `make setup-test`");
        let log = std::fs::File::create(home.join("out.log")).unwrap();
        let server = Command::new(script())
            .env("HOME", home)
            .env("RABBITMQ_NODENAME", format!("kravprobe{port}@localhost"))
            .env("RABBITMQ_MNESIA_BASE", home.join("mnesia"))
            .env("RABBITMQ_LOG_BASE", home.join("log"))
            .env("RABBITMQ_CONFIG_FILE", home.join("rabbitmq.conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", home.join("enabled_plugins"))
            .env("RABBITMQ_CONF_ENV_FILE", home.join("none"))
            .env("RABBITMQ_PID_FILE", home.join("pid"))
            .env("RABBITMQ_DIST_PORT", distribution.to_string())
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}")
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("ERL_EPMD_PORT", names.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        Self { port, processes: vec![server, epmd], _folder: folder }
    }

    /// Connects, as soon as it is there.
    async fn channel(&self) -> (Connection, Channel) {
        let deadline = Instant::now() + Duration::from_mins(2);
        let uri = format!("amqp://{USER}:{PASSWORD}@127.0.0.1:{}/BF", self.port);
        loop {
            match Connection::connect(&uri, ConnectionProperties::default()).await {
                Ok(connection) => {
                    let channel = connection.create_channel().await.unwrap();
                    return (connection, channel);
                }
                Err(error) => assert!(Instant::now() < deadline, "RabbitMQ does not come up: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    fn counterpart(&self) -> Counterpart {
        Counterpart {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            login: Login::Plain { user: USER.to_owned(), password: PASSWORD.to_owned(), vhost: "BF".to_owned() },
            dueslag: Some(DUESLAG.to_owned()),
            token_rest: String::new(),
            token_ws_trust: String::new(),
            token_way: TokenWay::Rest,
            value_lists: String::new(),
            roots: Vec::new(),
        }
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // The script has become Erlang, which leads a group of its own with its helpers.
            let group = format!("-{}", process.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn page(receiver: &Receiver, path: &str) -> impl Future<Output = serde_json::Value> + use<> {
    let url = receiver.pages().join(path).unwrap();
    let root = reqwest::Certificate::from_der(receiver.web_root()).unwrap();
    async move {
        let client = reqwest::Client::builder().tls_certs_only([root]).no_proxy().build().unwrap();
        let text = client.get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

async fn publish(channel: &Channel, body: &str) {
    channel
        .basic_publish(
            "".into(),
            DUESLAG.into(),
            BasicPublishOptions::default(),
            body.as_bytes(),
            BasicProperties::default(),
        )
        .await
        .unwrap()
        .await
        .unwrap();
}

/// Waits until the queue is empty and everything in it has been acknowledged: RabbitMQ then lets the queue be deleted as empty.
async fn drained(channel: &Channel, receiver: &Receiver, messages: i64) -> serde_json::Value {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let status = page(receiver, "status").await;
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let queue = channel.queue_declare(DUESLAG.into(), passive, FieldTable::default()).await.unwrap();
        if status["beskeder"] == messages && queue.message_count() == 0 {
            return status;
        }
        assert!(Instant::now() < deadline, "{status}, {} wait", queue.message_count());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn the_pull_client_works_with_rabbitmq_and_takes_duplicates_and_poison_as_it_does_from_our_broker() {
    let rabbit = RabbitMq::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    runtime.block_on(async {
        let (_connection, channel) = rabbit.channel().await;
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        channel.queue_declare(DUESLAG.into(), QueueDeclareOptions::durable(), FieldTable::default()).await.unwrap();
        let receiver = tokio::task::block_in_place(|| {
            Receiver::start(Setup {
                counterpart: Some(rabbit.counterpart()),
                patience: Patience::short(),
                ..Setup::new(ExampleKeys::shipped().unwrap())
            })
            .unwrap()
        });
        let now = Timestamp::now();
        let all: Vec<Besked> = (0..20).map(|_| Besked::good(SERVED[0], now).delivered(now)).collect();
        for besked in &all {
            let text = besked.xml();
            publish(&channel, &text).await;
            publish(&channel, &text).await;
            publish(&channel, "<poison").await;
        }
        let status = drained(&channel, &receiver, 20).await;
        assert_eq!((&status["udført"], &status["ulæselige"]), (&20.into(), &1.into()), "{status}");
        for besked in &all {
            let stored = page(&receiver, &format!("beskeder/{}?cvr={}", besked.id(), SERVED[0])).await;
            assert_eq!(stored["antal"], 1);
        }
        tokio::task::block_in_place(|| drop(receiver));
    });
}

/// Consumes from the dueslag with room for three messages, and gives what comes.
async fn consume(channel: &Channel) -> tokio::sync::mpsc::UnboundedReceiver<lapin::message::Delivery> {
    channel.basic_qos(3, BasicQosOptions::default()).await.unwrap();
    let options = BasicConsumeOptions::default();
    let consumer = channel.basic_consume(DUESLAG.into(), "".into(), options, FieldTable::default()).await.unwrap();
    let (got, deliveries) = tokio::sync::mpsc::unbounded_channel();
    consumer.set_delegate(move |delivery: lapin::message::DeliveryResult| {
        let got = got.clone();
        async move {
            if let Ok(Some(delivery)) = delivery {
                let _ = got.send(delivery);
            }
        }
    });
    deliveries
}

/// The same session with both brokers: three messages wait, the client has room for three and acknowledges none. RabbitMQ hands over
/// all three. The Beskedfordeler hands over one message at a time, the next one after the acknowledgement (D.09.03, 5), and a message that
/// cannot be received keeps its place before the others (SF1461 2.2), so our broker keeps the later ones back whatever basic.qos asks.
#[test]
fn rabbitmq_hands_over_as_many_as_there_is_room_for_and_our_broker_one_at_a_time() {
    let rabbit = RabbitMq::start();
    let (services, token) = lapin_client::three_messages();
    let delivered = || {
        let recording = services.recording();
        recording.events.iter().filter(|e| matches!(e.what, Happening::Delivered { .. })).count()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    runtime.block_on(async {
        let (_connection, channel) = rabbit.channel().await;
        channel.queue_declare(DUESLAG.into(), QueueDeclareOptions::durable(), FieldTable::default()).await.unwrap();
        for label in ["first", "second", "third"] {
            publish(&channel, label).await;
        }
        let mut deliveries = consume(&channel).await;
        let held = [deliveries.recv().await, deliveries.recv().await, deliveries.recv().await];
        assert!(held.iter().all(Option::is_some), "three without an acknowledgement");

        let connection = lapin_client::connect(&services, token).await;
        let channel = connection.create_channel().await.unwrap();
        let mut deliveries = consume(&channel).await;
        let first = deliveries.recv().await.unwrap();
        // The broker has had its turn: it has answered something else since.
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        channel.queue_declare(DUESLAG.into(), passive, FieldTable::default()).await.unwrap();
        assert_eq!(delivered(), 1, "one without an acknowledgement");
        first.ack(BasicAckOptions::default()).await.unwrap();
        let second = deliveries.recv().await.unwrap();
        assert_eq!((second.delivery_tag, delivered()), (2, 2));
    });
}

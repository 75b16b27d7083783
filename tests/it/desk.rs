//! The services at a desk as processes: the test Beskedfordeler (`bfo init`, `bfo serve`) and the reference vendor (`vendor
//! serve-receiver`), with each other and with a client of the test's own.

use crate::bfo_services::fetched_by_pika;
use crate::support::{kravprobe, run};
use jiff::Timestamp;
use kravprobe::besked::reply;
use kravprobe::besked::write::Besked;
use kravprobe::fki::beskedfordeler::ServiceKeys;
use kravprobe::vendor::receiver::{DUESLAG, SERVED};
use kravprobe::web::free_ports;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

/// A command that serves until it is ended, by its own number.
struct Serving {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut process = kravprobe().args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// What is printed up to the first line that contains this.
    fn until(&mut self, wanted: &str) -> Vec<String> {
        let mut read = Vec::new();
        for line in &mut self.lines {
            read.push(line.unwrap());
            if read.last().is_some_and(|line| line.contains(wanted)) {
                return read;
            }
        }
        panic!("`{wanted}` was never printed: {read:#?}");
    }

    /// Ends it as Ctrl-C does, and gives the exit code.
    fn interrupt(mut self) -> Option<i32> {
        let killed = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap();
        assert!(killed.success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Makes the keys of a test Beskedfordeler with fixed ports, and gives the ports.
fn init(folder: &TempDir) -> [u16; 3] {
    let ports = free_ports::<3>().unwrap();
    let [broker, token, lists] = ports.map(|port| port.to_string());
    let directory = folder.path().join("bfo");
    let (code, out, err) = run(&[
        "bfo",
        "init",
        text(&directory),
        "--broker-port",
        &broker,
        "--token-port",
        &token,
        "--value-list-port",
        &lists,
        "--lang",
        "en",
    ]);
    assert_eq!(code, 0, "{err}");
    assert!(out.lines().next().unwrap().ends_with("bfo.toml") && out.contains("Delete the directory"), "{out}");
    let (code, _, err) = run(&["bfo", "init", text(&directory)]);
    assert_ne!(code, 0, "what is there is not overwritten");
    assert!(err.contains("bfo"), "{err}");
    ports
}

fn served(folder: &TempDir, more: &[&str]) -> (Serving, Vec<String>) {
    let config = folder.path().join("bfo/bfo.toml");
    let arguments = ["bfo", "serve", "--config", text(&config), "--dueslag", DUESLAG, "--lang", "en"];
    let mut services = Serving::start(&[&arguments[..], more].concat());
    let said = services.until("Ready");
    (services, said)
}

#[test]
fn bfo_serve_offers_a_message_to_a_client_and_prints_what_happens_until_it_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let [broker, token, _] = init(&folder);
    let own = folder.path().join("own.xml");
    std::fs::write(&own, "<own/>").unwrap();
    let (mut services, said) = served(&folder, &["--deliver", text(&own)]);
    assert_eq!(said[0], format!("AMQP        amqps://localhost:{broker} (vhost BF)"));
    assert!(said[1].starts_with(&format!("REST        https://localhost:{token}/")), "{said:#?}");

    let keys = ServiceKeys::load(&folder.path().join("bfo/bfo.toml")).unwrap();
    assert_eq!(fetched_by_pika(&keys, DUESLAG), "<own/>");
    let events = services.until("basic.ack 1 tag 1");
    for wanted in ["token asked REST", "connected TLSv1.", "start-ok EXTERNAL", "open vhost BF", "delivered 1 tag 1"] {
        assert!(events.iter().any(|line| line.contains(wanted)), "{wanted}: {events:#?}");
    }
    assert!(!events.concat().contains("<saml"), "no token is printed");
    assert_eq!(services.interrupt(), Some(0));
    assert!(std::net::TcpStream::connect(("127.0.0.1", broker)).is_err(), "nobody listens any more");
}

#[test]
fn the_reference_receiver_answers_a_push_with_20_and_fetches_what_bfo_serve_offers() {
    let folder = tempfile::tempdir().unwrap();
    init(&folder);
    let (mut services, _) = served(&folder, &[]);
    let [listen, pages] = free_ports::<2>().unwrap().map(|port| format!("127.0.0.1:{port}"));
    let (out, config) = (folder.path().join("vendor"), folder.path().join("bfo/bfo.toml"));
    let arguments = ["vendor", "serve-receiver", "--listen", &listen, "--pages", &pages, "--out", text(&out)];
    let mut vendor = Serving::start(&[&arguments[..], &["--services", text(&config)]].concat());
    let push = vendor.until("/ModtagBesked").remove(0);
    let page = vendor.until("https://localhost").remove(0);
    services.until("basic.ack 1 tag 1");

    let read = |name: &str| std::fs::read(out.join(name)).unwrap();
    let identity = [read("bfo-client.key"), read("bfo-client.pem")].concat();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&read("web.pem")).unwrap()])
        .identity(reqwest::Identity::from_pem(&identity).unwrap())
        .no_proxy()
        .build()
        .unwrap();
    let now = Timestamp::now();
    let besked = Besked::good(SERVED[0], now).delivered(now);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (answer, status) = runtime.block_on(async {
        let post = client.post(&push).header("Content-Type", "application/xml").body(besked.push_xml());
        let answer = post.send().await.unwrap().text().await.unwrap();
        (answer, client.get(format!("{page}status")).send().await.unwrap().text().await.unwrap())
    });
    assert_eq!(reply::read(&answer).and_then(|standard| standard.code()), Some(20), "{answer}");
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!((&status["beskeder"], &status["udført"]), (&2.into(), &2.into()), "{status}");

    let target = out.join("target.toml");
    let (code, planned, err) = run(&["plan", "sf1461-beskedfordeler-modtag", text(&target), "--lang", "en"]);
    assert!(code == 0 || code == 1, "the target that it wrote can be planned with: {code} {err} {planned}");
    assert_eq!(services.interrupt(), Some(0));
    drop(vendor);
}

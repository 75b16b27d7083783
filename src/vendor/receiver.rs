//! The reference vendor as a receiver and sender of messages: a small but real system, strict and correct, with switchable faults.
//!
//! It is what the trials with the Beskedfordeler are calibrated with. The strict path is to be read as the strict path: every
//! [`Fault`] is one local switch. A message is stored on the disk before it is acknowledged, once, for every authority that it is
//! for and that the system serves; what cannot be carried out is parked for people to look at, and never stops the queue.
//!
//! Two listeners, both on this machine alone: the push endpoint, for the Beskedfordeler's certificate alone, and the pages:
//!
//! | page | |
//! |---|---|
//! | `GET /beskeder/{BeskedId}?cvr=` | how often the message was carried out, for one authority or for all, as JSON |
//! | `GET /status` | totals |
//! | `POST /store/stop`, `POST /store/start` | nothing can be written in between |
//! | `GET /fetch?url=` | fetches an address: the control of the canary |
//! | `POST /send` | sends a message |
//! | `POST /value-lists/maintain` | changes a value list, which is created the first time |

mod client;
mod envelope;
mod fault;
mod pages;
mod pull;
mod push;
mod send;
mod store;
mod tokens;
mod value_lists;
mod ws_trust;

pub use fault::{Area, Fault, UnknownFault};
pub use store::StoreError;

use super::pki::{ExampleKeys, ExamplePki, Issued, Key, Leaf, PkiError};
use crate::besked::TEST_TYPE;
use crate::fki::beskedfordeler::{Addresses, ServiceKeys};
use crate::web::{Listener, Tls, WebError, WebServer};
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use axum::{Router, middleware};
use envelope::Envelope;
use fault::Faults;
use jiff::{SignedDuration, Timestamp};
use openssl::x509::X509;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Store, Stored};
use tempfile::TempDir;
use tokens::Token;
use tokio::runtime::Runtime;
use tokio::sync::{Notify, watch};
use url::Url;

/// The authorities that the system serves.
pub const SERVED: [&str; 2] = ["11111111", "22222222"];
/// An authority that it does not serve.
pub const NOT_SERVED: &str = "99999999";
/// Dueslag ident of its pull client.
pub const DUESLAG: &str = "a9efc97c-3473-45b5-9519-7fc837b89fa8";
/// Beskedtype PKO_PostStatus, which it knows beside the test type.
pub const POST_STATUS: &str = "d2bed63c-4853-4008-b6e0-a74c15b15fbf";
/// Largest message that is taken in by push, bytes: as the broker of the probe has it. What is beyond the parser's bound is answered 40.
const MAX_MESSAGE: usize = 16 << 20;
const CVR_OF_VENDOR: &str = "90000017";

/// How a token is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenWay {
    /// JSON over mutual TLS.
    #[default]
    Rest,
    /// A signed WS-Trust RequestSecurityToken.
    WsTrust,
}

/// How the client logs in to a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// As the Beskedfordeler wants it: over TLS, by SASL EXTERNAL with the token as response.
    Token,
    /// As any other broker: in the clear, by SASL PLAIN.
    Plain {
        /// Name.
        user: String,
        /// Password.
        password: String,
        /// vhost.
        vhost: String,
    },
}

/// The Beskedfordeler's services: what the system connects to.
#[derive(Clone, Debug)]
pub struct Counterpart {
    /// Host of the broker.
    pub host: String,
    /// Port of the broker.
    pub port: u16,
    /// How to log in there.
    pub login: Login,
    /// Dueslag ident: the queue. None: nothing is fetched.
    pub dueslag: Option<String>,
    /// Address of the token service, REST.
    pub token_rest: String,
    /// Address of the token service, WS-Trust.
    pub token_ws_trust: String,
    /// Which of them is used.
    pub token_way: TokenWay,
    /// Address of the value-list service.
    pub value_lists: String,
    /// Roots of the services' TLS certificates, DER.
    pub roots: Vec<Vec<u8>>,
}

impl Counterpart {
    /// The probe's own services.
    #[must_use]
    pub fn of(keys: &ServiceKeys, dueslag: Option<&str>, token_way: TokenWay) -> Self {
        let [port, token_port, value_list_port] = keys.ports;
        let addresses = Addresses { host: keys.host.clone(), broker_port: port, token_port, value_list_port };
        Self {
            host: keys.host.clone(),
            port,
            login: Login::Token,
            dueslag: dueslag.map(str::to_owned),
            token_rest: addresses.rest(),
            token_ws_trust: addresses.ws_trust(),
            token_way,
            value_lists: addresses.value_lists(),
            roots: vec![keys.web_ca.clone()],
        }
    }
}

/// How the system waits.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Before it tries again after a first failure; twice as long after each further one.
    pub first: Duration,
    /// At most.
    pub most: Duration,
    /// For the answer to a message that was sent.
    pub reply: Duration,
    /// Heartbeat that is asked for, seconds.
    pub heartbeat: u16,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            most: Duration::from_mins(1),
            reply: Duration::from_secs(20),
            heartbeat: 10,
        }
    }
}

impl Patience {
    /// Of a system that is tried by somebody in a hurry.
    #[must_use]
    pub const fn short() -> Self {
        Self {
            first: Duration::from_millis(200),
            most: Duration::from_secs(2),
            reply: Duration::from_secs(3),
            heartbeat: 1,
        }
    }
}

/// How the system is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Keys of the example PKI.
    pub keys: ExampleKeys,
    /// Deliberate faults.
    pub faults: Vec<Fault>,
    /// CVR numbers of the authorities that it serves; tokens and sent messages are for the first.
    pub served: Vec<String>,
    /// UUIDs of the message types that it can carry out.
    pub message_types: Vec<String>,
    /// The client certificate that it takes for the Beskedfordeler's, DER; without one, that of [`Receiver::client`].
    pub trusted_client: Option<Vec<u8>>,
    /// The database; without one, a temporary one.
    pub database: Option<PathBuf>,
    /// What it fetches from and sends to.
    pub counterpart: Option<Counterpart>,
    /// How it waits.
    pub patience: Patience,
    /// Where the push endpoint listens.
    pub listen: SocketAddr,
    /// Where the pages are.
    pub listen_pages: SocketAddr,
}

impl Setup {
    /// A system without faults on free ports, with push alone.
    #[must_use]
    pub fn new(keys: ExampleKeys) -> Self {
        Self {
            keys,
            faults: Vec::new(),
            served: SERVED.map(str::to_owned).to_vec(),
            message_types: [TEST_TYPE, POST_STATUS].map(str::to_owned).to_vec(),
            trusted_client: None,
            database: None,
            counterpart: None,
            patience: Patience::default(),
            listen: crate::web::LOCAL,
            listen_pages: crate::web::LOCAL,
        }
    }

    /// The same with faults.
    #[must_use]
    pub fn with(mut self, faults: &[Fault]) -> Self {
        self.faults = faults.to_vec();
        self
    }
}

/// Why the system does not start.
#[derive(Debug, thiserror::Error)]
pub enum ReceiverError {
    /// The example PKI.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The web server.
    #[error(transparent)]
    Web(#[from] WebError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// OpenSSL.
    #[error("OpenSSL: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    /// The HTTP client.
    #[error("HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    /// No folder, file or thread could be had.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It serves nobody.
    #[error("the system serves no authority")]
    ServesNobody,
    /// An address that is none.
    #[error("an address is not a URL")]
    Address,
}

/// Why the system could not do something with the Beskedfordeler's services. No token is in it.
#[derive(Debug, thiserror::Error)]
enum ClientError {
    #[error("the system knows no services")]
    NoCounterpart,
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("HTTP status {0}")]
    Status(u16),
    #[error("{0}")]
    Answer(&'static str),
    #[error("the broker refuses the login")]
    Refused,
    #[error("the broker: {0}")]
    Broker(lapin::Error),
    #[error("the broker did not answer in time")]
    TooLate,
    #[error("the connection to the broker was lost")]
    Lost,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The system behind the pages.
struct System {
    faults: Faults,
    served: Vec<String>,
    message_types: Vec<String>,
    trusted_client: Vec<u8>,
    store: Store,
    keys: ExampleKeys,
    function: Issued,
    /// Fault `other-certificate`.
    other: Issued,
    http: reqwest::Client,
    counterpart: Option<Counterpart>,
    patience: Patience,
    tokens: tokio::sync::Mutex<BTreeMap<&'static str, Token>>,
    /// Something is to be sent.
    to_send: Notify,
    counter: AtomicU64,
    /// Fault `out-of-order`: how many messages came about each object.
    objects: Mutex<BTreeMap<String, u32>>,
    /// Fault `remembers-unstored`: BeskedIds of messages that could not be stored.
    unstored: Mutex<BTreeSet<String>>,
    /// What last went wrong with the services, for people to read.
    problem: Mutex<Option<String>>,
}

impl System {
    fn note(&self, what: &str, error: &ClientError) {
        let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        *problem = Some(format!("{} {what}: {error}", Timestamp::now()));
    }

    fn counterpart(&self) -> Result<&Counterpart, ClientError> {
        self.counterpart.as_ref().ok_or(ClientError::NoCounterpart)
    }

    fn authority(&self) -> &str {
        self.served.first().map(String::as_str).unwrap_or_default()
    }

    fn other_authority(&self) -> &str {
        self.served.get(1).map_or(NOT_SERVED, String::as_str)
    }

    /// Stores a message, and carries it out for the authorities that it is for and that the system serves.
    fn receive(&self, envelope: &Envelope, body: &[u8]) -> Result<Stored, StoreError> {
        let everybody = self.faults.has(Fault::ServesEverybody);
        let is_for = |cvr: &&String| everybody || envelope.permitted.iter().any(|p| p == *cvr || p == "*");
        let authorities: Vec<String> = self.served.iter().filter(is_for).cloned().collect();
        let store = || self.store.receive(envelope, &authorities, body, &self.faults, Timestamp::now());
        if !self.faults.has(Fault::RemembersUnstored) {
            return store();
        }
        let mut unstored = self.unstored.lock().unwrap_or_else(PoisonError::into_inner);
        if unstored.contains(&envelope.besked_id) {
            return Ok(Stored::Again);
        }
        let stored = store();
        if stored.is_err() {
            unstored.insert(envelope.besked_id.clone());
        }
        stored
    }

    async fn fetch(&self, address: &str) -> Result<u16, ClientError> {
        Ok(self.http.get(address).send().await?.status().as_u16())
    }
}

/// The running system. It ends when dropped.
#[derive(Debug)]
pub struct Receiver {
    // The order is the order in which they end.
    runtime: Option<Runtime>,
    ending: watch::Sender<()>,
    _servers: [WebServer; 2],
    push: Url,
    pages: Url,
    web_root: Vec<u8>,
    function: Issued,
    client: Issued,
    keys: ExampleKeys,
    served: Vec<String>,
    dueslag: Option<String>,
    _folder: Option<TempDir>,
}

impl Receiver {
    /// Starts the system.
    pub fn start(setup: Setup) -> Result<Self, ReceiverError> {
        if setup.served.is_empty() {
            return Err(ReceiverError::ServesNobody);
        }
        let pki = ExamplePki::new(setup.keys.clone(), Timestamp::now())?;
        let function = pki.issue(
            &Leaf::system("Eksempel Fagsystem").key(Key::Employee).party("Eksempel Leverandør A/S", CVR_OF_VENDOR),
        )?;
        let other = Leaf::system("Eksempel Fagsystem kryptering").party("Eksempel Leverandør A/S", CVR_OF_VENDOR);
        let other = pki.issue(&other.key(Key::OtherSystem))?;
        let client = pki.issue(&Leaf::organisation("Beskedfordeler"))?;
        let certificate = pki.web_server(&["localhost", "127.0.0.1"])?;
        let web_key = setup.keys.get(Key::WebServer);
        let folder = if setup.database.is_none() { Some(tempfile::tempdir()?) } else { None };
        let temporary = folder.as_ref().map(|folder| folder.path().join("beskeder.sqlite"));
        let database = setup.database.or(temporary).unwrap_or_default();

        let faults = Faults::new(&setup.faults);
        let strangers = faults.has(Fault::AcceptsStrangers);
        let dueslag = setup.counterpart.as_ref().and_then(|c| c.dueslag.clone());
        let system = Arc::new(System {
            http: client::http(&function, &setup.keys, setup.counterpart.as_ref())?,
            served: setup.served.clone(),
            message_types: setup.message_types,
            trusted_client: setup.trusted_client.unwrap_or_else(|| client.certificate.clone()),
            store: Store::open(&database)?,
            keys: setup.keys.clone(),
            function: function.clone(),
            other,
            counterpart: setup.counterpart,
            patience: setup.patience,
            tokens: tokio::sync::Mutex::default(),
            to_send: Notify::new(),
            counter: AtomicU64::new(1000),
            objects: Mutex::default(),
            unstored: Mutex::default(),
            problem: Mutex::default(),
            faults,
        });

        let chain = [certificate];
        let tls = if strangers { Tls::new(&chain, web_key)? } else { Tls::asking(&chain, web_key)? };
        let mut endpoint =
            Router::new().route("/ModtagBesked", post(push::receive)).layer(DefaultBodyLimit::max(MAX_MESSAGE));
        if !strangers {
            endpoint = endpoint.layer(middleware::from_fn_with_state(Arc::clone(&system), pages::only_beskedfordeler));
        }
        let listener = Listener::bind(setup.listen)?;
        let push = format!("https://localhost:{}/ModtagBesked", listener.address().port());
        let push_server = listener.serve(Some(tls), endpoint.with_state(Arc::clone(&system)))?;
        let listener = Listener::bind(setup.listen_pages)?;
        let pages = format!("https://localhost:{}/", listener.address().port());
        let page_server = listener.serve(Some(Tls::new(&chain, web_key)?), pages::router(Arc::clone(&system)))?;

        let (ending, ended) = watch::channel(());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("kravprobe-receiver")
            .enable_all()
            .build()?;
        if system.counterpart.is_some() {
            if dueslag.is_some() {
                runtime.spawn(pull::run(Arc::clone(&system), ended.clone()));
            }
            runtime.spawn(send::run(system, ended));
        }
        Ok(Self {
            runtime: Some(runtime),
            ending,
            _servers: [push_server, page_server],
            push: push.parse().map_err(|_| ReceiverError::Address)?,
            pages: pages.parse().map_err(|_| ReceiverError::Address)?,
            web_root: pki.web_root()?,
            function,
            client,
            keys: setup.keys,
            served: setup.served,
            dueslag,
            _folder: folder,
        })
    }

    /// The push endpoint.
    #[must_use]
    pub const fn push(&self) -> &Url {
        &self.push
    }

    /// The pages, `https://localhost:PORT/`.
    #[must_use]
    pub const fn pages(&self) -> &Url {
        &self.pages
    }

    /// Root of the server certificates, DER.
    #[must_use]
    pub fn web_root(&self) -> &[u8] {
        &self.web_root
    }

    /// The function certificate that the system is registered with.
    #[must_use]
    pub const fn function(&self) -> &Issued {
        &self.function
    }

    /// The client certificate that the system takes for the Beskedfordeler's, unless it was told another one.
    #[must_use]
    pub const fn client(&self) -> &Issued {
        &self.client
    }

    /// Writes what a target for this system names: `web.pem` (root of the server certificates), `function.pem` (its function
    /// certificate), `bfo-client.pem` and `bfo-client.key` (the client certificate for the push endpoint).
    pub fn write_files(&self, folder: &Path) -> Result<(), ReceiverError> {
        let write = |name: &str, der: &[u8]| -> Result<(), ReceiverError> {
            Ok(std::fs::write(folder.join(name), X509::from_der(der)?.to_pem()?)?)
        };
        write("web.pem", &self.web_root)?;
        write("function.pem", &self.function.certificate)?;
        write("bfo-client.pem", &self.client.certificate)?;
        let key = self.keys.get(self.client.key).private_key_to_pem_pkcs8()?;
        std::fs::write(folder.join("bfo-client.key"), key)?;
        Ok(())
    }

    /// The `[authorisation]` and `[beskedfordeler]` tables of a target for this system, with the files of
    /// [`Receiver::write_files`]; the authorisation counts from an hour before `at` until a day after it. The target also needs
    /// an `[[anchor]]` with `web.pem`, and when there are `services` a `[[certificate]]` named `function` with `function.pem`.
    #[must_use]
    pub fn beskedfordeler_table(&self, settings: &TableSettings<'_>, at: Timestamp) -> String {
        let hour = SignedDuration::from_hours(1);
        let pages = &self.pages;
        let cvr = |n: usize| self.served.get(n).map(String::as_str).unwrap_or_default();
        let others: Vec<String> = self.served.iter().skip(1).map(|cvr| format!("\"{cvr}\"")).collect();
        let mut text = format!(
            r#"
[authorisation]
granted_by = "Systemejer, Eksempel Leverandør A/S"
granted_at = "{}"
until = "{}"
scope = "beskedforsøg mod eksempelsystemet"

[beskedfordeler]
cvr = "{}"
other_cvr = [{}]
system = "cf12c051-39ce-4066-ba11-704b46fa23c4"
message_type = "{POST_STATUS}"

[beskedfordeler.read_back]
url = "{pages}beskeder/{{BeskedId}}?cvr={{cvr}}"
count = "/antal"
settle_seconds = {}

[beskedfordeler.store]
stop = "{pages}store/stop"
start = "{pages}store/start"

[beskedfordeler.push]
url = "{}"

[beskedfordeler.push.client_certificate]
certificate = "bfo-client.pem"
key = {{ file = "bfo-client.key" }}
"#,
            at - hour,
            at + hour * 24,
            cvr(0),
            others.join(", "),
            settings.settle_seconds,
            self.push,
        );
        if let Some(canary) = settings.canary {
            let _ = write!(
                text,
                r#"
[beskedfordeler.push.canary]
listen = "{canary}"
address = "http://{canary}"
control = "{pages}fetch?url={{canary}}"
control_seconds = 10
"#
            );
        }
        if let Some((file, wait_seconds)) = settings.services {
            let _ = write!(
                text,
                r#"
[beskedfordeler.services]
file = '{}'
client_certificate = "function"
wait_seconds = {wait_seconds}

[beskedfordeler.send]
trigger = "{pages}send"

[beskedfordeler.value_lists]
trigger = "{pages}value-lists/maintain"
"#,
                file.display()
            );
            if let Some(dueslag) = &self.dueslag {
                let _ = write!(text, "\n[beskedfordeler.pull]\ndueslag = \"{dueslag}\"\n");
            }
        }
        text
    }

    /// A whole target for this system, for environment `local`, with the files of [`Receiver::write_files`].
    #[must_use]
    pub fn target(&self, settings: &TableSettings<'_>, at: Timestamp) -> String {
        format!(
            "schema = 1\nenvironment = \"local\"\n\n[system]\nname = \"Eksempel Fagsystem\"\n\n\
             [politeness]\nrequests_per_second = 100\n\n[[anchor]]\nfile = \"web.pem\"\nuse = \"tls\"\n\n\
             [[certificate]]\nname = \"function\"\nfile = \"function.pem\"\n{}",
            self.beskedfordeler_table(settings, at)
        )
    }

    /// Runs until the process ends.
    pub fn wait(self) -> ! {
        loop {
            std::thread::park();
        }
    }
}

/// What a target's table says beside what the system knows itself.
#[derive(Clone, Copy, Debug)]
pub struct TableSettings<'a> {
    /// Where the canary listens.
    pub canary: Option<SocketAddr>,
    /// The file that `kravprobe bfo init` wrote, and the longest wait in each trial.
    pub services: Option<(&'a Path, u32)>,
    /// Longest time from an acknowledgement until the effect shows.
    pub settle_seconds: u32,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.ending.send(());
        if let Some(runtime) = self.runtime.take() {
            // Connections end in order; nothing waits for a partner that has gone.
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

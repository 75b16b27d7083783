//! The emulated Beskedfordeler: a token service, a broker and a value-list service, in which vendors' systems are registered and
//! which do as a trial wants. What happens is recorded; nothing is concluded here.

pub mod broker;
mod hub;
mod keys;
mod requests;
mod rest;
pub mod tokens;
mod value_lists;
mod ws_trust;

pub use hub::{MAX_EVENTS, RETURN_PAUSE};
pub use keys::{FILE, KeySetup, ServiceKeys};

use crate::error::{Error, Result};
use crate::subject::distribution::recording::{Event, Happening, Message, Recording};
use crate::web::{Listener, Tls, WebServer};
use broker::Broker;
use hub::Hub;
use std::sync::Arc;
use std::time::Instant;
use tokens::TokenMint;

/// Path of the REST token service.
pub const REST_PATH: &str = "/runtime/api/rest/wstrust/v1/issue";
/// Path of the WS-Trust token service.
pub const WS_TRUST_PATH: &str = "/runtime/services/kombittrust/14/certificatemixed";
/// Path of the value-list service.
pub const VALUE_LIST_PATH: &str = "/sts-bf-soap/StsbeskedfordelerImpl";

/// What the services do that a good counterpart would not, or would do later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// So many of the next logins are refused.
    pub refuse_logins: u32,
    /// Life of tokens, seconds.
    pub token_seconds: u32,
    /// So many of the next token requests are refused.
    pub refuse_tokens: u32,
    /// At each of so many of the next acknowledgements, TCP is gone before it counts. Who asks for none loses the connection right
    /// after a delivery.
    pub break_at_ack: u32,
    /// Connections that were open when this became true hear nothing more and are not heard; their sockets stay. New ones work.
    pub silent: bool,
    /// Heartbeat that the broker proposes, seconds.
    pub heartbeat_seconds: u16,
    /// What publishers hear.
    pub reply: Reply,
    /// What the next publisher alone hears.
    pub reply_once: Option<Reply>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            refuse_logins: 0,
            token_seconds: tokens::LIFE,
            refuse_tokens: 0,
            break_at_ack: 0,
            silent: false,
            heartbeat_seconds: 60,
            reply: Reply::default(),
            reply_once: None,
        }
    }
}

/// What a publisher hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reply {
    /// 20 for a good message, 41 without a valid token for sending, 40 for what is no envelope.
    #[default]
    Deserved,
    /// This StatusKode.
    Status(u16),
    /// Nothing: no reply at all. Publisher confirms come all the same.
    Nothing,
}

/// Where the services are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Name that the certificate carries.
    pub host: String,
    /// Port of the broker (AMQP on TLS).
    pub broker_port: u16,
    /// Port of the token service.
    pub token_port: u16,
    /// Port of the value-list service.
    pub value_list_port: u16,
}

impl Addresses {
    /// `amqps://host:port`; the vhost is `BF`.
    #[must_use]
    pub fn broker(&self) -> String {
        format!("amqps://{}:{}", self.bracketed(), self.broker_port)
    }

    /// REST address of the token service.
    #[must_use]
    pub fn rest(&self) -> String {
        format!("https://{}:{}{REST_PATH}", self.bracketed(), self.token_port)
    }

    /// WS-Trust address of the token service.
    #[must_use]
    pub fn ws_trust(&self) -> String {
        format!("https://{}:{}{WS_TRUST_PATH}", self.bracketed(), self.token_port)
    }

    /// Address of the value-list service.
    #[must_use]
    pub fn value_lists(&self) -> String {
        format!("https://{}:{}{VALUE_LIST_PATH}", self.bracketed(), self.value_list_port)
    }

    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }
}

/// The running services. They end when dropped.
#[derive(Debug)]
pub struct Services {
    addresses: Addresses,
    hub: Arc<Hub>,
    // In this order they end: the broker says goodbye first.
    _broker: Broker,
    _web: [WebServer; 2],
}

impl Services {
    /// Starts them. `registered` are the client certificates (DER) that the system is registered with; when empty, any is taken
    /// and recorded. `cvrs` are the authorities that it has agreements for; when empty, any.
    pub fn start(keys: &ServiceKeys, registered: Vec<Vec<u8>>, cvrs: Vec<String>) -> Result<Self> {
        let usage = |error: &dyn std::fmt::Display| Error::Usage(error.to_string());
        let [broker, token, value_list] = keys.listen().map(Listener::bind);
        let (broker, token, value_list) =
            (broker.map_err(|e| usage(&e))?, token.map_err(|e| usage(&e))?, value_list.map_err(|e| usage(&e))?);
        let addresses = Addresses {
            host: keys.host.clone(),
            broker_port: broker.address().port(),
            token_port: token.address().port(),
            value_list_port: value_list.address().port(),
        };
        let chain = [keys.web.certificate.clone(), keys.web_ca.clone()];
        let tls = Tls::asking(&chain, &keys.web.key).map_err(|e| usage(&e))?;
        let mint = TokenMint { issuer: keys.issuer.clone(), key: keys.sts.clone() };
        let hub = Arc::new(Hub::new(mint, registered, cvrs));
        let tokens = rest::router(&hub).merge(ws_trust::router(&hub));
        let tokens = token.serve(Some(tls.clone()), tokens).map_err(|e| usage(&e))?;
        let lists = value_list.serve(Some(tls.clone()), value_lists::router(&hub)).map_err(|e| usage(&e))?;
        let broker = broker.into_std();
        let broker = Broker::serve(broker, &tls, Arc::clone(&hub)).map_err(|e| usage(&e))?;
        Ok(Self { addresses, hub, _broker: broker, _web: [tokens, lists] })
    }

    /// Where they are reached.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses.clone()
    }

    /// Makes the queue of a dueslag.
    pub fn declare(&self, dueslag: &str) {
        self.hub.change(|state| state.declare(dueslag));
    }

    /// Puts a message into a dueslag, which is made when it is not there. Gives its index in [`Recording::messages`].
    #[expect(clippy::must_use_candidate, reason = "the index is not always needed")]
    pub fn enqueue(&self, dueslag: &str, label: &str, besked_id: &str, object: Option<&str>, body: Vec<u8>) -> usize {
        self.hub.change(|state| state.enqueue(dueslag, label, besked_id, object, body))
    }

    /// Changes the behaviour.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        self.hub.change(|state| state.behave(change));
    }

    /// Every connection to the broker that is open now is gone at once; nothing is said.
    pub fn break_connections(&self) {
        self.hub.change(hub::State::break_connections);
    }

    /// Forgets events and messages, also those that wait: a new recording starts here. Connections stay.
    pub fn begin(&self) {
        self.hub.change(hub::State::begin);
    }

    /// The same; gives what is forgotten, the recording and the bodies of `basic.publish`, without a gap to what comes next.
    #[must_use]
    pub fn begin_after(&self) -> (Recording, Vec<Vec<u8>>) {
        self.hub.change(|state| {
            let last = (state.recording(), state.published());
            state.begin();
            last
        })
    }

    /// Forgets events alone, for a service that runs for days.
    pub fn forget_events(&self) {
        self.hub.change(hub::State::forget_events);
    }

    /// Puts an event of the engine's own at its place in time.
    pub fn mark(&self, happening: Happening) {
        self.hub.record(0, happening);
    }

    /// Waits until something holds; `false` when the deadline comes first. It is asked again after every event.
    pub async fn until(&self, deadline: Instant, mut holds: impl FnMut(&[Event], &[Message]) -> bool) -> bool {
        let mut changes = self.hub.watch();
        loop {
            changes.mark_unchanged();
            {
                let state = self.hub.lock();
                let (events, messages) = state.view();
                if holds(events, messages) {
                    return true;
                }
            }
            if tokio::time::timeout_at(deadline.into(), changes.changed()).await.is_err() {
                return false;
            }
        }
    }

    /// What happened since [`Self::begin`].
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.hub.lock().recording()
    }

    /// Bodies of `basic.publish` since [`Self::begin`].
    #[must_use]
    pub fn published(&self) -> Vec<Vec<u8>> {
        self.hub.lock().published()
    }
}

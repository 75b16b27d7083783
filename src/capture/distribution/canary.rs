//! A listener that no well-behaved system ever contacts by itself: a message that names its address makes a careless XML parser
//! fetch from it. Its silence counts only when a control has shown that the system can reach it.

use crate::besked::write::new_uuid;
use crate::capture::browser::clean;
use crate::capture::http::{HttpClient, Request};
use crate::subject::distribution::recording::{Event, Happening};
use crate::target::beskedfordeler::Canary;
use crate::web::{Listener, WebServer};
use axum::Router;
use axum::http::{Uri, header};
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use url::Url;

/// Most contacts that are kept.
pub const MOST: usize = 1000;
/// Longest path that is kept, characters.
const PATH: usize = 200;
/// Pause between two looks for the control.
const PAUSE: Duration = Duration::from_millis(50);
/// Largest answer of the control address that is read, bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// Somebody came.
#[derive(Clone, Debug)]
struct Contact {
    at: Timestamp,
    path: String,
}

/// The listener. It ends when dropped.
#[derive(Debug)]
pub struct Listening<'a> {
    canary: &'a Canary,
    contacts: Arc<Mutex<Vec<Contact>>>,
    control: String,
    _server: WebServer,
}

impl<'a> Listening<'a> {
    /// Listens at the target's address.
    pub fn start(canary: &'a Canary) -> Result<Self, String> {
        let address = canary.listen.parse().map_err(|_| format!("{} is no address to listen on", canary.listen))?;
        let contacts = Arc::<Mutex<Vec<Contact>>>::default();
        let kept = Arc::clone(&contacts);
        let router = Router::new().fallback(move |uri: Uri| {
            let path: String = clean(uri.path()).chars().take(PATH).collect();
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() < MOST {
                kept.push(Contact { at: Timestamp::now(), path });
            }
            // An empty document is a good external entity and a good external subset.
            async { ([(header::CONTENT_TYPE, "application/xml-dtd")], "") }
        });
        let server = Listener::bind(address)
            .and_then(|listener| listener.serve(None, router))
            .map_err(|why| format!("the canary listener: {why}"))?;
        Ok(Self { canary, contacts, control: format!("/control-{}", new_uuid()), _server: server })
    }

    /// The address that messages name, without a path.
    #[must_use]
    pub const fn address(&self) -> &Url {
        &self.canary.address
    }

    /// Makes the system fetch the control address, or waits for a person who does it. Gives what happened; nothing after the
    /// question when nobody came in time.
    pub async fn control(&self, client: &HttpClient, say: &mut dyn FnMut(&str)) -> Vec<Event> {
        let mut events = vec![event(Timestamp::now(), Happening::CanaryControlAsked)];
        let Ok(address) = self.canary.address.join(&self.control) else { return events };
        match &self.canary.control {
            Some(template) => {
                let written: String = url::form_urlencoded::byte_serialize(address.as_str().as_bytes()).collect();
                if let Ok(url) = Url::parse(&template.replace("{canary}", &written)) {
                    let request = Request { url: &url, limit: MAX_ANSWER, post: None, oces: false };
                    // What it answers says nothing; that somebody came does.
                    let _ = client.once(&request, &HeaderMap::new(), Duration::MAX).await;
                }
            }
            None => say(&format!("waiting for a call of {address} from the system's machine")),
        }
        let deadline = Instant::now() + Duration::from_secs(self.canary.control_seconds.into());
        loop {
            let asked_at = Instant::now();
            if let Some(contact) = self.contacts().into_iter().find(|c| c.path == self.control) {
                events.push(event(contact.at, Happening::CanaryContacted { control: true, path: contact.path }));
                return events;
            }
            if asked_at >= deadline {
                return events;
            }
            sleep(PAUSE).await;
        }
    }

    /// The contacts with this path, as events.
    #[must_use]
    pub fn contacts_with(&self, path: &str) -> Vec<Event> {
        let with_it = self.contacts().into_iter().filter(|contact| contact.path == path);
        with_it.map(|c| event(c.at, Happening::CanaryContacted { control: false, path: c.path })).collect()
    }

    /// Whether so many came that some were not kept; then silence says nothing.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.contacts().len() >= MOST
    }

    fn contacts(&self) -> Vec<Contact> {
        self.contacts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

const fn event(at: Timestamp, what: Happening) -> Event {
    Event { at, connection: 0, what }
}

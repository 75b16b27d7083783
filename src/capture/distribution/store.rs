//! Stops the system's store and starts it again. Whatever happens in between - an error, a panic, Ctrl-C - it is told to start.

use super::answer;
use crate::capture::Session;
use crate::capture::http::{HttpClient, Request};
use crate::subject::distribution::recording::{Answer, Happening};
use crate::target::beskedfordeler::{Beskedfordeler, StoreSwitch};
use reqwest::header::HeaderMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::sleep;
use url::Url;

/// How often it is told to start before that is given up.
const ATTEMPTS: usize = 5;
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_secs(1);
/// Largest answer that is read, bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Stores that are stopped now, by the number of their switch.
static STOPPED: Mutex<Vec<(u64, Pending)>> = Mutex::new(Vec::new());

/// What it takes to start one.
#[derive(Clone, Debug)]
struct Pending {
    client: Arc<HttpClient>,
    start: Url,
    runtime: Handle,
}

impl Pending {
    /// Tells it to start until it says that it did.
    async fn start(&self) -> Answer {
        let mut attempt = 1;
        loop {
            let answer = post(&self.client, &self.start).await;
            if answer.is_success() || attempt == ATTEMPTS {
                return answer;
            }
            attempt += 1;
            sleep(PAUSE).await;
        }
    }
}

/// The switch of the target. Dropping it while the store is stopped starts the store.
#[derive(Debug)]
pub struct Switch<'a> {
    number: u64,
    table: &'a StoreSwitch,
    pending: Pending,
}

impl<'a> Switch<'a> {
    /// The target's switch; `None` when it names none, or offline.
    #[must_use]
    pub fn new(session: &Session, table: &'a Beskedfordeler) -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let table = table.store.as_ref()?;
        let client = Arc::clone(session.client.as_ref()?);
        let pending = Pending { client, start: table.start.clone(), runtime: session.runtime.handle().clone() };
        Some(Self { number: NEXT.fetch_add(1, Ordering::Relaxed), table, pending })
    }

    /// Tells the store to stop.
    pub async fn stop(&self) -> Happening {
        // Noted first: a store may have stopped though its answer never came.
        stopped(|stopped| stopped.push((self.number, self.pending.clone())));
        Happening::StoreSwitched { on: false, answer: post(&self.pending.client, &self.table.stop).await }
    }

    /// Tells it to start, a few times when it does not say that it did.
    pub async fn start(&self) -> Happening {
        let answer = self.pending.start().await;
        stopped(|stopped| stopped.retain(|(number, _)| *number != self.number));
        Happening::StoreSwitched { on: true, answer }
    }
}

impl Drop for Switch<'_> {
    fn drop(&mut self) {
        if let Some(pending) = stopped(|stopped| take(stopped, self.number)) {
            // A thread of its own: this one may be inside the runtime.
            let _ = std::thread::spawn(move || pending.runtime.block_on(pending.start())).join();
        }
    }
}

/// Starts every store that is stopped now, for a program that is about to end. Not to be called from inside a runtime.
pub fn start_all() {
    for (_, pending) in stopped(std::mem::take) {
        pending.runtime.block_on(pending.start());
    }
}

fn stopped<T>(change: impl FnOnce(&mut Vec<(u64, Pending)>) -> T) -> T {
    change(&mut STOPPED.lock().unwrap_or_else(PoisonError::into_inner))
}

fn take(stopped: &mut Vec<(u64, Pending)>, number: u64) -> Option<Pending> {
    let at = stopped.iter().position(|(n, _)| *n == number)?;
    Some(stopped.remove(at).1)
}

async fn post(client: &HttpClient, url: &Url) -> Answer {
    let request = Request { url, limit: MAX_ANSWER, post: Some(("text/plain", Vec::new())), oces: false };
    answer(client.once(&request, &HeaderMap::new(), Duration::MAX).await, client.timeout())
}

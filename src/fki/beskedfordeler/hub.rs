//! What the services share: behaviour, what was recorded, and the queues. One lock, held for moments only; whoever waits for a
//! change watches a counter.

use super::tokens::TokenMint;
use super::value_lists::Lists;
use super::{Behaviour, Reply};
use crate::digest::sha256_hex;
use crate::subject::distribution::recording::{Event, Happening, Message, Recording, Stopped};
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Most events that one recording keeps.
pub const MAX_EVENTS: usize = 200_000;
/// Longest body that a recording keeps, bytes. Longer ones are known by length and digest.
const MAX_KEPT_BODY: usize = 64 * 1024;
/// Most that the bodies of publishes may take that are kept, bytes.
const MAX_PUBLISHED: usize = 256 << 20;
/// Most MessageIDs that are remembered. A request lives five minutes, and a system asks for few tokens.
const MAX_SEEN: usize = 4096;
/// How long a message waits that its receiver handed back. RabbitMQ would deliver it again at once; the real exchange's pause
/// is not known, and without one a client that always hands back turns the machine into a heater.
pub const RETURN_PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Hub {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    pub(super) mint: TokenMint,
    /// Client certificates that the system is registered with, DER; empty: any.
    pub(super) registered: Vec<Vec<u8>>,
    /// CVR numbers that the system has agreements for; empty: any.
    pub(super) cvrs: Vec<String>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) behaviour: Behaviour,
    /// The last connection that silence holds for.
    silent_until: u32,
    /// Rises with every recording, so that what belongs to an older one is not mistaken for this one's.
    generation: u64,
    started: Timestamp,
    messages: Vec<Message>,
    events: Vec<Event>,
    stopped: Option<Stopped>,
    published: Vec<Vec<u8>>,
    published_bytes: usize,
    queues: BTreeMap<String, Queue>,
    last_connection: u32,
    /// The last connection that must break.
    break_until: u32,
    pub(super) over: bool,
    /// MessageIDs of signed requests, the oldest first.
    seen: VecDeque<String>,
    pub(super) lists: Lists,
}

/// A dueslag: messages in order, one of them handed over at a time.
#[derive(Debug, Default)]
struct Queue {
    ready: VecDeque<Copy>,
    /// Whether one is handed over and not settled: later ones wait for it (SF1461 2.2).
    out: bool,
    consumers: u32,
}

/// A receiver's copy of a message.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) message: usize,
    pub(super) generation: u64,
    pub(super) body: Arc<[u8]>,
    /// AMQP message-id, unique for each copy (D0903 8.3).
    pub(super) id: String,
    /// How often it was handed over.
    pub(super) attempts: u32,
    not_before: Instant,
}

/// What a queue has to give.
#[derive(Debug)]
pub(super) enum Next {
    /// This copy, which is now handed over.
    Ready(Copy),
    /// Something, from this instant on.
    At(Instant),
    /// Nothing, for now.
    Nothing,
}

impl Hub {
    pub(super) fn new(mint: TokenMint, registered: Vec<Vec<u8>>, cvrs: Vec<String>) -> Self {
        let state = State {
            behaviour: Behaviour::default(),
            silent_until: 0,
            generation: 0,
            started: Timestamp::now(),
            messages: Vec::new(),
            events: Vec::new(),
            stopped: None,
            published: Vec::new(),
            published_bytes: 0,
            queues: BTreeMap::new(),
            last_connection: 0,
            break_until: 0,
            over: false,
            seen: VecDeque::new(),
            lists: Lists::default(),
        };
        Self { state: Mutex::new(state), changed: watch::Sender::new(0), mint, registered, cvrs }
    }

    /// The state. A panic elsewhere leaves nothing half done that would matter here.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes everybody who waits.
    pub(super) fn wake(&self) {
        self.changed.send_modify(|version| *version = version.wrapping_add(1));
    }

    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Changes something and wakes everybody.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.wake();
        result
    }

    pub(super) fn record(&self, connection: u32, what: Happening) {
        self.change(|state| state.record(connection, what));
    }
}

impl State {
    pub(super) fn record(&mut self, connection: u32, what: Happening) {
        if self.events.len() >= MAX_EVENTS {
            self.stopped = Some(Stopped::TooMuch { limit: MAX_EVENTS });
            return;
        }
        self.events.push(Event { at: Timestamp::now(), connection, what });
    }

    pub(super) fn begin(&mut self) {
        self.generation += 1;
        self.started = Timestamp::now();
        self.messages.clear();
        self.events.clear();
        self.stopped = None;
        self.published.clear();
        self.published_bytes = 0;
        for queue in self.queues.values_mut() {
            queue.ready.clear();
            queue.out = false;
        }
    }

    pub(super) fn forget_events(&mut self) {
        self.events.clear();
        self.stopped = None;
        self.published.clear();
        self.published_bytes = 0;
    }

    pub(super) fn recording(&self) -> Recording {
        Recording {
            started: self.started,
            ended: Timestamp::now(),
            messages: self.messages.clone(),
            events: self.events.clone(),
            stopped: self.stopped.clone(),
        }
    }

    pub(super) fn view(&self) -> (&[Event], &[Message]) {
        (&self.events, &self.messages)
    }

    pub(super) fn published(&self) -> Vec<Vec<u8>> {
        self.published.clone()
    }

    pub(super) fn keep_published(&mut self, body: &[u8]) {
        if self.published_bytes + body.len() > MAX_PUBLISHED || self.published.len() >= MAX_EVENTS {
            self.stopped = Some(Stopped::TooMuch { limit: MAX_EVENTS });
            return;
        }
        self.published_bytes += body.len();
        self.published.push(body.to_vec());
    }

    /// A new connection's number.
    pub(super) fn connect(&mut self) -> u32 {
        self.last_connection += 1;
        self.last_connection
    }

    pub(super) fn behave(&mut self, change: impl FnOnce(&mut Behaviour)) {
        let before = self.behaviour.silent;
        change(&mut self.behaviour);
        if self.behaviour.silent && !before {
            self.silent_until = self.last_connection;
        }
    }

    /// Whether a MessageID is seen for the first time, within the last [`MAX_SEEN`].
    pub(super) fn is_new_message(&mut self, id: &str) -> bool {
        if self.seen.iter().any(|seen| seen == id) {
            return false;
        }
        if self.seen.len() >= MAX_SEEN {
            self.seen.pop_front();
        }
        self.seen.push_back(id.to_owned());
        true
    }

    /// Whether nothing more is said on this connection for now.
    pub(super) const fn is_silent(&self, connection: u32) -> bool {
        self.behaviour.silent && connection <= self.silent_until
    }

    pub(super) fn break_connections(&mut self) {
        self.break_until = self.last_connection;
    }

    pub(super) const fn must_break(&self, connection: u32) -> bool {
        connection <= self.break_until
    }

    /// What a publisher hears: `None` when nothing is to be said, otherwise the code, or the one that the message deserves.
    pub(super) fn reply(&mut self, deserved: u16) -> Option<u16> {
        match self.behaviour.reply_once.take().unwrap_or(self.behaviour.reply) {
            Reply::Deserved => Some(deserved),
            Reply::Status(code) => Some(code),
            Reply::Nothing => None,
        }
    }

    /// Whether the trial wants this login refused. Counts down.
    pub(super) fn refuses_login(&mut self) -> bool {
        count_down(&mut self.behaviour.refuse_logins)
    }

    /// Whether the trial wants this token refused. Counts down.
    pub(super) fn refuses_token(&mut self) -> bool {
        count_down(&mut self.behaviour.refuse_tokens)
    }

    /// Whether the connection must be gone at this acknowledgement. Counts down.
    pub(super) fn breaks_at_ack(&mut self) -> bool {
        count_down(&mut self.behaviour.break_at_ack)
    }

    pub(super) fn declare(&mut self, dueslag: &str) {
        self.queues.entry(dueslag.to_owned()).or_default();
    }

    pub(super) fn enqueue(
        &mut self,
        dueslag: &str,
        label: &str,
        besked_id: &str,
        object: Option<&str>,
        body: Vec<u8>,
    ) -> usize {
        let kept = if body.len() <= MAX_KEPT_BODY { String::from_utf8(body.clone()).ok() } else { None };
        let message = self.messages.len();
        self.messages.push(Message {
            label: label.to_owned(),
            besked_id: besked_id.to_owned(),
            object: object.map(str::to_owned),
            sha256: sha256_hex(&body),
            bytes: body.len(),
            body: kept,
        });
        let copy = Copy {
            message,
            generation: self.generation,
            body: body.into(),
            id: crate::besked::write::new_uuid(),
            attempts: 0,
            not_before: Instant::now(),
        };
        self.queues.entry(dueslag.to_owned()).or_default().ready.push_back(copy);
        message
    }

    pub(super) fn has_queue(&self, queue: &str) -> bool {
        self.queues.contains_key(queue)
    }

    /// Messages that wait, and consumers.
    pub(super) fn depth(&self, queue: &str) -> (u32, u32) {
        self.queues.get(queue).map_or((0, 0), |q| (u32::try_from(q.ready.len()).unwrap_or(u32::MAX), q.consumers))
    }

    /// Counts consumers of a queue up or down.
    pub(super) fn consumers(&mut self, queue: &str, by: i32) {
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.consumers = queue.consumers.saturating_add_signed(by);
        }
    }

    /// Takes the first message of a queue, when none is handed over.
    pub(super) fn take(&mut self, queue: &str, now: Instant) -> Next {
        let Some(queue) = self.queues.get_mut(queue) else { return Next::Nothing };
        match queue.ready.front() {
            Some(_) if queue.out => Next::Nothing,
            Some(first) if first.not_before > now => Next::At(first.not_before),
            Some(_) => match queue.ready.pop_front() {
                Some(mut copy) => {
                    queue.out = true;
                    copy.attempts += 1;
                    Next::Ready(copy)
                }
                None => Next::Nothing,
            },
            None => Next::Nothing,
        }
    }

    /// Whether a copy belongs to this recording.
    pub(super) const fn is_current(&self, copy: &Copy) -> bool {
        copy.generation == self.generation
    }

    /// A handed-over message is done with: the next one may come.
    pub(super) fn settle(&mut self, queue: &str, copy: &Copy) {
        if self.is_current(copy)
            && let Some(queue) = self.queues.get_mut(queue)
        {
            queue.out = false;
        }
    }

    /// A handed-over message goes back to the head of its queue.
    pub(super) fn give_back(&mut self, queue: &str, mut copy: Copy, pause: Duration) {
        if self.is_current(&copy)
            && let Some(queue) = self.queues.get_mut(queue)
        {
            copy.not_before = Instant::now() + pause;
            queue.out = false;
            queue.ready.push_front(copy);
        }
    }
}

fn count_down(counter: &mut u32) -> bool {
    let due = *counter > 0;
    *counter = counter.saturating_sub(1);
    due
}

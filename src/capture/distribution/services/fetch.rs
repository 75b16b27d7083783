//! The cases in which the system fetches messages.

use super::besked_id;
use super::stage::Stage;
use crate::besked::write::{Besked, Payload, new_uuid};
use crate::fki::beskedfordeler::tokens;
use crate::subject::distribution::effects::count;
use crate::subject::distribution::recording::{Answer, Event, Happening, Recording, Stopped};
use crate::subject::distribution::sessions::{self, Settled};
use crate::trial::pull::{Adversity, Content, Fetch, GOOD, Letter, PLAIN};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use url::Url;

/// A message that was delivered so often is not waited for any longer: it blocks.
const ENOUGH: u32 = 50;
/// So many visits show how often a system asks that does not stay.
const VISITS: usize = 3;
/// How long a consumer must stay after the last message to count as one that stays, seconds.
const STAYS: u64 = 5;
/// So many attempts to log in show a hot loop; more would only burden both sides.
const ATTEMPTS: usize = 300;
/// Longest wait for a system to ask for a new token when its logins are refused.
const RENEWAL: Duration = Duration::from_mins(2);
/// So often connections are lost to see whether tokens are used again.
const RECONNECTIONS: usize = 3;
/// How often the store is told to start again when it does not say yes.
const STARTS: usize = 3;

/// A case that was made.
pub(super) struct Made {
    pub(super) recording: Recording,
    /// Whether every good message was taken.
    pub(super) worked: bool,
}

/// A message before it is in the dueslag.
struct Prepared {
    label: &'static str,
    besked: Besked,
    body: Vec<u8>,
}

/// A message in the dueslag.
struct Sent {
    index: usize,
    label: &'static str,
    id: String,
}

/// The plain good messages. Where nobody stays, the next visits are waited for too.
pub(super) async fn plain(stage: &mut Stage<'_>, dueslag: &str) -> Made {
    stage.begin();
    let prepared = prepare(stage, PLAIN.messages).await;
    let sent = put(stage, dueslag, prepared);
    let stopped = drain(stage, &sent).await;
    if stopped.is_none() {
        let stays = stage.length(STAYS);
        stage.pause("seeing whether the system stays", stays).await;
        let limit = stage.wait;
        stage.until("waiting for the next visit", limit, |events, _| shows_frequency(events, dueslag)).await;
    }
    made(stage, &sent, stopped).await
}

/// Whether it is clear how often the system asks: it stays, or has come often enough.
fn shows_frequency(events: &[Event], dueslag: &str) -> bool {
    let now = Timestamp::now();
    let recording =
        Recording { started: now, ended: now, messages: Vec::new(), events: events.to_vec(), stopped: None };
    let watch = sessions::watch(&recording, dueslag);
    watch.standing || watch.visits >= VISITS
}

/// One good message.
pub(super) async fn control(stage: &mut Stage<'_>, dueslag: &str) -> Made {
    stage.begin();
    deliver(stage, dueslag, &PLAIN.messages[..1]).await
}

/// Loses the connections a few times: each login after that is an occasion to use the token again, or to ask for one needlessly.
pub(super) async fn reconnect(stage: &mut Stage<'_>) {
    stage.begin();
    for _ in 0..RECONNECTIONS {
        let known = stage.services.recording().events.len();
        stage.services.break_connections();
        let opened = |events: &[Event]| events.iter().skip(known).any(|e| matches!(e.what, Happening::Opened { .. }));
        let limit = stage.wait;
        if !stage.until("waiting for the system to connect again", limit, |events, _| opened(events)).await {
            return;
        }
    }
}

/// One case.
pub(super) async fn trial(stage: &mut Stage<'_>, case: &Fetch, dueslag: &str) -> Made {
    // The good messages before it are a part of the expiry: the token that expires is the one they were fetched with.
    if !matches!(case.adversity, Adversity::ShortToken(_)) {
        stage.begin();
    }
    match case.adversity {
        Adversity::None => {}
        Adversity::BreakAtAck => stage.services.behave(|b| b.break_at_ack = 1),
        Adversity::RefuseLogins(seconds) => refuse_logins(stage, seconds).await,
        Adversity::Silence(seconds) => silence(stage, seconds).await,
        Adversity::ShortToken(_) => expire(stage).await,
        Adversity::Quiet(seconds) => quiet(stage, seconds).await,
        Adversity::StoreStopped(seconds) => {
            return store_stopped(stage, case, dueslag, seconds).await;
        }
    }
    let made = deliver(stage, dueslag, case.messages).await;
    stage.services.behave(|b| b.break_at_ack = 0);
    made
}

/// Puts the messages into the dueslag and waits until they are settled.
async fn deliver(stage: &mut Stage<'_>, dueslag: &str, letters: &[Letter]) -> Made {
    let prepared = prepare(stage, letters).await;
    let sent = put(stage, dueslag, prepared);
    let stopped = drain(stage, &sent).await;
    made(stage, &sent, stopped).await
}

/// Asks the read-back page for the last time, and ends the recording.
async fn made(stage: &mut Stage<'_>, sent: &[Sent], stopped: Option<Stopped>) -> Made {
    settle(stage, sent).await;
    let mut recording = stage.recording();
    recording.stopped = recording.stopped.or(stopped);
    let deliveries = sessions::deliveries(&recording);
    let mut good = sent.iter().filter(|s| s.label == GOOD);
    let worked = good.all(|s| sessions::taken(&deliveries, s.index).is_some());
    Made { recording, worked }
}

/// Makes the messages, and asks the read-back page about each: nothing may be there yet.
async fn prepare(stage: &mut Stage<'_>, letters: &[Letter]) -> Vec<Prepared> {
    let mut objects: BTreeMap<u8, String> = BTreeMap::new();
    let mut prepared: Vec<Prepared> = Vec::new();
    for letter in letters {
        let again = prepared.last().filter(|_| letter.content == Content::Again);
        let (besked, body) = match again {
            Some(before) => (before.besked.clone(), before.body.clone()),
            None => write(good(stage), letter.content, &mut objects),
        };
        prepared.push(Prepared { label: letter.label, besked, body });
    }
    let ids: BTreeSet<&str> = prepared.iter().map(|p| p.besked.id()).collect();
    for id in ids {
        stage.read_back(id).await;
    }
    prepared
}

fn good(stage: &Stage<'_>) -> Besked {
    let table = stage.work.table;
    let now = Timestamp::now();
    let mut besked = Besked::good(&table.cvr, now).delivered(now);
    besked.besked_id = Some(besked_id());
    if let Some(message_type) = &table.message_type {
        besked.message_type.clone_from(message_type);
    }
    besked
}

/// A message and its octets. A message without BeskedId keeps the one that it would have had.
fn write(mut besked: Besked, content: Content, objects: &mut BTreeMap<u8, String>) -> (Besked, Vec<u8>) {
    match content {
        Content::Good | Content::Again => {}
        Content::About(number) => besked.object.clone_from(objects.entry(number).or_insert_with(new_uuid)),
        Content::Large(bytes) => besked.payload = Payload::Text("x".repeat(bytes)),
        Content::UnknownType => besked.message_type = new_uuid(),
        Content::DeviatingPayload => {
            let content = b"<PKO_PostStatus><TransaktionsDatoTid>i dag</Transaktion".to_vec();
            besked.payload = Payload::Base64 { namespace: "urn:besked:kuvert:1.0", content };
        }
        Content::WithoutId => {
            let body = Besked { besked_id: None, ..besked.clone() }.xml().into_bytes();
            return (besked, body);
        }
        Content::Malformed => {
            let mut body = besked.xml().into_bytes();
            body.truncate(body.len() / 2);
            return (besked, body);
        }
    }
    let body = besked.xml().into_bytes();
    (besked, body)
}

fn put(stage: &Stage<'_>, dueslag: &str, prepared: Vec<Prepared>) -> Vec<Sent> {
    let put = |p: Prepared| {
        let id = p.besked.id().to_owned();
        let index = stage.services.enqueue(dueslag, p.label, &id, Some(&p.besked.object), p.body);
        Sent { index, label: p.label, id }
    };
    prepared.into_iter().map(put).collect()
}

/// Waits until every message is settled, or one of them blocks. At each acknowledgement the read-back page is asked at once: the
/// newest message first, then earlier ones that did not show yet, so that it comes to light when a later one is there before an
/// earlier one. Gives why it ended early.
async fn drain(stage: &mut Stage<'_>, sent: &[Sent]) -> Option<Stopped> {
    let deadline = Instant::now() + stage.wait;
    let mut read = BTreeSet::new();
    loop {
        let recording = stage.recording();
        let deliveries = sessions::deliveries(&recording);
        let acked: Vec<&Sent> = sent
            .iter()
            .rev()
            .filter(|s| !read.contains(&s.index) && sessions::acked(&deliveries, s.index).is_some())
            .collect();
        if !acked.is_empty() && stage.reader.is_some() {
            let before = sent.iter().filter(|s| read.contains(&s.index) && !shows(stage, &recording, &s.id));
            let before: Vec<&Sent> = before.collect();
            for message in acked.iter().chain(&before) {
                stage.read_back(&message.id).await;
            }
            read.extend(acked.iter().map(|s| s.index));
            continue;
        }
        let settled = |s: &&Sent| {
            let how = deliveries.iter().filter(|d| d.message == s.index).filter_map(|d| d.settled);
            how.map(|(_, how)| how).any(|how| how != Settled::Requeued)
        };
        let open = sent.iter().find(|s| !settled(s))?;
        if deliveries.iter().any(|d| d.message == open.index && d.attempt > ENOUGH) {
            return None;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let known = stage.seen(&recording);
        let waiting = format!("waiting for the system to take `{}`", open.label);
        if !stage.until(&waiting, left, |events, _| events.len() > known).await {
            // The system may answer on its page though it does not fetch.
            stage.read_back(&open.id).await;
            let what = format!("the system to take `{}`", open.label);
            return Some(Stopped::Waited { what, seconds: stage.wait.as_secs() });
        }
    }
}

/// Whether the last answer of the read-back page showed the message.
fn shows(stage: &Stage<'_>, recording: &Recording, id: &str) -> bool {
    let pointer = stage.work.table.read_back.as_ref().and_then(|r| r.count.as_deref());
    let last = recording.events.iter().rev().find_map(|event| match &event.what {
        Happening::ReadBack { besked_id, answer, .. } if besked_id == id => Some(answer),
        _ => None,
    });
    last.is_some_and(|answer| count(answer, id, pointer).is_ok_and(|n| n > 0))
}

/// Asks the read-back page for the last time: about what was taken and did not show, until the settle time is over; about what
/// came more than once, when it is over.
async fn settle(stage: &mut Stage<'_>, sent: &[Sent]) {
    let Some(reader) = stage.reader else { return };
    let since = tokio::time::Instant::now();
    let recording = stage.recording();
    let deliveries = sessions::deliveries(&recording);
    let mut done = BTreeSet::new();
    for message in sent.iter().filter(|s| sessions::taken(&deliveries, s.index).is_some()) {
        let times =
            deliveries.iter().filter(|d| sent.iter().any(|s| s.index == d.message && s.id == message.id)).count();
        if !done.insert(message.id.as_str()) {
            continue;
        }
        if times > 1 {
            stage.services.mark(reader.settled(&message.id, None, since).await);
        } else if !shows(stage, &recording, &message.id) {
            stage.services.mark(reader.appeared(&message.id, None).await);
        }
    }
}

async fn refuse_logins(stage: &mut Stage<'_>, seconds: u64) {
    stage.services.behave(|b| b.refuse_logins = u32::MAX);
    stage.services.break_connections();
    let limit = stage.wait;
    let refused = |events: &[Event]| events.iter().any(|e| matches!(e.what, Happening::LoginRefused { .. }));
    if stage.until("waiting for a login to refuse", limit, |events, _| refused(events)).await {
        let tries = |events: &[Event]| events.iter().filter(|e| matches!(e.what, Happening::Connected { .. })).count();
        let window = stage.length(seconds);
        stage.until("seeing how the system tries again", window, |events, _| tries(events) > ATTEMPTS).await;
    }
    stage.services.behave(|b| b.refuse_logins = 0);
}

async fn silence(stage: &mut Stage<'_>, seconds: u64) {
    let stands = sessions::connections(&stage.recording()).iter().any(|c| c.vhost.is_some() && c.end.is_none());
    if !stands {
        return;
    }
    stage.services.behave(|b| b.silent = true);
    let limit = stage.wait.min(stage.length(seconds));
    let connected = |events: &[Event], from: Timestamp| {
        events.iter().any(|e| e.at > from && matches!(e.what, Happening::Connected { .. }))
    };
    let from = Timestamp::now();
    stage.until("waiting for the system to notice the silence", limit, |events, _| connected(events, from)).await;
    stage.services.behave(|b| b.silent = false);
}

/// Lets the system wait for nothing.
async fn quiet(stage: &mut Stage<'_>, seconds: u64) {
    let length = stage.length(seconds);
    stage.pause("leaving the dueslag empty", length).await;
    stage.services.mark(Happening::QuietEnded { seconds: length.as_secs() });
}

/// Waits until the short token ends with which the system logged in; from now on tokens live long.
async fn expire(stage: &mut Stage<'_>) {
    let recording = stage.recording();
    if sessions::short_tokens(&recording).is_empty() {
        renew(stage).await;
    }
    stage.services.behave(|b| b.token_seconds = tokens::LIFE);
    let recording = stage.recording();
    if let Some(end) = sessions::short_tokens(&recording).into_iter().max() {
        let left = Duration::try_from(end.duration_since(Timestamp::now())).unwrap_or_default();
        stage.pause("waiting for the token to expire", left + Duration::from_secs(1)).await;
    }
}

/// The system came with a token of an earlier run. A refused login tells it to ask for a new one.
async fn renew(stage: &mut Stage<'_>) {
    let known = stage.services.recording().events.len();
    stage.services.behave(|b| b.refuse_logins = u32::MAX);
    stage.services.break_connections();
    let asked = |events: &[Event]| events.iter().skip(known).any(|e| matches!(e.what, Happening::TokenAsked { .. }));
    let limit = stage.wait.min(RENEWAL);
    let renewed = stage.until("waiting for the system to ask for a new token", limit, |events, _| asked(events)).await;
    stage.services.behave(|b| b.refuse_logins = 0);
    if renewed {
        let opened = |events: &[Event]| events.iter().skip(known).any(|e| matches!(e.what, Happening::Opened { .. }));
        stage.until("waiting for the system to log in with it", limit, |events, _| opened(events)).await;
    }
}

async fn store_stopped(stage: &mut Stage<'_>, case: &Fetch, dueslag: &str, seconds: u64) -> Made {
    let mut prepared = prepare(stage, case.messages).await;
    let rest = prepared.split_off(1.min(prepared.len()));
    let mut sent = Vec::new();
    let Some(store) = stage.work.table.store.clone() else { return made(stage, &sent, None).await };
    if switch(stage, &store.stop, false).await {
        sent.extend(put(stage, dueslag, prepared));
        let of = |events: &[Event], acked: bool| {
            events.iter().any(|e| match e.what {
                Happening::Delivered { message, .. } => !acked && sent.iter().any(|s| s.index == message),
                Happening::Acked { message, .. } => acked && sent.iter().any(|s| s.index == message),
                _ => false,
            })
        };
        let limit = stage.wait;
        if stage.until("waiting for the system to fetch while its store is stopped", limit, |e, _| of(e, false)).await {
            let longest = stage.length(seconds);
            stage.until("seeing whether it acknowledges without its store", longest, |e, _| of(e, true)).await;
        }
    }
    // Whatever happened: the store must not stay stopped.
    for _ in 0..STARTS {
        if switch(stage, &store.start, true).await {
            break;
        }
    }
    sent.extend(put(stage, dueslag, rest));
    let stopped = drain(stage, &sent).await;
    made(stage, &sent, stopped).await
}

/// Tells the store to stop or to start; whether it said yes.
async fn switch(stage: &Stage<'_>, url: &Url, on: bool) -> bool {
    let answer = stage.post(url).await;
    let went = matches!(answer, Answer::Answered { status: 200..=299, .. });
    stage.services.mark(Happening::StoreSwitched { on, answer });
    went
}

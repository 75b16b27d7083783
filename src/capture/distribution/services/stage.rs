//! What the trials do with the services: wait, show what they wait for, ask the read-back page, call triggers, and keep what
//! happened.

use crate::capture::Progress;
use crate::capture::distribution::read_back::Reader;
use crate::capture::distribution::{Work, answer};
use crate::capture::http::{HttpClient, Request};
use crate::fki::beskedfordeler::Services;
use crate::subject::distribution::recording::{Answer, Event, Happening, Message, Recording, Stopped};
use crate::subject::distribution::sessions;
use crate::target::beskedfordeler::Services as Table;
use crate::verdict::Environment;
use reqwest::header::HeaderMap;
use std::time::{Duration, Instant};
use url::Url;

/// How often what is waited for is shown anew.
const TICK: Duration = Duration::from_secs(1);
/// Most of a trigger's answer that is read, bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Most events about tokens that are kept of a whole run.
const MAX_HISTORY: usize = 20_000;

/// The services, and what is around them.
pub(super) struct Stage<'a> {
    pub(super) services: &'a Services,
    pub(super) work: &'a Work<'a>,
    pub(super) reader: Option<Reader<'a>>,
    /// Longest wait for the system.
    pub(super) wait: Duration,
    /// Whether the system was ever there.
    pub(super) met: bool,
    client: &'a HttpClient,
    progress: &'a mut dyn FnMut(Progress<'_>),
    done: usize,
    total: usize,
    now: String,
    /// Events of connections that were open when the present recording began.
    standing: Vec<Event>,
    history: Vec<Event>,
    published: Vec<Vec<u8>>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        work: &'a Work<'a>,
        table: &Table,
        client: &'a HttpClient,
        services: &'a Services,
        progress: &'a mut dyn FnMut(Progress<'_>),
    ) -> Self {
        Self {
            services,
            work,
            reader: Reader::new(client, work.table),
            wait: Duration::from_secs(table.wait_seconds.into()),
            met: false,
            client,
            progress,
            done: 0,
            total: 0,
            now: String::new(),
            standing: Vec::new(),
            history: Vec::new(),
            published: Vec::new(),
        }
    }

    /// How long something lasts that a case lets last so many seconds. On a developer's machine a quarter is enough: what the
    /// system does shows all the same, and thresholds stay as they are.
    pub(super) fn length(&self, seconds: u64) -> Duration {
        let whole = Duration::from_secs(seconds);
        if self.work.loaded.target.environment == Environment::Local { whole / 4 } else { whole }
    }

    /// So many cases come.
    pub(super) const fn plan(&mut self, cases: usize) {
        self.total = cases;
    }

    /// A case begins.
    pub(super) fn case(&mut self, name: &str) {
        name.clone_into(&mut self.now);
        (self.progress)(Progress { done: self.done.min(self.total), total: self.total, now: &self.now });
        self.done += 1;
    }

    /// A new recording starts here.
    pub(super) fn begin(&mut self) {
        let (last, published) = self.services.begin_after();
        let last = self.with_standing(last);
        self.keep(&last);
        self.published.extend(published);
        self.standing = sessions::standing(&last);
    }

    /// What happened since [`Self::begin`].
    pub(super) fn recording(&mut self) -> Recording {
        let recording = self.services.recording();
        let recording = self.with_standing(recording);
        self.met |= sessions::contact(&recording);
        recording
    }

    /// How many events of a recording happened since [`Self::begin`].
    pub(super) fn seen(&self, recording: &Recording) -> usize {
        recording.events.len().saturating_sub(self.standing.len())
    }

    fn with_standing(&self, mut recording: Recording) -> Recording {
        recording.events.splice(0..0, self.standing.iter().cloned());
        recording
    }

    /// Keeps what the whole run shows of tokens.
    fn keep(&mut self, recording: &Recording) {
        let new = recording.events.iter().skip(self.standing.len());
        let room = MAX_HISTORY.saturating_sub(self.history.len());
        self.history.extend(new.filter(|e| is_of_tokens(&e.what)).take(room).cloned());
    }

    /// What the run showed of tokens so far.
    pub(super) fn tokens(&mut self) -> Recording {
        self.begin();
        let ended = jiff::Timestamp::now();
        let events = self.history.clone();
        let stopped = (events.len() >= MAX_HISTORY).then_some(Stopped::TooMuch { limit: MAX_HISTORY });
        let started = events.first().map_or(ended, |e| e.at);
        Recording { started, ended, messages: Vec::new(), events, stopped }
    }

    /// Ends the trials; gives the bodies of the messages that the system sent.
    pub(super) fn finish(mut self) -> Vec<Vec<u8>> {
        self.begin();
        (self.progress)(Progress { done: self.total, total: self.total, now: "" });
        self.published
    }

    /// Waits until something holds; shows what for.
    pub(super) async fn until(
        &mut self,
        what: &str,
        limit: Duration,
        mut holds: impl FnMut(&[Event], &[Message]) -> bool,
    ) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            let now = Instant::now();
            let left = deadline.saturating_duration_since(now);
            let shown = format!("{}: {what}, {} s", self.now, left.as_secs());
            (self.progress)(Progress {
                done: self.done.saturating_sub(1).min(self.total),
                total: self.total,
                now: &shown,
            });
            if self.services.until(now + left.min(TICK), &mut holds).await {
                return true;
            }
            if left.is_zero() {
                return false;
            }
        }
    }

    /// Lets time pass.
    pub(super) async fn pause(&mut self, what: &str, length: Duration) {
        self.until(what, length, |_, _| false).await;
    }

    /// Asks the read-back page, if there is one, and records the answer.
    pub(super) async fn read_back(&self, besked_id: &str) {
        if let Some(reader) = &self.reader {
            self.services.mark(reader.ask(besked_id, None).await);
        }
    }

    /// A POST without a body.
    pub(super) async fn post(&self, url: &Url) -> Answer {
        let post = Some(("application/octet-stream", Vec::new()));
        let request = Request { url, limit: MAX_ANSWER, post, oces: false };
        answer(self.client.once(&request, &HeaderMap::new(), Duration::MAX).await, self.client.timeout())
    }

    /// Makes the system do something; gives what its trigger says instead of yes. Without a trigger a person must do it.
    pub(super) async fn trigger(&mut self, trigger: Option<&Url>) -> Option<Stopped> {
        let answer = match trigger {
            Some(url) => Some(self.post(url).await),
            None => None,
        };
        let refused = match &answer {
            None | Some(Answer::Answered { status: 200..=299, .. }) => None,
            Some(Answer::Answered { status, .. }) => Some(format!("HTTP {status}")),
            Some(Answer::Failed(why)) => Some(why.describe()),
        };
        self.services.mark(Happening::Triggered { answer });
        refused.map(|why| Stopped::Waited { what: format!("the system's trigger to say yes ({why})"), seconds: 0 })
    }
}

/// Whether an event tells something about tokens.
const fn is_of_tokens(what: &Happening) -> bool {
    matches!(
        what,
        Happening::TokenAsked { .. }
            | Happening::Connected { .. }
            | Happening::HandshakeFailed { .. }
            | Happening::StartOk { .. }
            | Happening::LoginRefused { .. }
            | Happening::Opened { .. }
            | Happening::Published { .. }
            | Happening::Ended { .. }
    )
}

//! Push trials: the probe is the Beskedfordeler that calls the system's endpoint.
//!
//! A good message stands before and after every trial and is shared between neighbours. What is recorded here is judged by
//! `checks::push`; the engine itself looks at an answer only to know whether it is worth going on.

mod body;

use super::canary::{self, Listening};
use super::read_back::Reader;
use super::store::Switch;
use super::{Work, answer};
use crate::besked::reply;
use crate::capture::certificate::anchors;
use crate::capture::http::{Exchanged, HttpClient, HttpError, Pace, Request};
use crate::capture::tls::ClientIdentity;
use crate::capture::{Captured, Origins, Progress};
use crate::error::{Error, Result};
use crate::report::v1::Direction;
use crate::subject::distribution::recording::{Answer, Event, Happening, Presented, Recording, Stopped};
use crate::subject::distribution::{NotMade, RECORDING, Setting};
use crate::subject::{Blob, DistributionSubject, Subject};
use crate::target::AnchorUse;
use crate::target::beskedfordeler::Push;
use crate::trial::push::{CASES, Case, Change, GOOD, OTHER, Step};
use crate::verdict::Environment;
use body::{Letter, Writer};
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use url::Url;

/// After so many good messages that failed in a row, nothing more is tried: the system is down, or does not know the probe.
const PATIENCE: usize = 3;
/// Largest answer that is read, bytes. A StandardRetur has some hundred.
const MAX_ANSWER: usize = 256 * 1024;
/// How long a fetch that a message provokes may take to arrive after the message's answer, at least.
const CANARY_TIME: Duration = Duration::from_secs(2);

/// Carries out the push trials that the plan needs.
pub fn capture(work: &Work<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<Captured>> {
    let cases: Vec<&Case> = CASES.iter().filter(|c| work.needs(&format!("push:{}", c.id))).collect();
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let setting = Setting::of(work.table, None);
    let campaign = Campaign { work, setting: &setting };
    let Some(push) = &work.table.push else {
        return Ok(captured(campaign.all_left_out(&cases, NotMade::NeedsPush), ""));
    };
    let peer = push.url.host_str().unwrap_or_default();
    let Some(client) = &work.session.client else {
        return Ok(captured(campaign.all_left_out(&cases, NotMade::Offline), peer));
    };
    let stage = Stage::new(work, push, &setting, client)?;
    let subjects = work.session.runtime.block_on(campaign.carry_out(&stage, &cases, progress));
    progress(Progress { done: cases.len(), total: cases.len(), now: "" });
    Ok(captured(subjects, peer))
}

fn captured(subjects: Vec<DistributionSubject>, peer: &str) -> Vec<Captured> {
    let captured =
        |subject| Captured { subject: Subject::Push(subject), origins: Origins::all(Direction::In, peer.to_owned()) };
    subjects.into_iter().map(captured).collect()
}

/// What the trials of one run share.
struct Campaign<'a> {
    work: &'a Work<'a>,
    setting: &'a Setting,
}

/// The good messages posted so far.
struct Controls {
    last: Blob,
    failed: usize,
}

/// A canary case whose recording is kept open until the run ends, because a fetch may come late.
struct Open {
    subject: usize,
    path: String,
    recording: Recording,
}

impl Campaign<'_> {
    fn subject(&self, case: &Case) -> DistributionSubject {
        DistributionSubject {
            id: format!("push:{}", case.id),
            case: case.id.to_owned(),
            environment: self.work.loaded.target.environment,
            at: self.work.at,
            setting: self.setting.clone(),
            not_made: None,
            before: None,
            trial: None,
            after: None,
        }
    }

    fn all_left_out(&self, cases: &[&Case], why: NotMade) -> Vec<DistributionSubject> {
        cases.iter().map(|case| DistributionSubject { not_made: Some(why), ..self.subject(case) }).collect()
    }

    /// What the trial needs and does not have.
    fn hindrance(&self, case: &Case) -> Option<NotMade> {
        let table = self.work.table;
        let has = |wanted: fn(Change) -> bool| case.changes().any(wanted);
        let by_authority = table.read_back.as_ref().is_some_and(|r| r.url.contains("{cvr}"));
        // SF1461 4.3.2: technical tests in production are not allowed, so not even a good test message goes there.
        let production = self.work.loaded.target.environment == Environment::Production;
        if production || case.is_active() && !self.work.permitted {
            Some(NotMade::NotAuthorised)
        } else if case.steps.iter().any(|s| matches!(s, Step::Store(_))) && table.store.is_none() {
            Some(NotMade::NeedsStoreSwitch)
        } else if has(|c| matches!(c, Change::Doctype(d) if d.fetches()))
            && table.push.as_ref().is_none_or(|p| p.canary.is_none())
        {
            Some(NotMade::NeedsCanary)
        } else if has(|c| c == Change::OtherAuthorityAlone) && table.other_cvr.is_empty() {
            Some(NotMade::NeedsSecondAuthority)
        } else if has(|c| c == Change::OtherAuthorityAlone) && !by_authority {
            Some(NotMade::NeedsReadBackByAuthority)
        } else {
            None
        }
    }

    async fn carry_out(
        &self,
        stage: &Stage<'_>,
        cases: &[&Case],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Vec<DistributionSubject> {
        let mut subjects = Vec::new();
        let mut open = Vec::new();
        let mut controls = None;
        let mut canary = None;
        for (done, case) in cases.iter().enumerate() {
            let mut say = |now: &str| progress(Progress { done, total: cases.len(), now });
            say(case.id);
            let mut subject = self.subject(case);
            subject.not_made = self.hindrance(case);
            if subject.not_made.is_none() {
                if case.changes().any(|c| matches!(c, Change::Doctype(d) if d.fetches())) && canary.is_none() {
                    canary = Some(Canary::prepare(stage, &mut say).await);
                }
                let at = subjects.len();
                let left_open = self.trial(stage, case, &mut subject, &mut controls, canary.as_ref()).await;
                open.extend(left_open.map(|(path, recording)| Open { subject: at, path, recording }));
            }
            subjects.push(subject);
        }
        for open in open {
            if let Some(canary) = &canary {
                subjects[open.subject].trial = Some(blob(&canary.complete(&open.path, open.recording)));
            }
        }
        subjects
    }

    /// One trial with its controls. A recording that must stay open is given back with the canary's path.
    async fn trial(
        &self,
        stage: &Stage<'_>,
        case: &Case,
        subject: &mut DistributionSubject,
        controls: &mut Option<Controls>,
        canary: Option<&Canary<'_>>,
    ) -> Option<(String, Recording)> {
        let may_try = controls.as_ref().is_none_or(|c| c.failed > 0 && c.failed < PATIENCE && self.work.permitted);
        if may_try {
            stage.control(controls).await;
        }
        let before = controls.as_ref()?;
        subject.before = Some(before.last.clone());
        if !case.is_active() {
            // The good message is the control itself.
            subject.trial.clone_from(&subject.before);
            subject.after.clone_from(&subject.before);
            return None;
        }
        if before.failed > 0 {
            return None;
        }
        let address = canary.and_then(|c| c.listening.as_ref().ok()).map(Listening::address);
        let (recording, path) = stage.trial(case, address).await;
        subject.trial = Some(blob(&recording));
        stage.control(controls).await;
        subject.after = controls.as_ref().map(|c| c.last.clone());
        Some((path?, recording))
    }
}

/// The canary listener, or why there is none, and its control.
struct Canary<'a> {
    listening: std::result::Result<Listening<'a>, String>,
    control: Vec<Event>,
}

impl<'a> Canary<'a> {
    async fn prepare(stage: &Stage<'a>, say: &mut dyn FnMut(&str)) -> Self {
        let declared = stage.push.canary.as_ref().ok_or_else(|| NotMade::NeedsCanary.needs().to_owned());
        let listening = declared.and_then(Listening::start);
        let control = match &listening {
            Ok(listening) => listening.control(stage.pages, say).await,
            Err(_) => Vec::new(),
        };
        Self { listening, control }
    }

    /// The recording with the control before it and every contact in it.
    fn complete(&self, path: &str, mut recording: Recording) -> Recording {
        let mut events = self.control.clone();
        events.append(&mut recording.events);
        match &self.listening {
            Ok(listening) => {
                events.extend(listening.contacts_with(path));
                if listening.is_full() {
                    recording.stopped = Some(Stopped::TooMuch { limit: canary::MOST });
                }
            }
            Err(reason) => recording.stopped = Some(Stopped::ProbeFault { reason: reason.clone() }),
        }
        recording.events = events;
        recording
    }
}

/// What it takes to post.
struct Stage<'a> {
    push: &'a Push,
    setting: &'a Setting,
    /// The client with the certificate that the endpoint trusts as the Beskedfordeler's.
    client: Arc<HttpClient>,
    /// The client without one.
    pages: &'a HttpClient,
    reader: Option<Reader<'a>>,
    switch: Option<Switch<'a>>,
    presented: Presented,
}

/// What happens in one recording.
struct Notes<'a> {
    stage: &'a Stage<'a>,
    recording: Recording,
    bodies: Vec<Vec<u8>>,
    /// When the last answer came.
    answered: Instant,
    /// Whether a message was confirmed.
    confirmed: bool,
    /// The messages that the page was asked about.
    asked: Vec<String>,
    /// The authorities that it is asked for; `None` for the target's first.
    authorities: Vec<Option<&'a String>>,
}

impl<'a> Stage<'a> {
    fn new(work: &'a Work<'a>, push: &'a Push, setting: &'a Setting, pages: &'a HttpClient) -> Result<Self> {
        let target = &work.loaded.target;
        let identity = push.client_certificate.as_ref();
        let identity = identity.map(|c| ClientIdentity::from_target(work.loaded, c)).transpose()?;
        let roots = anchors(work.loaded, AnchorUse::Tls)?;
        let client = HttpClient::of_system(target.hosts(), target.politeness, &roots, identity.as_ref());
        Ok(Self {
            push,
            setting,
            client: Arc::new(client.map_err(|why| Error::Internal(why.to_string()))?),
            pages,
            reader: Reader::new(pages, work.table),
            switch: Switch::new(work.session, work.table),
            presented: if identity.is_some() { Presented::Registered } else { Presented::Nothing },
        })
    }

    fn notes(&self) -> Notes<'_> {
        let now = Timestamp::now();
        let recording = Recording { started: now, ended: now, messages: Vec::new(), events: Vec::new(), stopped: None };
        Notes {
            stage: self,
            recording,
            bodies: Vec::new(),
            answered: Instant::now(),
            confirmed: false,
            asked: Vec::new(),
            authorities: vec![None],
        }
    }

    /// One good message. It replaces the last control.
    async fn control(&self, controls: &mut Option<Controls>) {
        let mut notes = self.notes();
        let message = notes.write(self.writer(None).letter(GOOD, &[], Timestamp::now()));
        notes.ask_before(message).await;
        notes.post(message).await;
        if notes.confirmed {
            notes.ask_until_shown(message).await;
        }
        let failed = controls.as_ref().map_or(0, |c| c.failed);
        let failed = if notes.confirmed { 0 } else { failed + 1 };
        *controls = Some(Controls { last: blob(&notes.finish()), failed });
    }

    const fn writer<'b>(&'b self, canary: Option<&'b Url>) -> Writer<'b> {
        Writer { setting: self.setting, canary }
    }

    /// One trial; and the path at the canary's address that its message names.
    async fn trial(&self, case: &Case, address: Option<&Url>) -> (Recording, Option<String>) {
        let mut notes = self.notes();
        if case.changes().any(|c| c == Change::OtherAuthorityAlone) {
            notes.authorities =
                std::iter::once(&self.setting.cvr).chain(self.setting.other_cvr.first()).map(Some).collect();
        }
        // Everything is written and asked about first: a page may show nothing while the store is stopped.
        let mut path = None;
        let mut messages = Vec::new();
        for step in case.steps {
            let letter = self.letter(case, *step, address, &notes.recording);
            path = path.or_else(|| letter.as_ref()?.canary.clone());
            messages.push(letter.map(|letter| notes.write(letter)));
            if !matches!(step, Step::SameId(_) | Step::Slowly(..))
                && let Some(Some(message)) = messages.last()
            {
                notes.ask_before(*message).await;
            }
        }
        for (step, message) in case.steps.iter().zip(messages) {
            let message = message.unwrap_or_default();
            match *step {
                Step::Post(_) | Step::SameId(_) | Step::Again => notes.post(message).await,
                Step::AtOnce(times) => notes.post_together(message, times).await,
                Step::Slowly(pieces, pause) => {
                    notes.post_slowly(message, Pace { pieces, pause: Duration::from_millis(pause) }).await;
                }
                Step::Good(times) => {
                    for _ in 0..times {
                        let message = notes.write(self.writer(None).letter(GOOD, &[], Timestamp::now()));
                        notes.post(message).await;
                    }
                }
                Step::Store(on) => notes.switch(on).await,
            }
        }
        if path.is_some() {
            let settle = self.reader.as_ref().map_or(Duration::ZERO, Reader::settle);
            sleep_until(notes.answered + settle.max(CANARY_TIME)).await;
        }
        notes.ask_when_settled().await;
        (notes.finish(), path)
    }

    /// The message that a step needs written for it.
    fn letter(&self, case: &Case, step: Step, address: Option<&Url>, so_far: &Recording) -> Option<Letter> {
        let (writer, now) = (self.writer(address), Timestamp::now());
        match step {
            Step::Post(changes) => Some(writer.letter(case.id, changes, now)),
            Step::AtOnce(_) | Step::Slowly(..) => Some(writer.letter(case.id, &[], now)),
            Step::SameId(changes) => {
                let besked_id = so_far.messages.first()?.besked_id.clone();
                Some(writer.with_id(OTHER, besked_id, changes, now))
            }
            Step::Again | Step::Good(_) | Step::Store(_) => None,
        }
    }
}

impl Notes<'_> {
    fn note(&mut self, what: Happening) {
        self.recording.events.push(Event { at: Timestamp::now(), connection: 0, what });
    }

    fn write(&mut self, letter: Letter) -> usize {
        self.recording.messages.push(letter.message);
        self.bodies.push(letter.body);
        self.bodies.len() - 1
    }

    fn finish(mut self) -> Recording {
        self.recording.ended = Timestamp::now();
        self.recording
    }

    fn request(&self, message: usize) -> Request<'_> {
        let body = self.bodies.get(message).cloned().unwrap_or_default();
        // As the official sample posts, but for the charset: the document says its own (RFC 7303, 3).
        Request { url: &self.stage.push.url, limit: MAX_ANSWER, post: Some(("application/xml", body)), oces: false }
    }

    async fn post(&mut self, message: usize) {
        let started = Instant::now();
        let exchanged = self.stage.client.once(&self.request(message), &HeaderMap::new(), Duration::MAX).await;
        self.pushed(message, exchanged, started);
    }

    async fn post_slowly(&mut self, message: usize, pace: Pace) {
        let started = Instant::now();
        let exchanged = self.stage.client.once_slowly(&self.request(message), pace).await;
        self.pushed(message, exchanged, started);
    }

    async fn post_together(&mut self, message: usize, times: u32) {
        let started = Instant::now();
        for exchanged in self.stage.client.together(&self.request(message), times).await {
            self.pushed(message, exchanged, started);
        }
    }

    /// `started` counts only for what never came to an answer, which knows its own time.
    fn pushed(&mut self, message: usize, exchanged: std::result::Result<Exchanged, HttpError>, started: Instant) {
        self.answered = Instant::now();
        let took = exchanged.as_ref().map_or_else(|_| started.elapsed(), |answer| answer.took);
        let answer = answer(exchanged, self.stage.client.timeout());
        self.confirmed |= is_confirmed(&answer);
        self.note(Happening::Pushed {
            message,
            presented: self.stage.presented,
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            answer,
        });
    }

    async fn switch(&mut self, on: bool) {
        let Some(switch) = &self.stage.switch else { return };
        let happening = if on { switch.start().await } else { switch.stop().await };
        self.note(happening);
    }

    /// Asks the page about a message that has not been sent, and remembers to ask again.
    async fn ask_before(&mut self, message: usize) {
        let Some(reader) = self.stage.reader else { return };
        let besked_id = self.besked_id(message);
        for cvr in self.authorities.clone() {
            let happening = reader.ask(&besked_id, cvr.map(String::as_str)).await;
            self.note(happening);
        }
        self.asked.push(besked_id);
    }

    async fn ask_until_shown(&mut self, message: usize) {
        let Some(reader) = self.stage.reader else { return };
        let happening = reader.appeared(&self.besked_id(message), None).await;
        self.note(happening);
    }

    /// Asks again about everything that was asked about, when a message was confirmed.
    async fn ask_when_settled(&mut self) {
        let Some(reader) = self.stage.reader.filter(|_| self.confirmed) else { return };
        for besked_id in std::mem::take(&mut self.asked) {
            for cvr in self.authorities.clone() {
                let happening = reader.settled(&besked_id, cvr.map(String::as_str), self.answered).await;
                self.note(happening);
            }
        }
    }

    fn besked_id(&self, message: usize) -> String {
        self.recording.messages.get(message).map(|m| m.besked_id.clone()).unwrap_or_default()
    }
}

/// Whether a message was confirmed.
fn is_confirmed(answer: &Answer) -> bool {
    matches!(answer, Answer::Answered { status: 200..=299, body, .. }
        if reply::read(body).and_then(|r| r.code()) == Some(20))
}

fn blob(recording: &Recording) -> Blob {
    // A recording is strings and numbers, which always can be written.
    Blob::new(RECORDING, serde_json::to_vec(recording).unwrap_or_default())
}

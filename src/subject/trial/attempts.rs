//! What a trial made the system do, as the system's log should show it: logins, refusals and logouts.
//!
//! Only what the recorded conversations demonstrate counts. A trial that decided nothing gives no attempt, and neither does one whose
//! message holds a forged identity that got in: which identity the log should name is then open.

use super::TrialSubject;
use super::session::{Oracle, Session};
use super::transcript::{Exchange, Outcome, Sent, Step, Transcript};
use crate::subject::Subject;
use crate::subject::event_log::{Attempt, Did};
use crate::trial::LogoutCase;
use crate::usage::event::digest;
use std::collections::BTreeSet;

/// The attempts of every trial among the subjects, in the order of time. A login between two trials is shared by both, and counts
/// once, for the first of them.
#[must_use]
pub fn of_run<'s>(subjects: impl Iterator<Item = &'s Subject>) -> Vec<Attempt> {
    let mut seen = BTreeSet::new();
    let mut found: Vec<Attempt> = subjects
        .filter_map(|subject| match subject {
            Subject::Login(trial) | Subject::Logout(trial) => Some(attempts(trial)),
            _ => None,
        })
        .flatten()
        .filter(|attempt| seen.insert((attempt.sent, attempt.assertion.clone())))
        .collect();
    found.sort_by(|a, b| (a.sent, &a.assertion).cmp(&(b.sent, &b.assertion)));
    found
}

/// What the conversations of one trial show, those around it included.
#[must_use]
pub fn attempts(subject: &TrialSubject) -> Vec<Attempt> {
    let read = |blob| TrialSubject::read(blob);
    let (Some(nobody), Some(before)) = (read(subject.nobody.as_ref()), read(subject.before.as_ref())) else {
        return Vec::new();
    };
    let Ok(oracle) = Oracle::learn(&nobody, &before) else { return Vec::new() };
    let after = read(subject.after.as_ref());
    let trial = read(subject.trial.as_ref()).filter(|trial| *trial != before);
    let scene = Scene { id: &subject.id, oracle };
    let alive = after.as_ref().is_some_and(|after| scene.opened(after, Step::WitnessLogin));
    let good_logouts = [LogoutCase::ServiceProviderInitiated, LogoutCase::IdentityProviderInitiated];
    let is_logout = subject.id.starts_with("logout:");
    let good = !is_logout || good_logouts.iter().any(|case| case.id() == subject.case);

    let mut found = scene.login(&before);
    found.extend(scene.logout(&before, Step::Witness));
    if let Some(trial) = &trial {
        found.extend(scene.login(trial));
        found.extend(scene.logout(trial, Step::WitnessLogout));
        if is_logout {
            found.extend(scene.logout(trial, Step::Witness).filter(|_| good));
        } else {
            found.extend(scene.trial(trial, alive));
        }
    }
    found.extend(after.iter().flat_map(|after| scene.login(after)));
    found
}

/// One trial, and what tells a session from none.
struct Scene<'s, 't> {
    id: &'s str,
    oracle: Oracle<'t>,
}

impl Scene<'_, '_> {
    /// Whether the user of the message has a session.
    fn opened(&self, transcript: &Transcript, step: Step) -> bool {
        match self.oracle.session(transcript, step) {
            Session::Genuine => true,
            Session::Somebody => !self.oracle.sees_identities(),
            _ => false,
        }
    }

    /// A good login that comes before more, such as a logout or a second use of the message.
    fn login(&self, transcript: &Transcript) -> Vec<Attempt> {
        let opened = self.opened(transcript, Step::WitnessLogin);
        self.delivery(transcript, Did::Login).filter(|_| opened).into_iter().collect()
    }

    /// What became of the message that the trial is about.
    fn trial(&self, transcript: &Transcript, alive: bool) -> Vec<Attempt> {
        let refused = alive && transcript.stopped.is_none();
        match self.oracle.session(transcript, Step::Witness) {
            Session::None if transcript.of_step(Step::Replay).next().is_some() => {
                // A message that never got in was not used a second time.
                let used = refused && self.opened(transcript, Step::WitnessLogin);
                self.replays(transcript).filter(|_| used).collect()
            }
            Session::None => self.delivery(transcript, Did::Refusal).filter(|_| refused).into_iter().collect(),
            _ => {
                let first = transcript.of_step(Step::WitnessLogin).next().is_none() && transcript.forged.is_empty();
                let opened = first && self.opened(transcript, Step::Witness);
                self.delivery(transcript, Did::Login).filter(|_| opened).into_iter().collect()
            }
        }
    }

    /// The first message that was handed over, if it was answered.
    fn delivery(&self, transcript: &Transcript, did: Did) -> Option<Attempt> {
        let first = transcript.exchanges.iter().position(|e| e.step == Step::Deliver)?;
        self.visit(transcript, first, did)
    }

    /// Every time that a message was handed over again and answered.
    fn replays<'a>(&'a self, transcript: &'a Transcript) -> impl Iterator<Item = Attempt> {
        let mut visits = BTreeSet::new();
        let all = transcript.exchanges.iter().enumerate().filter(|(_, e)| e.step == Step::Replay);
        let firsts = all.filter(move |(_, e)| visits.insert(e.visit));
        firsts.filter_map(|(at, _)| self.visit(transcript, at, Did::Refusal))
    }

    /// The way out, where a session that was open at first is seen to have ended at `witness`.
    fn logout(&self, transcript: &Transcript, witness: Step) -> Option<Attempt> {
        let begun = transcript.exchanges.iter().position(|e| e.step == Step::Logout)?;
        let ended = self.opened(transcript, Step::WitnessLogin)
            && self.oracle.session(transcript, witness) == Session::None
            && (transcript.stopped.is_none() || witness == Step::WitnessLogout);
        let last = begun + transcript.exchanges[begun..].iter().take_while(|e| e.step == Step::Logout).count();
        // What comes after it bounds when the last answer was there.
        let next = transcript.exchanges.get(last)?;
        ended.then(|| self.attempt(transcript, Did::Logout, &transcript.exchanges[begun], next))
    }

    /// The attempt of one visit, which begins with the message. The next exchange bounds when its last answer was there.
    fn visit(&self, transcript: &Transcript, first: usize, did: Did) -> Option<Attempt> {
        let exchange = transcript.exchanges.get(first)?;
        if matches!(exchange.outcome, Outcome::Failed(_)) {
            return None;
        }
        let next = transcript.exchanges[first..].iter().find(|e| e.visit != exchange.visit)?;
        Some(self.attempt(transcript, did, exchange, next))
    }

    fn attempt(&self, transcript: &Transcript, did: Did, first: &Exchange, next: &Exchange) -> Attempt {
        let message = transcript.sent.iter().find(|sent| sent.message == "Response");
        // A part that was redacted identifies nothing.
        let field = |value: fn(&Sent) -> Option<&String>| {
            message.and_then(value).filter(|text| !text.contains('«')).map(String::as_str)
        };
        Attempt {
            trial: self.id.to_owned(),
            report_sha256: None,
            did,
            sent: first.at,
            answered: next.at.max(first.at),
            assertion: field(|sent| sent.assertion.as_ref()).map(str::to_owned),
            name_id: field(|sent| sent.name_id.as_ref()).map(digest),
            cvr: field(|sent| sent.cvr.as_ref()).map(str::to_owned),
        }
    }
}

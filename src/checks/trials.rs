//! How trials are judged: from the recorded conversations to an outcome. Shared by the checks on logins and logouts.
//!
//! Positive evidence only: that nothing happened counts when the logins around the trial worked, and a demonstrated breach
//! counts in any case.

use crate::check::Parameters;
use crate::outcome::{Outcome, Reason};
use crate::subject::TrialSubject;
use crate::subject::trial::NotMade;
use crate::subject::trial::session::{NoOracle, Oracle, Session, Witness};
use crate::subject::trial::transcript::{self, Step, Transcript};

const NO_SESSION: &str = "no session";
const A_SESSION: &str = "a session as the user of the message";

/// The conversations of a trial that was made.
struct Conversations {
    nobody: Transcript,
    before: Transcript,
    trial: Transcript,
    after: Option<Transcript>,
}

impl Conversations {
    /// Reads them; the outcome when there is nothing to judge.
    fn of(subject: &TrialSubject) -> Result<Self, Box<Outcome>> {
        if let Some(outcome) = not_made(subject) {
            return Err(Box::new(outcome));
        }
        let read = |blob: &Option<crate::subject::Blob>| TrialSubject::read(blob.as_ref());
        let control = |why: &str| Box::new(Outcome::inconclusive(Reason::ControlFailed, "a good login", why));
        let nobody = read(&subject.nobody).ok_or_else(|| control("the visit without a session is not recorded"))?;
        let before = read(&subject.before).ok_or_else(|| control("the login before the trial is not recorded"))?;
        let Some(trial) = read(&subject.trial) else {
            // Not made because the control before it failed: its own words say why.
            let why =
                Oracle::learn(&nobody, &before).err().map_or("the trial is not recorded".to_owned(), |e| e.to_string());
            return Err(control(&why));
        };
        Ok(Self { nobody, before, trial, after: read(&subject.after) })
    }

    fn oracle(&self) -> Result<Oracle<'_>, Box<Outcome>> {
        Oracle::learn(&self.nobody, &self.before)
            .map_err(|why| Box::new(Outcome::inconclusive(Reason::ControlFailed, "a good login", why.to_string())))
    }

    /// The control after the trial; a system that has stopped letting anybody in proves nothing.
    fn control_after(&self, oracle: &Oracle<'_>) -> Result<(), Box<Outcome>> {
        let failed =
            |why: String| Box::new(Outcome::inconclusive(Reason::ControlFailed, "a good login after the trial", why));
        let after = self.after.as_ref().ok_or_else(|| failed("it is not recorded".to_owned()))?;
        match oracle.session(after, Step::WitnessLogin) {
            Session::Genuine => Ok(()),
            Session::Somebody if !oracle.sees_identities() => Ok(()),
            other => Err(failed(other.describe())),
        }
    }
}

/// The outcome of a trial that was not made; `None` when it was.
#[must_use]
pub fn not_made(subject: &TrialSubject) -> Option<Outcome> {
    let because = subject.not_made?;
    let reason = match because {
        NotMade::NotAuthorised => Reason::NotAuthorised,
        NotMade::Offline => Reason::NotAsked,
        NotMade::NotReached => Reason::Missing,
        _ => Reason::NotSupplied,
    };
    Some(Outcome::not_tested(reason, because.needs(), ""))
}

/// Whether a message came through to the system and was answered. A refusal shows only in an answer.
fn answered(trial: &Transcript, step: Step) -> Result<(), Box<Outcome>> {
    let inconclusive =
        |why: String| Box::new(Outcome::inconclusive(Reason::Unreachable, "an answer to the message", why));
    if let Some(stop) = &trial.stopped {
        return Err(inconclusive(stop.describe()));
    }
    match trial.of_step(step).next().map(|exchange| &exchange.outcome) {
        Some(transcript::Outcome::Answered { .. } | transcript::Outcome::ToIdentityProvider) => Ok(()),
        Some(transcript::Outcome::Failed(why)) => Err(inconclusive(why.describe())),
        None => Err(inconclusive("the message was not sent".to_owned())),
    }
}

fn unbox(judged: Result<Outcome, Box<Outcome>>) -> Outcome {
    judged.unwrap_or_else(|outcome| *outcome)
}

/// The message logs its user in.
#[must_use]
pub fn logged_in(subject: &TrialSubject, _: &Parameters) -> Outcome {
    unbox((|| {
        let conversations = Conversations::of(subject)?;
        let oracle = match Oracle::learn(&conversations.nobody, &conversations.before) {
            Ok(oracle) => oracle,
            // The plain good message is its own control. The system sent its request to the probe's own address, which it can
            // know from the probe's metadata alone: it is configured for the probe, and a refusal is its own.
            Err(NoOracle::Refused) if conversations.before == conversations.trial => {
                answered(&conversations.trial, Step::Deliver)?;
                return Ok(Outcome::fail(Reason::Refused, A_SESSION, Session::None.describe()));
            }
            Err(why) => return Ok(Outcome::inconclusive(Reason::ControlFailed, "a good login", why.to_string())),
        };
        let plain = conversations.before == conversations.trial;
        let session = oracle.session(&conversations.trial, if plain { Step::WitnessLogin } else { Step::Witness });
        Ok(match session {
            Session::Genuine => Outcome::pass(A_SESSION, session.describe()),
            Session::Somebody if !oracle.sees_identities() => Outcome::pass(A_SESSION, session.describe()),
            Session::None => {
                answered(&conversations.trial, Step::Deliver)?;
                conversations.control_after(&oracle)?;
                Outcome::fail(Reason::Refused, A_SESSION, session.describe())
            }
            other => Outcome::inconclusive(Reason::Unclear, A_SESSION, other.describe()),
        })
    })())
}

/// No session comes of the message, whoever's.
#[must_use]
pub fn refused(subject: &TrialSubject, _: &Parameters) -> Outcome {
    unbox((|| {
        let conversations = Conversations::of(subject)?;
        let oracle = conversations.oracle()?;
        let session = oracle.session(&conversations.trial, Step::Witness);
        judge_refusal(&conversations, &oracle, session)
    })())
}

fn judge_refusal(
    conversations: &Conversations,
    oracle: &Oracle<'_>,
    session: Session,
) -> Result<Outcome, Box<Outcome>> {
    match session {
        Session::None => {
            answered(&conversations.trial, Step::Deliver)?;
            conversations.control_after(oracle)?;
            Ok(Outcome::pass(NO_SESSION, session.describe()))
        }
        open if open.is_open() => Ok(Outcome::fail(Reason::Accepted, NO_SESSION, open.describe())),
        unclear => Ok(Outcome::inconclusive(Reason::Unclear, NO_SESSION, unclear.describe())),
    }
}

/// A message that was taken once opens no session a second time.
#[must_use]
pub fn replay_refused(subject: &TrialSubject, _: &Parameters) -> Outcome {
    unbox((|| {
        let conversations = Conversations::of(subject)?;
        let oracle = conversations.oracle()?;
        let first = oracle.session(&conversations.trial, Step::WitnessLogin);
        if !first.is_open() {
            let why = format!("the first delivery; {}", first.describe());
            return Ok(Outcome::inconclusive(Reason::ControlFailed, "a good login with the message", why));
        }
        let session = oracle.session(&conversations.trial, Step::Witness);
        if session == Session::None {
            answered(&conversations.trial, Step::Replay)?;
        } else if conversations.trial.of_step(Step::WitnessLogout).next().is_some() {
            // The session may be the first one, which the logout between did not end.
            let between = oracle.session(&conversations.trial, Step::WitnessLogout);
            if between != Session::None {
                let why = format!("after the logout; {}", between.describe());
                return Ok(Outcome::inconclusive(Reason::ControlFailed, "a logout that ends the session", why));
            }
        }
        judge_refusal(&conversations, &oracle, session)
    })())
}

/// No forged identity comes of a wrapped signature. With `signed_identity_may_enter`, a system that ignores the forged part and
/// logs in the signed identity has done no harm.
#[must_use]
pub fn no_forged_identity(subject: &TrialSubject, parameters: &Parameters) -> Outcome {
    unbox((|| {
        let conversations = Conversations::of(subject)?;
        let oracle = seeing(&conversations)?;
        let session = oracle.session(&conversations.trial, Step::Witness);
        if session == Session::Genuine && parameters.boolean("signed_identity_may_enter") {
            conversations.control_after(&oracle)?;
            return Ok(Outcome::pass("no session as the forged identity", session.describe()));
        }
        judge_refusal(&conversations, &oracle, session)
    })())
}

/// An oracle that sees identities; without one, confusion of identities is not tested.
fn seeing(conversations: &Conversations) -> Result<Oracle<'_>, Box<Outcome>> {
    let oracle = conversations.oracle()?;
    if oracle.sees_identities() {
        Ok(oracle)
    } else {
        let needs = "a page that shows who is logged in";
        Err(Box::new(Outcome::not_tested(Reason::NotSupplied, needs, "no page shows it")))
    }
}

/// A comment in the NameID does not cut it: the system refuses, or takes the whole text. The forged user's own value, which
/// stands before the comment, must not be taken alone.
#[must_use]
pub fn never_the_prefix(subject: &TrialSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "no session, or one under the whole NameID";
    unbox((|| {
        let conversations = Conversations::of(subject)?;
        let oracle = seeing(&conversations)?;
        let trial = &conversations.trial;
        let session = oracle.session(trial, Step::Witness);
        if session == Session::None {
            answered(trial, Step::Deliver)?;
            conversations.control_after(&oracle)?;
            return Ok(Outcome::pass(EXPECTED, session.describe()));
        }
        if let Session::Unknown(why) = session {
            return Ok(Outcome::inconclusive(Reason::Unclear, EXPECTED, why));
        }
        let page = Witness::of(trial, Step::Witness).map(|w| w.identity_page().to_lowercase()).unwrap_or_default();
        let after_comment = crate::fki::mutation::AFTER_COMMENT;
        let name_id = trial.sent.first().and_then(|sent| sent.name_id.as_deref()).unwrap_or_default().to_lowercase();
        let cut = name_id.strip_suffix(after_comment).unwrap_or(&name_id);
        let mut whole = false;
        for marker in trial.forged.iter().filter(|m| oracle.sees(&m.field)) {
            let value = marker.value.to_lowercase();
            // Within the NameID, such as CN before Serial: the signature covers it, so showing it is no harm.
            if cut.contains(&value) && !cut.ends_with(&value) {
                continue;
            }
            for (at, _) in page.match_indices(&value) {
                if cut.ends_with(&value) && page[at + value.len()..].starts_with(after_comment) {
                    whole = true;
                } else {
                    let observed = format!("a session as {}, the text before the comment", marker.field);
                    return Ok(Outcome::fail(Reason::Accepted, EXPECTED, observed));
                }
            }
        }
        if whole {
            conversations.control_after(&oracle)?;
            return Ok(Outcome::pass(EXPECTED, "a session under the whole NameID"));
        }
        let observed = "a session, and no page shows under which NameID";
        Ok(Outcome::inconclusive(Reason::Unclear, EXPECTED, observed))
    })())
}

/// The session that the trial began with: whose it is, once it is certain that there was one.
fn logged_out_from(conversations: &Conversations, oracle: &Oracle<'_>) -> Result<(), Box<Outcome>> {
    let first = oracle.session(&conversations.trial, Step::WitnessLogin);
    if first == Session::Genuine || (first == Session::Somebody && !oracle.sees_identities()) {
        Ok(())
    } else {
        Err(Box::new(Outcome::inconclusive(Reason::ControlFailed, "a session to end", first.describe())))
    }
}

/// The session has ended when the logout is done.
#[must_use]
pub fn session_ended(subject: &TrialSubject, _: &Parameters) -> Outcome {
    ended(subject, Step::Witness, "no session after the logout")
}

/// The cookies from before the logout open no session any more: the system itself has ended it, not only the browser.
#[must_use]
pub fn old_cookie_refused(subject: &TrialSubject, _: &Parameters) -> Outcome {
    ended(subject, Step::WitnessOldCookies, "no session with the cookies from before the logout")
}

fn ended(subject: &TrialSubject, witness: Step, expected: &'static str) -> Outcome {
    unbox((|| {
        let conversations = Conversations::of(subject)?;
        let oracle = conversations.oracle()?;
        logged_out_from(&conversations, &oracle)?;
        let trial = &conversations.trial;
        let session = oracle.session(trial, witness);
        Ok(match session {
            Session::None => Outcome::pass(expected, session.describe()),
            open if open.is_open() => {
                // The logout must have been carried out: a way that broke off shows nothing.
                if let Some(stop) = &trial.stopped {
                    return Ok(Outcome::inconclusive(Reason::Unreachable, expected, stop.describe()));
                }
                Outcome::fail(Reason::StillOpen, expected, open.describe())
            }
            unclear => Outcome::inconclusive(Reason::Unclear, expected, unclear.describe()),
        })
    })())
}

/// A LogoutRequest that must not count leaves the session open. A control has shown that a good one ends it; the conversation
/// before the trial is that control.
#[must_use]
pub fn session_kept(subject: &TrialSubject, _: &Parameters) -> Outcome {
    const EXPECTED: &str = "the session stays";
    unbox((|| {
        let conversations = Conversations::of(subject)?;
        let oracle = conversations.oracle()?;
        let control = oracle.session(&conversations.before, Step::Witness);
        if control != Session::None {
            let why = format!("a good LogoutRequest; {}", control.describe());
            return Ok(Outcome::inconclusive(Reason::ControlFailed, "a good LogoutRequest ends the session", why));
        }
        logged_out_from(&conversations, &oracle)?;
        let trial = &conversations.trial;
        let session = oracle.session(trial, Step::Witness);
        Ok(match session {
            Session::Genuine => {
                answered(trial, Step::Logout)?;
                Outcome::pass(EXPECTED, session.describe())
            }
            Session::Somebody if !oracle.sees_identities() => {
                answered(trial, Step::Logout)?;
                Outcome::pass(EXPECTED, session.describe())
            }
            Session::None => {
                // Only a system that still lets people in has ended this session because of the message.
                conversations.control_after(&oracle)?;
                Outcome::fail(Reason::Ended, EXPECTED, session.describe())
            }
            unclear => Outcome::inconclusive(Reason::Unclear, EXPECTED, unclear.describe()),
        })
    })())
}

impl NotMade {
    /// What the trial would have needed, as reports show it.
    #[must_use]
    pub const fn needs(self) -> &'static str {
        match self {
            Self::NotAuthorised => "an [authorisation] that counts now, outside production",
            Self::Offline => "a run that is not offline",
            Self::NeedsSecondUser => "a second [[saml.user]]",
            Self::NeedsSecondKey => "an identity provider with two signing keys",
            Self::NeedsEncryptionKey => "a certificate for encryption in the system's metadata",
            Self::NeedsConsumerService => "an AssertionConsumerService with HTTP-POST in the system's metadata",
            Self::NeedsLogoutService => "a SingleLogoutService with HTTP-Redirect in the system's metadata",
            Self::NeedsLogoutWay => "`logout` in [saml]",
            Self::NeedsMinimumLevel => "`minimum_level` in [saml], with a level below it",
            Self::NotReached => "a run that gets as far as this trial",
        }
    }
}

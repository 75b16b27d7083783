//! What a recorded trial made the system do: only what the conversations demonstrate. Expectations are written by hand.

use jiff::{SignedDuration, Timestamp};
use kravprobe::subject::event_log::{Attempt, Did};
use kravprobe::subject::trial::attempts::{attempts, of_run};
use kravprobe::subject::trial::transcript::{Exchange, Marker, Outcome, Sent, Step, Stop, Transcript};
use kravprobe::subject::trial::{Setting, TRANSCRIPT};
use kravprobe::subject::{Blob, Subject, TrialSubject};
use kravprobe::usage::event::digest;
use kravprobe::verdict::Environment;

fn at(second: i64) -> Timestamp {
    let began: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    began + SignedDuration::from_secs(second)
}

/// A conversation under way: every exchange takes a second.
struct Talk(Transcript);

impl Talk {
    /// A browser that begins at this second.
    fn at(second: i64) -> Self {
        Self(Transcript {
            started: at(second),
            genuine: vec![Marker { field: "serial".to_owned(), value: "anna".to_owned() }],
            forged: Vec::new(),
            sent: Vec::new(),
            exchanges: Vec::new(),
            stopped: None,
        })
    }

    /// A message of the identity provider.
    fn message(mut self, assertion: &str) -> Self {
        self.0.sent.push(Sent {
            message: "Response".to_owned(),
            id: "_response".to_owned(),
            name_id: Some(format!("CN={assertion}")),
            name_id_format: None,
            session_index: None,
            assertion: Some(assertion.to_owned()),
            cvr: Some("90000009".to_owned()),
            xml: String::new(),
        });
        self
    }

    fn step(mut self, step: Step, outcome: Outcome) -> Self {
        let count = self.0.exchanges.len();
        self.0.exchanges.push(Exchange {
            browser: 0,
            visit: u32::try_from(count).unwrap(),
            step,
            at: self.0.started + SignedDuration::from_secs(i64::try_from(count).unwrap()),
            method: "GET".to_owned(),
            url: "https://fagsystem.example/".to_owned(),
            form: Vec::new(),
            cookies: Vec::new(),
            outcome,
        });
        self
    }

    /// The pages as a user with a session sees them, or as nobody does.
    fn seen(self, step: Step, session: bool) -> Self {
        let page = |open| if open { answered(200, "anna") } else { answered(401, "") };
        self.step(step, page(session)).step(step, page(session))
    }

    fn stopped(mut self) -> Self {
        self.0.stopped = Some(Stop::Encoded);
        self
    }
}

fn answered(status: u16, body: &str) -> Outcome {
    Outcome::Answered { status, headers: Vec::new(), set: Vec::new(), body: body.to_owned() }
}

fn nobody() -> Talk {
    Talk::at(0).seen(Step::Witness, false)
}

/// A good login that begins at this second: its message goes out a second later, and the pages are asked for after another one.
fn login(second: i64, assertion: &str) -> Talk {
    let talk = Talk::at(second).message(assertion).step(Step::Login, Outcome::ToIdentityProvider);
    talk.step(Step::Deliver, answered(302, "")).seen(Step::WitnessLogin, true)
}

/// A login whose pages are asked for at the end alone.
fn trial(second: i64, answer: Outcome, session: bool) -> Talk {
    let talk = Talk::at(second).message("_trial").step(Step::Login, Outcome::ToIdentityProvider);
    talk.step(Step::Deliver, answer).seen(Step::Witness, session)
}

fn subject(id: &str, before: &Talk, trial: &Talk, after: &Talk) -> TrialSubject {
    let blob = |talk: &Talk| Some(Blob::new(TRANSCRIPT, serde_json::to_vec(&talk.0).unwrap()));
    TrialSubject {
        id: id.to_owned(),
        case: id.split_once(':').unwrap().1.to_owned(),
        environment: Environment::Local,
        at: at(0),
        setting: Setting {
            identity_provider: String::new(),
            sso: String::new(),
            slo: String::new(),
            slo_response: None,
            service_provider: String::new(),
            acs: String::new(),
            minimum_level: None,
            signing_certificates: Vec::new(),
        },
        metadata: Blob::new("application/samlmetadata+xml", Vec::new()),
        not_made: None,
        nobody: blob(&nobody()),
        before: blob(before),
        trial: blob(trial),
        after: blob(after),
    }
}

/// What the trial itself did, between two good logins at 100 s and at 300 s; with second and Assertion ID.
fn did(id: &str, trial: &Talk) -> Vec<(Did, i64, String)> {
    let found = attempts(&subject(id, &login(100, "_before"), trial, &login(300, "_after")));
    let shown = found.iter().map(|a| {
        let second = a.sent.duration_since(at(0)).as_secs();
        (a.did, second, a.assertion.clone().unwrap_or_default())
    });
    let (around, own): (Vec<_>, Vec<_>) = shown.partition(|(_, _, id)| id == "_before" || id == "_after");
    let expected = [(Did::Login, 101, "_before".to_owned()), (Did::Login, 301, "_after".to_owned())];
    assert_eq!(around, expected, "the good logins count whatever comes of the trial");
    own
}

#[test]
fn a_login_is_known_by_its_message_and_lasts_until_the_next_exchange() {
    let good = login(100, "_good");
    let found = attempts(&subject("login:good", &good, &good, &good));
    let of_it = Attempt {
        trial: "login:good".to_owned(),
        report_sha256: None,
        did: Did::Login,
        sent: at(101),
        answered: at(102),
        assertion: Some("_good".to_owned()),
        name_id: Some(digest("CN=_good")),
        cvr: Some("90000009".to_owned()),
    };
    let shared = [Subject::Login(subject("login:good", &good, &good, &good))];
    assert_eq!(of_run(shared.iter()), std::slice::from_ref(&of_it));
    assert!(found.iter().all(|a| *a == of_it), "control and trial are one conversation: {found:?}");
}

#[test]
fn a_refusal_needs_an_answer_and_no_session() {
    let refused = |answer, session| did("login:other-audience", &trial(200, answer, session));
    assert_eq!(refused(answered(403, ""), false), [(Did::Refusal, 201, "_trial".to_owned())]);
    // Accepted, as a good message of another kind is, or as a breach: it was a login.
    assert_eq!(refused(answered(403, ""), true), [(Did::Login, 201, "_trial".to_owned())]);
    assert_eq!(refused(Outcome::Failed(Stop::Encoded), false), []);
    assert_eq!(did("login:other-audience", &trial(200, answered(403, ""), false).stopped()), []);
    let unclear = Talk::at(200).message("_trial").step(Step::Deliver, answered(200, ""));
    assert_eq!(did("login:other-audience", &unclear), [], "the pages were not asked for");
}

#[test]
fn a_refusal_needs_a_system_that_still_lets_users_in() {
    let refused = trial(200, answered(403, ""), false);
    let down = Talk::at(300).message("_after").step(Step::Deliver, answered(503, "")).seen(Step::WitnessLogin, false);
    let found = attempts(&subject("login:expired", &login(100, "_before"), &refused, &down));
    assert_eq!(found.iter().map(|a| a.did).collect::<Vec<_>>(), [Did::Login]);
    // And nothing is known of a system that let nobody in to begin with.
    assert_eq!(attempts(&subject("login:expired", &down, &refused, &login(300, "_after"))), []);
}

#[test]
fn a_forged_identity_that_got_in_is_no_login_of_the_message() {
    let mut wrapped = trial(200, answered(302, ""), true);
    wrapped.0.forged = vec![Marker { field: "serial".to_owned(), value: "berit".to_owned() }];
    assert_eq!(did("login:signature-wrapping-1", &wrapped), []);
}

#[test]
fn a_message_used_twice_is_a_login_and_a_refusal_each_time() {
    let first =
        || Talk::at(200).message("_trial").step(Step::Deliver, answered(302, "")).seen(Step::WitnessLogin, true);
    let replay = |talk: Talk| talk.step(Step::Replay, answered(403, ""));
    let expected = |refusals: &[i64]| -> Vec<(Did, i64, String)> {
        let refused = refusals.iter().map(|second| (Did::Refusal, *second, "_trial".to_owned()));
        std::iter::once((Did::Login, 200, "_trial".to_owned())).chain(refused).collect()
    };
    let once = replay(first()).seen(Step::Witness, false);
    assert_eq!(did("login:replay-at-once", &once), expected(&[203]));
    let twice = replay(replay(first()).step(Step::Login, Outcome::ToIdentityProvider)).seen(Step::Witness, false);
    assert_eq!(did("login:replay-in-other-browser", &twice), expected(&[203, 205]));
    // Which use opened the session is not to be told.
    assert_eq!(did("login:replay-at-once", &replay(first()).seen(Step::Witness, true)), expected(&[]));
    // A message that never got in was not used a second time.
    let never = Talk::at(200).message("_trial").step(Step::Deliver, answered(403, "")).seen(Step::WitnessLogin, false);
    assert_eq!(did("login:replay-at-once", &replay(never).seen(Step::Witness, false)), []);
    // A logout between is one too.
    let out = first().step(Step::Logout, answered(200, "")).seen(Step::WitnessLogout, false);
    let mut all = expected(&[206]);
    all.insert(1, (Did::Logout, 203, "_trial".to_owned()));
    assert_eq!(did("login:replay-after-logout", &replay(out).seen(Step::Witness, false)), all);
}

#[test]
fn a_logout_ends_a_session_that_was_open() {
    let out = |open: bool| login(200, "_trial").step(Step::Logout, answered(200, "")).seen(Step::Witness, open);
    let login_at = (Did::Login, 201, "_trial".to_owned());
    let logout_at = (Did::Logout, 204, "_trial".to_owned());
    assert_eq!(did("logout:sp-initiated", &out(false)), [login_at.clone(), logout_at.clone()]);
    assert_eq!(did("logout:idp-initiated", &out(false)), [login_at.clone(), logout_at]);
    assert_eq!(did("logout:sp-initiated", &out(true)), std::slice::from_ref(&login_at));
    assert_eq!(did("logout:sp-initiated", &out(false).stopped()), std::slice::from_ref(&login_at));
    // What a message that must not count ended is no logout of the user.
    assert_eq!(did("logout:unsigned", &out(false)), [login_at]);
    // The good logout that stands before a bad one counts.
    let control = out(false);
    let kept = login(300, "_kept").step(Step::Logout, answered(403, "")).seen(Step::Witness, true);
    let found = attempts(&subject("logout:unsigned", &control, &kept, &login(400, "_after")));
    let found: Vec<_> = found.iter().map(|a| (a.did, a.assertion.clone().unwrap_or_default())).collect();
    let expected = [(Did::Login, "_trial"), (Did::Logout, "_trial"), (Did::Login, "_kept"), (Did::Login, "_after")];
    assert_eq!(found, expected.map(|(did, id)| (did, id.to_owned())));
}

#[test]
fn what_redaction_removed_identifies_nothing_and_shared_logins_count_once() {
    use Did::{Login, Refusal};
    let mut removed = login(100, "_before");
    removed.0.sent[0].assertion = Some("_«redacted:cpr»".to_owned());
    let found = attempts(&subject("login:good", &removed, &removed, &login(300, "_after")));
    assert!(found.iter().filter(|a| a.sent == at(101)).all(|a| a.assertion.is_none()));

    let (first, second, third) = (login(100, "_1"), login(300, "_2"), login(500, "_3"));
    let subjects = [
        Subject::Login(subject("login:expired", &first, &trial(200, answered(403, ""), false), &second)),
        Subject::Login(subject("login:unsigned", &second, &trial(400, answered(403, ""), false), &third)),
    ];
    let found: Vec<_> = of_run(subjects.iter()).into_iter().map(|a| (a.did, a.trial)).collect();
    let expected = [
        (Login, "login:expired"),
        (Refusal, "login:expired"),
        (Login, "login:expired"),
        (Refusal, "login:unsigned"),
        (Login, "login:unsigned"),
    ];
    assert_eq!(found, expected.map(|(did, trial)| (did, trial.to_owned())));
}

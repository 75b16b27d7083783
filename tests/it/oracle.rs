//! Session truth and the judging of trials, on conversations made by hand: no server, no clock.

use jiff::Timestamp;
use kravprobe::check::Parameters;
use kravprobe::checks::trials;
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::subject::trial::session::{NoOracle, Oracle, Session};
use kravprobe::subject::trial::transcript::{self, Exchange, Marker, Step, Stop, Transcript};
use kravprobe::subject::trial::{NotMade, Setting, TRANSCRIPT};
use kravprobe::subject::{Blob, TrialSubject};
use kravprobe::verdict::{Environment, Verdict};

/// What a visit of the witness comes to.
#[derive(Clone)]
enum Seen {
    Login,
    Page(String),
    Status(u16, String),
    TimedOut,
}

fn page(text: &str) -> Seen {
    Seen::Page(text.to_owned())
}

fn outcome(seen: &Seen) -> transcript::Outcome {
    let answered = |status, body: &str| transcript::Outcome::Answered {
        status,
        headers: Vec::new(),
        set: Vec::new(),
        body: body.to_owned(),
    };
    match seen {
        Seen::Login => transcript::Outcome::ToIdentityProvider,
        Seen::Page(body) => answered(200, body),
        Seen::Status(status, body) => answered(*status, body),
        Seen::TimedOut => transcript::Outcome::Failed(Stop::TimedOut { seconds: 1 }),
    }
}

struct Talk(Transcript);

impl Talk {
    fn new() -> Self {
        Self(Transcript {
            started: Timestamp::UNIX_EPOCH,
            genuine: Vec::new(),
            forged: Vec::new(),
            sent: Vec::new(),
            exchanges: Vec::new(),
            stopped: None,
        })
    }

    fn exchange(mut self, step: Step, seen: &Seen) -> Self {
        let visit = u32::try_from(self.0.exchanges.len()).unwrap();
        self.0.exchanges.push(Exchange {
            browser: 0,
            visit,
            step,
            at: Timestamp::UNIX_EPOCH,
            method: "GET".to_owned(),
            url: "https://system.example/".to_owned(),
            form: Vec::new(),
            cookies: Vec::new(),
            outcome: outcome(seen),
        });
        self
    }

    fn witness(self, step: Step, protected: &Seen, identity: &Seen) -> Self {
        self.exchange(step, protected).exchange(step, identity)
    }

    fn genuine(mut self, field: &str, value: &str) -> Self {
        self.0.genuine.push(Marker { field: field.to_owned(), value: value.to_owned() });
        self
    }

    fn forged(mut self, field: &str, value: &str) -> Self {
        self.0.forged.push(Marker { field: field.to_owned(), value: value.to_owned() });
        self
    }
}

/// A system that sends strangers to login and shows the common name of users.
fn nobody() -> Talk {
    Talk::new().witness(Step::Witness, &Seen::Login, &Seen::Login)
}

fn control() -> Talk {
    Talk::new().genuine("common-name", "anna").exchange(Step::Deliver, &page("")).witness(
        Step::WitnessLogin,
        &page("sager"),
        &page("Anna er logget ind"),
    )
}

fn trial(delivered: &Seen, protected: &Seen, identity: &Seen) -> Talk {
    Talk::new()
        .genuine("common-name", "genuine")
        .forged("common-name", "forged")
        .exchange(Step::Deliver, delivered)
        .witness(Step::Witness, protected, identity)
}

fn blob(talk: &Talk) -> Blob {
    Blob::new(TRANSCRIPT, serde_json::to_vec(&talk.0).unwrap())
}

fn subject(nobody: &Talk, before: &Talk, trial: &Talk, after: &Talk) -> TrialSubject {
    TrialSubject {
        id: "login:case".to_owned(),
        case: "case".to_owned(),
        environment: Environment::Local,
        at: Timestamp::UNIX_EPOCH,
        setting: Setting {
            identity_provider: "https://idp.example".to_owned(),
            sso: "https://idp.example/sso".to_owned(),
            slo: "https://idp.example/slo".to_owned(),
            slo_response: None,
            service_provider: "https://system.example".to_owned(),
            acs: "https://system.example/acs".to_owned(),
            minimum_level: None,
            signing_certificates: Vec::new(),
        },
        metadata: Blob::new("application/samlmetadata+xml", Vec::new()),
        not_made: None,
        nobody: Some(blob(nobody)),
        before: Some(blob(before)),
        trial: Some(blob(trial)),
        after: Some(blob(after)),
    }
}

fn judged(judge: fn(&TrialSubject, &Parameters) -> Outcome, trial: &Talk) -> (Verdict, Reason) {
    let outcome = judge(&subject(&nobody(), &control(), trial, &control()), &Parameters::default());
    (outcome.verdict, outcome.reason)
}

fn session(trial: &Talk) -> Session {
    let (nobody, control) = (nobody(), control());
    let oracle = Oracle::learn(&nobody.0, &control.0).unwrap();
    assert!(oracle.sees_identities());
    oracle.session(&trial.0, Step::Witness)
}

#[test]
fn whose_session_it_is_shows_on_the_identity_page_and_never_in_the_status_of_the_answer() {
    for status in [200, 302, 403, 500] {
        let answer = Seen::Status(status, "forged genuine".to_owned());
        let seen = |identity: &Seen, protected: &Seen| session(&trial(&answer, protected, identity));
        assert_eq!(seen(&Seen::Login, &Seen::Login), Session::None);
        assert_eq!(seen(&page("Genuine er logget ind"), &page("")), Session::Genuine);
        assert_eq!(seen(&page("FORGED er logget ind"), &page("")), Session::Forged);
        assert_eq!(seen(&page("forged <genuine@x>"), &page("")), Session::Mixture);
        assert_eq!(seen(&page("velkommen"), &page("sager")), Session::Somebody);
        assert!(matches!(seen(&Seen::TimedOut, &Seen::Login), Session::Unknown(_)));
        assert!(matches!(seen(&Seen::Status(502, String::new()), &Seen::Login), Session::Unknown(_)));
        assert!(matches!(seen(&Seen::Login, &page("sager")), Session::Unknown(_)));
    }
}

#[test]
fn a_page_that_lists_colleagues_proves_nothing_about_them() {
    let control = Talk::new().genuine("common-name", "anna").exchange(Step::Deliver, &page("")).witness(
        Step::WitnessLogin,
        &page("sager"),
        &page("Anna er logget ind; kolleger: forged"),
    );
    let nobody = nobody();
    let oracle = Oracle::learn(&nobody.0, &control.0).unwrap();
    let trial = trial(&page(""), &page("sager"), &page("genuine er logget ind; kolleger: forged"));
    assert_eq!(oracle.session(&trial.0, Step::Witness), Session::Genuine);
}

#[test]
fn a_marker_that_a_stranger_sees_too_is_none() {
    let nobody = Talk::new().witness(Step::Witness, &Seen::Login, &page("Anna grundlagde systemet"));
    let control = control();
    let oracle = Oracle::learn(&nobody.0, &control.0).unwrap();
    assert!(!oracle.sees_identities());
}

#[test]
fn without_a_visible_identity_the_doors_decide() {
    let (nobody, control) = (
        nobody(),
        Talk::new().genuine("common-name", "anna").exchange(Step::Deliver, &page("")).witness(
            Step::WitnessLogin,
            &page("sager"),
            &page("sager"),
        ),
    );
    let oracle = Oracle::learn(&nobody.0, &control.0).unwrap();
    let at = |seen: &Seen| oracle.session(&trial(&page(""), seen, seen).0, Step::Witness);
    assert_eq!(at(&Seen::Login), Session::None);
    assert_eq!(at(&page("andre sager")), Session::Somebody);
    let confused = trials::no_forged_identity(
        &subject(&nobody, &control, &trial(&page(""), &Seen::Login, &Seen::Login), &control),
        &Parameters::default(),
    );
    assert_eq!(confused.verdict, Verdict::NotTested);
    let opened = trials::refused(
        &subject(&nobody, &control, &trial(&page(""), &page("sager"), &page("sager")), &control),
        &Parameters::default(),
    );
    assert_eq!((opened.verdict, opened.reason), (Verdict::Fail, Reason::Accepted));
}

#[test]
fn a_single_page_application_lets_everybody_in_and_is_told_by_its_api() {
    let shell = page("<script src=app.js></script>");
    let nobody = Talk::new().witness(Step::Witness, &shell, &page(r#"{"user":null}"#));
    let control = Talk::new().genuine("common-name", "anna").exchange(Step::Deliver, &page("")).witness(
        Step::WitnessLogin,
        &shell,
        &page(r#"{"user":"Anna"}"#),
    );
    let oracle = Oracle::learn(&nobody.0, &control.0).unwrap();
    let at = |seen: &str| oracle.session(&trial(&page(""), &shell, &page(seen)).0, Step::Witness);
    assert_eq!(at(r#"{"user":null}"#), Session::None);
    assert_eq!(at(r#"{"user":"genuine"}"#), Session::Genuine);
    assert!(matches!(at(r#"{"user":"somebody else"}"#), Session::Unknown(_)), "never taken for no session");
}

#[test]
fn no_oracle_without_a_difference() {
    let learn = |nobody: &Talk, control: &Talk| Oracle::learn(&nobody.0, &control.0).unwrap_err();
    let closed = Talk::new().genuine("common-name", "anna").exchange(Step::Deliver, &page("")).witness(
        Step::WitnessLogin,
        &Seen::Login,
        &Seen::Login,
    );
    assert_eq!(learn(&nobody(), &closed), NoOracle::Refused);
    let open = |step| Talk::new().genuine("common-name", "anna").witness(step, &page("åbent"), &page("åbent for alle"));
    let different = Talk::new().witness(Step::WitnessLogin, &page("åbent"), &page("åbent for nogle"));
    assert_eq!(learn(&open(Step::Witness), &different), NoOracle::Blind);
    assert!(matches!(learn(&Talk::new(), &control()), NoOracle::Nobody(_)));
    assert!(matches!(learn(&nobody(), &Talk::new()), NoOracle::Control(_)));
}

#[test]
fn a_refusal_counts_between_two_good_logins_only() {
    let refused = trial(&Seen::Status(403, String::new()), &Seen::Login, &Seen::Login);
    assert_eq!(judged(trials::refused, &refused), (Verdict::Pass, Reason::Met));
    let closed = Talk::new().genuine("common-name", "anna").exchange(Step::Deliver, &page("")).witness(
        Step::WitnessLogin,
        &Seen::Login,
        &Seen::Login,
    );
    for (before, after) in
        [(&closed, &control()), (&control(), &closed), (&Talk::new(), &control()), (&control(), &Talk::new())]
    {
        let outcome = trials::refused(&subject(&nobody(), before, &refused, after), &Parameters::default());
        assert_eq!((outcome.verdict, outcome.reason), (Verdict::Inconclusive, Reason::ControlFailed));
    }
    let mut without = subject(&nobody(), &control(), &refused, &control());
    without.after = None;
    assert_eq!(trials::refused(&without, &Parameters::default()).verdict, Verdict::Inconclusive);
}

#[test]
fn a_breach_counts_even_when_nobody_gets_in_afterwards() {
    let opened = trial(&Seen::Status(403, String::new()), &page("sager"), &page("genuine"));
    let outcome = trials::refused(&subject(&nobody(), &control(), &opened, &Talk::new()), &Parameters::default());
    assert_eq!((outcome.verdict, outcome.reason), (Verdict::Fail, Reason::Accepted));
}

#[test]
fn a_message_that_was_never_answered_was_not_refused() {
    let silent = trial(&Seen::TimedOut, &Seen::Login, &Seen::Login);
    assert_eq!(judged(trials::refused, &silent), (Verdict::Inconclusive, Reason::Unreachable));
    let mut stopped = trial(&page(""), &Seen::Login, &Seen::Login);
    stopped.0.stopped = Some(Stop::NoRequest);
    assert_eq!(judged(trials::refused, &stopped), (Verdict::Inconclusive, Reason::Unreachable));
    let unsent = Talk::new().witness(Step::Witness, &Seen::Login, &Seen::Login);
    assert_eq!(judged(trials::refused, &unsent), (Verdict::Inconclusive, Reason::Unreachable));
}

#[test]
fn a_good_message_that_a_configured_system_refuses_is_a_failure_and_a_dead_system_is_not() {
    let refused = Talk::new().genuine("common-name", "anna").exchange(Step::Deliver, &page("")).witness(
        Step::WitnessLogin,
        &Seen::Login,
        &Seen::Login,
    );
    let good = |talk: &Talk| {
        let outcome = trials::logged_in(&subject(&nobody(), talk, talk, talk), &Parameters::default());
        (outcome.verdict, outcome.reason)
    };
    assert_eq!(good(&control()), (Verdict::Pass, Reason::Met));
    assert_eq!(good(&refused), (Verdict::Fail, Reason::Refused));
    let mut dead = Talk::new();
    dead.0.stopped = Some(Stop::Unreachable { reason: "refused".to_owned() });
    assert_eq!(good(&dead), (Verdict::Inconclusive, Reason::ControlFailed));
    let unusual = trial(&page(""), &page("sager"), &page("genuine"));
    assert_eq!(judged(trials::logged_in, &unusual), (Verdict::Pass, Reason::Met));
    let refused = trial(&page(""), &Seen::Login, &Seen::Login);
    assert_eq!(judged(trials::logged_in, &refused), (Verdict::Fail, Reason::Refused));
}

#[test]
fn wrapping_fails_on_a_forged_identity_and_by_parameter_forgives_the_signed_one() {
    let seen = |text: &str| trial(&page(""), &page("sager"), &page(text));
    for breach in ["forged", "forged genuine"] {
        assert_eq!(judged(trials::no_forged_identity, &seen(breach)), (Verdict::Fail, Reason::Accepted));
    }
    assert_eq!(judged(trials::no_forged_identity, &seen("genuine")), (Verdict::Fail, Reason::Accepted));
    let forgiving = Parameters(
        [("signed_identity_may_enter".to_owned(), kravprobe::check::Value::Boolean(true))].into_iter().collect(),
    );
    let with = |text: &str| {
        trials::no_forged_identity(&subject(&nobody(), &control(), &seen(text), &control()), &forgiving).verdict
    };
    assert_eq!(with("genuine"), Verdict::Pass);
    assert_eq!(with("forged"), Verdict::Fail);
    assert_eq!(with("forged genuine"), Verdict::Fail);
}

#[test]
fn a_comment_must_not_cut_the_name_id() {
    let shows = |page_text: &str| {
        let nobody = nobody();
        let control = Talk::new().genuine("serial", "anna-1").exchange(Step::Deliver, &page("")).witness(
            Step::WitnessLogin,
            &page("sager"),
            &page("anna-1"),
        );
        let mut trial = Talk::new()
            .genuine("serial", "anna-2")
            .forged("serial", "berit")
            .forged("common-name", "bro")
            .exchange(Step::Deliver, &page(""))
            .witness(Step::Witness, &page("sager"), &page(page_text));
        trial.0.sent.push(transcript::Sent {
            message: "Response".to_owned(),
            id: "_1".to_owned(),
            name_id: Some(format!("CN=Bro,Serial=berit{}", kravprobe::fki::mutation::AFTER_COMMENT)),
            name_id_format: None,
            session_index: None,
            assertion: None,
            cvr: None,
            xml: String::new(),
        });
        trials::never_the_prefix(&subject(&nobody, &control, &trial, &control), &Parameters::default()).verdict
    };
    assert_eq!(shows("bruger: berit"), Verdict::Fail);
    assert_eq!(shows(&format!("bruger: berit{}", kravprobe::fki::mutation::AFTER_COMMENT)), Verdict::Pass);
    assert_eq!(shows(&format!("berit{0} og berit", kravprobe::fki::mutation::AFTER_COMMENT)), Verdict::Fail);
    assert_eq!(shows("bruger: nogen"), Verdict::Inconclusive);
}

#[test]
fn a_replay_needs_a_first_delivery_that_worked() {
    let replay = |first: &Seen, again: &Seen| {
        Talk::new()
            .genuine("common-name", "genuine")
            .exchange(Step::Deliver, &page(""))
            .witness(Step::WitnessLogin, first, first)
            .exchange(Step::Replay, &Seen::Status(403, String::new()))
            .witness(Step::Witness, again, again)
    };
    let inside = page("genuine");
    assert_eq!(judged(trials::replay_refused, &replay(&inside, &Seen::Login)), (Verdict::Pass, Reason::Met));
    assert_eq!(judged(trials::replay_refused, &replay(&inside, &inside)), (Verdict::Fail, Reason::Accepted));
    let never = judged(trials::replay_refused, &replay(&Seen::Login, &Seen::Login));
    assert_eq!(never, (Verdict::Inconclusive, Reason::ControlFailed));
}

fn logout(before: &Seen, after: &Seen) -> Talk {
    Talk::new()
        .genuine("common-name", "anna")
        .witness(Step::WitnessLogin, before, before)
        .exchange(Step::Logout, &page(""))
        .witness(Step::Witness, after, after)
        .witness(Step::WitnessOldCookies, after, after)
}

#[test]
fn a_logout_is_judged_by_the_session_afterwards() {
    let inside = page("anna");
    for judge in [trials::session_ended, trials::old_cookie_refused] {
        assert_eq!(judged(judge, &logout(&inside, &Seen::Login)), (Verdict::Pass, Reason::Met));
        assert_eq!(judged(judge, &logout(&inside, &inside)), (Verdict::Fail, Reason::StillOpen));
        assert_eq!(judged(judge, &logout(&Seen::Login, &Seen::Login)), (Verdict::Inconclusive, Reason::ControlFailed));
        let mut broken = logout(&inside, &inside);
        broken.0.stopped = Some(Stop::TimedOut { seconds: 1 });
        assert_eq!(judged(judge, &broken), (Verdict::Inconclusive, Reason::Unreachable));
    }
}

#[test]
fn a_bad_logout_request_proves_something_beside_a_good_one_that_worked() {
    let inside = page("anna");
    let kept = |good: &Talk, bad: &Talk| {
        let outcome = trials::session_kept(&subject(&nobody(), good, bad, &control()), &Parameters::default());
        (outcome.verdict, outcome.reason)
    };
    let good = logout(&inside, &Seen::Login);
    assert_eq!(kept(&good, &logout(&inside, &inside)), (Verdict::Pass, Reason::Met));
    assert_eq!(kept(&good, &logout(&inside, &Seen::Login)), (Verdict::Fail, Reason::Ended));
    let deaf = logout(&inside, &inside);
    assert_eq!(kept(&deaf, &logout(&inside, &inside)), (Verdict::Inconclusive, Reason::ControlFailed));
}

#[test]
fn what_was_not_made_is_not_tested() {
    for why in [NotMade::NotAuthorised, NotMade::Offline, NotMade::NeedsSecondUser, NotMade::NotReached] {
        let mut left_out = subject(&nobody(), &control(), &control(), &control());
        left_out.not_made = Some(why);
        for judge in [trials::refused, trials::logged_in, trials::session_kept, trials::no_forged_identity] {
            assert_eq!(judge(&left_out, &Parameters::default()).verdict, Verdict::NotTested);
        }
    }
    let mut unreadable = subject(&nobody(), &control(), &control(), &control());
    unreadable.trial = Some(Blob::new(TRANSCRIPT, b"{}".to_vec()));
    assert_eq!(trials::refused(&unreadable, &Parameters::default()).verdict, Verdict::Inconclusive);
}

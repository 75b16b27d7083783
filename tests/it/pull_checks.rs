//! The checks on trials in which the system calls the probe, on recordings made by hand: a good one passes, and each fault turns
//! red exactly what it must. Expectations are written by hand.

use jiff::{SignedDuration, Timestamp};
use kravprobe::check::{Parameters, Value};
use kravprobe::checks::{self, AnyCheck};
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::subject::distribution::recording::{
    Answer, End, Event, Happening, Message, Recording, Stopped, TokenAnswer, TokenSeen, TokenWay,
};
use kravprobe::subject::distribution::{Counting, DistributionSubject, NotMade, RECORDING, Setting};
use kravprobe::subject::{Blob, Family, Subject};
use kravprobe::verdict::Environment;
use kravprobe::verdict::Verdict::{self, Fail, Inconclusive, NotApplicable, NotTested, Pass};

const DUESLAG: &str = "a9efc97c-3473-45b5-9519-7fc837b89fa8";
const CVR: &str = "12345678";
const OURS: &str = "c0ffee";
const RECEIVE: &str = "http://entityid.kombit.dk/service/bfo_modtag/2";
const EIGHT_HOURS: i64 = 8 * 3600;

fn base() -> Timestamp {
    "2026-02-03T10:00:00Z".parse().unwrap()
}

/// So many milliseconds after the beginning.
fn at(ms: i64) -> Timestamp {
    base() + SignedDuration::from_millis(ms)
}

/// A recording in the making. Times are milliseconds after its beginning.
#[derive(Clone)]
struct Tape {
    messages: Vec<Message>,
    events: Vec<Event>,
    ended: i64,
    stopped: Option<Stopped>,
}

fn tape() -> Tape {
    Tape { messages: Vec::new(), events: Vec::new(), ended: 20_000, stopped: None }
}

fn token(id: &str, ends: i64) -> TokenSeen {
    TokenSeen {
        id: id.into(),
        ours: true,
        audience: RECEIVE.into(),
        cvr: CVR.into(),
        not_on_or_after: Some(at(ends * 1000)),
        holder: Some(OURS.into()),
    }
}

fn page(count: u64) -> Answer {
    Answer::Answered { status: 200, content_type: None, body: format!("{{\"effects\":{count}}}") }
}

impl Tape {
    fn event(mut self, ms: i64, connection: u32, what: Happening) -> Self {
        self.events.push(Event { at: at(ms), connection, what });
        self.events.sort_by_key(|e| e.at);
        self
    }

    fn message(mut self, label: &str, object: &str) -> Self {
        let besked_id = format!("id-{}", self.messages.len());
        self.messages.push(Message {
            label: label.into(),
            besked_id,
            object: Some(object.into()),
            sha256: String::new(),
            bytes: 1,
            body: None,
        });
        self
    }

    fn ended(mut self, ms: i64) -> Self {
        self.ended = ms;
        self
    }

    fn waited(mut self) -> Self {
        self.stopped = Some(Stopped::Waited { what: "the system".into(), seconds: 900 });
        self
    }

    /// A token for so many seconds from now.
    fn asked(self, ms: i64, id: &str, lives: i64) -> Self {
        self.asked_as(ms, id, lives, CVR, OURS)
    }

    fn asked_as(self, ms: i64, id: &str, lives: i64, cvr: &str, certificate: &str) -> Self {
        let answer = TokenAnswer::Issued { id: id.into(), not_on_or_after: at(ms + lives * 1000) };
        let what = Happening::TokenAsked {
            way: TokenWay::Rest,
            applies_to: RECEIVE.into(),
            cvr: cvr.into(),
            certificate: Some(certificate.into()),
            use_key: Some(certificate.into()),
            faults: Vec::new(),
            answer,
        };
        self.event(ms, 0, what)
    }

    fn connected(self, ms: i64, connection: u32) -> Self {
        self.event(ms, connection, Happening::Connected { tls: "TLSv1.3".into(), certificate: Some(OURS.into()) })
    }

    fn start(self, ms: i64, connection: u32, mechanism: &str, token: Option<TokenSeen>) -> Self {
        let what = Happening::StartOk { mechanism: mechanism.into(), response_bytes: 9000, token, client: "t".into() };
        self.event(ms, connection, what)
    }

    /// A login that is let in, with a token that ends at this second.
    fn login(self, ms: i64, connection: u32, id: &str, ends: i64) -> Self {
        self.connected(ms, connection)
            .start(ms + 1, connection, "EXTERNAL", Some(token(id, ends)))
            .event(ms + 2, connection, Happening::TuneOk { heartbeat: 60, frame_max: 131_072 })
            .event(ms + 3, connection, Happening::Opened { vhost: "BF".into() })
    }

    fn consume(self, ms: i64, connection: u32) -> Self {
        self.event(ms, connection, Happening::Consumed { queue: DUESLAG.into(), no_ack: false })
    }

    fn refused(self, ms: i64, connection: u32) -> Self {
        self.connected(ms, connection).start(ms + 1, connection, "EXTERNAL", Some(token("t", EIGHT_HOURS))).event(
            ms + 2,
            connection,
            Happening::LoginRefused { because: "ordered".into() },
        )
    }

    fn delivered(self, ms: i64, connection: u32, message: usize, attempt: u32) -> Self {
        self.event(ms, connection, Happening::Delivered { message, tag: u64::from(attempt), attempt })
    }

    fn acked(self, ms: i64, connection: u32, message: usize, attempt: u32) -> Self {
        self.event(ms, connection, Happening::Acked { message, tag: u64::from(attempt) })
    }

    /// Delivered, and acknowledged 50 ms later.
    fn taken(self, ms: i64, connection: u32, message: usize, attempt: u32) -> Self {
        self.delivered(ms, connection, message, attempt).acked(ms + 50, connection, message, attempt)
    }

    /// Delivered, and acknowledged at the moment at which the connection is lost.
    fn in_vain(self, ms: i64, connection: u32, message: usize, attempt: u32) -> Self {
        self.delivered(ms, connection, message, attempt)
            .event(ms + 1, connection, Happening::AckDiscarded { message, tag: u64::from(attempt) })
            .over(ms + 1, connection, End::Ordered)
    }

    fn back(self, ms: i64, connection: u32, message: usize, attempt: u32) -> Self {
        let what = Happening::Rejected { message, tag: u64::from(attempt), requeue: true };
        self.delivered(ms, connection, message, attempt).event(ms + 1, connection, what)
    }

    fn page(self, ms: i64, message: usize, count: u64) -> Self {
        let besked_id = format!("id-{message}");
        self.event(ms, 0, Happening::ReadBack { besked_id, cvr: None, answer: page(count) })
    }

    fn over(self, ms: i64, connection: u32, because: End) -> Self {
        self.event(ms, connection, Happening::Ended { because })
    }

    fn left(self, ms: i64, connection: u32) -> Self {
        self.event(ms, connection, Happening::ClientLeft { orderly: true })
    }

    fn recording(&self) -> Recording {
        Recording {
            started: base(),
            ended: at(self.ended),
            messages: self.messages.clone(),
            events: self.events.clone(),
            stopped: self.stopped.clone(),
        }
    }

    fn blob(&self) -> Blob {
        Blob::new(RECORDING, serde_json::to_vec(&self.recording()).unwrap())
    }
}

/// One good message that was taken by a standing consumer, on connection 1.
fn good() -> Tape {
    tape()
        .message("good", "o")
        .asked(100, "t", EIGHT_HOURS)
        .login(200, 1, "t", EIGHT_HOURS)
        .consume(300, 1)
        .page(310, 0, 0)
        .taken(400, 1, 0, 1)
        .page(460, 0, 1)
}

/// A connection that stood before the recording began, and messages with these labels.
fn standing(labels: &[&str]) -> Tape {
    let tape = tape().login(-5000, 1, "t", EIGHT_HOURS).consume(-4000, 1);
    labels.iter().fold(tape, |tape, label| tape.message(label, "o"))
}

fn setting() -> Setting {
    Setting {
        cvr: CVR.into(),
        other_cvr: vec!["87654321".into()],
        message_type: "7654895c-a3f3-4c77-8afd-4c77330f963c".into(),
        push: None,
        dueslag: Some(DUESLAG.into()),
        client_certificate: Some(OURS.into()),
        read_back: Some(Counting { pointer: Some("/effects".into()), by_authority: false }),
    }
}

fn subject(before: Option<&Tape>, trial: Option<&Tape>, after: Option<&Tape>) -> DistributionSubject {
    DistributionSubject {
        id: "x".into(),
        case: "x".into(),
        environment: Environment::Local,
        at: base(),
        setting: setting(),
        not_made: None,
        before: before.map(Tape::blob),
        trial: trial.map(Tape::blob),
        after: after.map(Tape::blob),
    }
}

fn wrapped(family: Family, subject: DistributionSubject) -> Subject {
    match family {
        Family::Pull => Subject::Pull(subject),
        Family::Token => Subject::Token(subject),
        Family::Send => Subject::Send(subject),
        _ => Subject::ValueList(subject),
    }
}

fn judged_with(id: &str, subject: DistributionSubject, change: impl FnOnce(&mut Parameters)) -> Outcome {
    let check = checks::by_id(id).unwrap();
    let mut parameters = Parameters::defaults(check.meta());
    change(&mut parameters);
    check.judge(&wrapped(check.meta().family, subject), &parameters)
}

/// Judges a trial between two good messages.
fn judged(id: &str, trial: &Tape) -> Outcome {
    judged_with(id, subject(Some(&good()), Some(trial), Some(&good())), |_| {})
}

#[track_caller]
fn expect(id: &str, trial: &Tape, verdict: Verdict, reason: Reason) {
    let outcome = judged(id, trial);
    assert_eq!((outcome.verdict, outcome.reason), (verdict, reason), "{id}: {outcome:?}");
}

fn of_these_families() -> Vec<AnyCheck> {
    [Family::Pull, Family::Token, Family::Send, Family::ValueList].into_iter().flat_map(checks::of_family).collect()
}

#[test]
fn a_system_that_never_comes_proves_nothing() {
    let silent = tape().waited();
    for check in of_these_families() {
        let id = check.meta().id;
        for subject in [
            subject(Some(&silent), Some(&silent), Some(&silent)),
            subject(Some(&silent), None, None),
            subject(Some(&good()), Some(&silent), Some(&silent)),
            subject(None, None, None),
        ] {
            let outcome = judged_with(id, subject, |_| {});
            assert!(matches!(outcome.verdict, Inconclusive | NotApplicable), "{id}: {outcome:?}");
            assert!(outcome.verdict != NotApplicable || id == "pull.silence-noticed", "{id}: {outcome:?}");
        }
        let left_out = DistributionSubject { not_made: Some(NotMade::NotAuthorised), ..subject(None, None, None) };
        let outcome = judged_with(id, left_out, |_| {});
        assert_eq!((outcome.verdict, outcome.reason), (NotTested, Reason::NotAuthorised), "{id}");
    }
}

#[test]
fn unreadable_recordings_prove_nothing() {
    for check in of_these_families() {
        let mut subject = subject(Some(&good()), Some(&good()), None);
        subject.trial = Some(Blob::new(RECORDING, b"{}".as_slice()));
        assert_eq!(judged_with(check.meta().id, subject, |_| {}).verdict, Inconclusive, "{}", check.meta().id);
    }
}

#[test]
fn a_good_session_passes_what_it_shows() {
    let ids = [
        "pull.sasl-external",
        "pull.vhost",
        "pull.queue-is-dueslag",
        "pull.tls-version",
        "pull.certificate-of-token",
        "pull.no-auto-ack",
        "pull.stored-before-ack",
        "pull.ack-latency",
        "pull.poll-interval",
        "token.authority",
        "token.certificate-registered",
    ];
    for id in ids {
        expect(id, &good(), Pass, Reason::Met);
    }
}

#[test]
fn logins() {
    let plain = tape().connected(1, 1).start(2, 1, "PLAIN", Some(token("t", EIGHT_HOURS)));
    expect("pull.sasl-external", &plain, Fail, Reason::Different);
    let password = tape().connected(1, 1).start(2, 1, "EXTERNAL", None);
    expect("pull.sasl-external", &password, Fail, Reason::Malformed);
    let refused = tape().refused(1, 1);
    expect("pull.sasl-external", &refused, Inconclusive, Reason::Unreachable);

    let root = tape().connected(1, 1).event(2, 1, Happening::Opened { vhost: "/".into() });
    expect("pull.vhost", &root, Fail, Reason::Different);

    let other = tape().login(1, 1, "t", EIGHT_HOURS).event(9, 1, Happening::QueueRefused { queue: "BF.in".into() });
    expect("pull.queue-is-dueslag", &other, Fail, Reason::Different);
    let right = tape().event(1, 1, Happening::QueueRefused { queue: DUESLAG.into() });
    expect("pull.queue-is-dueslag", &right, Pass, Reason::Met);
    let several = other.clone().consume(10, 1);
    expect("pull.queue-is-dueslag", &several, Pass, Reason::Met);
    let mut without = subject(Some(&good()), Some(&good()), None);
    without.setting.dueslag = None;
    assert_eq!(judged_with("pull.queue-is-dueslag", without, |_| {}).verdict, NotTested);

    let old = tape().event(1, 1, Happening::Connected { tls: "TLSv1.1".into(), certificate: None });
    expect("pull.tls-version", &old, Fail, Reason::Weak);

    let with = |certificate: Option<&str>| {
        let connected = Happening::Connected { tls: "TLSv1.3".into(), certificate: certificate.map(Into::into) };
        tape().event(1, 1, connected).start(2, 1, "EXTERNAL", Some(token("t", EIGHT_HOURS)))
    };
    expect("pull.certificate-of-token", &with(Some("bad")), Fail, Reason::WrongParty);
    expect("pull.certificate-of-token", &with(None), Fail, Reason::Missing);
    // The beginning of the connection is not recorded: nothing is known of its certificate.
    let later = tape().start(2, 1, "EXTERNAL", Some(token("t", EIGHT_HOURS)));
    expect("pull.certificate-of-token", &later, Inconclusive, Reason::Unreachable);
}

#[test]
fn acknowledgements() {
    let automatic = tape()
        .message("good", "o")
        .login(1, 1, "t", EIGHT_HOURS)
        .event(10, 1, Happening::Consumed { queue: DUESLAG.into(), no_ack: true })
        .delivered(20, 1, 0, 1);
    expect("pull.no-auto-ack", &automatic, Fail, Reason::Forbidden);
    let get = Happening::Got { queue: DUESLAG.into(), no_ack: true, empty: false };
    expect("pull.no-auto-ack", &tape().login(1, 1, "t", 9).event(10, 1, get), Fail, Reason::Forbidden);
    // A message that was asked for without acknowledgement counts as taken, so other checks can go on.
    let after = automatic.clone().ended(5000);
    let trial = standing(&["interrupted"]).in_vain(10, 1, 0, 1).taken(1000, 2, 0, 2);
    let outcome = judged_with("pull.redelivered-acked", subject(Some(&after), Some(&trial), None), |_| {});
    assert_eq!(outcome.verdict, Pass);

    let slow = standing(&["good"]).delivered(0, 1, 0, 1).acked(61_000, 1, 0, 1).ended(70_000);
    expect("pull.ack-latency", &slow, Fail, Reason::TooLarge);
    let hanging = standing(&["good"]).delivered(0, 1, 0, 1).ended(61_000);
    expect("pull.ack-latency", &hanging, Fail, Reason::TooLarge);
    // A delivery that was lost with its connection says nothing of the system.
    let lost = standing(&["good"]).delivered(0, 1, 0, 1).left(10, 1).ended(99_000);
    expect("pull.ack-latency", &lost, Inconclusive, Reason::Unreachable);
    let outcome = judged_with("pull.ack-latency", subject(Some(&good()), Some(&good()), None), |p| {
        p.0.insert("max_seconds".into(), Value::Integer(0));
    });
    assert_eq!(outcome.verdict, Fail, "the parameter counts");
}

#[test]
fn stored_before_the_acknowledgement() {
    let id = "pull.stored-before-ack";
    let two =
        standing(&["good", "good"]).page(1, 0, 0).page(2, 1, 0).taken(10, 1, 0, 1).page(61, 0, 1).taken(70, 1, 1, 1);
    expect(id, &two.clone().page(121, 1, 1), Pass, Reason::Met);
    expect(id, &two.clone().page(121, 1, 0).page(900, 1, 1), Inconclusive, Reason::Unclear);
    expect(id, &two.clone().page(121, 1, 0).page(2100, 1, 0), Fail, Reason::Missing);
    // The page never showed anything at all: it may be the wrong one.
    let blind = standing(&["good"]).page(1, 0, 0).taken(10, 1, 0, 1).page(61, 0, 0);
    expect(id, &blind, Inconclusive, Reason::ControlFailed);
    // It showed something before the message was there.
    let before = standing(&["good"]).page(1, 0, 1).taken(10, 1, 0, 1).page(61, 0, 1);
    expect(id, &before, Inconclusive, Reason::ControlFailed);
    let broken = standing(&["good"]).event(
        1,
        0,
        Happening::ReadBack {
            besked_id: "id-0".into(),
            cvr: None,
            answer: Answer::Answered { status: 500, content_type: None, body: String::new() },
        },
    );
    expect(id, &broken.taken(10, 1, 0, 1), Inconclusive, Reason::AnswerUnusable);
    let mut without = subject(Some(&good()), Some(&good()), None);
    without.setting.read_back = None;
    assert_eq!(judged_with(id, without, |_| {}).verdict, NotTested);
}

#[test]
fn no_acknowledgement_without_the_store() {
    let id = "pull.no-ack-without-store";
    let yes = || Answer::Answered { status: 204, content_type: None, body: String::new() };
    let switched = |tape: Tape| {
        tape.event(100, 0, Happening::StoreSwitched { on: false, answer: yes() })
            .event(20_000, 0, Happening::StoreSwitched { on: true, answer: yes() })
            .ended(30_000)
    };
    let held = || switched(standing(&["held", "good"]));
    expect(id, &held().back(200, 1, 0, 1).back(300, 1, 0, 2).taken(21_000, 1, 0, 3), Pass, Reason::Met);
    let acked = held().taken(200, 1, 0, 1);
    expect(id, &acked.clone().page(22_000, 0, 0), Fail, Reason::Missing);
    expect(id, &acked.clone().page(22_000, 0, 1), Inconclusive, Reason::Unclear);
    expect(id, &acked, Inconclusive, Reason::Unclear);
    expect(id, &held().taken(21_000, 1, 0, 1), Inconclusive, Reason::Unreachable);
    let unswitched = standing(&["held", "good"]).taken(200, 1, 0, 1).page(22_000, 0, 0);
    expect(id, &unswitched, Inconclusive, Reason::ControlFailed);
}

#[test]
fn polling() {
    let id = "pull.poll-interval";
    let visit = |tape: Tape, seconds: i64, number: u32| {
        let ms = seconds * 1000;
        tape.login(ms, number, "t", EIGHT_HOURS).consume(ms + 10, number).left(ms + 500, number)
    };
    let often = visit(visit(visit(tape(), 0, 1), 200, 2), 480, 3).ended(490_000);
    expect(id, &often, Pass, Reason::Met);
    let seldom = visit(visit(visit(tape(), 0, 1), 200, 2), 801, 3).ended(810_000);
    expect(id, &seldom, Fail, Reason::TooLarge);
    expect(id, &visit(tape(), 0, 1).ended(900_000), Inconclusive, Reason::Unreachable);
    // basic.get on a connection that stays.
    let get = |tape: Tape, seconds: i64| {
        tape.event(seconds * 1000, 1, Happening::Got { queue: DUESLAG.into(), no_ack: false, empty: true })
    };
    let polls = (1..=5).fold(tape().login(0, 1, "t", EIGHT_HOURS), |tape, n| get(tape, n * 60)).ended(310_000);
    expect(id, &polls, Pass, Reason::Met);
    // One visit that empties the dueslag shows nothing of the next one.
    let fetches = |tape: Tape, ms: i64, brought: usize| {
        (0..=brought).fold(tape, |tape, n| {
            let empty = n == brought;
            let what = Happening::Got { queue: DUESLAG.into(), no_ack: false, empty };
            tape.event(ms + 2000 * i64::try_from(n).unwrap(), 1, what)
        })
    };
    let once = fetches(tape().login(0, 1, "t", EIGHT_HOURS), 1000, 5).ended(60_000);
    expect(id, &once, Inconclusive, Reason::Unreachable);
    expect(id, &fetches(once.clone(), 200_000, 2).ended(300_000), Pass, Reason::Met);
    expect(id, &fetches(once, 600_000, 0).ended(700_000), Fail, Reason::TooLarge);
    let lazy = (1..=3).fold(tape().login(0, 1, "t", EIGHT_HOURS), |tape, n| get(tape, n * 400)).ended(1_300_000);
    expect(id, &lazy, Fail, Reason::TooLarge);
}

#[test]
fn redelivery_and_duplicates() {
    let broken = standing(&["interrupted", "good"]).page(1, 0, 0).in_vain(10, 1, 0, 1);
    let goes_on = |tape: &Tape| {
        tape.clone().login(1000, 2, "t", EIGHT_HOURS).consume(1010, 2).taken(1020, 2, 0, 2).taken(1100, 2, 1, 1)
    };
    let again = goes_on(&broken);
    expect("pull.redelivered-acked", &again, Pass, Reason::Met);
    expect("pull.redelivered-one-effect", &again.clone().page(1200, 0, 1), Pass, Reason::Met);
    expect("pull.redelivered-one-effect", &again.clone().page(1200, 0, 2), Fail, Reason::Repeated);
    expect("pull.redelivered-one-effect", &again.clone().page(1200, 0, 0), Fail, Reason::Missing);
    expect("pull.redelivered-one-effect", &again, Inconclusive, Reason::AnswerUnusable);
    expect("pull.dropped-connection-reconnected", &again, Pass, Reason::Met);
    expect("pull.redelivered-acked", &broken, Inconclusive, Reason::Unreachable);
    // Lost before an acknowledgement: nothing shows that the system ever had the first delivery, so one effect proves nothing, and
    // two may be another delivery's.
    let unread = standing(&["interrupted", "good"]).page(1, 0, 0).delivered(10, 1, 0, 1).over(11, 1, End::Ordered);
    for id in ["pull.redelivered-acked", "pull.redelivered-one-effect"] {
        expect(id, &goes_on(&unread).page(1200, 0, 1), Inconclusive, Reason::Unreachable);
    }
    // An acknowledgement that nobody had a delivery for is no sign either.
    let stray = unread.clone().event(10, 1, Happening::AckDiscarded { message: 0, tag: 9 });
    expect("pull.redelivered-one-effect", &goes_on(&stray).page(1200, 0, 1), Inconclusive, Reason::Unreachable);

    let back = |from: u32, to: u32| {
        let tape = broken.clone().login(1000, 2, "t", EIGHT_HOURS).consume(1010, 2);
        (from..=to).fold(tape, |tape, n| tape.back(1000 + i64::from(n) * 100, 2, 0, n))
    };
    expect("pull.redelivered-acked", &back(2, 13), Fail, Reason::Refused);
    let out_again = back(2, 13).delivered(2500, 2, 0, 14);
    expect("pull.redelivered-acked", &out_again, Fail, Reason::Refused);
    expect("pull.redelivered-acked", &back(2, 4), Inconclusive, Reason::Unreachable);

    let twice = standing(&["first", "again", "good"]);
    let mut twice = twice.page(1, 0, 0).taken(10, 1, 0, 1).page(70, 0, 1).delivered(100, 1, 1, 1);
    twice.messages[1].besked_id = "id-0".into();
    let acked = twice.clone().acked(150, 1, 1, 1);
    expect("pull.duplicate-acked", &acked, Pass, Reason::Met);
    expect("pull.duplicate-one-effect", &acked.clone().page(200, 0, 1), Pass, Reason::Met);
    expect("pull.duplicate-one-effect", &acked.page(200, 0, 2), Fail, Reason::Repeated);
    let rejected = Happening::Rejected { message: 1, tag: 1, requeue: false };
    expect("pull.duplicate-acked", &twice.clone().event(150, 1, rejected), Fail, Reason::Refused);
    expect("pull.duplicate-acked", &twice.clone().ended(90_000), Fail, Reason::StillOpen);
    expect("pull.duplicate-acked", &twice, Inconclusive, Reason::Unreachable);
}

#[test]
fn order_of_one_object() {
    let id = "pull.order-per-object";
    let four = tape()
        .login(-5000, 1, "t", EIGHT_HOURS)
        .consume(-4000, 1)
        .message("object-1", "1")
        .message("object-2", "2")
        .message("object-1", "1")
        .message("object-2", "2");
    let in_order = (0..4).fold(four.clone(), |tape, n| {
        let ms = 1000 + i64::try_from(n).unwrap() * 100;
        tape.page(n.try_into().unwrap_or(0), n, 0).taken(ms, 1, n, 1).page(ms + 60, n, 1)
    });
    expect(id, &in_order, Pass, Reason::Met);
    let swapped = (0..4).fold(four.clone(), |tape, n| tape.taken(1000 + i64::try_from(n).unwrap() * 10, 1, n, 1));
    let swapped = swapped.page(1500, 2, 1).page(1510, 0, 0).page(2000, 0, 1).page(2010, 1, 1).page(2020, 3, 1);
    expect(id, &swapped, Fail, Reason::Different);
    // Another object's message may come first.
    let other = (0..4).fold(four, |tape, n| tape.taken(1000 + i64::try_from(n).unwrap() * 10, 1, n, 1));
    let other = other.page(1500, 1, 1).page(1510, 0, 0).page(2000, 0, 1).page(2010, 2, 1).page(2020, 3, 1);
    expect(id, &other, Pass, Reason::Met);
}

#[test]
fn poison() {
    let ids = [
        "pull.malformed-does-not-block",
        "pull.invalid-envelope-does-not-block",
        "pull.unknown-type-does-not-block",
        "pull.deviating-payload-does-not-block",
        "pull.large-message-does-not-block",
    ];
    for id in ids {
        let poison = || standing(&["poison", "good"]);
        expect(id, &poison().taken(10, 1, 0, 1).taken(100, 1, 1, 1), Pass, Reason::Met);
        let tried = (1..=3).fold(poison(), |tape, n| tape.back(i64::from(n) * 100, 1, 0, n));
        expect(id, &tried.clone().taken(500, 1, 0, 4).taken(600, 1, 1, 1), Pass, Reason::Met);
        expect(id, &tried, Inconclusive, Reason::Unreachable);
        let blocking = (1..=11).fold(poison(), |tape, n| tape.back(i64::from(n) * 100, 1, 0, n));
        expect(id, &blocking, Fail, Reason::TooLarge);
        expect(id, &poison().delivered(10, 1, 0, 1).ended(310_500), Fail, Reason::StillOpen);
        expect(id, &poison().delivered(10, 1, 0, 1), Inconclusive, Reason::Unreachable);
        // It left and never fetched again, though it answers on its page.
        let gone = poison().delivered(10, 1, 0, 1).left(20, 1).ended(900_000);
        expect(id, &gone.clone().page(899_000, 1, 0), Fail, Reason::Missing);
        expect(id, &gone, Inconclusive, Reason::Unreachable);
    }
}

#[test]
fn a_message_after_a_quiet_time() {
    let id = "pull.late-message-fetched";
    let quiet = standing(&["late", "good"]).event(40_000, 0, Happening::QuietEnded { seconds: 40 });
    expect(id, &quiet.clone().taken(40_100, 1, 0, 1).taken(40_200, 1, 1, 1).ended(41_000), Pass, Reason::Met);
    let seldom = |ms: i64| quiet.clone().login(ms, 2, "t", EIGHT_HOURS).taken(ms + 10, 2, 0, 1).ended(ms + 500);
    expect(id, &seldom(339_000), Pass, Reason::Met);
    expect(id, &seldom(341_000), Fail, Reason::TooLarge);
    // It was not fetched, though the system answers on its page; without a sign of life it may have been stopped.
    let never = quiet.clone().ended(341_000);
    expect(id, &never, Inconclusive, Reason::Unreachable);
    expect(id, &never.clone().page(340_000, 0, 0), Fail, Reason::Missing);
    expect(id, &never.page(338_000, 0, 0).ended(339_000), Inconclusive, Reason::Unreachable);
    // Handed over and not settled says nothing of the time.
    expect(id, &quiet.delivered(40_100, 1, 0, 1).ended(42_000), Inconclusive, Reason::Unreachable);
    // Nothing says that the dueslag was ever empty.
    expect(id, &standing(&["late", "good"]).taken(10, 1, 0, 1), Inconclusive, Reason::Unreachable);
}

#[test]
fn token_expiry() {
    let id = "pull.token-expiry-renewed";
    // The good messages, with a token that ends after a minute.
    let short = tape()
        .message("good", "o")
        .message("good", "o")
        .asked(100, "t", 60)
        .login(200, 1, "t", 60)
        .consume(300, 1)
        .taken(400, 1, 0, 1)
        .over(60_100, 1, End::TokenExpired)
        .ended(70_000);
    let renewed = short
        .clone()
        .asked(60_200, "u", EIGHT_HOURS)
        .login(60_300, 2, "u", 60 + EIGHT_HOURS)
        .consume(60_400, 2)
        .taken(61_000, 2, 1, 1);
    expect(id, &renewed, Pass, Reason::Met);
    expect("token.not-used-expired", &renewed, Pass, Reason::Met);
    // Renewed before the end: no gap at all.
    let early = short
        .clone()
        .asked(50_000, "u", EIGHT_HOURS)
        .login(50_300, 2, "u", 50 + EIGHT_HOURS)
        .consume(50_400, 2)
        .taken(61_000, 2, 1, 1);
    expect(id, &early, Pass, Reason::Met);
    let late = short
        .clone()
        .ended(500_000)
        .asked(420_000, "u", EIGHT_HOURS)
        .login(420_300, 2, "u", 420 + EIGHT_HOURS)
        .consume(420_400, 2)
        .taken(421_000, 2, 1, 1);
    expect(id, &late, Fail, Reason::TooLarge);

    // The old token again and again: alive, and never back.
    let stubborn = (0..40).fold(short.clone().ended(500_000), |tape, n| {
        let (ms, number) = (61_000 + n * 10_000, 2 + u32::try_from(n).unwrap());
        tape.connected(ms, number).start(ms + 1, number, "EXTERNAL", Some(token("t", 60))).event(
            ms + 2,
            number,
            Happening::LoginRefused { because: "the token is over".into() },
        )
    });
    expect(id, &stubborn, Fail, Reason::Missing);
    expect("token.not-used-expired", &stubborn, Fail, Reason::Expired);
    // Once, right after the end, is within the clocks' difference.
    let once = short
        .clone()
        .connected(60_200, 2)
        .start(60_201, 2, "EXTERNAL", Some(token("t", 60)))
        .asked(60_400, "u", EIGHT_HOURS)
        .login(60_500, 3, "u", 60 + EIGHT_HOURS)
        .consume(60_600, 3)
        .taken(61_000, 3, 1, 1);
    expect("token.not-used-expired", &once, Pass, Reason::Met);
    expect(id, &once, Pass, Reason::Met);

    expect(id, &short, Inconclusive, Reason::Unreachable);
    expect("token.not-used-expired", &short, Inconclusive, Reason::Unreachable);
    expect(id, &good(), Inconclusive, Reason::Unclear);
    expect("token.not-used-expired", &good(), Inconclusive, Reason::Unreachable);
    // Back, but not at work.
    let idle = short.clone().asked(60_200, "u", EIGHT_HOURS).login(60_300, 2, "u", 60 + EIGHT_HOURS);
    expect(id, &idle, Inconclusive, Reason::ControlFailed);
}

#[test]
fn lost_connections_and_refused_logins() {
    let lost = standing(&["interrupted", "good"]).delivered(10, 1, 0, 1).over(11, 1, End::Ordered);
    let id = "pull.dropped-connection-reconnected";
    let late = lost.clone().login(400_000, 2, "t", EIGHT_HOURS).taken(400_100, 2, 0, 2).taken(400_200, 2, 1, 1);
    expect(id, &late.ended(500_000), Fail, Reason::TooLarge);
    expect(id, &lost.clone().ended(900_000), Inconclusive, Reason::Unreachable);
    expect(id, &lost.clone().page(899_000, 0, 0).ended(900_000), Fail, Reason::Missing);
    expect(id, &lost.clone().page(9000, 0, 0).ended(10_000), Inconclusive, Reason::Unreachable);
    expect(id, &standing(&["good"]).taken(10, 1, 0, 1), Inconclusive, Reason::Unreachable);

    let refused = |pause: i64| {
        let tape = standing(&["good"]).over(1, 1, End::Ordered);
        (0..60_000 / pause).fold(tape, |tape, n| tape.refused(1000 + n * pause, 2 + u32::try_from(n).unwrap()))
    };
    let back = |tape: Tape, ms: i64| {
        tape.login(ms, 999, "t", EIGHT_HOURS).consume(ms + 10, 999).taken(ms + 20, 999, 0, 1).ended(ms + 1000)
    };
    expect("pull.refused-login-recovered", &back(refused(5000), 62_000), Pass, Reason::Met);
    expect("pull.refused-login-no-hot-loop", &back(refused(5000), 62_000), Pass, Reason::Met);
    expect("pull.refused-login-recovered", &back(refused(5000), 400_000), Fail, Reason::TooLarge);
    expect("pull.refused-login-no-hot-loop", &back(refused(500), 62_000), Fail, Reason::TooLarge);
    let never = standing(&["good"]).taken(10, 1, 0, 1);
    expect("pull.refused-login-no-hot-loop", &never, Inconclusive, Reason::Unreachable);
    expect("pull.refused-login-recovered", &never, Inconclusive, Reason::Unreachable);
}

#[test]
fn silence() {
    let id = "pull.silence-noticed";
    let noticed = standing(&["good"]).left(120_000, 1).login(121_000, 2, "t", EIGHT_HOURS);
    let noticed = noticed.consume(121_100, 2).taken(122_000, 2, 0, 1).ended(130_000);
    expect(id, &noticed, Pass, Reason::Met);
    let slow = standing(&["good"]).left(200_000, 1).login(201_000, 2, "t", EIGHT_HOURS).ended(210_000);
    expect(id, &slow, Fail, Reason::TooLarge);
    let deaf = standing(&["good"]).taken(241_000, 1, 0, 1).ended(250_000);
    expect(id, &deaf, Fail, Reason::Missing);
    // The run did not wait long enough.
    expect(id, &standing(&["good"]).taken(20_000, 1, 0, 1).ended(30_000), Inconclusive, Reason::Unreachable);
    // A system that polls has no connection to fall silent.
    let polls = tape().message("good", "o").login(1000, 2, "t", EIGHT_HOURS).consume(1010, 2).taken(1020, 2, 0, 1);
    expect(id, &polls, NotApplicable, Reason::DoesNotConcern);
    // A system that does not work afterwards was perhaps stopped.
    let stopped = standing(&["good"]).ended(900_000);
    let outcome = judged_with(id, subject(Some(&good()), Some(&stopped), Some(&stopped.clone().waited())), |_| {});
    assert_eq!(outcome.verdict, Inconclusive);
}

#[test]
fn tokens() {
    let id = "token.reused";
    let once = tape().asked(100, "t", EIGHT_HOURS);
    let logins =
        |tape: Tape, times: u32| (1..=times).fold(tape, |tape, n| tape.login(i64::from(n) * 1000, n, "t", EIGHT_HOURS));
    expect(id, &logins(once.clone(), 4), Pass, Reason::Met);
    expect(id, &logins(once.clone(), 2), Inconclusive, Reason::Unclear);
    let each = (1..=4).fold(tape(), |tape, n: u32| {
        let ms = i64::from(n) * 1000;
        tape.asked(ms, "t", EIGHT_HOURS).login(ms + 100, n, "t", EIGHT_HOURS)
    });
    expect(id, &each, Fail, Reason::TooLarge);
    // Short tokens are the trial's own, and a refused login is a reason to renew.
    let short = (1..=4).fold(tape(), |tape, n: u32| {
        let ms = i64::from(n) * 1000;
        tape.asked(ms, "t", 60).login(ms + 100, n, "t", 60)
    });
    expect(id, &short, Inconclusive, Reason::Unclear);
    let told = (1..=4).fold(tape(), |tape, n: u32| {
        let ms = i64::from(n) * 1000;
        tape.asked(ms, "t", EIGHT_HOURS).refused(ms + 100, n)
    });
    expect(id, &told, Pass, Reason::Met);
    // Two instances with a token each; a token for each connection is not reused, though it serves the login and the message.
    let each_message = |times: u32, name: &dyn Fn(u32) -> String| {
        (1..=times).fold(tape().asked(1, &name(1), EIGHT_HOURS), |tape, n| {
            let (ms, name) = (i64::from(n) * 1000, name(n));
            tape.login(ms, n, &name, EIGHT_HOURS).event(ms + 500, n, published("m", &name, Some(20)))
        })
    };
    expect(id, &each_message(3, &|_| "t".to_owned()), Pass, Reason::Met);
    expect(id, &each_message(2, &|_| "t".to_owned()), Inconclusive, Reason::Unclear);
    expect(id, &each_message(3, &|n| n.to_string()), Inconclusive, Reason::Unclear);
    // Another authority needs a token of its own.
    let two = once.clone().asked_as(200, "b", EIGHT_HOURS, "87654321", OURS);
    let two = two.asked_as(300, "c", EIGHT_HOURS, CVR, "other-instance");
    expect(id, &logins(two, 4), Pass, Reason::Met);

    let wrong = tape().asked_as(100, "t", EIGHT_HOURS, "99999999", OURS);
    expect("token.authority", &logins(wrong, 1), Fail, Reason::WrongParty);
    expect("token.authority", &tape().asked_as(100, "t", 60, "", OURS), Fail, Reason::Missing);
    let mut other = token("t", EIGHT_HOURS);
    other.cvr = "87654321".into();
    let other = tape().connected(1, 1).start(2, 1, "EXTERNAL", Some(other));
    expect("token.authority", &other, Fail, Reason::WrongParty);
    expect("token.authority", &once, Inconclusive, Reason::Unreachable);

    let stranger = tape().asked_as(100, "t", EIGHT_HOURS, CVR, "bad");
    expect("token.certificate-registered", &stranger, Fail, Reason::WrongParty);
    let mixed = once.event(5, 7, Happening::Connected { tls: "TLSv1.3".into(), certificate: Some("bad".into()) });
    expect("token.certificate-registered", &mixed, Pass, Reason::Met);
    let mixed = mixed.start(6, 7, "EXTERNAL", Some(token("t", EIGHT_HOURS)));
    expect("token.certificate-registered", &mixed, Fail, Reason::WrongParty);
    let mut unknown = subject(Some(&good()), Some(&good()), None);
    unknown.setting.client_certificate = None;
    assert_eq!(judged_with("token.certificate-registered", unknown, |_| {}).verdict, NotTested);
}

/// A publication as it must be.
fn published(besked_id: &str, token_id: &str, replied: Option<u16>) -> Happening {
    Happening::Published {
        exchange: "AFSEND_BESKED_EXCHANGE".into(),
        routing_key: String::new(),
        mandatory: true,
        headers: vec!["token".into()],
        token: Some(token(token_id, EIGHT_HOURS)),
        reply_to: Some("amq.rabbitmq.reply-to.g1h2".into()),
        message_id: None,
        correlation_id: None,
        besked_id: Some(besked_id.into()),
        sha256: String::new(),
        confirmed: true,
        replied,
    }
}

fn changed(change: impl FnOnce(&mut Happening)) -> Tape {
    let mut what = published("m", "t", Some(20));
    change(&mut what);
    tape().event(100, 1, what)
}

#[test]
fn publishing() {
    let good = tape().event(100, 1, published("m", "t", Some(20)));
    for id in ["send.exchange", "send.token-header", "send.reply-to", "send.publisher-confirms"] {
        expect(id, &good, Pass, Reason::Met);
    }
    let set = |name: &'static str| {
        changed(|what| {
            let Happening::Published { exchange, routing_key, token, headers, reply_to, confirmed, .. } = what else {
                unreachable!()
            };
            match name {
                "exchange" => *exchange = String::new(),
                "key" => *routing_key = "x".into(),
                "token" => *token = None,
                "headers" => (*token, *headers) = (None, Vec::new()),
                "reply" => *reply_to = None,
                _ => *confirmed = false,
            }
        })
    };
    expect("send.exchange", &set("exchange"), Fail, Reason::Different);
    expect("send.exchange", &set("key"), Fail, Reason::Different);
    expect("send.token-header", &set("token"), Fail, Reason::Malformed);
    expect("send.token-header", &set("headers"), Fail, Reason::Missing);
    expect("send.reply-to", &set("reply"), Fail, Reason::Missing);
    expect("send.publisher-confirms", &set("confirms"), Fail, Reason::Missing);
}

#[test]
fn replies() {
    let id = "send.expired-token-renewed";
    let first = tape().event(100, 1, published("m", "t", Some(41))).ended(400_000);
    expect(id, &first.clone().event(900, 1, published("m", "u", Some(20))), Pass, Reason::Met);
    expect(id, &first.clone().event(9000, 1, published("m", "t", Some(41))), Fail, Reason::Expired);
    expect(id, &first.clone().event(9000, 1, published("n", "u", Some(20))), Fail, Reason::Missing);
    expect(
        id,
        &first.clone().ended(9900).event(9000, 1, published("n", "u", Some(20))),
        Inconclusive,
        Reason::Unreachable,
    );
    expect(id, &first, Inconclusive, Reason::Unreachable);

    for id in ["send.kept-after-error", "send.kept-without-reply"] {
        for replied in [Some(50), None] {
            let first = tape().event(100, 1, published("m", "t", replied)).ended(400_000);
            expect(id, &first.clone().event(9000, 1, published("m", "t", Some(20))), Pass, Reason::Met);
            expect(id, &first, NotTested, Reason::NotSupplied);
        }
        expect(id, &tape().event(100, 1, published("m", "t", Some(20))), Inconclusive, Reason::Unreachable);
    }

    let astray = |besked_id: &str| {
        let mut what = published(besked_id, "t", None);
        if let Happening::Published { exchange, .. } = &mut what {
            exchange.clear();
        }
        what
    };
    let lost = tape().event(100, 1, astray("m")).event(9000, 1, astray("m")).ended(400_000);
    for id in ["send.kept-after-error", "send.kept-without-reply", "send.no-retry-storm"] {
        expect(id, &lost, Inconclusive, Reason::Unreachable);
    }

    let storm = |pause: i64| {
        (0..60_000 / pause).fold(tape(), |tape, n| tape.event(n * pause, 1, published("m", "t", Some(50))))
    };
    expect("send.no-retry-storm", &storm(5000), Pass, Reason::Met);
    expect("send.no-retry-storm", &storm(1000), Fail, Reason::TooLarge);
}

fn called(operation: &str, token: bool, status: u16) -> Happening {
    Happening::ValueListCalled {
        operation: operation.into(),
        certificate: Some(OURS.into()),
        token,
        list: Some("sager".into()),
        values: 1,
        prefixes: Vec::new(),
        status,
    }
}

#[test]
fn value_lists() {
    let calls = |operations: &[&str]| {
        let mut ms = 0;
        operations.iter().fold(tape(), |tape, operation| {
            ms += 100;
            tape.event(ms, 0, called(operation, false, 20))
        })
    };
    let id = "value-list.certificate-without-token";
    expect(id, &calls(&["Opret"]), Pass, Reason::Met);
    expect(id, &tape().event(1, 0, called("Opret", true, 40)), Fail, Reason::Forbidden);
    expect(id, &tape().event(1, 0, called("Opret", false, 49)), Inconclusive, Reason::Unclear);

    let id = "value-list.change-pattern";
    expect(id, &calls(&["Opret", "TilfoejVaerdier"]), Pass, Reason::Met);
    expect(id, &calls(&["Opret", "Slet", "Opret"]), Fail, Reason::Forbidden);
    expect(id, &calls(&["Opret"]), Inconclusive, Reason::Unclear);
    expect(id, &calls(&["Slet"]), Inconclusive, Reason::Unclear);
}

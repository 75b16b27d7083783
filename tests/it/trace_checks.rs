//! The checks on what a log says about the logins of trials, on logs made by hand: a good one passes every check, each fault turns red
//! exactly the checks it must, and what a log cannot show fails nobody. Expectations are written by hand.

use jiff::{SignedDuration, Timestamp};
use kravprobe::check::{Parameters, Value};
use kravprobe::checks;
use kravprobe::subject::event_log::{Attempt, Did, EventLog, TRACE_ID};
use kravprobe::subject::usage::{JSON, LogFacts, LogFile};
use kravprobe::subject::{Blob, EventLogSubject, Family, Subject};
use kravprobe::target::usage::{Covers, Keeper};
use kravprobe::usage::event::{Event, EventKind, Events, Field, digest};
use kravprobe::usage::summary::Ended;
use kravprobe::verdict::{Environment, Verdict};
use std::collections::BTreeMap;

const CVR: &str = "90000009";

fn at(milliseconds: i64) -> Timestamp {
    let began: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    began + SignedDuration::from_millis(milliseconds)
}

fn attempt(did: Did, second: i64, assertion: &str) -> Attempt {
    Attempt {
        trial: "login:good".to_owned(),
        report_sha256: None,
        did,
        sent: at(second * 1000),
        answered: at(second * 1000 + 200),
        assertion: Some(assertion.to_owned()),
        name_id: Some(digest(&format!("C=DK,O={CVR},CN=Kravprobe {assertion},Serial=1"))),
        cvr: Some(CVR.to_owned()),
    }
}

fn event(kind: EventKind, milliseconds: i64, line: u64) -> Event {
    Event {
        time: at(milliseconds),
        kind,
        file: 0,
        line,
        id: None,
        transaction: None,
        integration: None,
        service: None,
        municipality: None,
        token_municipality: None,
        outcome: None,
        reason: None,
        assertion: None,
        account: None,
        name_id: None,
        attempts: None,
        delivered: None,
        bytes: None,
    }
}

/// A line on a user whose Assertion is known. The NameID stands as a hash, which the probe cannot tell from another one.
fn known(kind: EventKind, milliseconds: i64, line: u64, assertion: &str) -> Event {
    Event {
        assertion: Some(assertion.to_owned()),
        account: Some(digest(&format!("bruger {assertion}"))),
        name_id: Some(digest("sha256:4711")),
        municipality: Some(CVR.to_owned()),
        ..event(kind, milliseconds, line)
    }
}

fn refused(milliseconds: i64, line: u64) -> Event {
    Event { reason: Some("Audience".to_owned()), ..event(EventKind::LoginRefused, milliseconds, line) }
}

/// Two logins, a logout between them, two refusals, and a log that has a line for each.
struct Scene {
    attempts: Vec<Attempt>,
    events: Events,
    covers: Option<Covers>,
    integrations: Vec<String>,
    holds: Vec<EventKind>,
}

fn scene() -> Scene {
    use EventKind::{Login, Logout};
    Scene {
        attempts: vec![
            attempt(Did::Login, 0, "_a1"),
            attempt(Did::Refusal, 100, "_r1"),
            attempt(Did::Refusal, 102, "_r2"),
            attempt(Did::Logout, 200, "_a1"),
            attempt(Did::Login, 300, "_a2"),
        ],
        events: Events {
            format: 1,
            fields: vec![Field::Assertion, Field::Account, Field::NameId, Field::Municipality, Field::Reason],
            events: vec![
                known(Login, 150, 2, "_a1"),
                refused(100_050, 3),
                refused(102_050, 4),
                known(Logout, 200_100, 5, "_a1"),
                known(Login, 300_120, 6, "_a2"),
                event(Login, 400_000, 7),
            ],
            ended: vec![Ended::Complete],
            ..Events::default()
        },
        covers: Some(Covers {
            from: at(-3_600_000),
            until: at(3_600_000),
            integrations: Vec::new(),
            municipalities: Vec::new(),
        }),
        integrations: Vec::new(),
        holds: Vec::new(),
    }
}

impl Scene {
    fn changed(change: impl FnOnce(&mut Self)) -> Self {
        let mut scene = scene();
        change(&mut scene);
        scene
    }

    /// Takes the lines of a kind out of the log.
    fn without(kind: EventKind) -> Self {
        // The last line of the log is nobody's of these, and shows that the log goes on.
        Self::changed(|s| s.events.events.retain(|e| e.kind != kind || e.line == 7))
    }

    fn subject(&self) -> EventLogSubject {
        let mut covers = self.covers.clone();
        if let Some(covers) = &mut covers {
            covers.integrations.clone_from(&self.integrations);
        }
        EventLogSubject {
            id: TRACE_ID.to_owned(),
            environment: Environment::Local,
            at: at(1_000_000),
            municipalities: Vec::new(),
            go_live: None,
            logs: vec![EventLog {
                facts: LogFacts {
                    name: "fagsystem".to_owned(),
                    kept_by: Keeper::Supplier,
                    covers,
                    bad_lines_per_100000: 10,
                    files: vec![LogFile { name: "events.csv".to_owned(), bytes: 1, sha256: String::new() }],
                    mapping: Blob::new("application/toml", Vec::new()),
                },
                holds: self.holds.clone(),
                events: Blob::new(JSON, serde_json::to_vec(&self.events).unwrap()),
            }],
            attempts: self.attempts.clone(),
        }
    }

    fn verdicts(&self) -> [Verdict; 4] {
        let outcomes = judge(self.subject());
        ["trace.login-logged", "trace.refusal-logged", "trace.logout-logged", "trace.clock"].map(|id| outcomes[id].0)
    }

    fn observed(&self, check: &str) -> String {
        judge(self.subject()).remove(check).unwrap().1
    }
}

fn judge(subject: EventLogSubject) -> BTreeMap<&'static str, (Verdict, String)> {
    let subject = Subject::Trace(subject);
    checks::of_family(Family::Trace)
        .map(|c| {
            let outcome = c.judge(&subject, &Parameters::defaults(c.meta()));
            (c.meta().id, (outcome.verdict, outcome.observed))
        })
        .collect()
}

const P: Verdict = Verdict::Pass;
const F: Verdict = Verdict::Fail;
const I: Verdict = Verdict::Inconclusive;
const N: Verdict = Verdict::NotTested;

#[test]
fn a_log_with_a_line_for_each_passes_every_check_and_shows_the_delay() {
    let scene = scene();
    assert_eq!(scene.verdicts(), [P, P, P, P]);
    assert_eq!(
        scene.observed("trace.login-logged"),
        "2 left their lines; at most 0 ms before and 150 ms after the message; the log is kept by the vendor"
    );
    assert_eq!(scene.observed("trace.clock"), "3 lines; at most 0 ms away; the log is kept by the vendor");
}

#[test]
fn a_fault_of_the_log_turns_exactly_its_check_red() {
    let lines = |change: fn(&mut Event)| Scene::changed(|s| s.events.events[..5].iter_mut().for_each(change));
    let first_of = |kind: EventKind, change: fn(&mut Event)| {
        Scene::changed(move |s| change(s.events.events.iter_mut().find(|e| e.kind == kind).unwrap()))
    };
    let cases = [
        ("no login", Scene::without(EventKind::Login), [F, P, P, P]),
        ("no refusal", Scene::without(EventKind::LoginRefused), [P, F, P, P]),
        ("no logout", Scene::without(EventKind::Logout), [P, P, F, P]),
        // Nothing is left that tells which line is whose.
        ("no Assertion ID", lines(|e| e.assertion = None), [F, P, P, I]),
        ("no account", lines(|e| e.account = None), [F, P, P, P]),
        ("no NameID", lines(|e| e.name_id = None), [F, P, P, P]),
        ("no CVR number", lines(|e| e.municipality = None), [F, P, P, P]),
        ("another CVR number", lines(|e| e.municipality = Some("90000017".to_owned())), [F, P, P, P]),
        ("no reason", lines(|e| e.reason = None), [P, F, P, P]),
        ("three minutes fast", lines(|e| e.time += SignedDuration::from_mins(3)), [P, P, P, F]),
        ("an hour slow", lines(|e| e.time -= SignedDuration::from_hours(1)), [P, P, P, F]),
        ("one login of two", first_of(EventKind::Login, |e| e.kind = EventKind::Called), [F, P, P, P]),
        ("one refusal of two", first_of(EventKind::LoginRefused, |e| e.kind = EventKind::Called), [P, F, P, P]),
        ("another's login", first_of(EventKind::Login, |e| e.assertion = Some("_b".to_owned())), [F, P, P, P]),
    ];
    for (name, scene, expected) in cases {
        assert_eq!(scene.verdicts(), expected, "{name}: {}", scene.observed("trace.login-logged"));
    }
}

#[test]
fn findings_name_instants_and_places_and_no_person() {
    let scene = Scene::without(EventKind::LoginRefused);
    assert_eq!(
        scene.observed("trace.refusal-logged"),
        "2 of 2 left no line; 2026-11-21T10:01:40Z; 2026-11-21T10:01:42Z; the log is kept by the vendor"
    );
    let scene = Scene::changed(|s| s.events.events[0].account = None);
    assert_eq!(
        scene.observed("trace.login-logged"),
        "1 of 2 left a line that lacks something; file 1 line 2; no account; the log is kept by the vendor"
    );
    let scene = Scene::changed(|s| s.events.events[4].time += SignedDuration::from_secs(9));
    assert_eq!(
        scene.observed("trace.clock"),
        "3 lines; at most 8920 ms away; file 1 line 6; the log is kept by the vendor"
    );
}

#[test]
fn what_a_log_cannot_show_fails_nobody() {
    let silent = |change: fn(&mut Scene)| {
        let mut scene = Scene::without(EventKind::LoginRefused);
        change(&mut scene);
        scene
    };
    let cases = [
        ("it does not say what it covers", silent(|s| s.covers = None), [P, I, P, P]),
        ("it covers another day", silent(|s| s.covers.as_mut().unwrap().until = at(-1)), [P, I, P, P]),
        ("it covers other integrations", silent(|s| s.integrations = vec!["SF1461".to_owned()]), [P, I, P, P]),
        ("it covers logins", silent(|s| s.integrations = vec!["SF1511".to_owned()]), [P, F, P, P]),
        ("it holds other events", silent(|s| s.holds = vec![EventKind::Login, EventKind::Logout]), [P, I, P, P]),
        ("it holds refusals", silent(|s| s.holds = vec![EventKind::LoginRefused]), [P, F, P, P]),
        ("it was cut off", silent(|s| s.events.ended = vec![Ended::Damaged("gzip".to_owned())]), [P, I, P, P]),
        ("it has many bad lines", silent(|s| s.events.bad_lines = 1), [P, I, P, P]),
        ("it may hold others' lines", silent(|s| s.events.lines_without_system = 1), [P, I, P, P]),
        ("it has events without a name", silent(|s| s.events.unnamed_lines = 2), [P, I, P, P]),
        ("it ends before", silent(|s| s.events.events.truncate(1)), [P, I, I, P]),
        ("it is empty", silent(|s| s.events.events.clear()), [I, I, I, I]),
        // A line that only its time ties to the trial may be another user's, when the own one may stand elsewhere.
        ("another's login", silent(|s| (s.covers, s.events.events[0].assertion) = (None, None)), [I, I, P, P]),
        ("it has no column for the account", silent(no_account), [N, F, P, P]),
        ("no trial shows anything", silent(|s| s.attempts.clear()), [N, N, N, N]),
        ("no log", silent(|s| s.events.format = 2), [N, N, N, N]),
    ];
    for (name, scene, expected) in cases {
        assert_eq!(scene.verdicts(), expected, "{name}: {}", scene.observed("trace.refusal-logged"));
    }
}

fn no_account(scene: &mut Scene) {
    scene.events.fields.retain(|f| *f != Field::Account);
    for event in &mut scene.events.events {
        event.account = None;
    }
}

#[test]
fn attempts_outside_what_the_log_covers_are_left_out_of_the_count() {
    let scene = Scene::changed(|s| {
        s.covers.as_mut().unwrap().until = at(250_000);
        s.events.events.truncate(4);
    });
    assert_eq!(scene.verdicts(), [P, P, P, P]);
    assert!(scene.observed("trace.login-logged").contains("1 of 2 outside what the logs cover"));
}

#[test]
fn one_line_counts_for_one_message_alone() {
    // Three refusals a second apart and two lines: one of them left none, whichever.
    let scene = Scene::changed(|s| s.attempts.insert(3, attempt(Did::Refusal, 103, "_r3")));
    assert_eq!(scene.verdicts(), [P, F, P, P]);
    // A message that is refused twice leaves two lines with its one Assertion ID.
    let twice = |lines: usize| {
        Scene::changed(|s| {
            s.attempts[2] = attempt(Did::Refusal, 102, "_r1");
            s.events.events.retain(|e| e.kind != EventKind::LoginRefused);
            let both = [100_050, 102_050].map(|at| Event { assertion: Some("_r1".to_owned()), ..refused(at, 3) });
            s.events.events.extend(both.into_iter().take(lines));
        })
    };
    assert_eq!(twice(2).verdicts(), [P, P, P, P]);
    assert_eq!(twice(1).verdicts(), [P, F, P, P]);
    // A refused login of somebody else a minute later is no line of these.
    let late = Scene::changed(|s| s.events.events[2].time += SignedDuration::from_mins(1));
    assert_eq!(late.verdicts(), [P, F, P, P]);
}

#[test]
fn a_name_id_in_the_clear_finds_a_line_where_time_alone_would_not_do() {
    let name_id = attempt(Did::Logout, 200, "_a1").name_id;
    let scene = Scene::changed(|s| {
        let own = Event { name_id, ..event(EventKind::Logout, 200_300, 5) };
        s.events.events[3] = own;
    });
    assert_eq!(scene.verdicts(), [P, P, P, P]);
}

#[test]
fn the_window_and_the_clock_are_the_profiles_to_set() {
    let subject =
        Subject::Trace(Scene::changed(|s| s.events.events[2].time += SignedDuration::from_secs(20)).subject());
    let verdict = |id: &str, name: &str, value: i64| {
        let check = checks::by_id(id).unwrap();
        let mut parameters = Parameters::defaults(check.meta());
        parameters.0.insert(name.to_owned(), Value::Integer(value));
        check.judge(&subject, &parameters).verdict
    };
    assert_eq!(verdict("trace.refusal-logged", "window_seconds", 10), F);
    assert_eq!(verdict("trace.refusal-logged", "window_seconds", 30), P);
    let subject =
        Subject::Trace(Scene::changed(|s| s.events.events[0].time += SignedDuration::from_secs(20)).subject());
    let check = checks::by_id("trace.clock").unwrap();
    let with = |most: i64| {
        let parameters = Parameters([("max_seconds".to_owned(), Value::Integer(most))].into_iter().collect());
        check.judge(&subject, &parameters).verdict
    };
    assert_eq!((with(5), with(60)), (F, P));
}

#[test]
fn ids_in_upper_case_are_the_same_ids() {
    let upper = |e: &mut Event| e.assertion = e.assertion.as_ref().map(|id| id.to_ascii_uppercase());
    let scene = Scene::changed(|s| s.events.events.iter_mut().for_each(upper));
    assert_eq!(scene.verdicts(), [P, P, P, P]);
}

#[test]
fn a_column_that_holds_the_id_of_no_trial_fails_nobody() {
    let others = |change: fn(&mut Event)| {
        Scene::changed(move |s| {
            for event in s.events.events.iter_mut().filter(|e| e.assertion.is_some()) {
                event.assertion = Some(format!("row-{}", event.line));
                change(event);
            }
        })
    };
    let scene = others(|_| ());
    assert_eq!(scene.verdicts(), [I, P, I, I]);
    assert_eq!(
        scene.observed("trace.login-logged"),
        "log fagsystem; its column for the Assertion ID holds the ID of no trial"
    );
    assert_eq!(others(|e| e.time += SignedDuration::from_hours(2)).verdicts(), [I, P, I, I]);
    // The NameID tells whose a line is, and a logout needs no more.
    let named = Scene::changed(|s| {
        for (event, id) in [(0, "_a1"), (3, "_a1"), (4, "_a2")] {
            let event = &mut s.events.events[event];
            event.assertion = Some(format!("row-{}", event.line));
            event.name_id = attempt(Did::Login, 0, id).name_id;
        }
    });
    assert_eq!(named.verdicts(), [I, P, P, I]);
    // Where the lines are gone, and no other tells of a logout, nothing is left open.
    let gone = Scene::changed(|s| s.events.events.retain(|e| e.kind != EventKind::Logout));
    assert_eq!(gone.verdicts(), [P, P, F, P]);
}

#[test]
fn one_account_for_different_users_shows_nobody() {
    let scene = Scene::changed(|s| {
        for event in s.events.events.iter_mut().filter(|e| e.account.is_some()) {
            event.account = Some(digest("admin"));
        }
    });
    assert_eq!(scene.verdicts(), [I, P, P, P]);
    assert_eq!(scene.observed("trace.login-logged"), "2 users with one account in all lines");
}

#[test]
fn a_time_that_many_lines_have_ties_none_of_them() {
    let flooded = |every: i64| {
        Scene::changed(move |s| {
            s.events.events.retain(|e| e.kind == EventKind::Login);
            let lines = (90_000..210_000).step_by(usize::try_from(every).unwrap());
            s.events.events.extend(lines.clone().map(|at| refused(at, 8)));
            s.events.events.extend(lines.map(|at| event(EventKind::Logout, at, 9)));
        })
    };
    let scene = flooded(500);
    assert_eq!(scene.verdicts(), [P, I, I, P]);
    assert_eq!(scene.observed("trace.logout-logged"), "39 lines at the time, 1 expected; only their time ties them");
    // Two lines for a message are no crowd.
    let scene = Scene::changed(|s| s.events.events.extend([refused(100_060, 8), refused(102_060, 9)]));
    assert_eq!(scene.verdicts(), [P, P, P, P]);
}

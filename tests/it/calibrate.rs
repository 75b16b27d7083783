//! The instrument tried on the reference vendor. The whole matrix is `make calibrate`; here every fault meets its own checks and a
//! few that it must leave alone.

use crate::support::run;
use jiff::Timestamp;
use kravprobe::calibrate::{Calibration, Expected, Line, Role, expected, expected_of_messages};
use kravprobe::checks::{self, AnyCheck};
use kravprobe::subject::Family;
use kravprobe::vendor::receiver::Fault as ReceiverFault;
use kravprobe::vendor::service_provider::{Area, Fault};
use kravprobe::verdict::Verdict;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static CALIBRATION: LazyLock<Calibration> = LazyLock::new(|| Calibration::new(Timestamp::now()).unwrap());

/// A good login, a refusal that goes red with broad faults alone, and a request: three trials.
const SENTINELS: [&str; 3] = ["login.good-response-accepted", "login.other-audience-refused", "authn-request.version"];

fn checks_of(ids: impl IntoIterator<Item = &'static str>) -> Vec<AnyCheck> {
    let ids: BTreeSet<_> = ids.into_iter().collect();
    ids.into_iter().map(|id| checks::by_id(id).unwrap_or_else(|| panic!("{id} is no check"))).collect()
}

/// What the line says that is not as it must be.
fn complaint(line: &Line) -> String {
    let name = line.name();
    let odd = line.outcomes.iter().filter(|(_, o)| o.verdict != Verdict::Pass);
    let odd: Vec<_> =
        odd.map(|(id, o)| format!("  {} {id}: {} | {}\n", o.verdict.name(), o.expected, o.observed)).collect();
    format!("{name}: must fail {:?}, undecided {:?}\n{}", line.must_fail(), line.undecided(), odd.concat())
}

/// Tries every fault of an area, or one part of several of them.
fn try_faults(area: Area, part: usize, parts: usize) {
    let faults = Fault::ALL.iter().filter(|fault| fault.area() == area);
    let mut wrong = String::new();
    for (_, fault) in faults.enumerate().filter(|(number, _)| number % parts == part) {
        let judged = checks_of(SENTINELS.into_iter().chain(expected(*fault).checks().iter().copied()));
        let line = CALIBRATION.line(*fault, &judged).unwrap();
        assert_eq!(line.must_fail(), expected(*fault).checks().iter().copied().collect(), "all of them are judged");
        if !line.holds() {
            wrong += &complaint(&line);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Whether a check is tried on the system where users log in.
fn is_of_logins(check: &AnyCheck) -> bool {
    Role::ServiceProvider.is_tried_by(check.meta())
}

#[test]
fn the_strict_vendor_passes_every_check() {
    let all: Vec<_> = checks::all().filter(is_of_logins).collect();
    let line = CALIBRATION.strict(Role::ServiceProvider, &all).unwrap();
    assert!(line.holds(), "{}", complaint(&line));
    assert_eq!(line.outcomes.len(), all.len());
    assert!(line.outcomes.values().all(|outcome| outcome.verdict == Verdict::Pass), "{}", complaint(&line));
}

#[test]
fn faults_of_the_request_turn_their_checks_red() {
    try_faults(Area::AuthnRequest, 0, 1);
}

#[test]
fn faults_of_the_response_turn_their_checks_red_first_half() {
    try_faults(Area::Response, 0, 2);
}

#[test]
fn faults_of_the_response_turn_their_checks_red_second_half() {
    try_faults(Area::Response, 1, 2);
}

#[test]
fn faults_of_the_session_turn_their_checks_red() {
    try_faults(Area::Session, 0, 1);
}

#[test]
fn faults_of_the_logout_turn_their_checks_red() {
    try_faults(Area::Logout, 0, 1);
}

#[test]
fn faults_of_the_event_log_turn_their_checks_red() {
    let judged: Vec<_> = checks::of_family(Family::Trace).chain(checks::of_family(Family::EventLog)).collect();
    let faults: Vec<_> = Fault::ALL.iter().filter(|fault| fault.area() == Area::EventLog).collect();
    let wrong: String = std::thread::scope(|scope| {
        let halves = faults.chunks(faults.len().div_ceil(2)).map(|half| {
            let judged = &judged;
            scope.spawn(move || {
                let lines = half.iter().map(|fault| CALIBRATION.line(**fault, judged).unwrap());
                lines.filter(|line| !line.holds()).map(|line| complaint(&line)).collect::<String>()
            })
        });
        let running: Vec<_> = halves.collect();
        running.into_iter().map(|half| half.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{wrong}");
}

/// Checks of event logs that are not tried on the vendor, because its log of logins leaves them untested.
const NOT_OF_LOGINS: [&str; 16] = [
    // It fetches no messages.
    "event-log.acknowledged-after-stored",
    "event-log.nothing-lost",
    "event-log.receive-delay",
    "event-log.receive-gap",
    "event-log.redelivered-share",
    // It has no cases and documents in an index.
    "event-log.deleted-removed",
    "event-log.indexed-within-minutes",
    // It sends no post.
    "event-log.failed-post-handled",
    "event-log.post-closed",
    "event-log.post-size",
    // Nothing is distributed to it.
    "event-log.business-receipt",
    // No message or sending begins a chain.
    "event-log.correlated",
    // It calls no services: neither Organisation, nor with tokens.
    "event-log.token-authority",
    "event-log.token-reuse",
    "event-log.token-use-logged",
    "event-log.transaction-unique",
];

#[test]
fn a_log_of_logins_leaves_every_check_that_is_not_tried_on_it_untested() {
    let (tried, others): (Vec<_>, Vec<_>) = checks::of_family(Family::EventLog).partition(is_of_logins);
    let others: BTreeSet<_> = others.iter().map(|check| check.meta().id).collect();
    assert_eq!(others, BTreeSet::from(NOT_OF_LOGINS));
    let judged: Vec<_> = checks::of_family(Family::EventLog).collect();
    let line = CALIBRATION.strict(Role::ServiceProvider, &judged).unwrap();
    for check in tried {
        assert_eq!(line.outcomes[check.meta().id].verdict, Verdict::Pass, "{}", complaint(&line));
    }
    for id in NOT_OF_LOGINS {
        assert_eq!(line.outcomes[id].verdict, Verdict::NotTested, "{id}: {}", complaint(&line));
    }
}

/// Verdicts of the good login, a refusal, a replay and a wrapping.
fn verdicts(fault: Option<Fault>) -> [&'static str; 4] {
    const JUDGED: [&str; 4] = [
        "login.good-response-accepted",
        "login.other-audience-refused",
        "login.replay-at-once-refused",
        "login.signature-wrapping-3-refused",
    ];
    let checks = checks_of(JUDGED);
    let line = match fault {
        None => CALIBRATION.strict(Role::ServiceProvider, &checks),
        Some(fault) => CALIBRATION.line(fault, &checks),
    }
    .unwrap();
    assert!(line.holds(), "{}", complaint(&line));
    JUDGED.map(|id| line.outcomes[id].verdict.name())
}

#[test]
fn five_systems_that_answer_differently_are_told_apart_by_what_they_do() {
    let all_good = ["pass", "pass", "pass", "pass"];
    // A system that refuses everybody has shown nothing by refusing the bad ones.
    let nobody = ["fail", "inconclusive", "inconclusive", "inconclusive"];
    // A status of 403 does not undo the session that came with it.
    let everybody = ["pass", "fail", "fail", "fail"];
    assert_eq!(verdicts(None), all_good);
    assert_eq!(verdicts(Some(Fault::RefusesEverybody)), nobody);
    assert_eq!(verdicts(Some(Fault::ErrorsWith200)), all_good);
    assert_eq!(verdicts(Some(Fault::SessionForEverythingThen403)), everybody);
    assert_eq!(verdicts(Some(Fault::SessionForBadThen403)), everybody);
    assert_eq!(verdicts(Some(Fault::GoodWith500)), all_good);
}

#[test]
fn a_replay_is_not_blamed_for_a_session_that_the_logout_left_open() {
    let judged = checks_of(["login.replay-after-logout-refused", "login.good-response-accepted"]);
    for (fault, verdict) in [
        (Fault::LogoutKeepsSession, Verdict::Inconclusive),
        (Fault::RememberMe, Verdict::Inconclusive),
        (Fault::LogoutCookieOnly, Verdict::Pass),
    ] {
        let line = CALIBRATION.line(fault, &judged).unwrap();
        assert_eq!(line.outcomes["login.replay-after-logout-refused"].verdict, verdict, "{fault}");
    }
}

#[test]
fn every_fault_stands_in_the_table_and_every_check_is_turned_red_by_one() {
    let mut caught: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for fault in Fault::ALL {
        match expected(*fault) {
            Expected::Red(ids) => {
                assert!(!ids.is_empty(), "{fault}");
                for id in ids {
                    let check = checks::by_id(id).unwrap_or_else(|| panic!("{fault}: {id} is no check"));
                    assert!(is_of_logins(&check), "{id}");
                    caught.entry(id).or_default().push(fault.name());
                }
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{fault} names a check twice");
            }
            Expected::Nothing(because) | Expected::Unseen(because) => {
                assert!(!because.da.is_empty() && !because.en.is_empty(), "{fault}");
            }
        }
    }
    // The oracle's variants turn everything red at once, so they do not count as a fault of a check's own.
    let own = |faults: &Vec<&str>| faults.iter().any(|f| f.parse::<Fault>().unwrap().area() != Area::Oracle);
    let trials = checks::all().filter(is_of_logins);
    let uncaught: Vec<_> = trials.map(|c| c.meta().id).filter(|id| !caught.get(id).is_some_and(own)).collect();
    // No fault writes an unreadable request, a second signature, or a LogoutResponse that reports a failure.
    assert_eq!(uncaught, ["authn-request.readable", "authn-request.no-embedded-signature", "logout.response-success"]);
}

#[test]
fn the_strict_receiver_passes_every_check_of_pushed_messages() {
    let all: Vec<_> = checks::of_family(Family::Push).collect();
    let line = CALIBRATION.strict(Role::Receiver, &all).unwrap();
    assert!(line.holds(), "{}", complaint(&line));
    assert_eq!(line.outcomes.len(), all.len());
}

/// A check that both faults of a family must leave alone, and the two faults.
const OF_RECEIVERS: [(Family, &str, [ReceiverFault; 2]); 5] = [
    (Family::Push, "push.large-message-never-stops", [ReceiverFault::MalformedWith500, ReceiverFault::StoresTwice]),
    (Family::Pull, "pull.sasl-external", [ReceiverFault::AutoAck, ReceiverFault::StoresTwice]),
    (Family::Token, "token.certificate-registered", [ReceiverFault::WrongAuthority, ReceiverFault::TokenPerConnection]),
    (Family::Send, "send.publisher-confirms", [ReceiverFault::WrongExchange, ReceiverFault::NoReplyTo]),
    (
        Family::ValueList,
        "value-list.certificate-without-token",
        [ReceiverFault::ValueListRecreated, ReceiverFault::ValueListOtherPrefix],
    ),
];

#[test]
fn faults_of_the_receiver_turn_their_checks_red() {
    let lines = OF_RECEIVERS.iter().flat_map(|(family, sentinel, faults)| {
        faults.iter().map(move |fault| {
            let own = expected_of_messages(*fault).checks().iter().copied();
            let own = own.filter(|id| checks::by_id(id).is_some_and(|check| check.meta().family == *family));
            (*fault, checks_of(own.chain([*sentinel])))
        })
    });
    // They mostly wait, each for its own system.
    let wrong: String = std::thread::scope(|scope| {
        let running: Vec<_> = lines
            .map(|(fault, judged)| {
                scope.spawn(move || {
                    let line = CALIBRATION.line(fault, &judged).unwrap();
                    if line.holds() { String::new() } else { complaint(&line) }
                })
            })
            .collect();
        running.into_iter().map(|line| line.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{wrong}");
}

/// Checks on messages that no fault of the receiver turns red.
const NEVER_RED: [&str; 3] = [
    // Neither the vendor's TLS library nor the broker's speaks a version that would be too old.
    "pull.tls-version",
    // What is not seen to come again is not tested: somebody may have been told.
    "send.kept-after-error",
    "send.kept-without-reply",
];

#[test]
fn every_fault_of_the_receiver_names_checks_that_exist_and_what_none_turns_red_is_known() {
    let mut caught = BTreeSet::new();
    for fault in ReceiverFault::ALL {
        let ids = expected_of_messages(*fault).checks();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{fault} names a check twice");
        for id in ids {
            let check = checks::by_id(id).unwrap_or_else(|| panic!("{fault}: {id} is no check"));
            assert!(check.meta().family.is_distribution(), "{id}");
            caught.insert(*id);
        }
    }
    let all = checks::all().filter(|check| check.meta().family.is_distribution()).map(|check| check.meta().id);
    let uncaught: BTreeSet<_> = all.filter(|id| !caught.contains(id)).collect();
    assert_eq!(uncaught, BTreeSet::from(NEVER_RED));
}

#[test]
fn the_command_prints_a_line_a_fault_and_knows_no_other() {
    let arguments = ["calibrate", "--family", "authn-request", "--fault", "request-issuer", "--fault", "accepts-sha1"];
    let (code, out, error) = run(&[&arguments[..], &["--lang", "en"]].concat());
    assert_eq!(code, 0, "{out}{error}");
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[0].starts_with("strict ") && lines[0].contains("holds"), "{out}");
    assert!(lines[1].starts_with("request-issuer ") && lines[1].ends_with("red: authn-request.issuer"), "{out}");
    assert!(lines[2].starts_with("accepts-sha1 ") && lines[2].ends_with("holds"), "of another family: {out}");
    assert_eq!(lines[3], "3/3 lines hold");
    let (code, out, _) = run(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(code, 0);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["holds"], true);
    assert_eq!(value["checks"], checks::of_family(Family::AuthnRequest).count());
    assert_eq!(value["lines"][1]["system"], "request-issuer");
    assert_eq!(value["lines"][1]["failed"][0], "authn-request.issuer");
    let (code, _, error) = run(&["calibrate", "--fault", "accept-sha1"]);
    assert_eq!(code, 2);
    assert!(error.contains("accepts-sha1"), "{error}");
}

#[test]
fn a_line_that_is_not_as_it_must_be_does_not_hold() {
    let judged = checks_of(["authn-request.issuer", "authn-request.version"]);
    let line = CALIBRATION.line(Fault::RequestIssuer, &judged).unwrap();
    assert!(line.holds(), "{}", complaint(&line));
    let as_if = |fault: Fault| Line { fault: Some(fault.into()), expected: expected(fault), ..line.clone() };
    assert!(!as_if(Fault::RequestVersion).holds(), "another check went red");
    assert!(!as_if(Fault::ErrorsWith200).holds(), "nothing may go red");
    assert!(!Line { outcomes: BTreeMap::new(), ..line.clone() }.holds(), "nothing was judged");
}

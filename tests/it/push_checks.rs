//! The checks on push trials, on recordings made by hand: each passes on one and fails on another, and what proves nothing is
//! neither. Expectations are written by hand.

use jiff::Timestamp;
use kravprobe::besked::reply::modtag_besked_output;
use kravprobe::check::{Parameters, Value};
use kravprobe::checks;
use kravprobe::outcome::{Outcome, Reason};
use kravprobe::subject::distribution::recording::{Answer, Event, Happening, Message, Presented, Recording, Stopped};
use kravprobe::subject::distribution::{Counting, NotMade, RECORDING, Setting};
use kravprobe::subject::trial::transcript::Stop;
use kravprobe::subject::{Blob, DistributionSubject, Family, Subject};
use kravprobe::trial::push::{GOOD, PKO_POST_STATUS};
use kravprobe::verdict::{Environment, Verdict};
use std::collections::BTreeSet;

const CVR: &str = "11111111";
const OTHER_CVR: &str = "22222222";
const CANARY: &str = "/0d6a8c7e-7a31-4f39-8f5e-0d6a8c7e7a31";

fn at() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn http(status: u16, body: &str) -> Answer {
    Answer::Answered { status, content_type: Some("application/xml".to_owned()), body: body.to_owned() }
}

fn code(code: u16) -> Answer {
    http(200, &modtag_besked_output(code, ""))
}

fn timed_out() -> Answer {
    Answer::Failed(Stop::TimedOut { seconds: 10 })
}

fn broken() -> Answer {
    Answer::Failed(Stop::Broken { reason: "connection reset".to_owned() })
}

fn id(message: usize) -> String {
    format!("5f0c1f1e-9d6f-4d3a-9a53-00000000000{message}")
}

/// One happening in the shorthand of these tests.
#[derive(Clone)]
enum Then {
    /// The first message got this answer, after so many milliseconds.
    Got(Answer, u64),
    /// The page showed so many effects of the first message, for this authority.
    Shows(u64, Option<&'static str>),
    /// The page did not answer.
    ShowsNothing,
    /// The switch was told, and answered with this HTTP status.
    Switch(bool, u16),
    /// Somebody came to the canary: with the path of the control, or with this path.
    Contact(Option<&'static str>),
}
use Then::{Contact, Got, Shows, ShowsNothing, Switch};

fn got(answer: Answer) -> Then {
    Got(answer, 20)
}

fn recording(events: &[Then]) -> Recording {
    let message = Message {
        label: "x".to_owned(),
        besked_id: id(1),
        object: None,
        sha256: String::new(),
        bytes: 1,
        body: Some(format!("<!DOCTYPE a SYSTEM \"http://127.0.0.1:8099{CANARY}\"><a/>")),
    };
    let what = |then: &Then| match then.clone() {
        Got(answer, took_ms) => Happening::Pushed { message: 0, presented: Presented::Registered, took_ms, answer },
        Shows(count, cvr) => Happening::ReadBack {
            besked_id: id(1),
            cvr: cvr.map(str::to_owned),
            answer: http(200, &format!("{{\"effects\":{count}}}")),
        },
        ShowsNothing => Happening::ReadBack { besked_id: id(1), cvr: None, answer: timed_out() },
        Switch(on, status) => Happening::StoreSwitched { on, answer: http(status, "") },
        Contact(None) => Happening::CanaryContacted { control: true, path: "/control-1".to_owned() },
        Contact(Some(path)) => Happening::CanaryContacted { control: false, path: path.to_owned() },
    };
    let events = events.iter().map(|then| Event { at: at(), connection: 0, what: what(then) }).collect();
    Recording { started: at(), ended: at(), messages: vec![message], events, stopped: None }
}

fn blob(recording: &Recording) -> Blob {
    Blob::new(RECORDING, serde_json::to_vec(recording).unwrap())
}

fn setting() -> Setting {
    Setting {
        cvr: CVR.to_owned(),
        other_cvr: vec![OTHER_CVR.to_owned()],
        message_type: PKO_POST_STATUS.to_owned(),
        push: Some("https://fagsystem.leverandoer-eksempel.dk/ModtagBesked".to_owned()),
        read_back: Some(Counting { pointer: Some("/effects".to_owned()), by_authority: true }),
        ..Setting::default()
    }
}

fn good() -> Recording {
    recording(&[Shows(0, Some(CVR)), got(code(20)), Shows(1, Some(CVR))])
}

/// A trial between two good messages.
fn trial(events: &[Then]) -> DistributionSubject {
    between(&good(), events, &good())
}

fn between(before: &Recording, events: &[Then], after: &Recording) -> DistributionSubject {
    DistributionSubject {
        id: "push:x".to_owned(),
        case: "x".to_owned(),
        environment: Environment::Local,
        at: at(),
        setting: setting(),
        not_made: None,
        before: Some(blob(before)),
        trial: Some(blob(&recording(events))),
        after: Some(blob(after)),
    }
}

/// The good message itself with this answer.
fn plain(answer: Answer) -> DistributionSubject {
    let recording = recording(&[got(answer)]);
    let blob = Some(blob(&recording));
    DistributionSubject { case: GOOD.to_owned(), before: blob.clone(), trial: blob.clone(), after: blob, ..trial(&[]) }
}

fn judge(check: &str, subject: DistributionSubject) -> Outcome {
    let check = checks::by_id(check).unwrap_or_else(|| panic!("{check}"));
    check.judge(&Subject::Push(subject), &Parameters::defaults(check.meta()))
}

fn posted(answer: Answer) -> DistributionSubject {
    trial(&[got(answer)])
}

/// Posted with these answers; the page showed nothing before and so many effects after.
fn effects(answers: &[Answer], count: u64) -> DistributionSubject {
    effects_for(answers, &[(CVR, count)])
}

fn effects_for(answers: &[Answer], counts: &[(&'static str, u64)]) -> DistributionSubject {
    let before = counts.iter().map(|(cvr, _)| Shows(0, Some(cvr)));
    let after = counts.iter().map(|(cvr, count)| Shows(*count, Some(cvr)));
    let events: Vec<_> = before.chain(answers.iter().cloned().map(got)).chain(after).collect();
    trial(&events)
}

fn canary(events: &[Then]) -> DistributionSubject {
    let mut all = vec![Contact(None), got(code(40))];
    all.extend_from_slice(events);
    trial(&all)
}

fn times(milliseconds: &[u64]) -> DistributionSubject {
    trial(&milliseconds.iter().map(|ms| Got(code(20), *ms)).collect::<Vec<_>>())
}

fn store(first: Answer, second: Answer, count: u64) -> DistributionSubject {
    trial(&[
        Shows(0, Some(CVR)),
        Switch(false, 200),
        got(first),
        Switch(true, 204),
        got(second),
        Shows(count, Some(CVR)),
    ])
}

/// A check with a subject that passes, one that fails, and the reason.
type Row = (&'static str, DistributionSubject, DistributionSubject, Reason);

fn rows() -> Vec<Row> {
    let mut rows = vec![
        ("push.good-message-confirmed", plain(code(20)), plain(code(40)), Reason::Refused),
        ("push.answer-schema", plain(code(20)), plain(http(200, "<ModtagBeskedOutput/>")), Reason::SchemaInvalid),
        ("push.answer-not-empty", plain(code(20)), plain(http(200, " \n")), Reason::Missing),
        (
            "push.answer-content-type",
            plain(code(20)),
            plain(Answer::Answered { status: 200, content_type: Some("text/plain".into()), body: "20".into() }),
            Reason::Different,
        ),
        ("push.answer-time", times(&[100; 20]), times(&[6000; 20]), Reason::TooLarge),
        (
            "push.duplicate-confirmed",
            trial(&[got(code(20)), got(code(20))]),
            trial(&[got(code(20)), got(http(500, ""))]),
            Reason::Refused,
        ),
        (
            "push.duplicate-one-effect",
            effects(&[code(20), code(20)], 1),
            effects(&[code(20), code(20)], 2),
            Reason::Repeated,
        ),
        (
            "push.at-once-answered",
            trial(&[got(code(40)), got(code(20))]),
            trial(&[got(code(20)), got(http(500, "<html>"))]),
            Reason::Different,
        ),
        (
            "push.at-once-one-effect",
            effects(&[code(20), code(40)], 1),
            effects(&[code(20), code(20)], 3),
            Reason::Repeated,
        ),
        (
            "push.same-id-other-content-refused",
            trial(&[got(code(20)), got(code(40))]),
            trial(&[got(code(20)), got(code(20))]),
            Reason::Accepted,
        ),
        (
            "push.same-id-one-effect",
            effects(&[code(20), code(40)], 1),
            effects(&[code(20), code(20)], 2),
            Reason::Repeated,
        ),
        ("push.unknown-type-kept", effects(&[code(20)], 1), effects(&[code(20)], 0), Reason::Missing),
        ("push.deviating-payload-kept", effects(&[code(20)], 1), effects(&[code(20)], 0), Reason::Missing),
        ("push.malformed-answered-with-status", posted(code(41)), posted(http(500, "<html>")), Reason::Different),
        ("push.malformed-answered-40", posted(code(40)), posted(code(41)), Reason::Different),
        (
            "push.other-authority-not-processed",
            effects_for(&[code(20)], &[(CVR, 0), (OTHER_CVR, 1)]),
            effects_for(&[code(20)], &[(CVR, 1), (OTHER_CVR, 1)]),
            Reason::Accepted,
        ),
        (
            "push.store-down-never-confirmed",
            store(code(40), code(20), 1),
            store(code(20), code(20), 1),
            Reason::Accepted,
        ),
        ("push.store-down-taken-once", store(code(40), code(20), 1), store(code(40), code(20), 2), Reason::Repeated),
    ];
    for confirmed in [
        "slow-message",
        "base64-kuvert",
        "base64-besked",
        "base64-none",
        "unknown-type",
        "deviating-payload",
        "permitted-cvr-nr",
        "permitted-digits",
        "permitted-everybody",
        "permitted-many",
    ] {
        let id: &'static str = format!("push.{confirmed}-confirmed").leak();
        rows.push((id, posted(code(20)), posted(code(40)), Reason::Refused));
    }
    for processed in ["permitted-cvr-nr", "permitted-digits", "permitted-everybody", "permitted-many"] {
        let id: &'static str = format!("push.{processed}-processed").leak();
        rows.push((id, effects(&[code(20)], 1), effects(&[code(20)], 0), Reason::Missing));
    }
    for refused in [
        "malformed-never-confirmed",
        "no-besked-id-never-confirmed",
        "wrong-namespace-never-confirmed",
        "empty-never-confirmed",
        "internal-entity-refused",
        "external-entity-refused",
        "entity-expansion-refused",
    ] {
        let id: &'static str = format!("push.{refused}").leak();
        rows.push((id, posted(code(40)), posted(code(20)), Reason::Accepted));
    }
    for never in ["unknown-type", "malformed", "large-message"] {
        let id: &'static str = format!("push.{never}-never-stops").leak();
        rows.push((id, posted(code(40)), posted(code(51)), Reason::Forbidden));
    }
    for fetched in ["external-entity", "parameter-entity", "external-subset"] {
        let id: &'static str = format!("push.{fetched}-not-fetched").leak();
        rows.push((id, canary(&[]), canary(&[Contact(Some(CANARY))]), Reason::Forbidden));
    }
    rows
}

#[test]
fn every_check_passes_on_one_subject_and_fails_on_another() {
    let rows = rows();
    let judged: BTreeSet<_> = rows.iter().map(|row| row.0).collect();
    let registered: BTreeSet<_> = checks::of_family(Family::Push).map(|c| c.meta().id).collect();
    assert_eq!(judged, registered);
    assert_eq!(rows.len(), registered.len());
    for (check, passes, fails, reason) in rows {
        let passed = judge(check, passes);
        assert_eq!(passed.verdict, Verdict::Pass, "{check}: {passed:?}");
        let failed = judge(check, fails);
        assert_eq!((failed.verdict, failed.reason), (Verdict::Fail, reason), "{check}: {failed:?}");
    }
}

/// What fails a check by an answer that came too late, or not at all, would be an injustice.
#[test]
fn no_answer_is_never_a_breach_and_never_a_pass() {
    for (check, passes, ..) in rows() {
        for answer in [timed_out(), broken(), http(503, "busy"), http(429, "")] {
            let mut subject = passes.clone();
            let replace = |blob: &mut Option<Blob>, all: bool| {
                let mut read = DistributionSubject::read(blob.as_ref()).unwrap();
                for event in &mut read.events {
                    if let Happening::Pushed { answer: seen, .. } = &mut event.what {
                        *seen = answer.clone();
                        if !all {
                            break;
                        }
                    }
                }
                *blob = Some(self::blob(&read));
            };
            let plain = subject.case == GOOD;
            replace(&mut subject.trial, true);
            if plain {
                subject.before.clone_from(&subject.trial);
                subject.after.clone_from(&subject.trial);
            }
            let outcome = judge(check, subject);
            // Row BFO-PUSH-13 itself counts a connection error as a refusal; and a server error to one of ten posts at once is what
            // row BFO-PUSH-06 forbids.
            let expected = match (check, &answer) {
                ("push.store-down-never-confirmed", Answer::Failed(Stop::TimedOut { .. })) => Verdict::Inconclusive,
                ("push.store-down-never-confirmed", _) => Verdict::Pass,
                ("push.at-once-answered", Answer::Answered { status: 503, .. })
                | (
                    "push.malformed-answered-with-status" | "push.malformed-answered-40",
                    Answer::Answered { status: 0, .. },
                ) => Verdict::Fail,
                _ => Verdict::Inconclusive,
            };
            assert_eq!(outcome.verdict, expected, "{check}: {answer:?}: {outcome:?}");
        }
    }
}

#[test]
fn a_refusal_counts_only_between_good_messages_and_a_breach_always() {
    let refused = recording(&[got(code(40))]);
    for (check, passes, fails, _) in rows().into_iter().filter(|row| row.1.case != GOOD) {
        for (before, after) in
            [(Some(blob(&refused)), None), (None, Some(blob(&refused))), (None, Some(blob(&recording(&[]))))]
        {
            let with = |subject: &DistributionSubject| DistributionSubject {
                before: before.clone().or_else(|| subject.before.clone()),
                after: after.clone().or_else(|| subject.after.clone()),
                ..subject.clone()
            };
            let outcome = judge(check, with(&passes));
            if before.is_some() {
                assert_eq!(
                    (outcome.verdict, outcome.reason),
                    (Verdict::Inconclusive, Reason::ControlFailed),
                    "{check}"
                );
            } else {
                // A message that was confirmed, and what it left, is shown whatever comes after.
                let ok = [Verdict::Pass, Verdict::Inconclusive].contains(&outcome.verdict);
                assert!(ok, "{check}: {outcome:?}");
            }
            let outcome = judge(check, with(&fails));
            if check.ends_with("-not-fetched") {
                assert_eq!(outcome.verdict, Verdict::Fail, "{check}: a request is a breach in any case");
            } else if before.is_some() {
                assert_eq!(outcome.verdict, Verdict::Inconclusive, "{check}: {outcome:?}");
            }
        }
        let outcome = judge(check, DistributionSubject { trial: None, ..passes.clone() });
        assert_eq!(
            (outcome.verdict, outcome.reason),
            (Verdict::Inconclusive, Reason::ControlFailed),
            "{check}: not made"
        );
        for (why, reason) in [
            (NotMade::NotAuthorised, Reason::NotAuthorised),
            (NotMade::Offline, Reason::NotAsked),
            (NotMade::NeedsCanary, Reason::NotSupplied),
        ] {
            let subject =
                DistributionSubject { not_made: Some(why), before: None, trial: None, after: None, ..passes.clone() };
            let outcome = judge(check, subject);
            assert_eq!((outcome.verdict, outcome.reason), (Verdict::NotTested, reason), "{check}");
        }
    }
}

#[test]
fn what_looks_like_a_refusal_and_is_followed_by_silence_proves_nothing() {
    let after = recording(&[got(timed_out())]);
    for check in [
        "push.malformed-never-confirmed",
        "push.malformed-never-stops",
        "push.external-entity-not-fetched",
        "push.large-message-never-stops",
    ] {
        let subject = between(&good(), &[Contact(None), got(code(40))], &after);
        assert_eq!(judge(check, subject).reason, Reason::ControlFailed, "{check}");
    }
    let subject = between(&good(), &[got(code(40))], &after);
    assert_eq!(judge("push.unknown-type-confirmed", subject).reason, Reason::ControlFailed);
}

#[test]
fn parts_that_need_the_read_back_page_are_not_tested_without_it() {
    let needs: BTreeSet<_> = [
        "push.duplicate-one-effect",
        "push.at-once-one-effect",
        "push.same-id-one-effect",
        "push.unknown-type-kept",
        "push.deviating-payload-kept",
        "push.permitted-cvr-nr-processed",
        "push.permitted-digits-processed",
        "push.permitted-everybody-processed",
        "push.permitted-many-processed",
        "push.other-authority-not-processed",
        "push.store-down-taken-once",
    ]
    .into();
    for (check, passes, ..) in rows() {
        let subject = DistributionSubject { setting: Setting { read_back: None, ..setting() }, ..passes };
        let outcome = judge(check, subject);
        if needs.contains(check) {
            assert_eq!((outcome.verdict, outcome.reason), (Verdict::NotTested, Reason::NotSupplied), "{check}");
        } else {
            assert_eq!(outcome.verdict, Verdict::Pass, "{check}");
        }
    }
    for check in ["push.permitted-many-processed", "push.other-authority-not-processed"] {
        let read_back = Some(Counting { pointer: Some("/effects".to_owned()), by_authority: false });
        let subject = rows().into_iter().find(|r| r.0 == check).unwrap().1;
        let subject = DistributionSubject { setting: Setting { read_back, ..setting() }, ..subject };
        assert_eq!(judge(check, subject).verdict, Verdict::NotTested, "{check}");
    }
}

#[test]
fn a_page_that_does_not_count_decides_nothing() {
    const CHECK: &str = "push.duplicate-one-effect";
    let twice = || [got(code(20)), got(code(20))];
    let page = |before: Then, after: Then| {
        let [first, second] = twice();
        trial(&[before, first, second, after])
    };
    for (subject, why) in [
        (page(ShowsNothing, Shows(1, None)), "no answer before"),
        (page(Shows(1, Some(CVR)), Shows(1, Some(CVR))), "something before"),
        (page(Shows(0, None), ShowsNothing), "no answer after"),
        (trial(&twice()), "never asked"),
    ] {
        let outcome = judge(CHECK, subject);
        assert_eq!((outcome.verdict, outcome.reason), (Verdict::Inconclusive, Reason::Unclear), "{why}: {outcome:?}");
    }
    // A page that shows nothing for a good message, before or after, says nothing about others.
    let blind = recording(&[Shows(0, Some(CVR)), got(code(20)), Shows(0, Some(CVR))]);
    let events = [Shows(0, Some(CVR)), got(code(20)), got(code(20)), Shows(0, Some(CVR))];
    for subject in [between(&blind, &events, &good()), between(&good(), &events, &blind)] {
        assert_eq!(judge(CHECK, subject).reason, Reason::ControlFailed);
    }
    assert_eq!(judge(CHECK, trial(&events)).reason, Reason::Missing, "confirmed and never stored");
    // Carried out for nobody: the message may have been dropped for another reason.
    let nobody = effects_for(&[code(20)], &[(CVR, 0), (OTHER_CVR, 0)]);
    assert_eq!(judge("push.other-authority-not-processed", nobody).verdict, Verdict::Inconclusive);
}

#[test]
fn the_good_message_is_refused_only_by_the_receiver_itself() {
    const CHECK: &str = "push.good-message-confirmed";
    for answer in [
        code(40),
        code(51),
        http(500, "<html>"),
        http(200, ""),
        http(200, "<p>20</p>"),
        http(202, &modtag_besked_output(20, "")),
    ] {
        assert_eq!(judge(CHECK, plain(answer.clone())).verdict, Verdict::Fail, "{answer:?}");
    }
    for answer in
        [http(401, ""), http(403, ""), http(404, ""), http(302, ""), http(502, ""), http(504, ""), timed_out()]
    {
        assert_eq!(judge(CHECK, plain(answer.clone())).verdict, Verdict::Inconclusive, "{answer:?}");
    }
    // Between good messages there is no doubt who answers.
    assert_eq!(judge("push.base64-none-confirmed", posted(http(404, ""))).verdict, Verdict::Fail);
}

#[test]
fn a_malformed_message_may_be_refused_in_any_way_that_keeps_it() {
    for (answer, never_confirmed, never_stops, with_status, with_40) in [
        (code(40), Verdict::Pass, Verdict::Pass, Verdict::Pass, Verdict::Pass),
        (code(41), Verdict::Pass, Verdict::Pass, Verdict::Pass, Verdict::Fail),
        (http(400, ""), Verdict::Pass, Verdict::Pass, Verdict::Fail, Verdict::Fail),
        (http(400, &modtag_besked_output(40, "")), Verdict::Pass, Verdict::Pass, Verdict::Fail, Verdict::Fail),
        (http(500, "<html>"), Verdict::Pass, Verdict::Pass, Verdict::Fail, Verdict::Fail),
        (code(53), Verdict::Pass, Verdict::Fail, Verdict::Fail, Verdict::Fail),
        (code(20), Verdict::Fail, Verdict::Pass, Verdict::Fail, Verdict::Fail),
        // Whether the Beskedfordeler takes a 20 with an error is not known.
        (http(500, &modtag_besked_output(20, "")), Verdict::Inconclusive, Verdict::Pass, Verdict::Fail, Verdict::Fail),
    ] {
        for (check, expected) in [
            ("push.malformed-never-confirmed", never_confirmed),
            ("push.malformed-never-stops", never_stops),
            ("push.malformed-answered-with-status", with_status),
            ("push.malformed-answered-40", with_40),
        ] {
            assert_eq!(judge(check, posted(answer.clone())).verdict, expected, "{check}: {answer:?}");
        }
    }
}

#[test]
fn the_canarys_silence_counts_only_when_the_system_can_reach_it() {
    const CHECK: &str = "push.external-entity-not-fetched";
    assert_eq!(judge(CHECK, posted(code(40))).reason, Reason::ControlFailed, "no control");
    // Somebody with another path is not the message's doing.
    assert_eq!(judge(CHECK, canary(&[Contact(Some("/robots.txt")), Contact(Some("/"))])).verdict, Verdict::Pass);
    // Who took the message without fetching did not fetch.
    assert_eq!(judge(CHECK, trial(&[Contact(None), got(code(20))])).verdict, Verdict::Pass);
    for stopped in [Stopped::TooMuch { limit: 1000 }, Stopped::ProbeFault { reason: "address in use".to_owned() }] {
        let mut subject = canary(&[]);
        let mut read = DistributionSubject::read(subject.trial.as_ref()).unwrap();
        read.stopped = Some(stopped);
        subject.trial = Some(blob(&read));
        assert_eq!(judge(CHECK, subject).reason, Reason::ControlFailed);
    }
}

#[test]
fn the_store_must_have_been_down() {
    const CHECK: &str = "push.store-down-never-confirmed";
    for (events, why) in [
        (vec![Switch(false, 500), got(code(20)), Switch(true, 200)], "not stopped"),
        (vec![got(code(20)), Switch(false, 200), Switch(true, 200)], "stopped too late"),
        (vec![Switch(false, 200), Switch(true, 200), got(code(20))], "started too early"),
        (vec![Switch(false, 200), Switch(true, 200)], "nothing posted"),
    ] {
        let outcome = judge(CHECK, trial(&events));
        assert_eq!((outcome.verdict, outcome.reason), (Verdict::Inconclusive, Reason::ControlFailed), "{why}");
    }
    for (events, left) in [
        (vec![], false),
        (vec![Switch(false, 200), Switch(true, 200)], false),
        (vec![Switch(false, 500)], true),
        (vec![Switch(false, 200), Switch(true, 503)], true),
    ] {
        assert_eq!(recording(&events).leaves_store_stopped(), left);
    }
    let taken = "push.store-down-taken-once";
    assert_eq!(judge(taken, store(code(20), code(20), 1)).verdict, Verdict::Inconclusive, "already confirmed");
    assert_eq!(judge(taken, store(broken(), code(40), 0)).reason, Reason::Refused);
    assert_eq!(judge(taken, store(broken(), code(20), 0)).reason, Reason::Missing);
    assert_eq!(judge(taken, store(http(503, ""), code(20), 1)).verdict, Verdict::Pass);
}

#[test]
fn the_answer_time_is_the_95th_percentile_of_all_good_messages() {
    let with = |ms: i64, samples: i64, subject: DistributionSubject| {
        let check = checks::by_id("push.answer-time").unwrap();
        let parameters = [("p95_ms".to_owned(), Value::Integer(ms)), ("samples".to_owned(), Value::Integer(samples))];
        check.judge(&Subject::Push(subject), &Parameters(parameters.into()))
    };
    // 22 with the two around them: the 21st counts, so one slow answer does not.
    let mut one_slow = vec![100; 19];
    one_slow.push(9000);
    let outcome = with(5000, 20, times(&one_slow));
    assert_eq!((outcome.verdict, outcome.observed.as_str()), (Verdict::Pass, "p95 of 22 answers is 100 ms"));
    one_slow[0] = 8000;
    let outcome = with(5000, 20, times(&one_slow));
    assert_eq!((outcome.verdict, outcome.observed.as_str()), (Verdict::Fail, "p95 of 22 answers is 8000 ms"));
    assert_eq!(with(8000, 20, times(&one_slow)).verdict, Verdict::Pass);
    assert_eq!(with(5000, 23, times(&one_slow)).verdict, Verdict::Inconclusive, "too few");
    let outcome = with(5000, 1, trial(&[got(code(20)), got(code(40))]));
    assert_eq!(outcome.reason, Reason::ControlFailed);
}

#[test]
fn form_of_the_answer() {
    let content_type = |written: Option<&str>| {
        plain(Answer::Answered {
            status: 200,
            content_type: written.map(str::to_owned),
            body: modtag_besked_output(20, ""),
        })
    };
    for (written, expected) in [
        (Some("application/xml"), Verdict::Pass),
        (Some("Application/XML; charset=utf-8"), Verdict::Pass),
        (Some("text/xml;charset=UTF-8"), Verdict::Pass),
        (Some("application/soap+xml"), Verdict::Fail),
        (Some("text/html"), Verdict::Fail),
        (None, Verdict::Fail),
    ] {
        assert_eq!(judge("push.answer-content-type", content_type(written)).verdict, expected, "{written:?}");
    }
    let right = modtag_besked_output(40, "kan ikke modtages");
    for (body, expected) in [
        (right.clone(), Verdict::Pass),
        (right.replace("urn:oio:sts:1.0.0", "urn:oio:sts:2.0.0"), Verdict::Fail),
        (right.replace("urn:oio:sagdok:3.0.0", "urn:oio:sagdok:2.0.0"), Verdict::Fail),
        (right.replace("<StatusKode>40</StatusKode>", ""), Verdict::Fail),
        (right.replace("<FejlbeskedTekst>kan ikke modtages</FejlbeskedTekst>", ""), Verdict::Pass),
        (right.replace("<FejlbeskedTekst>", "<Andet/><FejlbeskedTekst>"), Verdict::Fail),
        (right.replace("40", "fyrre"), Verdict::Fail),
        ("<!DOCTYPE a [<!ENTITY b \"20\">]><a>&b;</a>".to_owned(), Verdict::Fail),
        ("20".to_owned(), Verdict::Fail),
    ] {
        assert_eq!(judge("push.answer-schema", plain(http(200, &body))).verdict, expected, "{body}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]

    /// Whatever a system answers, and whatever its page shows, the judging holds and a message is never confirmed by chance.
    #[test]
    fn no_answer_breaks_the_judging(status in 100_u16..600, body in "(<|/|[a-zA-Z]|\\PC|StatusKode>20<){0,80}") {
        let answer = http(status, &body);
        let events = [Shows(0, Some(CVR)), got(answer.clone()), got(answer.clone()), Shows(1, Some(CVR))];
        for (check, ..) in rows() {
            let subjects = [trial(&events), plain(answer.clone())];
            for subject in subjects {
                let outcome = judge(check, subject);
                proptest::prop_assert_ne!(outcome.verdict, Verdict::Error);
                proptest::prop_assert!(!(outcome.verdict == Verdict::Pass && check.ends_with("-confirmed") && !check.contains("never")));
            }
        }
    }
}

//! The checks on event logs: each with logs that pass it and that break it, and what it comes to written by hand.

use jiff::civil::date;
use kravprobe::check::{Parameters, Value as Setting};
use kravprobe::checks::event_log::CHECKS;
use kravprobe::outcome::Outcome;
use kravprobe::subject::event_log::{EventLog, ID};
use kravprobe::subject::usage::{JSON, LogFacts};
use kravprobe::subject::{Blob, EventLogSubject};
use kravprobe::target::usage::{Covers, Keeper};
use kravprobe::usage::event::{Event, EventKind, Events, Field};
use kravprobe::usage::summary::{DayFinds, Ended, Found};
use kravprobe::verdict::Environment;
use kravprobe::verdict::Verdict::{self, Fail, Inconclusive, NotTested, Pass};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const FIELDS: [Field; 14] = [
    Field::Id,
    Field::Transaction,
    Field::Integration,
    Field::Service,
    Field::Municipality,
    Field::TokenMunicipality,
    Field::Outcome,
    Field::Reason,
    Field::Assertion,
    Field::Account,
    Field::NameId,
    Field::Attempts,
    Field::Delivered,
    Field::Bytes,
];

/// A log with its facts, whole and of the vendor, which covers November 2026 until the 20th.
struct Log {
    kept_by: Keeper,
    holds: Vec<EventKind>,
    covers: Option<(&'static str, &'static str, Vec<String>)>,
    events: Events,
}

/// A log of lines such as `02T08:00:00 received id=m1 attempts=1`: day and time in November 2026 (UTC), event, fields. `file=2` opens the
/// next file.
fn log(lines: &str) -> Log {
    let mut events =
        Events { format: 1, fields: FIELDS.to_vec(), ended: vec![Ended::Complete; 3], ..Events::default() };
    for (index, line) in lines.lines().map(str::trim).filter(|l| !l.is_empty()).enumerate() {
        events.events.push(event(line, index + 1));
    }
    Log {
        kept_by: Keeper::Supplier,
        holds: Vec::new(),
        covers: Some(("2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z", Vec::new())),
        events,
    }
}

fn event(line: &str, number: usize) -> Event {
    let mut words = line.split_whitespace();
    let instant = |text: &str| {
        if text.starts_with("20") && text.len() > 12 { format!("{text}Z") } else { format!("2026-11-{text}Z") }
    };
    let mut fields = Map::new();
    fields.insert("time".to_owned(), json!(instant(words.next().unwrap())));
    fields.insert("kind".to_owned(), json!(words.next().unwrap()));
    fields.insert("file".to_owned(), json!(0));
    fields.insert("line".to_owned(), json!(number));
    for word in words {
        let (name, text) = word.split_once('=').unwrap();
        let value = match name {
            "attempts" | "bytes" | "file" | "line" => json!(text.parse::<u64>().unwrap()),
            "delivered" => json!(instant(text)),
            _ => json!(text),
        };
        fields.insert(name.to_owned(), value);
    }
    serde_json::from_value(Value::Object(fields)).unwrap()
}

impl Log {
    fn kept_by(mut self, keeper: Keeper) -> Self {
        self.kept_by = keeper;
        self
    }

    fn covering(mut self, from: &'static str, until: &'static str) -> Self {
        self.covers = Some((from, until, Vec::new()));
        self
    }

    fn of(mut self, integrations: &[&str]) -> Self {
        self.covers.as_mut().unwrap().2 = integrations.iter().map(|i| (*i).to_owned()).collect();
        self
    }

    fn not_covering(mut self) -> Self {
        self.covers = None;
        self
    }

    fn holding(mut self, kinds: &[EventKind]) -> Self {
        self.holds = kinds.to_vec();
        self
    }

    fn with_lines(mut self, unnamed: u64, without_system: u64) -> Self {
        (self.events.unnamed_lines, self.events.lines_without_system) = (unnamed, without_system);
        self
    }

    fn damaged(mut self) -> Self {
        self.events.ended[0] = Ended::Damaged("the file ends within a gzip member".to_owned());
        self
    }

    fn with_bad_lines(mut self, count: u64) -> Self {
        self.events.bad_lines = count;
        self
    }

    fn without(mut self, field: Field) -> Self {
        self.events.fields.retain(|f| *f != field);
        self
    }

    /// Finds of 1 November.
    fn found(self, kind: &str, column: &str, count: u64) -> Self {
        self.found_on(kind, column, count, &[DayFinds { date: date(2026, 11, 1), count }])
    }

    fn found_on(mut self, kind: &str, column: &str, count: u64, days: &[DayFinds]) -> Self {
        let (kind, column) = (kind.to_owned(), column.to_owned());
        self.events.found.push(Found { kind, column, count, places: Vec::new(), days: days.to_vec() });
        self
    }
}

fn subject(logs: Vec<Log>) -> EventLogSubject {
    let facts = |log: &Log, index: usize| LogFacts {
        name: format!("log-{index}"),
        kept_by: log.kept_by,
        covers: log.covers.clone().map(|(from, until, integrations)| Covers {
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
            integrations,
            municipalities: Vec::new(),
        }),
        bad_lines_per_100000: 10,
        files: Vec::new(),
        mapping: Blob::new("application/toml", Vec::new()),
    };
    let logs = logs.into_iter().enumerate().map(|(index, log)| EventLog {
        facts: facts(&log, index),
        events: Blob::new(JSON, serde_json::to_vec(&log.events).unwrap()),
        holds: log.holds,
    });
    EventLogSubject {
        id: ID.to_owned(),
        environment: Environment::ExternalTest,
        at: "2026-11-20T12:00:00Z".parse().unwrap(),
        municipalities: vec!["12345678".to_owned()],
        go_live: None,
        logs: logs.collect(),
        attempts: Vec::new(),
    }
}

fn judged(id: &str, subject: &EventLogSubject, settings: &[(&str, Setting)]) -> Outcome {
    let check = CHECKS.iter().find(|c| c.meta().id == id).unwrap_or_else(|| panic!("{id} is not registered"));
    let mut parameters = Parameters::defaults(check.meta());
    for (name, value) in settings {
        assert!(parameters.0.insert((*name).to_owned(), value.clone()).is_some(), "{id} has no {name}");
    }
    check.judge(subject, &parameters)
}

/// What a check comes to on some logs, with why the case is there.
struct Case {
    why: &'static str,
    logs: Vec<Log>,
    verdict: Verdict,
}

fn case(verdict: Verdict, why: &'static str, logs: Vec<Log>) -> Case {
    Case { why, logs, verdict }
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().join("\n")
}

/// So many messages, one a minute from 2 November on, each received, stored, acknowledged and processed.
fn messages(count: usize) -> String {
    lines(count, |n| {
        let at = |second: usize| format!("02T{:02}:{:02}:{second:02}", n / 60, n % 60);
        let fields = format!("id=m{n} transaction=t{n}");
        format!(
            "{} received {fields} attempts=1 delivered={}\n{} stored {fields}\n{} acknowledged {fields}\n{} processed {fields}",
            at(30),
            at(0),
            at(31),
            at(32),
            at(33)
        )
    })
}

fn changes(count: usize, indexed: impl Fn(usize) -> Option<usize>) -> String {
    lines(count, |n| {
        let changed = format!("02T{:02}:{:02}:00 changed id=sag{n}", 8 + n / 60, n % 60);
        match indexed(n) {
            Some(minutes) => {
                let at = n + minutes;
                format!("{changed}\n02T{:02}:{:02}:00 indexed id=sag{n}", 8 + at / 60, at % 60)
            }
            None => changed,
        }
    })
}

/// By check.
fn cases() -> BTreeMap<&'static str, Vec<Case>> {
    let one = |text: &str| vec![log(text)];
    let two_messages = "02T08:00:00 received id=a attempts=1\n02T08:00:01 stored id=a\n02T08:00:02 acknowledged id=a\n\
                        02T08:00:03 processed id=a\n02T09:00:00 received id=b attempts=1";
    let acknowledged_only = format!("{two_messages}\n02T09:00:02 acknowledged id=b\n02T09:00:03 processed id=b");
    let stored_late = format!("{acknowledged_only}\n02T09:00:40 stored id=b");
    let stored_together = format!("{acknowledged_only}\n02T09:00:02.4 stored id=b");
    let unknown_attempt = "04T08:00:01 stored id=a\n04T08:00:02 acknowledged id=a\n04T09:00:02 acknowledged id=b";
    let long_known = "14T08:00:01 stored id=a\n14T08:00:02 acknowledged id=a\n14T09:00:02 acknowledged id=b";
    let ids_of_two_kinds = "14T08:00:01 stored id=x1\n14T08:00:02 acknowledged id=a\n14T09:00:02 acknowledged id=b";
    let to_two = |of: &str| {
        format!(
            "02T08:00:00 received id=a attempts=1 municipality=64942212\n02T08:00:01 stored id=a municipality=64942212\n\
             02T08:00:02 acknowledged id=a municipality=64942212\n02T08:00:03 processed id=a municipality=64942212\n\
             02T08:00:00 received id=a attempts=1{of}\n02T08:00:05 acknowledged id=a{of}"
        )
    };
    let other = to_two(" municipality=urn:oio:cvr-nr:55133018");
    let post = "02T08:00:00 sent id=p1\n02T09:00:00 post-status id=p1 outcome=pending\n02T10:00:00 post-status id=p1 outcome=success\n\
                03T08:00:00 sent id=p2";
    let failed = "02T08:00:00 sent id=p1\n02T09:00:00 post-status id=p1 outcome=failure\n02T10:00:00 handled id=p1\n\
                  03T08:00:00 sent id=p2\n03T08:00:02 post-status id=p2 outcome=failure";
    let distributed = "2026-09-10T08:00:00 distributed id=f1\n2026-09-20T08:00:00 business-receipt id=f1\n2026-10-01T08:00:00 distributed id=f2";
    let in_autumn = |text: &str| vec![log(text).covering("2026-09-01T00:00:00Z", "2026-11-20T00:00:00Z")];
    let calls = "02T08:00:00 called integration=SF1500 transaction=t1 outcome=success service=Bruger\n\
                 02T08:00:09 called integration=SF1500 transaction=t2 outcome=success service=Bruger\n\
                 02T08:00:10 called integration=SF1470 transaction=t2 outcome=success";
    let call = |fields: &str| format!("{calls}\n02T09:00:00 called integration=SF1500 {fields}");
    let tokens = "02T08:00:00 token-requested municipality=12345678 service=bfo\n02T08:00:01 token-requested municipality=87654321 service=bfo\n\
                  02T15:55:00 token-requested municipality=12345678 service=bfo\n02T08:30:00 called transaction=t1";
    let third = "02T12:00:00 token-requested municipality=12345678 service=bfo";
    let day = |again: usize| {
        lines(200, |n| {
            format!("03T{:02}:{:02}:00 received id=m{n} attempts={}", n / 60 + 8, n % 60, if n < again { 2 } else { 1 })
        })
    };
    let receives = lines(19, |n| format!("{:02}T08:00:30 received id=m{n} delivered={:02}T08:00:00", n + 1, n + 1));
    let deleted = "02T08:00:00 indexed id=s1\n02T08:00:00 indexed id=s2\n03T08:00:00 deleted id=s1\n03T08:01:00 removed id=s1\n04T08:00:00 deleted id=s2";
    let chain = "02T08:00:00 received id=m1 transaction=t1\n02T08:00:01 stored id=m1 transaction=t1\n02T08:00:02 called id=m1 transaction=t9 integration=SF1500";
    let ordered = lines(30, |n| format!("02T08:{n:02}:00 called transaction=t{n}"));

    BTreeMap::from([
        (
            "event-log.acknowledged-after-stored",
            vec![
                case(Pass, "stored, then acknowledged", one(&messages(3))),
                case(Inconclusive, "more may have been acknowledged than the log holds", vec![log(&messages(3)).not_covering()]),
                case(Fail, "acknowledged, never stored, first delivery", one(&acknowledged_only)),
                case(Fail, "stored 38 s after", one(&stored_late)),
                case(Fail, "a message to two municipalities, stored for one of them", one(&other)),
                case(Pass, "stored for both", one(&format!("{other}\n02T08:00:01 stored id=a municipality=55133018"))),
                case(Pass, "stored by a line that names no municipality", one(&other.replace("stored id=a municipality=64942212", "stored id=a"))),
                case(Pass, "the second line names no municipality", one(&to_two(""))),
                case(Inconclusive, "stored 0.4 s after: two threads may have written the lines", one(&stored_together)),
                case(Inconclusive, "may have been stored before the log begins", one(unknown_attempt)),
                case(Fail, "the log shows all the time that the dueslag keeps it", one(long_known)),
                case(Inconclusive, "the ids of the two lines never meet", one(ids_of_two_kinds)),
                case(Inconclusive, "no coverage", vec![log(&acknowledged_only).not_covering()]),
                case(Inconclusive, "damaged", vec![log(&acknowledged_only).damaged()]),
                case(Inconclusive, "bad lines", vec![log(&acknowledged_only).with_bad_lines(1)]),
                case(Fail, "nothing stored in a log that is said to hold it", vec![
                    log("02T08:00:00 received id=a attempts=1\n02T08:00:02 acknowledged id=a").holding(&[EventKind::Stored]),
                ]),
                case(NotTested, "no line `stored`", one("02T08:00:02 acknowledged id=a")),
                case(NotTested, "nothing acknowledged", one("02T08:00:02 stored id=a")),
                case(Pass, "stored in another log", vec![
                    log("02T08:00:01 stored id=a"),
                    log("02T08:00:02 acknowledged id=a").kept_by(Keeper::Infrastructure),
                ]),
                case(Inconclusive, "another log with such lines does not cover it", vec![
                    log(&acknowledged_only),
                    log("10T08:00:01 stored id=z").covering("2026-11-10T00:00:00Z", "2026-11-20T00:00:00Z"),
                ]),
            ],
        ),
        (
            "event-log.nothing-lost",
            vec![
                case(Pass, "all three", one(&messages(3))),
                case(Pass, "one came a minute before the log ends", one(&format!("{}\n19T23:59:00 received id=z", messages(3)))),
                case(Fail, "one neither acknowledged nor processed", one(two_messages)),
                case(Fail, "one acknowledged and not processed", one(&format!("{two_messages}\n02T09:00:02 acknowledged id=b"))),
                case(Pass, "one that cannot be processed is parked", one(&format!(
                    "{two_messages}\n02T09:00:02 acknowledged id=b\n02T09:00:03 processed id=b outcome=failure"
                ))),
                case(Fail, "a message to two municipalities, processed for one of them", one(&other)),
                case(Pass, "processed for both", one(&format!("{other}\n02T08:00:06 processed id=a municipality=55133018"))),
                case(Pass, "the second line names no municipality", one(&to_two(""))),
                case(Fail, "one acknowledged after an hour", one(&format!("{acknowledged_only}\n02T10:00:00 received id=c\n02T11:00:00 acknowledged id=c\n02T10:00:01 processed id=c"))),
                case(Pass, "one delivered again and acknowledged then", one(&format!(
                    "{two_messages}\n03T09:00:00 received id=b attempts=2\n03T09:00:02 acknowledged id=b\n03T09:00:03 processed id=b"
                ))),
                case(Inconclusive, "no coverage", vec![log(two_messages).not_covering()]),
                case(Inconclusive, "covers another integration alone", vec![log(two_messages).of(&["SF1470"])]),
                case(Fail, "covers the integration", vec![log(two_messages).of(&["SF1461"])]),
                case(Inconclusive, "damaged", vec![log(two_messages).damaged()]),
                case(Inconclusive, "bad lines", vec![log(two_messages).with_bad_lines(1)]),
                case(NotTested, "no line `processed`", one("02T08:00:00 received id=a\n02T08:00:02 acknowledged id=a")),
                case(NotTested, "no line", one("")),
                case(Inconclusive, "a line without an id", one(&format!("{}\n02T08:00:00 received", messages(3)))),
            ],
        ),
        (
            "event-log.receive-delay",
            vec![
                case(Pass, "30 s", one(&messages(40))),
                case(Fail, "3 of 40 after an hour", one(&format!(
                    "{}\n{}", messages(37),
                    lines(3, |n| format!("02T20:00:00 received id=z{n} delivered=02T19:00:00"))
                ))),
                case(Pass, "2 of 40 after an hour", one(&format!(
                    "{}\n{}", messages(38),
                    lines(2, |n| format!("02T20:00:00 received id=z{n} delivered=02T19:00:00"))
                ))),
                case(Inconclusive, "3 of 40 without delivery time", one(&format!(
                    "{}\n{}", messages(37), lines(3, |n| format!("02T20:00:00 received id=z{n}"))
                ))),
                case(Inconclusive, "few", one(&messages(3))),
                case(Inconclusive, "no coverage", vec![log(&messages(40)).not_covering()]),
                case(Inconclusive, "damaged", vec![log(&messages(40)).damaged()]),
                case(Inconclusive, "bad lines", vec![log(&messages(40)).with_bad_lines(1)]),
                case(NotTested, "no column", vec![log(&messages(40)).without(Field::Delivered)]),
                case(NotTested, "no line", one("")),
                case(Inconclusive, "received before delivered", one(&lines(30, |n| {
                    format!("02T08:{n:02}:00 received id=m{n} delivered=02T09:00:00")
                }))),
            ],
        ),
        (
            "event-log.redelivered-share",
            vec![
                case(Pass, "2 of 200", one(&day(2))),
                case(Fail, "3 of 200", one(&day(3))),
                case(Fail, "ten attempts, though few messages", one("03T08:00:00 received id=a attempts=10")),
                case(Inconclusive, "few", one("03T08:00:00 received id=a attempts=2")),
                case(Inconclusive, "a day of which the log covers half", vec![
                    log(&day(3)).covering("2026-11-03T08:00:00Z", "2026-11-03T20:00:00Z"),
                ]),
                case(Inconclusive, "no coverage", vec![log(&day(3)).not_covering()]),
                case(Inconclusive, "damaged", vec![log(&day(3)).damaged()]),
                case(Inconclusive, "bad lines", vec![log(&day(3)).with_bad_lines(1)]),
                case(Inconclusive, "a line without attempts too many", one(&format!("{}\n03T20:00:00 received id=z", day(2)))),
                case(NotTested, "no column", vec![log(&day(2)).without(Field::Attempts)]),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.receive-gap",
            vec![
                case(Pass, "one a day, none waited", one(&receives)),
                case(Fail, "one waited two days", one("02T08:00:00 received id=a delivered=02T07:59:00\n05T08:00:00 received id=b delivered=03T08:00:00")),
                case(Inconclusive, "whether one waited is not known", one("02T08:00:00 received id=a\n05T08:00:00 received id=b")),
                case(Inconclusive, "nothing at the end", one("02T08:00:00 received id=a delivered=02T07:59:00")),
                case(Inconclusive, "no coverage", vec![log(&receives).not_covering()]),
                case(Inconclusive, "covers a few hours", vec![log(&receives).covering("2026-11-03T00:00:00Z", "2026-11-03T12:00:00Z")]),
                case(Inconclusive, "damaged", vec![log(&receives).damaged()]),
                case(Inconclusive, "bad lines", vec![log(&receives).with_bad_lines(1)]),
                case(NotTested, "no line", one("")),
                case(Pass, "another log fills the gap", vec![
                    log("02T08:00:00 received id=a delivered=02T07:59:00").covering("2026-11-02T00:00:00Z", "2026-11-04T00:00:00Z"),
                    log("03T07:00:00 received id=b delivered=03T06:59:00\n03T20:00:00 received id=c delivered=03T19:59:00")
                        .covering("2026-11-02T00:00:00Z", "2026-11-04T00:00:00Z"),
                ]),
            ],
        ),
        (
            "event-log.indexed-within-minutes",
            vec![
                case(Pass, "two minutes", one(&changes(40, |_| Some(2)))),
                case(Pass, "2 of 40 never", one(&changes(40, |n| (n > 1).then_some(2)))),
                case(Fail, "3 of 40 never", one(&changes(40, |n| (n > 2).then_some(2)))),
                case(Fail, "six minutes", one(&changes(40, |_| Some(6)))),
                case(Inconclusive, "few", one(&changes(3, |_| Some(2)))),
                case(Inconclusive, "no coverage", vec![log(&changes(40, |_| Some(6))).not_covering()]),
                case(Inconclusive, "damaged", vec![log(&changes(40, |n| (n > 2).then_some(2))).damaged()]),
                case(Inconclusive, "bad lines", vec![log(&changes(40, |n| (n > 2).then_some(2))).with_bad_lines(1)]),
                case(NotTested, "no line `indexed`", one(&changes(40, |_| None))),
                case(NotTested, "no line", one("")),
                case(Inconclusive, "the ids never meet", one(&format!("{}\n02T08:00:00 indexed id=x", changes(40, |_| None)))),
            ],
        ),
        (
            "event-log.deleted-removed",
            vec![
                case(Pass, "removed", one(&format!("{deleted}\n04T08:01:00 removed id=s2"))),
                case(Fail, "one never removed", one(deleted)),
                case(Fail, "one removed after two days", one(&format!("{deleted}\n06T08:01:00 removed id=s2"))),
                case(Pass, "removed first, then deleted", one(&format!("{deleted}\n04T07:00:00 removed id=s2"))),
                case(Fail, "removed, in the index again, then deleted", one(&format!("{deleted}\n04T06:00:00 removed id=s2\n04T07:00:00 indexed id=s2"))),
                case(Fail, "removed for another municipality", one(&format!(
                    "{deleted} municipality=64942212\n04T08:01:00 removed id=s2 municipality=55133018"
                ))),
                case(NotTested, "nothing was ever removed, and the log may not hold it", one("02T08:00:00 indexed id=s1\n03T08:00:00 deleted id=s1")),
                case(Fail, "nothing was ever removed in a log that is said to hold it", vec![
                    log("02T08:00:00 indexed id=s1\n03T08:00:00 deleted id=s1").holding(&[EventKind::Removed]),
                ]),
                case(Inconclusive, "one that the log never shows in the index", one(&format!("{deleted}\n04T08:01:00 removed id=s2\n05T08:00:00 deleted id=s3"))),
                case(Inconclusive, "deleted shortly before the log ends", one("02T08:00:00 indexed id=s1\n02T08:00:00 removed id=z\n19T20:00:00 deleted id=s1")),
                case(Inconclusive, "no coverage", vec![log(deleted).not_covering()]),
                case(Inconclusive, "damaged", vec![log(deleted).damaged()]),
                case(Inconclusive, "bad lines", vec![log(deleted).with_bad_lines(1)]),
                case(NotTested, "no line `removed`", one("03T08:00:00 deleted id=s1")),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.post-closed",
            vec![
                case(Pass, "closed", one(&format!("{post}\n03T09:00:00 post-status id=p2 outcome=failure"))),
                case(Pass, "an alarm", one(&format!("{post}\n04T07:00:00 handled id=p2"))),
                case(Pass, "refused at once: not sent", one(&post.replace("sent id=p2", "sent id=p2 outcome=failure"))),
                case(Pass, "sent an hour before the log ends", one(&post.replace("03T08:00:00", "19T23:00:00"))),
                case(Fail, "no status", one(post)),
                case(Fail, "pending alone", one(&format!("{post}\n03T09:00:00 post-status id=p2 outcome=pending"))),
                case(Fail, "closed after two days", one(&format!("{post}\n05T09:00:00 post-status id=p2 outcome=success"))),
                case(Inconclusive, "a status without outcome", one(&format!("{post}\n03T09:00:00 post-status id=p2"))),
                case(Pass, "the status stands in the infrastructure's log", vec![
                    log(post),
                    log("03T09:00:00 post-status id=p2 outcome=success").kept_by(Keeper::Infrastructure),
                ]),
                case(Inconclusive, "the infrastructure's log, where it may stand, ends before", vec![
                    log(post),
                    log("02T09:00:00 post-status id=p1 outcome=success").kept_by(Keeper::Infrastructure).covering("2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z"),
                ]),
                case(Inconclusive, "no coverage", vec![log(post).not_covering()]),
                case(Inconclusive, "damaged", vec![log(post).damaged()]),
                case(Inconclusive, "bad lines", vec![log(post).with_bad_lines(1)]),
                case(NotTested, "no outcomes", vec![log(post).without(Field::Outcome)]),
                case(Fail, "no status at all in a log that is said to hold them", vec![
                    log("02T08:00:00 sent id=p1").holding(&[EventKind::Sent, EventKind::PostStatus]),
                ]),
                case(Inconclusive, "they may stand there under a name that the mapping does not know", vec![
                    log("02T08:00:00 sent id=p1").holding(&[EventKind::Sent, EventKind::PostStatus]).with_lines(3, 0),
                ]),
                case(Inconclusive, "lines that name no system", vec![log(post).with_lines(0, 1)]),
                case(Inconclusive, "an id that is hidden means nothing in another log", vec![
                    log("02T08:00:00 sent id=«redacted»_1"),
                    log("02T10:00:00 post-status id=«redacted»_1 outcome=success"),
                ]),
                case(NotTested, "no status", one("02T08:00:00 sent id=p1")),
                case(Inconclusive, "two sendings without an id, one status with their transaction", one(
                    "02T08:00:00 sent transaction=t1\n02T08:00:00 sent transaction=t1\n02T10:00:00 post-status transaction=t1 outcome=success",
                )),
                case(NotTested, "no line", one("")),
                case(Fail, "one transaction with many items: the status is another's", one(
                    "02T08:00:00 sent id=p1 transaction=t1\n02T08:00:00 sent id=p2 transaction=t1\n02T10:00:00 post-status id=p1 transaction=t1 outcome=success",
                )),
                case(Pass, "the status has no id, but the transaction", one(
                    "02T08:00:00 sent id=p1 transaction=t1\n02T10:00:00 post-status transaction=t1 outcome=success",
                )),
            ],
        ),
        (
            "event-log.failed-post-handled",
            vec![
                case(Pass, "handled", one(&format!("{failed}\n03T09:00:00 handled id=p2"))),
                case(Pass, "sent again", one(&format!("{failed}\n03T09:00:00 sent id=p2"))),
                case(Pass, "delivered after all", one(&format!("{failed}\n03T09:00:00 post-status id=p2 outcome=success"))),
                case(Fail, "not handled; its own sending two seconds before is none", one(failed)),
                case(Inconclusive, "no coverage", vec![log(failed).not_covering()]),
                case(Inconclusive, "damaged", vec![log(failed).damaged()]),
                case(Inconclusive, "bad lines", vec![log(failed).with_bad_lines(1)]),
                case(NotTested, "none failed", one(&failed.replace("failure", "success"))),
                case(NotTested, "no line `handled`", one("03T08:00:02 post-status id=p2 outcome=failure")),
                case(NotTested, "no outcomes", vec![log(failed).without(Field::Outcome)]),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.post-size",
            vec![
                case(Pass, "small", one("02T08:00:00 sent id=p1 bytes=7000000")),
                case(Fail, "above every limit", one("02T08:00:00 sent id=p1 bytes=79691777")),
                case(Inconclusive, "more than 7 MB, kind not known", one("02T08:00:00 sent id=p1 bytes=8000000")),
                case(Inconclusive, "no size", one("02T08:00:00 sent id=p1 bytes=100\n02T08:00:00 sent id=p2")),
                case(Inconclusive, "no coverage", vec![log("02T08:00:00 sent id=p1 bytes=100").not_covering()]),
                case(Inconclusive, "damaged", vec![log("02T08:00:00 sent id=p1 bytes=100").damaged()]),
                case(Inconclusive, "bad lines", vec![log("02T08:00:00 sent id=p1 bytes=100").with_bad_lines(1)]),
                case(NotTested, "no column", vec![log("02T08:00:00 sent id=p1").without(Field::Bytes)]),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.business-receipt",
            vec![
                case(Pass, "on the thirtieth day", in_autumn(&format!("{distributed}\n2026-10-31T22:00:00 business-receipt id=f2"))),
                case(Fail, "a day later", in_autumn(&format!("{distributed}\n2026-10-31T23:30:00 business-receipt id=f2"))),
                case(Fail, "none", in_autumn(distributed)),
                case(Pass, "one of last week needs none yet", in_autumn(&format!("{distributed}\n2026-10-02T08:00:00 business-receipt id=f2\n13T08:00:00 distributed id=f3"))),
                case(Inconclusive, "the log covers three weeks", one("02T08:00:00 distributed id=f1\n03T08:00:00 business-receipt id=z")),
                case(Inconclusive, "no coverage", vec![log(distributed).not_covering()]),
                case(Inconclusive, "damaged", vec![log(distributed).covering("2026-09-01T00:00:00Z", "2026-11-20T00:00:00Z").damaged()]),
                case(Inconclusive, "bad lines", vec![log(distributed).covering("2026-09-01T00:00:00Z", "2026-11-20T00:00:00Z").with_bad_lines(1)]),
                case(NotTested, "no line `business-receipt`", in_autumn("2026-10-01T08:00:00 distributed id=f2")),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.transaction-unique",
            vec![
                case(Pass, "each its own", one(calls)),
                case(Fail, "used again an hour later", one(&call("transaction=t1 outcome=failure service=Bruger"))),
                case(Fail, "used again for another service", one(&call("transaction=T1 service=OrganisationEnhed").replace("T1", "t1"))),
                case(Inconclusive, "may be the end of the same call", one(&call("transaction=t1 service=Bruger"))),
                case(Inconclusive, "two items of one call", one(
                    "02T08:00:00 called integration=SF1500 transaction=t1 id=a outcome=success\n02T08:00:05 called integration=SF1500 transaction=t1 id=b outcome=success"
                )),
                case(Fail, "513 characters", one(&call(&format!("transaction={} outcome=success", "x".repeat(513))))),
                case(Inconclusive, "so long that a digest stands for it", one(&call("transaction=sha256/128:00 outcome=success"))),
                case(Pass, "512 characters", one(&call(&format!("transaction={} outcome=success", "x".repeat(512))))),
                case(Inconclusive, "a line without it", one(&call("outcome=success"))),
                case(Pass, "an overlapping extract repeats a line", one(&format!(
                    "{calls}\n02T08:00:00 called integration=SF1500 transaction=t1 outcome=success service=Bruger file=1"
                ))),
                case(Pass, "two logs tell of the same calls", vec![log(calls), log(calls).kept_by(Keeper::Infrastructure)]),
                case(Inconclusive, "no coverage", vec![log(calls).not_covering()]),
                case(Inconclusive, "damaged", vec![log(calls).damaged()]),
                case(Inconclusive, "bad lines", vec![log(calls).with_bad_lines(1)]),
                case(NotTested, "no column", vec![log(calls).without(Field::Transaction)]),
                case(NotTested, "no integration", vec![log(calls).without(Field::Integration)]),
                case(Inconclusive, "the log covers other integrations", vec![log(calls).of(&["SF1470"])]),
                case(NotTested, "other integrations", one("02T08:00:10 called integration=SF1470 transaction=t2")),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.token-reuse",
            vec![
                case(Pass, "one each, and one renewed early", one(tokens)),
                case(Fail, "three in eight hours", one(&format!("{}\n{third}", tokens.replace('\n', " outcome=success\n") + " outcome=success"))),
                case(Inconclusive, "three, and whether the first were answered is not logged", one(&format!("{tokens}\n{third}"))),
                case(Pass, "the third failed", one(&format!("{tokens}\n{third} outcome=failure"))),
                case(Pass, "the third for another user", one(&format!("{tokens}\n{third} account=x"))),
                case(Pass, "access tokens live an hour", one(&lines(8, |n| {
                    format!("02T{:02}:00:00 token-requested municipality=12345678 service=AccessTokenService_1", n + 8)
                }))),
                case(Pass, "an overlapping extract repeats a line", one(&format!("{tokens}\n02T08:00:00 token-requested municipality=12345678 service=bfo file=1"))),
                case(Inconclusive, "no municipality", one(&format!("{tokens}\n02T12:00:00 token-requested service=bfo"))),
                case(Inconclusive, "no coverage", vec![log(tokens).not_covering()]),
                case(Inconclusive, "damaged", vec![log(tokens).damaged()]),
                case(Inconclusive, "bad lines", vec![log(tokens).with_bad_lines(1)]),
                case(NotTested, "no column", vec![log(tokens).without(Field::Service)]),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.token-authority",
            vec![
                case(Pass, "the same, in two forms", one("02T08:00:00 called municipality=12345678 tokenMunicipality=urn:oio:cvr:12345678\n02T08:00:00 called municipality=12345678")),
                case(Fail, "another's", one("02T08:00:00 called municipality=12345678 tokenMunicipality=87654321")),
                case(Inconclusive, "not readable", one("02T08:00:00 called municipality=12345678 tokenMunicipality=1234")),
                case(Inconclusive, "no coverage", vec![log("02T08:00:00 called municipality=12345678 tokenMunicipality=12345678").not_covering()]),
                case(Inconclusive, "damaged", vec![log("02T08:00:00 called municipality=12345678 tokenMunicipality=12345678").damaged()]),
                case(Inconclusive, "bad lines", vec![log("02T08:00:00 called municipality=12345678 tokenMunicipality=12345678").with_bad_lines(1)]),
                case(NotTested, "no column", vec![log("02T08:00:00 called municipality=12345678").without(Field::TokenMunicipality)]),
                case(NotTested, "no call with a token", one("02T08:00:00 called municipality=12345678")),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.token-use-logged",
            vec![
                case(Pass, "all named", one(tokens)),
                case(Fail, "no AppliesTo", one(&format!("{tokens}\n03T08:00:00 token-requested municipality=12345678"))),
                case(Fail, "no TransaktionsId", one(&format!("{tokens}\n03T08:00:00 called"))),
                case(Inconclusive, "no TransaktionsId in a log that the municipality keeps", vec![
                    log(&format!("{tokens}\n03T08:00:00 called")).kept_by(Keeper::Customer),
                ]),
                case(NotTested, "the infrastructure's log", vec![log(tokens).kept_by(Keeper::Infrastructure)]),
                case(Inconclusive, "no coverage", vec![log(tokens).not_covering()]),
                case(Inconclusive, "damaged", vec![log(tokens).damaged()]),
                case(Inconclusive, "bad lines", vec![log(tokens).with_bad_lines(1)]),
                case(NotTested, "no column", vec![log(tokens).without(Field::Transaction)]),
                case(NotTested, "no call", one("03T08:00:00 token-requested municipality=12345678 service=bfo")),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.correlated",
            vec![
                case(Pass, "one TransaktionsId; Organisation demands its own", one(chain)),
                case(Fail, "another in a call", one(&format!("{chain}\n02T08:00:03 called id=m1 transaction=t2 integration=SF1470"))),
                case(Inconclusive, "none in a call", one(&format!("{chain}\n02T08:00:03 called id=m1 integration=SF1470"))),
                case(Inconclusive, "none where the chain begins", one("02T08:00:00 received id=m1\n02T08:00:01 stored id=m1 transaction=t1")),
                case(Inconclusive, "in a log that the municipality keeps", vec![
                    log(&format!("{chain}\n02T08:00:03 processed id=m1 transaction=t2")).kept_by(Keeper::Customer),
                ]),
                case(Inconclusive, "no coverage", vec![log(chain).not_covering()]),
                case(Inconclusive, "damaged", vec![log(chain).damaged()]),
                case(Inconclusive, "bad lines", vec![log(chain).with_bad_lines(1)]),
                case(NotTested, "no column", vec![log(chain).without(Field::Transaction)]),
                case(NotTested, "ids never meet", one("02T08:00:00 received id=m1 transaction=t1\n02T08:00:01 stored id=m2 transaction=t2")),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.no-secrets",
            vec![
                case(Pass, "none", one(calls)),
                case(Fail, "a token", vec![log(calls).found("token", "Parametre", 1)]),
                case(Fail, "CPR numbers", vec![log(calls).found("cpr", "Part", 5).found("ten-digits", "Part", 4)]),
                case(Inconclusive, "three of five may be chance", vec![log(calls).found("cpr", "Part", 3).found("ten-digits", "Part", 2)]),
                case(Pass, "a token long ago", vec![log(calls).found_on("token", "Parametre", 1, &[DayFinds { date: date(2026, 1, 1), count: 1 }])]),
                case(Inconclusive, "a token in a line that cannot be read", vec![log(calls).found_on("token", "(line)", 1, &[])]),
                case(Inconclusive, "one number", vec![log(calls).found("cpr", "Part", 1)]),
                case(Inconclusive, "serial numbers", vec![log(calls).found("cpr", "Løbenr", 40).found("ten-digits", "Løbenr", 1000)]),
                case(Pass, "numbers of ten digits that are no dates", vec![log(calls).found("ten-digits", "Løbenr", 1000)]),
                case(Inconclusive, "a token in a log that the municipality keeps", vec![log(calls).found("token", "x", 1).kept_by(Keeper::Customer)]),
                case(NotTested, "the infrastructure's log", vec![log(calls).found("token", "x", 1).kept_by(Keeper::Infrastructure)]),
                case(Inconclusive, "no coverage", vec![log(calls).not_covering()]),
                case(Inconclusive, "damaged", vec![log(calls).damaged()]),
                case(Inconclusive, "bad lines", vec![log(calls).with_bad_lines(1)]),
                case(NotTested, "no line", one("")),
            ],
        ),
        (
            "event-log.times",
            vec![
                case(Pass, "in order", one(&ordered)),
                case(Pass, "newest first", one(&ordered.lines().rev().collect::<Vec<_>>().join("\n"))),
                case(Pass, "three seconds back", one(&format!("{ordered}\n02T08:28:57 called"))),
                case(Fail, "ten minutes back", one(&format!("{ordered}\n02T08:19:00 called\n02T08:40:00 called"))),
                case(Fail, "the last line's clock is a minute behind", one(&format!("{}\n02T07:59:00 called", lines(5, |n| format!("02T08:00:0{n} called"))))),
                case(Inconclusive, "two lines, the newest first or a step back", one("02T08:10:00 called\n02T08:00:00 called")),
                case(Inconclusive, "joined of two files", one(&format!("{ordered}\n{ordered}"))),
                case(Inconclusive, "in no order", one(&lines(30, |n| format!("02T08:{:02}:00 called", n * 7 % 30)))),
                case(Fail, "a day after the run", one(&format!("{ordered}\n21T12:00:00 called"))),
                case(Inconclusive, "an hour after the run: the zone of the mapping?", one(&format!("{ordered}\n20T13:00:00 called"))),
                case(Pass, "one line of several events", one(&format!("{ordered}\n02T08:40:00 stored line=31\n02T08:10:00 received line=31\n02T08:41:00 called"))),
                case(Pass, "each file by itself", one(&format!("{ordered}\n02T08:00:00 called file=1"))),
                case(NotTested, "the infrastructure's log", vec![log(&ordered).kept_by(Keeper::Infrastructure)]),
                case(Inconclusive, "no coverage", vec![log(&ordered).not_covering()]),
                case(Inconclusive, "damaged", vec![log(&ordered).damaged()]),
                case(Inconclusive, "bad lines", vec![log(&ordered).with_bad_lines(1)]),
                case(NotTested, "no line", one("")),
            ],
        ),
    ])
}

#[test]
fn each_check_comes_to_what_its_cases_say() {
    let mut wrong = Vec::new();
    for (id, cases) in cases() {
        for Case { why, logs, verdict } in cases {
            let outcome = judged(id, &subject(logs), &[]);
            if outcome.verdict != verdict {
                wrong.push(format!("{id}: {why}: {:?} ({}), not {verdict:?}", outcome.verdict, outcome.observed));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_check_has_a_case_of_every_verdict() {
    let cases = cases();
    for check in CHECKS {
        let id = check.meta().id;
        let verdicts: BTreeSet<_> = cases[id].iter().map(|case| case.verdict).collect();
        assert_eq!(verdicts, BTreeSet::from([Pass, Fail, Inconclusive, NotTested]), "{id}");
    }
    assert_eq!(cases.len(), CHECKS.len());
}

#[test]
fn without_a_log_or_with_one_that_cannot_be_read_nothing_is_tested() {
    let mut broken = subject(vec![log("02T08:00:00 called")]);
    broken.logs[0].events = Blob::new(JSON, b"{".to_vec());
    let mut newer = log("02T08:00:00 called");
    newer.events.format = 2;
    for subject in [subject(Vec::new()), broken, subject(vec![newer])] {
        for check in CHECKS {
            let id = check.meta().id;
            assert_eq!(judged(id, &subject, &[]).verdict, NotTested, "{id}");
        }
    }
}

#[test]
fn what_is_older_than_the_window_says_nothing_about_the_present() {
    for (id, cases) in cases() {
        for Case { why, logs, verdict } in cases.into_iter().filter(|c| matches!(c.verdict, Pass | Fail)) {
            let mut subject = subject(logs);
            subject.at = "2028-01-01T00:00:00Z".parse().unwrap();
            let outcome = judged(id, &subject, &[]);
            assert_eq!(outcome.verdict, Inconclusive, "{id}: {why}, once {verdict:?}: {}", outcome.observed);
        }
    }
}

#[test]
fn findings_name_counts_places_and_who_kept_the_log_but_no_item() {
    let post = "02T08:00:00 sent id=p1\n02T10:00:00 post-status id=p1 outcome=success\n03T08:00:00 sent id=secret-item";
    let outcome = judged("event-log.post-closed", &subject(vec![log(post)]), &[]);
    assert_eq!(
        outcome.observed,
        "1 of 2 sendings without a closing status in time; file 1 line 3; log kept by the vendor"
    );
    for (id, cases) in cases() {
        for case in cases {
            let outcome = judged(id, &subject(case.logs), &[]);
            assert!(outcome.observed.contains("kept by") || outcome.verdict == NotTested, "{id}: {}", outcome.observed);
        }
    }
}

#[test]
fn parameters_are_obeyed() {
    let hours = |n| ("hours", Setting::Integer(n));
    let list = |name, values: &[&str]| (name, Setting::List(values.iter().map(|v| (*v).to_owned()).collect()));
    let late = "02T08:00:00 sent id=p1\n04T10:00:00 post-status id=p1 outcome=success";
    let letter = "02T08:00:00 sent id=p1 service=Fjernprint bytes=8000000";
    let cases = [
        ("event-log.post-closed", late, vec![], Fail),
        ("event-log.post-closed", late, vec![hours(72)], Pass),
        ("event-log.post-size", letter, vec![list("physical", &["fjernprint"])], Fail),
        ("event-log.post-size", letter, vec![list("digital", &["fjernprint"])], Pass),
        ("event-log.post-size", letter, vec![], Inconclusive),
    ];
    for (id, lines, settings, verdict) in cases {
        let outcome = judged(id, &subject(vec![log(lines)]), &settings);
        assert_eq!(outcome.verdict, verdict, "{id}: {}", outcome.observed);
    }
    let found = || subject(vec![log("02T08:00:00 called").found("cpr", "Part", 30)]);
    assert_eq!(judged("event-log.no-secrets", &found(), &[]).verdict, Fail);
    assert_eq!(judged("event-log.no-secrets", &found(), &[list("columns", &["part"])]).verdict, Pass);
}

//! Event logs: small ones counted by hand, and everything that can be wrong with one.

use crate::support::run;
use crate::usage::workbook;
use jiff::Timestamp;
use kravprobe::document::Document;
use kravprobe::usage::event::{Event, EventKind, EventOutcome, Field, digest};
use kravprobe::usage::events::mapping::{EventMapping, Ready};
use kravprobe::usage::events::{EventLogRead, Rules, read};
use kravprobe::usage::summary::{BadKind, Ended};
use proptest::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};

const LOG: &str = include_str!("../../fixtures/usage/logs/events.csv");

/// A log of messages with a line a message, in the words of a Danish program.
const OWN: &str = r#"
schema = 1
name = "beskeder"
[time]
column = "modtaget"
zone = "Europe/Copenhagen"
[event]
fixed = "received"
[times]
stored = "gemt"
acknowledged = "kvitteret"
[columns]
id = "besked"
municipality = "kommune"
service = "type"
system = "system"
[fixed]
integration = "SF1461"
[outcome]
column = "status"
success = ["2xx", "OK"]
failure = ["fejl"]
pending = ["venter"]
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn canonical() -> Ready {
    EventMapping::load("kravprobe-events").unwrap()
}

fn mapping(text: &str) -> Ready {
    EventMapping::read(&Document::new("mapping.toml", text)).unwrap()
}

fn log(ready: &Ready, name: &str, bytes: impl AsRef<[u8]>) -> EventLogRead {
    let folder = Folder::new();
    read(&[folder.write(name, bytes)], ready, &Rules::default()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn kinds(read: &EventLogRead) -> Vec<EventKind> {
    read.events.events.iter().map(|event| event.kind).collect()
}

fn bad(read: &EventLogRead) -> Vec<(BadKind, u64, u64, &str)> {
    let of = |b: &kravprobe::usage::summary::Bad| (b.kind, b.count, b.samples[0].place.line);
    read.bad.iter().map(|b| (of(b).0, of(b).1, of(b).2, b.samples[0].text.as_str())).collect()
}

fn assert_read_by_hand(read: &EventLogRead) {
    use EventKind::{Acknowledged, Login, LoginRefused, Logout, Received, Stored};
    // A login that failed is a refused one; the line that stands twice counts once.
    assert_eq!(kinds(read), [Login, LoginRefused, Logout, Received, Stored, Acknowledged]);
    let log = &read.events;
    assert_eq!((log.format, log.unnamed_lines, log.repeated_lines, log.bad_lines, log.other_lines), (1, 1, 1, 1, 0));
    let [login, refused, logout, received, stored, acknowledged] = log.events.as_slice() else { panic!("six") };
    assert_eq!((login.time, login.file), (at("2026-02-01T08:00:00Z"), 0));
    assert_eq!(login.account, Some(digest("jens.hansen")));
    assert_eq!(login.name_id, Some(digest("C=DK,O=11111111,CN=Jens Hansen,Serial=uuid-1")));
    assert_eq!((&refused.name_id, &refused.account), (&login.name_id, &None));
    assert_eq!((refused.outcome, refused.reason.as_deref()), (Some(EventOutcome::Failure), Some("Ukendt udsteder")));
    assert_eq!((login.assertion.as_deref(), logout.transaction.as_deref()), (Some("_a1"), Some("t-3")));
    assert_eq!(
        (received.id.as_deref(), received.attempts, received.bytes),
        (Some("b-1"), Some(1), Some(1_211_551_234))
    );
    assert_eq!(received.delivered, Some(at("2026-02-01T09:00:00Z")));
    assert_eq!((stored.outcome, acknowledged.outcome), (None, Some(EventOutcome::Success)));
    // Both forms of the CVR number, and the number of the integration out of longer text.
    assert_eq!(acknowledged.municipality, received.municipality);
    assert_eq!(acknowledged.integration.as_deref(), Some("SF1461"));
    let text = serde_json::to_string(log).unwrap();
    assert!(!text.contains("jens") && !text.contains("Hansen") && !text.contains("Mette"), "{text}");
}

#[test]
fn a_small_log_in_every_form_is_read_by_hand() {
    let tabs = LOG.replace(';', "\t");
    let quoted: String = LOG
        .lines()
        .map(|line| line.split(';').map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(";") + "\r\n")
        .collect();
    let reordered: String =
        LOG.lines().map(|line| line.split(';').rev().collect::<Vec<_>>().join("|") + "\n").collect();
    let utf16: Vec<u8> = LOG.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let header: Vec<_> = LOG.lines().next().unwrap().split(';').collect();
    let json: String = LOG
        .lines()
        .skip(1)
        .map(|line| {
            let members = header.iter().map(|name| (*name).to_owned()).zip(line.split(';').map(Into::into));
            serde_json::Value::Object(members.collect()).to_string() + "\n"
        })
        .collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(json.as_bytes()).unwrap();
    let forms: [(&str, Vec<u8>); 9] = [
        ("log.csv", LOG.into()),
        ("tabs.tsv", tabs.into()),
        ("quoted.csv", quoted.into()),
        ("reordered.csv", reordered.into()),
        ("bom.csv", [&[0xEF, 0xBB, 0xBF], LOG.as_bytes()].concat()),
        ("utf16.csv", utf16),
        ("log.jsonl.gz", gzip.finish().unwrap()),
        ("log.csv.zst", zstd::encode_all(LOG.as_bytes(), 3).unwrap()),
        ("log.xlsx", workbook(&LOG.replace(',', "@").replace(';', ",").replace('@', ";"), false)),
    ];
    for (name, bytes) in forms {
        let mut read = log(&canonical(), name, bytes);
        assert_eq!(read.files[0].ended, Ended::Complete, "{name}");
        if name == "log.xlsx" {
            // The helper has no commas inside cells.
            let original = Some(digest("C=DK;O=11111111;CN=Jens Hansen;Serial=uuid-1"));
            for event in read.events.events.iter_mut().filter(|event| event.name_id == original) {
                event.name_id = Some(digest("C=DK,O=11111111,CN=Jens Hansen,Serial=uuid-1"));
            }
        }
        assert_read_by_hand(&read);
        assert_eq!(bad(&read)[0].0, BadKind::TimeAmbiguous, "{name}");
    }
    let read = log(&canonical(), "log.csv", LOG);
    assert_eq!(bad(&read), [(BadKind::TimeAmbiguous, 1, 10, "time: 01/02/2026 09:11")]);
    assert_eq!((read.files[0].form.as_str(), read.files[0].records, read.files[0].backward), ("csv ;", 9, 0));
    // The canonical mapping names columns that this file lacks: nobody misses them.
    assert!(!read.events.fields.contains(&Field::Service) && !read.events.fields.contains(&Field::TokenMunicipality));
    assert_eq!(read.events.fields.len(), 12);
}

#[test]
fn a_line_with_several_times_is_several_events() {
    let text = "besked,modtaget,gemt,kvitteret,kommune,type,system,status\n\
                b-1,2026-02-01 10:00:00,2026-02-01 10:00:01,2026-02-01 10:00:02,64942212,PostStatus,Nord,200\n\
                b-2,2026-02-01 10:05:00,2026-02-01 10:05:01,,64942212,PostStatus,Nord,Venter\n\
                b-3,2026-02-01 10:06:00,i morgen,,64942212,PostStatus,Nord,fejl\n";
    let whole = log(&mapping(OWN), "log.csv", text);
    let events: Vec<_> = whole
        .events
        .events
        .iter()
        .map(|e| (e.kind, e.line, e.time.to_string(), e.id.clone().unwrap(), e.outcome))
        .collect();
    let expected = [
        (EventKind::Received, 2, "2026-02-01T09:00:00Z", "b-1", Some(EventOutcome::Success)),
        (EventKind::Stored, 2, "2026-02-01T09:00:01Z", "b-1", Some(EventOutcome::Success)),
        (EventKind::Acknowledged, 2, "2026-02-01T09:00:02Z", "b-1", Some(EventOutcome::Success)),
        (EventKind::Received, 3, "2026-02-01T09:05:00Z", "b-2", Some(EventOutcome::Pending)),
        (EventKind::Stored, 3, "2026-02-01T09:05:01Z", "b-2", Some(EventOutcome::Pending)),
    ];
    assert_eq!(
        events,
        expected.map(|(kind, line, time, id, outcome)| (kind, line, time.to_owned(), id.to_owned(), outcome))
    );
    assert_eq!(bad(&whole), [(BadKind::MessageTime, 1, 4, "gemt: x xxxxxx")]);
    let fields = [Field::Id, Field::Integration, Field::Service, Field::Municipality, Field::Outcome];
    assert_eq!(whole.events.fields, fields);
    assert_eq!(whole.events.events[0].integration.as_deref(), Some("SF1461"));

    let folder = Folder::new();
    let of = |systems: &[&str], is_own: bool, text: &str| {
        let rules = Rules { systems: systems.iter().map(|s| (*s).to_owned()).collect(), is_own, ..Rules::default() };
        let read = read(&[folder.write("s.csv", text)], &mapping(OWN), &rules).unwrap();
        (read.events.events.len(), read.events.other_lines, read.events.lines_without_system)
    };
    let mixed = "besked,modtaget,gemt,kvitteret,kommune,type,system,status\n\
                 b-1,2026-02-01 10:00:00,,,,,Nord,\nb-2,2026-02-01 10:00:00,,,,,Syd,\nb-3,2026-02-01 10:00:00,,,,,,\n";
    assert_eq!(of(&[], true, mixed), (3, 0, 0));
    assert_eq!(
        of(&["NORD"], true, mixed),
        (2, 1, 0),
        "a line without a system is the system's in the vendor's own log"
    );
    assert_eq!(of(&["nord", "øst"], false, mixed), (1, 1, 1), "and may be anybody's in another");
}

#[test]
fn what_identifies_a_person_or_is_secret_never_leaves() {
    let text = "time,event,id,account,name_id,reason,assertion\n\
                2026-02-01T08:00:00Z,login,0101701234,0101701234,010170-1234,borger 010170-1234 ukendt,_1\n\
                2026-02-01T08:00:01Z,login,0202805678,0101701234,jens,ok,_2\n\
                2026-02-01T08:00:02Z,login,0101701234,mette,jens,Bearer abcdefghijklmnopqrstuvwxyz0123456789,_3\n\
                Karen Olsen 0303031234,login,5,karen,karen,,\n\
                2026-02-01T08:00:03Z,login,5,karen,karen\n";
    let read = log(&canonical(), "log.csv", text);
    let events = &read.events.events;
    let ids: Vec<_> = events.iter().map(|event| event.id.clone().unwrap()).collect();
    assert_eq!(ids[0], ids[2], "what was the same still is");
    assert_ne!(ids[0], ids[1]);
    assert_eq!(events[0].account, events[1].account);
    assert_eq!(events[1].name_id, Some(digest("jens")));
    // Nothing that could be found by trying every CPR number.
    let text = serde_json::to_string(&read.events).unwrap();
    for hidden in ["0101701234", "010170-1234", "0202805678", "0303031234"] {
        assert!(!text.contains(hidden) && !text.contains(&digest(hidden)), "{text}");
    }
    assert!(!text.contains("aren") && !text.contains("Olsen") && !text.contains("abcdefghij"), "{text}");
    let found: Vec<_> = read.events.found.iter().map(|f| (f.kind.as_str(), f.column.as_str(), f.count)).collect();
    for expected in [
        ("cpr", "account", 2),
        ("cpr", "id", 3),
        ("cpr", "name_id", 1),
        ("cpr", "reason", 1),
        ("cpr", "time", 1),
        ("token", "reason", 1),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert_eq!(
        bad(&read),
        [
            (BadKind::ColumnCount, 1, 6, "5 columns, and the header has 7"),
            (BadKind::TimeUnreadable, 1, 5, "time: xxxxx xxxxx «xxxxxxxx:xxx»"),
        ]
    );
}

#[test]
fn finds_are_the_systems_own_and_have_their_day() {
    let token = "Bearer abcdefghijklmnopqrstuvwxyz0123456789";
    let csv = format!(
        "time,event,system,reason\n\
         2026-01-31T23:30:00Z,login,nord,{token}\n\
         2026-02-01T08:00:00Z,another,Nord,{token}\n\
         2026-02-01T08:00:01Z,login,syd,{token}\n\
         2026-02-02T08:00:00Z,login,,{token}\n\
         never,login,nord,{token}\n"
    );
    let json: Vec<_> = csv
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<_> = line.split(',').collect();
            let [time, event, system, reason] = cells[..] else { panic!("four cells") };
            let line = serde_json::json!({ "time": time, "event": event, "system": system, "reason": reason });
            format!("{line}\n")
        })
        .collect();
    for (name, text) in [("log.csv", &csv), ("log.jsonl", &json.concat())] {
        let folder = Folder::new();
        for (is_own, second) in [(true, 1), (false, 0)] {
            let rules = Rules { systems: vec!["Nord".to_owned()], is_own, ..Rules::default() };
            let read = read(&[folder.write(name, text)], &canonical(), &rules).unwrap();
            let [found] = &read.events.found[..] else { panic!("{:?}", read.events.found) };
            assert_eq!((found.kind.as_str(), found.column.as_str()), ("token", "reason"));
            let days: Vec<_> = found.days.iter().map(|day| (day.date.to_string(), day.count)).collect();
            let mut expected = vec![("2026-02-01".to_owned(), 2)];
            // A line without a system is the system's in its own log, and may be anybody's in another.
            expected.extend((second > 0).then(|| ("2026-02-02".to_owned(), second)));
            assert_eq!(days, expected, "{name}");
            assert_eq!(found.count, 3 + second, "{name}: the line without a time has no day");
        }
    }
}

#[test]
fn long_ids_and_numbers_that_are_none() {
    let long = "x".repeat(300);
    let text = format!(
        "time,event,id,attempts,bytes,delivered\n\
         2026-02-01T08:00:00Z,called,{long},,,\n\
         2026-02-01T08:00:00Z,called,1,to,,\n\
         2026-02-01T08:00:00Z,called,2,99999999999,,\n\
         2026-02-01T08:00:00Z,called,3,,1 MB,\n\
         2026-02-01T08:00:00Z,called,4,,,2026-02-30T08:00:00Z\n"
    );
    let read = log(&canonical(), "log.csv", text);
    assert_eq!(read.events.events[0].id, Some(digest(&long)));
    let expected = [
        (BadKind::Attempts, 2, 3, "attempts: xx"),
        (BadKind::MessageTime, 1, 6, "delivered: 2026-02-30x08:00:00x"),
        (BadKind::Size, 1, 5, "bytes: 1 xx"),
    ];
    assert_eq!(bad(&read), expected);
    assert_eq!((read.events.bad_lines, read.events.bad_samples.len()), (4, 4));
}

#[test]
fn damaged_empty_and_mixed_files_are_told_apart() {
    // Texts that hardly compress, so that the half of a file has whole blocks.
    let line = |n: u32| {
        let id = kravprobe::digest::sha256_hex(&n.to_le_bytes());
        format!("2026-02-01T08:00:00Z;stored;{id};;SF1461;64942212;;;;;;;;;n{n}\n")
    };
    let long = LOG.to_owned() + &(0..5000).map(line).collect::<String>();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    gzip.write_all(long.as_bytes()).unwrap();
    let mut gzip = gzip.finish().unwrap();
    gzip.truncate(gzip.len() / 2);
    let mut zstd = zstd::encode_all(long.as_bytes(), 1).unwrap();
    zstd.truncate(zstd.len() / 2);
    let folder = Folder::new();
    let header = LOG.lines().next().unwrap();
    let files = [
        folder.write("cut.csv.gz", gzip),
        folder.write("cut.csv.zst", zstd),
        folder.write("empty.csv", ""),
        folder.write("blank.csv", "\n\r\n"),
        folder.write("header.csv", header),
        folder.write(
            "mixed.csv",
            b"time;event;service\n2026-02-01T08:00:00Z;called;K\xF8b\n2026-02-01T08:00:00Z;called;K\xC3\xB8b\n",
        ),
    ];
    let all = read(&files, &canonical(), &Rules::default()).unwrap();
    let ended = &all.events.ended;
    assert!(matches!((&ended[0], &ended[1]), (Ended::Damaged(_), Ended::Damaged(_))), "{ended:?}");
    assert_eq!(ended[2..], [Ended::Empty, Ended::Empty, Ended::HeaderOnly, Ended::Complete]);
    let services: Vec<_> = all.events.events.iter().filter_map(|event| event.service.as_deref()).collect();
    assert_eq!(services, ["Køb", "Køb"]);
    assert!(all.events.events.iter().filter(|event| event.file == 0).count() > 1000);
    assert!(all.bad.iter().any(|bad| bad.kind == BadKind::CutOff));

    let utf8 = mapping(&format!("{OWN}[file]\nencoding = \"utf-8\"\n"));
    let text = b"besked,modtaget,gemt,kvitteret,kommune,type,system,status\nb,2026-02-01 10:00:00,,,,K\xF8b,,\n";
    assert_eq!(bad(&log(&utf8, "log.csv", text)), [(BadKind::Encoding, 1, 2, "30 bytes")]);
}

#[test]
fn long_lines_are_read_and_longer_ones_left_out() {
    let (long, longer) = ("x".repeat(10 << 20), "x".repeat(17 << 20));
    let line = |text: &str, id: u32| format!("2026-02-01T08:00:00Z;stored;{id};{text}\n");
    let text = format!("time;event;id;andet\n{}{}{}", line(&long, 1), line(&longer, 2), line("kort", 3));
    let read = log(&canonical(), "log.csv", text);
    let ids: Vec<_> = read.events.events.iter().map(|event| event.id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["1", "3"]);
    assert_eq!(bad(&read)[0].0, BadKind::TooLong);
}

#[test]
fn what_cannot_be_right_is_refused_with_its_place() {
    let folder = Folder::new();
    let say = |ready: &Ready, text: &str, limit: usize| {
        let rules = Rules { limit, ..Rules::default() };
        read(&[folder.write("log.csv", text)], ready, &rules).unwrap_err().to_string()
    };
    let many = say(&canonical(), LOG, 3);
    assert!(many.contains("log.csv: line 5: more than 3 events; give an extract of a shorter period"), "{many}");
    let zone = say(&canonical(), "time,event\n2026-02-01 08:00:00,called\n", 10);
    assert!(zone.contains("line 2") && zone.contains("carries no zone"), "{zone}");
    let column = say(&canonical(), "tid,event\n2026-02-01 08:00:00,called\n", 10);
    assert!(column.contains("has no column `time`"), "{column}");
    let named = say(&mapping(OWN), "besked,modtaget\nb,2026-02-01 08:00:00\n", 10);
    assert!(named.contains("has no column `system`"), "{named}");
    let array = say(&canonical(), "[{}]", 10);
    assert!(array.contains("jq"), "{array}");
}

#[test]
fn the_program_shows_kinds_and_bad_lines() {
    let folder = Folder::new();
    let file = folder.write("log.csv", LOG);
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (code, text, errors) = run(&["usage", "events", &path(&file), "--lang", "en"]);
    assert_eq!(code, 0, "{errors}");
    assert!(text.starts_with("6 events · 1 files · mapping `kravprobe-events`"), "{text}");
    let row = text.lines().find(|line| line.starts_with("login-refused")).unwrap();
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>(),
        ["login-refused", "1", "2026-02-01", "09:01", "2026-02-01", "09:01"]
    );
    assert!(text.contains("time: 01/02/2026 09:11") && !text.contains("Mette"), "{text}");
    let (code, json, _) = run(&["usage", "events", &path(&file), "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["kinds"]["stored"]["count"], &json["unnamedLines"]), (0, &1.into(), &1.into()));
    let header = folder.write("header.csv", LOG.lines().next().unwrap());
    assert_eq!(run(&["usage", "events", &path(&header)]).0, 3);
    let (code, _, errors) = run(&["usage", "events", &path(&file), "--mapping", "kravprobe-event"]);
    assert!(code == 2 && errors.contains("kravprobe-events"), "{errors}");
}

#[test]
fn the_examples_of_the_guide_are_right() {
    let guide = include_str!("../../docs/usage.md");
    let blocks: Vec<_> = guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [target, own, several, trace] = blocks.as_slice() else { panic!("{} examples", blocks.len()) };
    let head = "schema = 1\nenvironment = \"external-test\"\n[system]\nname = \"Fagsystem Nord\"\n";
    let usage =
        |text: &str| kravprobe::target::Target::parse("target.toml", &format!("{head}{text}")).unwrap().usage.unwrap();
    let table = usage(target);
    assert_eq!((table.log.len(), table.events.len()), (1, 1));
    assert_eq!(usage(trace).events.len(), 1);
    let own = mapping(own);
    assert_eq!((own.mapping.name.as_str(), own.kinds["logget ind"]), ("my-events", EventKind::Login));
    let several = mapping(&format!("schema = 1\nname = \"x\"\n{several}"));
    assert_eq!(several.mapping.times.len(), 2);
}

/// One generated line.
fn row() -> impl Strategy<Value = String> {
    let time = prop_oneof![
        9 => (1_772_000_000_i64..1_780_000_000).prop_map(|second| Timestamp::from_second(second).unwrap().to_string()),
        1 => Just("i går".to_owned()),
    ];
    let event = prop_oneof![Just("login"), Just("received"), Just("stored"), Just("andet")];
    let id =
        prop_oneof![Just("\"a;\nb\""), Just("x1"), Just("0101701234"), Just("0202805678"), Just(""), Just("5\" rør")];
    let account = prop_oneof![Just("jens"), Just("mette"), Just("")];
    (time, event, id, account, prop_oneof![Just("success"), Just("failure"), Just("")])
        .prop_map(|(time, event, id, account, outcome)| format!("{time};{event};{id};{account};{outcome}\n"))
}

/// Lines, what is bad and unnamed, and what was found where.
type Essence = (Vec<String>, [u64; 2], Vec<(String, String, u64)>);

/// What must not depend on how the lines are split.
fn essence(read: EventLogRead) -> Essence {
    let bare = |event: Event| serde_json::to_string(&Event { file: 0, line: 0, ..event }).unwrap();
    let mut events: Vec<_> = read.events.events.into_iter().map(bare).collect();
    events.sort();
    let found = read.events.found.into_iter().map(|found| (found.kind, found.column, found.count)).collect();
    (events, [read.events.unnamed_lines, read.events.bad_lines], found)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same_events(
        rows in proptest::collection::vec(row(), 1..60),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
        chunk in 1_usize..400,
    ) {
        let header = "time;event;id;account;outcome\n";
        let folder = Folder::new();
        let whole = folder.write("whole.csv", header.to_owned() + &rows.concat());
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).chain([0, rows.len()]).collect();
        cuts.sort_unstable();
        let parts: Vec<_> = cuts
            .windows(2)
            .enumerate()
            .map(|(number, pair)| folder.write(&format!("part{number}.csv"), header.to_owned() + &rows[pair[0]..pair[1]].concat()))
            .collect();
        let run = |files: &[PathBuf], chunk: usize| essence(read(files, &canonical(), &Rules { chunk, ..Rules::default() }).unwrap());
        prop_assert_eq!(run(&[whole], 1 << 20), run(&parts, chunk));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600), chunk in 1_usize..100) {
        let folder = Folder::new();
        let file = folder.write("log.csv", [b"time;event;id\n".as_slice(), &bytes].concat());
        if let Ok(read) = read(&[file], &canonical(), &Rules { chunk, ..Rules::default() }) {
            let log = &read.events;
            prop_assert_eq!(read.files[0].records, log.events.len() as u64 + log.unnamed_lines + log.bad_lines);
        }
    }
}

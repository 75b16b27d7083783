//! Logs that a target names: what a run keeps of them, counted by hand.

use jiff::Timestamp;
use kravprobe::capture::{Captured, Session, usage};
use kravprobe::check::Parameters;
use kravprobe::evidence::store::{Provenance, Store, StoreLimits};
use kravprobe::plan::{Plan, PlanItem, State};
use kravprobe::subject::usage::{Claimed, Reported, UsageSubject};
use kravprobe::subject::{Blob, Subject};
use kravprobe::target::LoadedTarget;
use kravprobe::usage::summary::{BadKind, Ended, Summary};
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use tempfile::TempDir;

const AT: &str = "2026-03-01T12:00:00Z";

const HEAD: &str = "schema = 1\nenvironment = \"external-test\"\n[system]\nname = \"Fagsystem Nord\"\n";

/// A folder with the hand-made logs and a target.
struct World(TempDir);

impl World {
    fn new(usage: &str) -> Self {
        let world = Self(tempfile::Builder::new().prefix("usage [a-b]").tempdir().unwrap());
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/usage");
        std::fs::create_dir(world.path("logs")).unwrap();
        for name in ["logs/calls-january.csv", "logs/calls-february.csv", "reported.csv", "claimed.csv"] {
            std::fs::copy(from.join(name), world.path(name)).unwrap();
        }
        world.write("target.toml", format!("{HEAD}{usage}"));
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// What is captured when a plan needs a subject.
    fn capture(&self, subject: &str) -> Result<Vec<Captured>, String> {
        let loaded = LoadedTarget::load(&self.path("target.toml")).map_err(|e| e.to_string())?;
        let item = PlanItem {
            requirement: "K-1".into(),
            check: None,
            declaration: None,
            subject: Some(subject.into()),
            roles: Vec::new(),
            parameters: Parameters::default(),
            state: State::Run,
            because: None,
        };
        let plan = Plan {
            schema: 1,
            profile: Vec::new(),
            target_sha256: String::new(),
            declarations_sha256: Vec::new(),
            environment: loaded.target.environment,
            items: vec![item],
        };
        let session = Session::new(&loaded, true).unwrap();
        usage::capture(&session, &loaded, &plan, &[], AT.parse().unwrap(), &mut |_| {}).map_err(|e| e.to_string())
    }

    /// The subject `usage:calls`, with its blobs as the store keeps them.
    fn calls(&self) -> UsageSubject {
        let captured = self.capture("usage:calls").unwrap_or_else(|e| panic!("{e}"));
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), StoreLimits::default()).unwrap();
        for Captured { mut subject, origins } in captured {
            for blob in subject.blobs_mut() {
                let origin = origins.of(blob);
                let provenance = Provenance {
                    direction: origin.direction,
                    peer: origin.peer,
                    captured_at: AT.parse().unwrap(),
                    redactions: origin.redactions,
                };
                assert!(!store.put_blob(blob, provenance).unwrap(), "nothing is left to redact");
            }
            if let Subject::Usage(subject) = subject {
                return subject;
            }
        }
        panic!("no such subject")
    }

    fn refused(&self) -> String {
        self.capture("usage:calls").unwrap_err()
    }
}

fn read<T: DeserializeOwned>(blob: &Blob) -> T {
    serde_json::from_slice(blob.data()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const CALLS: &str = r#"
[usage]
systems = ["Fagsystem Nord"]
municipalities = ["64942212"]
go_live = "2025-12-01"
reported = "reported.csv"
claimed = "claimed.csv"
[[usage.log]]
name = "forbrug"
files = ["logs/*.csv"]
mapping = "kravprobe"
kept_by = "infrastructure"
covers = { from = "2026-01-01T00:00:00Z", until = "2026-03-01T00:00:00Z" }
"#;

#[test]
fn the_calls_of_the_system_are_counted_by_hand() {
    let world = World::new(CALLS);
    let subject = world.calls();
    assert_eq!((subject.id.as_str(), subject.at), ("usage:calls", at(AT)));
    let [log] = subject.logs.as_slice() else { panic!("one log") };
    let summary: Summary = read(&log.summary);
    // By key: SagImport of København (three calls), SagOpdater of Frederiksberg (one, written in both extracts).
    let groups: Vec<_> = summary
        .groups
        .iter()
        .map(|g| (g.key.service.as_str(), g.key.municipality.as_str(), g.key.system.as_str(), g.calls, g.errors))
        .collect();
    assert_eq!(
        groups,
        [
            ("SagOpdater", "11259979", "Fagsystem Nord", 1, 1),
            ("SagImport", "64942212", "Fagsystem Nord", 2, 0),
            ("SagImport", "64942212", "fagsystem nord", 1, 0),
        ]
    );
    assert_eq!((log.other_calls, log.calls_without_system), (2, 1));
    assert_eq!(log.newest_line, Some(at("2026-02-03T07:00:00Z")));
    let overview = &summary.overview;
    assert_eq!((overview.rows, overview.duplicates, overview.bad_lines), (7, 1, 1));
    assert_eq!(overview.bad[0].kind, BadKind::TimeUnreadable);
    assert_eq!(
        (overview.bad[0].samples[0].place.file.as_str(), overview.bad[0].samples[0].place.line),
        ("logs/calls-february.csv", 4)
    );
    let names: Vec<_> = log.facts.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["logs/calls-february.csv", "logs/calls-january.csv"], "as the target reaches them");
    let bytes = std::fs::read(world.path(names[0])).unwrap();
    assert_eq!(
        (log.facts.files[0].bytes, &log.facts.files[0].sha256),
        (bytes.len() as u64, &kravprobe::digest::sha256_hex(&bytes))
    );
    assert!(String::from_utf8_lossy(log.facts.mapping.data()).contains("name = \"kravprobe\""));

    let reported: Vec<Reported> = read(subject.reported.as_ref().unwrap());
    // Ten digits that look like a CPR number, and are a count.
    assert_eq!((reported[0].calls, reported[1].calls), (3, 3_112_991_234));
    let claimed: Vec<Claimed> = read(subject.claimed.as_ref().unwrap());
    assert_eq!(claimed[0].integrations, ["SF1470", "SF1461"]);
}

#[test]
fn what_the_plan_does_not_need_is_not_read() {
    let world = World::new(&CALLS.replace("logs/*.csv", "logs/none.csv"));
    assert!(world.capture("event-log:events").unwrap().is_empty());
}

#[test]
fn without_a_name_every_line_is_the_systems() {
    let subject = World::new(&CALLS.replace("systems = [\"Fagsystem Nord\"]\n", "")).calls();
    let summary: Summary = read(&subject.logs[0].summary);
    assert_eq!(summary.groups.iter().map(|group| group.calls).sum::<u64>(), 7);
    assert_eq!((subject.logs[0].other_calls, subject.logs[0].calls_without_system), (0, 0));
}

#[test]
fn a_damaged_file_is_a_fact_and_a_missing_one_a_mistake() {
    let world = World::new(&CALLS.replace("logs/*.csv", "logs"));
    let gzip = {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let lines: String = (0..5000).map(|n| format!("2026-01-05T08:00:00.{n:04}Z,SF1470,Fagsystem Nord\n")).collect();
        std::io::Write::write_all(&mut writer, format!("time,integration,system\n{lines}").as_bytes()).unwrap();
        writer.finish().unwrap()
    };
    world.write("logs/cut.csv.gz", &gzip[..gzip.len() / 2]);
    let summary: Summary = read(&world.calls().logs[0].summary);
    assert!(matches!(&summary.overview.files[2].ended, Ended::Damaged(_)), "{:?}", summary.overview.files);

    for (log, words) in [
        ("logs/none.csv", "there is no such file"),
        ("logs/*.gzip", "there is no such file"),
        ("target.toml", "has no column"),
    ] {
        let said = World::new(&CALLS.replace("logs/*.csv", log)).refused();
        assert!(said.contains(words) && said.contains(log), "{said}");
    }
}

#[test]
fn a_mapping_of_ones_own_lies_beside_the_target_and_must_tell_systems_apart() {
    let own = CALLS.replace("\"kravprobe\"", "\"own.toml\"");
    let world = World::new(&own);
    assert!(world.refused().contains("own.toml"));
    let mapping = "schema = 1\nname = \"own\"\n[time]\ncolumn = \"time\"\n[columns]\nintegration = \"integration\"\n";
    world.write("own.toml", mapping);
    assert!(world.refused().contains("says nothing of the system"));
    world.write("own.toml", format!("{mapping}[fixed]\nsystem = \"FAGSYSTEM NORD\"\n"));
    let summary: Summary = read(&world.calls().logs[0].summary);
    // No log id is mapped, so the line that stands in both extracts counts twice.
    assert_eq!(summary.groups.iter().map(|group| group.calls).sum::<u64>(), 8);
    world.write("own.toml", format!("{mapping}[fixed]\nsystem = \"Fagsystem Nord\"\n# password = hunter2000\n"));
    assert!(world.refused().contains("holds a secret"));
}

#[test]
fn mistakes_in_tables_have_their_place() {
    let world = World::new(CALLS);
    world.write(
        "reported.csv",
        "integration,municipality_cvr,from,until,calls\nSF1470,64942212,2026-01-01,2026-02-28,mange\n",
    );
    let said = world.refused();
    assert!(said.contains("reported.csv: line 2: column `calls`"), "{said}");
}

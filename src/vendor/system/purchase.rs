//! The reference vendor as a municipality buys it: login, messages, deliveries to the index, and the logs that show whether it is used.

use super::{MESSAGE_DEFECTS, MessageSystem, Seeded, SystemError, TRIAL_DEFECTS, TrialSystem, declaration};
use crate::denmark::{begins, danish_day};
use crate::language::Text;
use crate::vendor::pki::ExampleKeys;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The defects of the second system that its logs and deliveries show.
pub const USE_DEFECTS: &[Seeded] = &[
    Seeded {
        what: Text {
            da: "det seneste kald til indekset er mere end 30 dage gammelt",
            en: "the newest call to the index is more than 30 days old",
        },
        check: "usage.newest-call",
    },
    Seeded {
        what: Text {
            da: "leverandøren rapporterer flere kald end loggens",
            en: "the vendor reports more calls than the log",
        },
        check: "usage.reported-counts",
    },
    Seeded {
        what: Text {
            da: "en besked er kvitteret uden at være gemt",
            en: "a message is acknowledged without being stored",
        },
        check: "event-log.acknowledged-after-stored",
    },
    Seeded {
        what: Text { da: "en sag leveres uden ejer", en: "a case is delivered without an owner" },
        check: "request.sdi-cardinality",
    },
];

/// Every defect of the second system.
pub fn purchase_defects() -> impl Iterator<Item = &'static Seeded> {
    TRIAL_DEFECTS.iter().chain(MESSAGE_DEFECTS).chain(USE_DEFECTS)
}

/// CVR numbers of the municipality that buys, and of two others on the same system; all are invented.
const OWN: &str = "90000009";
const OTHERS: [&str; 2] = ["11111111", "99999999"];
/// Days that the logs cover.
const DAYS: i64 = 60;
/// A case as it is delivered to the Sagsindeks.
const CASE: &str = include_str!("../../../fixtures/requests/sag-importer.xml");

/// The system on disk, running until it is dropped.
#[derive(Debug)]
pub struct PurchasedSystem {
    /// The target file.
    pub target: PathBuf,
    /// Root of the example PKI, for `verify --trust`.
    pub root: PathBuf,
    /// Key of the sealing certificate (PEM).
    pub seal_key: PathBuf,
    /// The sealing certificate and its issuing CA (PEM).
    pub seal_certificate: PathBuf,
    _login: TrialSystem,
    _messages: MessageSystem,
}

impl PurchasedSystem {
    /// Writes the files of system, identity provider, services and logs into `directory` and starts the system on 127.0.0.1.
    pub fn start(directory: &Path, keys: &ExampleKeys, at: Timestamp, defective: bool) -> Result<Self, SystemError> {
        let file = |path: PathBuf| move |source| SystemError::File { path, source };
        let messages = MessageSystem::start(directory, keys, at, defective)?;
        let received = read(&messages.target)?;
        let login = TrialSystem::start(directory, keys, at, defective)?;
        let mut text = read(&login.target)?;
        text += &tables(&received);
        text += &logs(at, defective);
        for (name, content) in [
            ("forbrug.csv", calls(at, defective)),
            ("beskeder.csv", message_events(at, defective)),
            ("rapporteret.csv", reported(at, defective)),
            ("oplyst.csv", claimed()),
            ("kitos.json", portfolio()),
            ("sag.xml", case(defective)),
        ] {
            let path = directory.join(name);
            std::fs::write(&path, content).map_err(file(path))?;
        }
        std::fs::write(&login.target, &text).map_err(file(login.target.clone()))?;
        Ok(Self {
            target: login.target.clone(),
            root: login.root.clone(),
            seal_key: login.seal_key.clone(),
            seal_certificate: login.seal_certificate.clone(),
            _login: login,
            _messages: messages,
        })
    }
}

fn read(path: &Path) -> Result<String, SystemError> {
    std::fs::read_to_string(path).map_err(|source| SystemError::File { path: path.to_owned(), source })
}

/// What the target of the message system says beside what the target of the login says already.
fn tables(received: &str) -> String {
    let from = received.find("\n[[anchor]]").unwrap_or_default();
    let (certificates, rest) = received[from..].split_once("\n[authorisation]").unwrap_or_default();
    let beskedfordeler = rest.find("\n[beskedfordeler]").map_or("", |place| &rest[place..]);
    let with_chain = certificates.replace(
        "file = \"function.pem\"\n",
        "file = \"function.pem\"\nrole = \"tls-client\"\nkind = \"system\"\nsupplied = [\"issuing-ca.pem\"]\ncrl = [\"issuing-ca.crl\"]\n",
    );
    [&with_chain, beskedfordeler].concat()
}

/// The instant that the logs reach to: the whole minute before the judgement.
fn until(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second() / 60 * 60).unwrap_or(at)
}

/// The tables on logs, deliveries and what others say.
fn logs(at: Timestamp, defective: bool) -> String {
    let until = until(at);
    let from = until - SignedDuration::from_hours(24 * DAYS);
    let mut text = format!(
        r#"
[[request]]
name = "sag"
file = "sag.xml"
service = "sagsindeks"

[usage]
systems = ["Eksempel Fagsystem"]
municipalities = ["{OWN}"]
go_live = "{}"
reported = "rapporteret.csv"
claimed = "oplyst.csv"

[usage.portfolio]
file = "kitos.json"

[[usage.log]]
name = "forbrug"
files = ["forbrug.csv"]
mapping = "kravprobe"
kept_by = "infrastructure"
covers = {{ from = "{from}", until = "{until}" }}

[[usage.events]]
name = "login"
files = ["login-log.csv"]
mapping = "kravprobe-events"
kept_by = "supplier"
holds = ["login", "login-refused", "logout"]
covers = {{ from = "{}", until = "{}" }}

[[usage.events]]
name = "beskeder"
files = ["beskeder.csv"]
mapping = "kravprobe-events"
kept_by = "supplier"
holds = ["received", "stored", "acknowledged", "processed"]
covers = {{ from = "{from}", until = "{until}" }}
"#,
        danish_day(from + SignedDuration::from_hours(24)),
        at - SignedDuration::from_hours(1),
        at + SignedDuration::from_hours(24),
    );
    let index = if defective { "false" } else { "true" };
    for (kind, value) in [
        ("service-agreements", "true"),
        ("token-answer-verified", "true"),
        ("sdi-validated", index),
        ("sdi-updated-within-minutes", "true"),
        ("sdi-physical-deletion", "true"),
        ("sdi-initial-delivery", "true"),
        ("sdi-service-agreement", "true"),
    ] {
        text += &declaration(kind, value);
    }
    text
}

/// Calls of three municipalities on the same system: every quarter of an hour in the daytime, a few of which fail.
fn calls(at: Timestamp, defective: bool) -> String {
    let until = until(at);
    let mut text =
        "time,integration,version,service,direction,municipality_cvr,system,status,duration_ms,log_id\n".to_owned();
    let integrations = [("SF1511", "2.0", "Login"), ("SF1461", "2.0", "BeskedHent"), ("SF1470", "3.0", "Sagsindeks")];
    let quarters = DAYS * 24 * 4;
    for quarter in 1..quarters {
        let time = until - SignedDuration::from_mins((quarters - quarter) * 15);
        for (place, municipality) in (0..).zip(std::iter::once(OWN).chain(OTHERS)) {
            for (number, (integration, version, service)) in (0..).zip(integrations) {
                let is_old = quarter > 20 * 24 * 4;
                if defective && municipality == OWN && integration == "SF1470" && is_old {
                    continue;
                }
                let id = (quarter * 3 + place) * 3 + number;
                let status = if id % 211 == 0 { 500 } else { 200 };
                let duration = 40 + id * 37 % 260;
                let _ = writeln!(
                    text,
                    "{time},{integration},{version},{service},out,{municipality},Eksempel Fagsystem,{status},{duration},L{id}"
                );
            }
        }
    }
    text
}

/// A message every second hour, received, stored, acknowledged and processed within seconds.
fn message_events(at: Timestamp, defective: bool) -> String {
    let until = until(at);
    let mut text = "time,event,id,municipality,integration,attempts,delivered\n".to_owned();
    let messages = DAYS * 12;
    for number in 1..messages {
        let delivered = until - SignedDuration::from_mins((messages - number) * 120);
        let id = uuid::Uuid::from_u128(0x0c5f_0000_0000_4000_8000_0000_0000_0000 + u128::from(number.unsigned_abs()));
        for (event, after) in [("received", 2), ("stored", 3), ("acknowledged", 4), ("processed", 20)] {
            if defective && event == "stored" && number % 97 == 0 {
                continue;
            }
            let time = delivered + SignedDuration::from_secs(after);
            let _ = writeln!(text, "{time},{event},{id},{OWN},SF1461,1,{delivered}");
        }
    }
    text
}

/// What the vendor reports of one week, which the log's own lines must give again.
fn reported(at: Timestamp, defective: bool) -> String {
    let last = danish_day(at) - jiff::Span::new().days(2);
    let first = last - jiff::Span::new().days(6);
    let (from, to) = (begins(first), begins(last + jiff::Span::new().days(1)));
    let counted = calls(at, false)
        .lines()
        .filter(|line| line.contains(",SF1461,") && line.contains(OWN))
        .filter_map(|line| line.split(',').next()?.parse::<Timestamp>().ok())
        .filter(|time| (from..to).contains(time))
        .count();
    let reported = if defective { counted + 250 } else { counted };
    format!("integration,municipality_cvr,from,until,calls\nSF1461,{OWN},{first},{last},{reported}\n")
}

/// What the vendor claims of its packages.
fn claimed() -> String {
    format!("package,integrations,municipality_cvr,percent\nSager,SF1470,{OWN},100\nBeskeder,SF1461,{OWN},100\n")
}

/// The system in the municipality's portfolio, as KITOS answers it.
fn portfolio() -> String {
    let relation = |name: &str| json!({ "relationInterface": { "uuid": uuid::Uuid::nil(), "name": name } });
    json!({
        "uuid": "5a3f0b52-8c57-4e31-9a0a-0d5f8a5c1f10",
        "systemContext": { "uuid": "8d2a3c1e-6f0b-4d7a-b1c9-7e4f5a6b8c9d", "name": "Eksempel Fagsystem" },
        "outgoingSystemRelations": [
            relation("SF1461 Beskedfordeler"), relation("SF1470 Sags- og Dokumentindeks"), relation("SF1511 Context Handler")
        ]
    })
    .to_string()
}

/// A case; the defective system leaves its owner out.
fn case(defective: bool) -> String {
    let (open, close) = ("<sag:Sagsaktoer>", "</sag:Sagsaktoer>");
    match (CASE.find(open), CASE.find(close)) {
        (Some(from), Some(to)) if defective => [&CASE[..from], &CASE[to + close.len()..]].concat(),
        _ => CASE.to_owned(),
    }
}

//! Proposing a mapping for a file that nobody has described: column names, and what the values look like.

use super::compare::municipalities;
use super::input::{self, Content};
use super::mapping::{Mapping, Role};
use super::read::{Start, delimiters, find_header};
use super::reader::first_line;
use super::scan::{Secrets, integration_number, shown_text};
use super::time::{Clock, Problem};
use super::worker::{fields, header, leaf, leaves, scalar};
use crate::document::Document;
use crate::error::{Error, Result};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Rows that are looked at.
const ROWS: usize = 1000;
/// Bytes that are looked at.
const BYTES: u64 = 4 << 20;
/// Samples of each column.
const SAMPLES: usize = 3;
/// Columns that are looked at, of objects. A log whose keys are ids may have any number.
const COLUMNS: usize = 1000;

/// The first rows of a file.
#[derive(Debug, Default)]
pub struct Table {
    /// Columns.
    pub names: Vec<String>,
    /// Rows; each may be shorter than the names.
    pub rows: Vec<Vec<String>>,
    /// Delimiter, of files that have one.
    pub delimiter: Option<char>,
}

impl Table {
    fn values(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter_map(move |row| row.get(column))
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Whether there are values, and at least nine of ten are so.
    fn mostly(&self, column: usize, so: impl Fn(&str) -> bool) -> bool {
        let (all, good) =
            self.values(column).fold((0, 0), |(all, good), value| (all + 1, good + usize::from(so(value))));
        all > 0 && good * 10 >= all * 9
    }
}

/// Names of a file's columns; of an empty file there are none.
pub fn names(path: &Path) -> Result<Vec<String>> {
    rows(path).map(|table| table.unwrap_or_default().names)
}

/// The first rows of a file.
pub fn table(path: &Path) -> Result<Table> {
    rows(path)?.ok_or_else(|| Error::file(path, "is empty"))
}

fn rows(path: &Path) -> Result<Option<Table>> {
    let opened = input::open(path, &Arc::default())?;
    match opened.content {
        Content::Empty => Ok(None),
        Content::Workbook(mut book) => {
            let mut table = Table::default();
            let done = book.rows(None, |_, cells| {
                if table.names.is_empty() {
                    table.names = cells.iter().map(|cell| cell.trim().to_owned()).collect();
                } else {
                    table.rows.push(cells.to_vec());
                }
                table.rows.len() < ROWS
            });
            done.map_err(|problem| Error::file(path, problem))?;
            Ok(Some(table))
        }
        Content::Text(text) => {
            let mut head = Vec::new();
            // What a damaged file holds before the damage is enough to look at.
            let _ = text.take(BYTES).read_to_end(&mut head);
            let start = find_header(&head).map_err(|problem| Error::file(path, problem))?;
            match start {
                None => Ok(None),
                Some(Start::Json { at, .. }) => Ok(Some(objects(&head[at..]))),
                Some(Start::Header { at, delimiter, .. }) => Ok(Some(columns(&head[at..], delimiter))),
            }
        }
    }
}

fn columns(text: &[u8], named: Option<u8>) -> Table {
    let (line, mut at) = first_line(text);
    let delimiter = named.unwrap_or_else(|| delimiters(line)[0]);
    let mut table = Table { names: header(line, delimiter), rows: Vec::new(), delimiter: Some(char::from(delimiter)) };
    while at < text.len() && table.rows.len() < ROWS {
        let (row, end) = fields(text, at, delimiter);
        // The last record may be cut by the limit.
        if end == text.len() && text.last() != Some(&b'\n') && !table.rows.is_empty() {
            break;
        }
        if row.len() == table.names.len() {
            table.rows.push(row);
        }
        at = end;
    }
    table
}

fn objects(text: &[u8]) -> Table {
    let mut table = Table::default();
    for line in text.split(|b| *b == b'\n').take(ROWS) {
        let Ok(value) = serde_json::from_slice::<Value>(line) else { continue };
        let mut row = Vec::new();
        leaves(&value, "", &mut |name, found| {
            let known = table.names.iter().position(|known| known == name);
            // What the name leads to must be the value: not so for a name that was cut, or for the members of an array.
            if known.is_none() && table.names.len() >= COLUMNS || leaf(&value, name) != scalar(found) {
                return;
            }
            let column = known.unwrap_or_else(|| {
                table.names.push(name.to_owned());
                table.names.len() - 1
            });
            row.resize(row.len().max(column + 1), String::new());
            row[column] = scalar(found);
        });
        table.rows.push(row);
    }
    table
}

/// Names that columns have, by role; the first that fits wins.
const WORDS: &[(Role, &[&str])] = &[
    (Role::Delivered, &["delivered", "deliveredat", "leveret", "leverancetidspunkt", "leveringstidspunkt"]),
    (Role::Acked, &["acked", "ackedat", "acknowledged", "kvitteret", "kvitteringstidspunkt"]),
    (
        Role::Time,
        &[
            "time",
            "timestamp",
            "tidspunkt",
            "tid",
            "dato",
            "datotid",
            "datetime",
            "date",
            "oprettet",
            "created",
            "@timestamp",
            "ts",
            "start",
            "starttidspunkt",
            "kaldstidspunkt",
        ],
    ),
    (Role::TimeOfDay, &["klokkeslæt", "klokken", "kl", "timeofday", "tidspå dagen", "klokkeslet"]),
    (Role::Environment, &["environment", "miljø", "env", "miljoe"]),
    (
        Role::Integration,
        &["integration", "integrationid", "integrationsnummer", "sfnummer", "sf", "snitflade", "interface"],
    ),
    (Role::Version, &["version", "integrationsversion", "serviceversion"]),
    (
        Role::Municipality,
        &[
            "municipalitycvr",
            "municipality",
            "kommunecvr",
            "cvr",
            "cvrnummer",
            "cvrnr",
            "myndighedcvr",
            "myndighed",
            "kommune",
            "authoritycvr",
        ],
    ),
    (
        Role::Service,
        &[
            "service",
            "servicename",
            "servicenavn",
            "serviceid",
            "operation",
            "endpoint",
            "tjeneste",
            "metode",
            "serviceuuid",
        ],
    ),
    (
        Role::System,
        &[
            "system",
            "itsystem",
            "itsystemid",
            "anvendersystem",
            "anvendersystemuuid",
            "systemnavn",
            "usersystem",
            "usersystemuuid",
            "client",
            "klient",
        ],
    ),
    (Role::Direction, &["direction", "retning"]),
    (
        Role::Agreement,
        &[
            "agreement",
            "agreementid",
            "aftale",
            "aftaleid",
            "serviceaftale",
            "serviceagreementuuid",
            "serviceaftaleid",
            "serviceaftaleuuid",
        ],
    ),
    (
        Role::Transaction,
        &[
            "transactionid",
            "transaktionsid",
            "transaktionsuuid",
            "xtransaktionsid",
            "transactionuuid",
            "correlationid",
            "requestid",
            "kaldid",
        ],
    ),
    (Role::LogId, &["logid", "loguuid", "id", "rowid", "linjeid", "eventid"]),
    (
        Role::Status,
        &[
            "status",
            "statuskode",
            "statuscode",
            "httpstatus",
            "resultat",
            "result",
            "svarkode",
            "responsecode",
            "outcome",
        ],
    ),
    (
        Role::Duration,
        &[
            "durationms",
            "duration",
            "latencyms",
            "latency",
            "svartid",
            "svartidms",
            "varighed",
            "varighedms",
            "elapsed",
            "elapsedms",
            "responsetime",
            "responsetimems",
            "durationsek",
            "ms",
        ],
    ),
    (Role::Mailbox, &["dueslag", "dueslagid", "dueslaguuid", "mailbox", "queue", "kø"]),
    (Role::MessageId, &["beskedid", "beskeduuid", "messageid"]),
    (Role::Attempts, &["attempts", "antalleveranceforsoeg", "antalleveranceforsøg", "leveranceforsøg"]),
];

fn bare(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '@').collect()
}

/// Proposes a mapping: a file in TOML, with samples of every column in comments. Nothing secret is in it.
pub fn propose(path: &Path) -> Result<String> {
    let table = table(path)?;
    let mut roles: Vec<Option<usize>> = vec![None; super::mapping::ROLES];
    let mut taken = BTreeSet::new();
    for (role, words) in WORDS {
        let found = words.iter().find_map(|word| {
            table.names.iter().enumerate().position(|(at, name)| !taken.contains(&at) && bare(name) == bare(word))
        });
        if let Some(at) = found {
            taken.insert(at);
            roles[*role as usize] = Some(at);
        }
    }
    // What the names do not tell, the values may.
    let mut by_value = |role: Role, so: &dyn Fn(&str) -> bool| {
        if roles[role as usize].is_none()
            && let Some(at) = (0..table.names.len()).find(|at| !taken.contains(at) && table.mostly(*at, so))
        {
            taken.insert(at);
            roles[role as usize] = Some(at);
        }
    };
    by_value(Role::Integration, &|value| integration_number(value.as_bytes()).is_some());
    by_value(Role::Municipality, &|value| municipalities().iter().any(|m| m.cvr == value));
    by_value(Role::Time, &|value| reads(value, "day-month-year").is_ok());
    Ok(write(&shown_text(path.display().to_string().as_bytes()), &table, &roles))
}

/// Reads a time by a form, in Danish time.
fn reads(value: &str, form: &str) -> std::result::Result<i64, Problem> {
    let rules = format!(
        "schema = 1\nname = \"x\"\n[time]\ncolumn = \"x\"\nzone = \"Europe/Copenhagen\"\nrepeated_hour = \"earlier\"\nform = \"{form}\"\n"
    );
    let ready = Mapping::read(&Document::new("guess", rules)).map_err(|_| Problem::Unreadable)?;
    Clock::new(&ready).read(value.as_bytes())
}

fn has_zone(value: &str) -> bool {
    let rules = Document::new("guess", "schema = 1\nname = \"x\"\n[time]\ncolumn = \"x\"\nform = \"day-month-year\"\n");
    Mapping::read(&rules).is_ok_and(|ready| Clock::new(&ready).read(value.as_bytes()) != Err(Problem::NoZone))
}

fn quote(text: &str) -> String {
    Value::String(shown_text(text.as_bytes())).to_string()
}

fn write(file: &str, table: &Table, roles: &[Option<usize>]) -> String {
    let column = |role: Role| roles[role as usize].map(|at| quote(&table.names[at]));
    let mut out = format!(
        "# Proposed by `kravprobe usage guess` from the first {} rows of {file}. Read every line before you use it: names are guesses.\n#\n\
         # Columns and samples (redacted):\n",
        table.rows.len()
    );
    let mut secrets = Secrets::new();
    for (at, name) in table.names.iter().enumerate() {
        // What is a secret may show by the column's name alone.
        let mut show = |value: &str| match secrets.kinds(name, value.as_bytes()).first() {
            Some(kind) => format!("«redacted:{kind}»"),
            None => shown_text(value.as_bytes()),
        };
        let mut samples: Vec<_> = table.values(at).map(&mut show).collect();
        samples.dedup();
        samples.truncate(SAMPLES);
        let samples: Vec<_> = samples.iter().map(|s| s.chars().take(60).collect::<String>()).collect();
        let _ = writeln!(out, "#   {}: {}", shown_text(name.as_bytes()), samples.join(" | "));
    }
    out.push_str("schema = 1\nname = \"my-log\"\n");
    if let Some(delimiter) = table.delimiter {
        let _ = write!(out, "\n[file]\ndelimiter = {}\n", Value::String(delimiter.to_string()));
    }
    out.push_str("\n[time]\n");
    match roles[Role::Time as usize] {
        None => out.push_str("column = \"?\"  # no column of times was recognised; name it\n"),
        Some(at) => time(&mut out, table, at, roles[Role::TimeOfDay as usize].is_some()),
    }
    if let Some(name) = column(Role::TimeOfDay) {
        let _ = writeln!(out, "time_of_day = {name}");
    }
    let named = [
        ("environment", Role::Environment),
        ("integration", Role::Integration),
        ("version", Role::Version),
        ("service", Role::Service),
        ("direction", Role::Direction),
        ("municipality", Role::Municipality),
        ("system", Role::System),
        ("agreement", Role::Agreement),
        ("transaction", Role::Transaction),
        ("log_id", Role::LogId),
    ];
    out.push_str("\n[columns]\n");
    for (key, role) in named {
        match column(role) {
            Some(name) => drop(writeln!(out, "{key} = {name}")),
            None => drop(writeln!(out, "# {key} = \"?\"")),
        }
    }
    out.push_str("\n[fixed]  # what is the same on every line and stands in no column\n");
    for (key, role) in
        [("integration", Role::Integration), ("municipality", Role::Municipality), ("system", Role::System)]
    {
        if column(role).is_none() {
            let _ = writeln!(out, "# {key} = \"?\"");
        }
    }
    if let Some(at) = roles[Role::Status as usize] {
        status(&mut out, table, at);
    }
    if let Some(at) = roles[Role::Duration as usize] {
        duration(&mut out, table, at);
    }
    let messages = [
        ("mailbox", Role::Mailbox),
        ("id", Role::MessageId),
        ("attempts", Role::Attempts),
        ("delivered", Role::Delivered),
        ("acked", Role::Acked),
    ];
    if messages.iter().any(|(_, role)| column(*role).is_some()) {
        out.push_str("\n[message]\n");
        for (key, role) in messages {
            if let Some(name) = column(role) {
                let _ = writeln!(out, "{key} = {name}");
            }
        }
    }
    out
}

fn time(out: &mut String, table: &Table, at: usize, has_time_of_day: bool) {
    // A date is read with any time, where the time stands in a column of its own.
    let whole = |value: &str| if has_time_of_day { format!("{value} 12:00:00") } else { value.to_owned() };
    let _ = writeln!(out, "column = {}", quote(&table.names[at]));
    let digits =
        |length: usize| table.mostly(at, |value| value.len() == length && value.bytes().all(|b| b.is_ascii_digit()));
    if digits(10) {
        out.push_str("form = \"epoch-seconds\"\n");
        return;
    }
    if digits(13) {
        out.push_str("form = \"epoch-milliseconds\"\n");
        return;
    }
    if table.values(at).any(|value| reads(&whole(value), "auto") == Err(Problem::Ambiguous)) {
        let fits = |form: &str| table.values(at).all(|value| reads(&whole(value), form).is_ok());
        out.push_str(match (fits("day-month-year"), fits("month-day-year")) {
            (true, false) => "form = \"day-month-year\"  # a day after the 12th shows it\n",
            (false, true) => "form = \"month-day-year\"  # a day after the 12th shows it\n",
            _ => {
                "# form = \"day-month-year\"  # or month-day-year? the samples do not tell; ask whoever made the file\n"
            }
        });
    }
    if table.values(at).any(|value| !has_zone(&whole(value))) {
        out.push_str(
            "# zone = \"Europe/Copenhagen\"  # the times carry no zone: ask whoever made the file (Europe/Copenhagen, UTC, +01:00)\n",
        );
    }
}

fn status(out: &mut String, table: &Table, at: usize) {
    const GOOD: [&str; 9] =
        ["ok", "success", "succes", "successful", "gennemført", "leveret", "completed", "true", "0"];
    let values: BTreeSet<_> = table.values(at).map(|value| shown_text(value.as_bytes())).collect();
    let is_http = |value: &String| value.len() == 3 && value.bytes().all(|b| b.is_ascii_digit());
    let mut good: Vec<_> =
        values.iter().filter(|value| GOOD.contains(&value.to_lowercase().as_str())).map(|value| quote(value)).collect();
    if values.iter().any(is_http) {
        good.insert(0, "\"2xx\"".into());
    }
    let shown = values.iter().take(12).cloned().collect::<Vec<_>>().join(" | ");
    if good.is_empty() {
        let _ = write!(
            out,
            "\n# [status]  # which of these mean success? {shown}\n# column = {}\n# success = [\"?\"]\n",
            quote(&table.names[at])
        );
        return;
    }
    let _ = write!(
        out,
        "\n[status]  # values: {shown}\ncolumn = {}\nsuccess = [{}]\n",
        quote(&table.names[at]),
        good.join(", ")
    );
}

fn duration(out: &mut String, table: &Table, at: usize) {
    let name = bare(&table.names[at]);
    let (unit, how) = if table.values(at).any(|value| value.contains(':')) {
        ("clock", "")
    } else if name.ends_with("ms") || name.contains("milli") {
        ("ms", "")
    } else if name.ends_with("us") || name.contains("mikro") || name.contains("micro") {
        ("us", "")
    } else if name.ends_with("ns") || name.contains("nano") {
        ("ns", "")
    } else if name.ends_with("sek") || name.ends_with("sec") || name.contains("second") || name.contains("sekund") {
        ("s", "")
    } else {
        ("ms", "  # the unit is a guess: s, ms, us, ns or clock")
    };
    let _ = write!(out, "\n[duration]\ncolumn = {}\nunit = \"{unit}\"{how}\n", quote(&table.names[at]));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn a_date_with_its_time_in_another_column_needs_a_zone_and_a_form_too() {
        let told = propose(file("Dato;Klokkeslæt;Snitflade\n21-11-2026;08:00:00;SF1461\n").path()).unwrap();
        assert!(told.contains("time_of_day = \"Klokkeslæt\"") && told.contains("# zone = "), "{told}");
        let unclear = propose(file("Dato;Klokkeslæt;Snitflade\n03-04-2026;08:00:00;SF1461\n").path()).unwrap();
        assert!(unclear.contains("# form = \"day-month-year\""), "{unclear}");
    }

    #[test]
    fn the_samples_of_a_secret_column_are_not_shown() {
        for text in ["time;password\n2026-01-01T00:00:00Z;hunter2x9\n", "{\"password\":\"hunter2x9\"}\n"] {
            let mapping = propose(file(text).path()).unwrap();
            assert!(mapping.contains("password: «redacted:secret»") && !mapping.contains("hunter2x9"), "{mapping}");
        }
    }

    #[test]
    fn a_hostile_object_makes_no_large_table() {
        // 40,000 columns in one line, below a long name and below none, and many short lines after it.
        let members = (0..200).map(|n| format!(",\"{n}\":1")).collect::<Vec<_>>().concat();
        let wide = (0..200).map(|n| format!(",\"{n}\":{{\"x\":0{members}}}")).collect::<Vec<_>>().concat();
        let long = "k".repeat(1000);
        let short = "{\"last\":1}\n".repeat(2000);
        let text = format!("{{\"{long}\":{{\"x\":0{wide}}}}}\n{{\"x\":0{wide}}}\n{short}");
        let table = table(file(&text).path()).unwrap();
        assert!(table.names.len() <= COLUMNS && table.names.iter().all(|name| name.len() <= 200));
        assert!(table.rows.len() == ROWS && table.rows[2..].iter().all(Vec::is_empty));
    }
}

//! Usage data: numbers counted by hand on small logs, and everything that can be wrong with a file.

#![allow(clippy::format_push_string, clippy::float_cmp, reason = "plain words for small inputs and exact numbers")]

use crate::support::run;
use jiff::Timestamp;
use kravprobe::document::Document;
use kravprobe::usage::mapping::{Mapping, Ready};
use kravprobe::usage::read::{Options, Usage, read};
use kravprobe::usage::summary::{BadKind, Ended, Group, Precision, Summary};
use kravprobe::usage::tally::Limits;
use proptest::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};

const MAPPING: &str = r#"
schema = 1
name = "test"
[file]
missing_columns = "empty"
[time]
column = "tid"
zone = "Europe/Copenhagen"
[columns]
integration = "snitflade"
service = "service"
municipality = "cvr"
system = "system"
log_id = "id"
[status]
column = "status"
success = ["2xx", "OK"]
[duration]
column = "ms"
unit = "ms"
"#;

/// Ten calls of København (four a day on 1 and 2 March, two on 5 March), three of Frederiksberg.
const LOG: &str = "\
tid,snitflade,service,cvr,system,status,ms,id
2026-03-01 08:00:00,SF1470,Sag,64942212,Fagsystem,200,10,1
2026-03-01 09:00:00,SF1470,Sag,64942212,Fagsystem,200,20,2
2026-03-01 10:00:00,SF1470,Sag,64942212,Fagsystem,500,30,3
2026-03-01 11:00:00,SF1470,Sag,64942212,Fagsystem,200,40,4
2026-03-02 08:00:00,SF1470,Sag,64942212,Fagsystem,200,50,5
2026-03-02 08:30:00,SF1470,Sag,64942212,Fagsystem,200,60,6
2026-03-02 09:00:00,SF1470,Sag,64942212,Fagsystem,200,70,7
2026-03-02 23:59:59,SF1470,Sag,64942212,Fagsystem,200,80,8
2026-03-05 00:00:00,SF1470,Sag,64942212,Fagsystem,204,90,9
2026-03-05 12:00:00,SF1470,Sag,64942212,Fagsystem,503,1000,10
2026-03-01 12:00:00,kald til SF1461_A (beskeder),Modtag,11259979,Andet system,OK,5,11
2026-03-01 12:00:05,SF1461_A,Modtag,DK 11 25 99 79,Andet system,OK,,12
2026-03-01 12:00:02,SF1461_A,Modtag,11259979,Andet system,,7,13
";

fn mapping(text: &str) -> Ready {
    Mapping::read(&Document::new("mapping.toml", text)).unwrap()
}

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

fn options() -> Options {
    Options { workers: 2, ..Options::default() }
}

fn usage(files: &[PathBuf], rules: &str) -> Usage {
    read(files, &mapping(rules), &options()).unwrap()
}

/// The summary of one file.
fn summary(name: &str, bytes: impl AsRef<[u8]>) -> Summary {
    let folder = Folder::new();
    usage(&[folder.write(name, bytes)], MAPPING).summary()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn copenhagen(summary: &Summary) -> &Group {
    summary.groups.iter().find(|group| group.key.municipality == "64942212").unwrap()
}

fn assert_counted_by_hand(summary: &Summary) {
    assert_eq!((summary.overview.rows, summary.overview.bad_lines), (13, 0), "{:?}", summary.overview);
    assert_eq!(summary.groups.len(), 2);
    let group = copenhagen(summary);
    assert_eq!(group.key.integration, "SF1470");
    assert_eq!((group.calls, group.errors, group.unknown), (10, 2, 0));
    assert_eq!(group.error_percent, Some(20.0));
    assert_eq!(group.first, at("2026-03-01T07:00:00Z"));
    assert_eq!(group.newest, at("2026-03-05T11:00:00Z"));
    assert_eq!(group.newest_success, Some(at("2026-03-04T23:00:00Z")));
    // Ten values: the median is the fifth, p95 the tenth.
    let duration = group.duration.unwrap();
    assert_eq!((duration.count, duration.p50, duration.p95, duration.max), (10, 50.0, 1000.0, 1000.0));
    // From 2 March 23:59:59 to 5 March 00:00:00.
    assert_eq!(group.largest_gap_seconds, Some(2 * 86_400 + 1));
    let days: Vec<_> = group.days.iter().map(|day| (day.date.to_string(), day.calls, day.errors)).collect();
    let expected = [("2026-03-01", 4, 1), ("2026-03-02", 4, 0), ("2026-03-05", 2, 1)];
    assert_eq!(days, expected.map(|(date, calls, errors)| (date.to_owned(), calls, errors)));
    assert_eq!((group.days[0].first, group.days[0].last), (8 * 3600, 11 * 3600));

    let other = &summary.groups.iter().find(|group| group.key.municipality == "11259979").unwrap();
    assert_eq!((other.calls, other.errors, other.unknown), (3, 0, 1));
    assert_eq!(other.key.integration, "SF1461_A");
    assert_eq!(other.newest_success, Some(at("2026-03-01T11:00:05Z")));
    let duration = other.duration.unwrap();
    assert_eq!((duration.count, duration.p50, duration.p95, duration.max), (2, 5.0, 7.0, 7.0));
    assert_eq!(other.largest_gap_seconds, Some(3));
}

#[test]
fn a_small_log_counted_by_hand() {
    let summary = summary("log.csv", LOG);
    assert_counted_by_hand(&summary);
    assert_eq!(summary.overview.precision, Precision::Exact);
    let file = &summary.overview.files[0];
    assert_eq!((file.form.as_str(), file.records, &file.ended), ("csv ,", 13, &Ended::Complete));
    // 12:00 comes after 5 March, and 12:00:02 after 12:00:05.
    assert_eq!(file.backward, 2);
}

#[test]
fn every_form_of_the_same_log_says_the_same() {
    let semicolons = LOG.replace(',', ";");
    let tabs = LOG.replace(',', "\t");
    let quoted: String = LOG
        .lines()
        .map(|line| line.split(',').map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(";") + "\r\n")
        .collect();
    let marked = [&[0xEF, 0xBB, 0xBF], LOG.as_bytes()].concat();
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(LOG.encode_utf16());
        units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let reordered: String =
        LOG.lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join("|") + "\n").collect();
    let header: Vec<_> = LOG.lines().next().unwrap().split(',').collect();
    let json: String = LOG
        .lines()
        .skip(1)
        .map(|line| {
            let object: serde_json::Map<_, _> =
                header.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(Into::into)).collect();
            serde_json::Value::Object(object).to_string() + "\n"
        })
        .collect();
    let gzip = |bytes: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let zstd = zstd::encode_all(LOG.as_bytes(), 3).unwrap();
    // gzip files may be put together.
    let (first, second) = LOG.split_at(LOG.find("2026-03-02").unwrap());
    let members = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    let forms: [(&str, Vec<u8>); 15] = [
        ("semicolons.csv", semicolons.clone().into()),
        ("tabs.tsv", tabs.into()),
        ("quoted.csv", quoted.into()),
        ("sep.csv", format!("sep=;\r\n{semicolons}").into()),
        ("bom.csv", marked),
        ("utf16le.csv", utf16(false, true)),
        ("utf16be.csv", utf16(true, true)),
        ("utf16-no-mark.csv", utf16(false, false)),
        ("reordered.csv", reordered.into()),
        ("log.jsonl", json.clone().into()),
        ("log.csv.gz", gzip(LOG.as_bytes())),
        ("two.csv.gz", members),
        ("log.jsonl.gz", gzip(json.as_bytes())),
        ("log.csv.zst", zstd),
        ("no-last-line-end.csv", LOG.trim_end().into()),
    ];
    for (name, bytes) in forms {
        let summary = summary(name, bytes);
        assert_eq!(summary.overview.files[0].ended, Ended::Complete, "{name}");
        assert_counted_by_hand(&summary);
    }
}

/// A workbook with real numbers and, in its first column, dates, as Excel writes it, without any style but the one for dates.
pub fn workbook(log: &str, has_dates: bool) -> Vec<u8> {
    let mut sheet = String::from(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    for (number, line) in log.lines().enumerate() {
        let row = number + 1;
        sheet.push_str(&format!("<row r=\"{row}\">"));
        for (column, field) in line.split(',').enumerate() {
            let place = format!("{}{row}", char::from(b'A' + u8::try_from(column).unwrap()));
            let is_number = field.bytes().all(|b| b.is_ascii_digit()) && !field.is_empty();
            if number > 0 && column == 0 && has_dates {
                let day = field[8..10].parse::<f64>().unwrap();
                let clock: Vec<f64> = field[11..].split(':').map(|part| part.parse().unwrap()).collect();
                // Day 46082 is 1 March 2026.
                let serial = 46_081.0 + day + (clock[0] * 3600.0 + clock[1] * 60.0 + clock[2]) / 86_400.0;
                sheet.push_str(&format!("<c r=\"{place}\" s=\"1\"><v>{serial}</v></c>"));
            } else if is_number {
                sheet.push_str(&format!("<c r=\"{place}\"><v>{field}</v></c>"));
            } else if !field.is_empty() {
                sheet.push_str(&format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{field}</t></is></c>"));
            }
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    with_sheet(sheet)
}

fn with_sheet(sheet: String) -> Vec<u8> {
    let parts = [
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned()),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                .to_owned(),
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Ark1\" sheetId=\"1\" \
             r:id=\"rId1\"/></sheets></workbook>"
                .to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
             <Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" \
             Target=\"styles.xml\"/></Relationships>"
                .to_owned(),
        ),
        (
            "xl/styles.xml",
            "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/>\
             <xf numFmtId=\"22\"/></cellXfs></styleSheet>"
                .to_owned(),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_says_the_same() {
    assert_counted_by_hand(&summary("log.xlsx", workbook(LOG, true)));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&workbook(LOG, true)).unwrap();
    assert_counted_by_hand(&summary("log.xlsx.gz", gzip.finish().unwrap()));
}

#[test]
fn a_cell_beyond_every_column_is_damage_and_no_other_cell() {
    // Ten letters are more than fit in 32 bits; what they wrap to is a column that there is.
    let sheet = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\">\
                 <c r=\"A1\" t=\"inlineStr\"><is><t>time</t></is></c></row><row r=\"2\"><c r=\"ZZZZZZZZZZ2\"><v>1</v></c></row>\
                 </sheetData></worksheet>";
    let folder = Folder::new();
    let path = folder.write("log.xlsx", with_sheet(sheet.to_owned()));
    let ended = match read(&[path], &Mapping::load("kravprobe").unwrap(), &Options::default()) {
        Ok(read) => read.summary().overview.files[0].ended.clone(),
        Err(error) => Ended::Damaged(error.to_string()),
    };
    assert!(matches!(&ended, Ended::Damaged(why) if why.contains("damaged workbook")), "{ended:?}");
}

#[test]
fn an_empty_file_hides_no_other() {
    const CANONICAL: &str = "time,integration,municipality_cvr\n2026-02-01T08:00:00Z,SF1461,64942212\n";
    let folder = Folder::new();
    let (empty, blank, log) =
        (folder.write("1.csv", ""), folder.write("2.csv", "\n\n"), folder.write("3.csv", CANONICAL));
    let path = |path: &Path| path.display().to_string();
    let (alone, together) = ([&log], [&empty, &blank, &log]);
    let count = |files: &[&PathBuf]| {
        let files: Vec<_> = files.iter().map(|file| path(file)).collect();
        let arguments = ["usage", "summarise", "--format", "json"].into_iter().chain(files.iter().map(String::as_str));
        let (_, json, errors) = run(&arguments.collect::<Vec<_>>());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|_| panic!("{errors}"));
        json["groups"].clone()
    };
    assert_eq!(count(&together), count(&alone));
    let (code, _, errors) = run(&["usage", "summarise", &path(&empty), &path(&blank)]);
    assert!(code == 2 && errors.contains("1.csv: is empty; there is nothing to count"), "{code} {errors}");
}

#[test]
fn overlapping_extracts_are_merged_by_log_id() {
    let folder = Folder::new();
    let lines: Vec<_> = LOG.lines().collect();
    let part = |from: usize, to: usize| format!("{}\n{}\n", lines[0], lines[from..to].join("\n"));
    let files =
        [folder.write("a.csv", part(1, 8)), folder.write("b.csv", part(4, 14)), folder.write("c.csv", part(1, 14))];
    let summary = usage(&files, MAPPING).summary();
    assert_counted_by_hand(&summary);
    assert_eq!((summary.overview.duplicates, summary.overview.conflicting_ids), (4 + 13, 0));

    // The same id on another call: both count, and it is said.
    let other = folder.write("d.csv", format!("{}\n{}\n", lines[0], lines[1].replace("08:00", "08:01")));
    let changed = usage(&[files[2].clone(), other], MAPPING).summary();
    assert_eq!((changed.overview.rows, changed.overview.duplicates, changed.overview.conflicting_ids), (14, 0, 1));
}

#[test]
fn quoted_line_breaks_and_delimiters_stay_in_their_field() {
    let text = "tid;service;status;ms\n\
                2026-03-01 08:00:00;\"Sag;\r\nmed \"\"citat\"\"\nog linjer\";OK;10\n\
                2026-03-01 08:00:01;5\" rør;OK;20\n\
                \"2026-03-01 08:00:02\";Sag;\"OK\";\"30\"\n";
    for chunk in [1, 7, 16, 64, 1 << 20] {
        let folder = Folder::new();
        let file = folder.write("log.csv", text);
        let read = read(&[file], &mapping(MAPPING), &Options { chunk, ..options() }).unwrap().summary();
        let services: Vec<_> = read.groups.iter().map(|group| group.key.service.clone()).collect();
        assert_eq!(services, ["5\" rør", "Sag", "Sag;  med \"citat\" og linjer"], "chunk {chunk}");
        assert_eq!((read.overview.rows, read.overview.bad_lines), (3, 0));
    }
}

#[test]
fn bad_lines_are_counted_by_kind_and_shown_redacted() {
    let text = "tid,service,cvr,status,ms\n\
                2026-03-01 08:00:00,Sag,64942212,OK,10\n\
                2026-03-01 08:00:00,Sag,64942212,OK\n\
                i går,Sag,64942212,OK,10\n\
                03/04/2026 08:00,Sag,64942212,OK,10\n\
                2026-10-25 02:30:00,Sag,64942212,OK,10\n\
                2026-03-29 02:30:00,Sag,64942212,OK,10\n\
                2026-03-01,borger 010170-1234,64942212,OK,10\n\
                \n\
                ,Sag,64942212,OK,10\n\
                2026-03-01 08:00:00,Sag,64942212,OK,hurtigt\n\
                1970-01-01 00:00:00,Sag,64942212,OK,10\n";
    let summary = summary("log.csv", text);
    let counts: Vec<_> =
        summary.overview.bad.iter().map(|bad| (bad.kind, bad.count, bad.samples[0].place.line)).collect();
    let expected = [
        (BadKind::ColumnCount, 1, 3),
        (BadKind::TimeMissing, 1, 10),
        (BadKind::TimeUnreadable, 1, 4),
        (BadKind::TimeAmbiguous, 1, 5),
        (BadKind::TimeOfDayMissing, 1, 8),
        (BadKind::TimeRepeatedHour, 1, 6),
        (BadKind::TimeSkippedHour, 1, 7),
        (BadKind::TimeOutOfRange, 1, 12),
        (BadKind::Duration, 1, 11),
    ];
    assert_eq!(counts, expected);
    assert_eq!((summary.overview.rows, summary.overview.bad_lines), (1, 9));
    assert!(!serde_json::to_string(&summary).unwrap().contains("010170"));
}

#[test]
fn cpr_numbers_and_secrets_are_placed_and_never_repeated() {
    let text = "tid,service,cvr,status,ms,tekst,password\n\
                2026-03-01 08:00:00,Sag,64942212,OK,10,010170-1234,\n\
                2026-03-01 08:00:01,Sag,64942212,OK,10,\"to: 0101701234, 0202805678\",hemmeligt7\n\
                2026-03-01 08:00:02,CPR 0303031234,64942212,OK,10,løbenummer 9999999999,\n\
                2026-03-01 08:00:03,Sag,64942212,OK,10,Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789,\n";
    let json = "{\"tid\":\"2026-03-01 08:00:00\",\"service\":\"Sag\",\"borger\":{\"cpr\":\"0404041234\"},\"access_token\":\"abcdefgh12345678\"}\n";
    let folder = Folder::new();
    let (csv, jsonl) = (folder.write("log.csv", text), folder.write("log.jsonl", json));
    let summary = usage(&[csv, jsonl], MAPPING).summary();
    assert_eq!(summary.overview.rows, 5);
    let found: Vec<_> = summary
        .overview
        .found
        .iter()
        .map(|found| {
            let lines: Vec<_> = found.places.iter().map(|place| place.line).collect();
            (found.kind.as_str(), found.column.as_str(), found.count, lines)
        })
        .collect();
    assert!(found.contains(&("cpr", "tekst", 3, vec![2, 3])), "{found:?}");
    assert!(found.contains(&("cpr", "service", 1, vec![4])), "{found:?}");
    assert!(found.contains(&("cpr", "borger.cpr", 1, vec![1])), "{found:?}");
    assert!(found.contains(&("ten-digits", "tekst", 1, vec![4])), "{found:?}");
    assert!(found.iter().any(|f| f.1 == "password" && f.2 == 1 && f.3 == [3]), "{found:?}");
    assert!(found.iter().any(|f| f.1 == "tekst" && f.0 == "token" && f.3 == [5]), "{found:?}");
    assert!(found.iter().any(|f| f.1 == "access_token" && f.2 == 1), "{found:?}");
    let shown = serde_json::to_string(&summary).unwrap();
    for secret in ["010170", "0202805678", "0303031234", "0404041234", "hemmeligt7", "abcdefgh"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn damaged_files_count_up_to_the_damage_and_say_so() {
    let line = |number: u32| format!("2026-03-06 08:00:00,SF1470,Sag,64942212,Fagsystem,200,1,{}\n", number + 100);
    let long = LOG.to_owned() + &(0..5000).map(line).collect::<String>();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    gzip.write_all(long.as_bytes()).unwrap();
    let mut bytes = gzip.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    let summary = summary("log.csv.gz", bytes);
    assert!(matches!(summary.overview.files[0].ended, Ended::Damaged(_)), "{:?}", summary.overview.files);
    assert!(summary.overview.rows > 1000, "{}", summary.overview.rows);
    assert!(!summary.is_complete());
    let cut: u64 = summary.overview.bad.iter().filter(|bad| bad.kind == BadKind::CutOff).map(|bad| bad.count).sum();
    assert_eq!(cut, 1);
}

#[test]
fn files_without_rows_have_an_outcome() {
    let folder = Folder::new();
    let files = [
        folder.write("log.csv", LOG),
        folder.write("empty.csv", ""),
        folder.write("blank.csv", "\n\r\n"),
        folder.write("header.csv", LOG.lines().next().unwrap()),
        folder.write("mixed.csv", b"tid,service,cvr,status,ms\n2026-03-01 08:00:00,K\xF8b,64942212,OK,1\n2026-03-01 08:00:00,K\xC3\xB8b,64942212,OK,2\n"),
    ];
    let summary = usage(&files, MAPPING).summary();
    let ended: Vec<_> = summary.overview.files.iter().map(|file| file.ended.clone()).collect();
    assert_eq!(ended, [Ended::Complete, Ended::Empty, Ended::Empty, Ended::HeaderOnly, Ended::Complete]);
    // The two encodings of one name are one group.
    let group = summary.groups.iter().find(|group| group.key.service == "Køb").unwrap();
    assert_eq!((group.calls, summary.overview.windows_1252), (2, 1));
}

#[test]
fn long_lines_are_read_and_longer_ones_left_out() {
    let long = "x".repeat(10 << 20);
    let longer = "x".repeat(17 << 20);
    let line = |text: &str, ms: u32| format!("2026-03-01 08:00:00,Sag,64942212,OK,{ms},{text}\n");
    let text = format!("tid,service,cvr,status,ms,tekst\n{}{}{}", line(&long, 1), line(&longer, 2), line("kort", 3));
    let summary = summary("log.csv", text);
    assert_eq!(summary.overview.rows, 2);
    let bad: Vec<_> = summary.overview.bad.iter().map(|bad| (bad.kind, bad.count, bad.samples[0].place.line)).collect();
    assert_eq!(bad, [(BadKind::TooLong, 1, 3)]);
    assert_eq!(summary.groups[0].duration.unwrap().max, 3.0);
}

#[test]
fn an_unclosed_quote_costs_its_own_line() {
    let text = "tid,service,cvr,status,ms\n\
                2026-03-01 08:00:00,Sag,64942212,OK,1\n\
                2026-03-01 08:00:01,\"Sag,64942212,OK,2\n\
                2026-03-01 08:00:02,Sag,64942212,OK,3\n";
    let summary = summary("log.csv", text);
    let bad: Vec<_> = summary.overview.bad.iter().map(|bad| (bad.kind, bad.samples[0].place.line)).collect();
    assert_eq!((summary.overview.rows, bad), (2, vec![(BadKind::UnclosedQuote, 3)]));
}

#[test]
fn the_memory_limit_makes_percentiles_bounded_and_says_so() {
    let mut text = String::from("tid,service,cvr,status,ms\n");
    for number in 0..1000 {
        let (hour, minute, second) = (number / 100, number % 60, number % 59);
        text.push_str(&format!(
            "2026-03-0{}T{hour:02}:{minute:02}:{second:02}Z,Sag,64942212,OK,{}\n",
            1 + number % 5,
            number + 1
        ));
    }
    let folder = Folder::new();
    let file = folder.write("log.csv", &text);
    let run = |samples: u64, chunk: usize| {
        let options = Options { limits: Limits { samples, ..Limits::default() }, chunk, ..options() };
        read(std::slice::from_ref(&file), &mapping(MAPPING), &options).unwrap().summary()
    };
    let (exact, bounded) = (run(10_000, 1 << 20), run(100, 1 << 20));
    assert_eq!(bounded.overview.precision, Precision::Bounded);
    let (e, b) = (exact.groups[0].duration.unwrap(), bounded.groups[0].duration.unwrap());
    assert_eq!((e.p50, e.p95, e.max), (500.0, 950.0, 1000.0));
    assert_eq!((b.count, b.max), (1000, 1000.0));
    assert!(b.p50 >= 500.0 && b.p50 <= 508.0 && b.p95 >= 950.0 && b.p95 <= 965.2, "{b:?}");
    assert_eq!(exact.groups[0].days, bounded.groups[0].days);
    assert_eq!(bounded, run(100, 50));
}

#[test]
fn too_many_groups_and_ids_stop_the_run() {
    let folder = Folder::new();
    let mut text = String::from("tid,service,id\n");
    for number in 0..500 {
        text.push_str(&format!("2026-03-01T08:00:00Z,s{number},{number}\n"));
    }
    let file = folder.write("log.csv", text);
    let run = |limits: Limits| {
        let error = read(std::slice::from_ref(&file), &mapping(MAPPING), &Options { limits, workers: 1, ..options() });
        error.unwrap_err().to_string()
    };
    let groups = run(Limits { groups: 100, ..Limits::default() });
    assert!(groups.contains("100 groups") && groups.contains("`service`"), "{groups}");
    let ids = run(Limits { ids: 100, ..Limits::default() });
    assert!(ids.contains("100 different log ids"), "{ids}");
}

#[test]
fn a_mapping_that_does_not_fit_is_an_error_that_says_what_to_do() {
    let folder = Folder::new();
    let no_zone = MAPPING.replace("zone = \"Europe/Copenhagen\"\n", "");
    let say = |path: &Path, rules: &str| read(&[path.to_owned()], &mapping(rules), &options()).unwrap_err().to_string();
    let log = folder.write("log.csv", LOG);
    let zone = say(&log, &no_zone);
    assert!(zone.contains("line 2") && zone.contains("carries no zone"), "{zone}");
    let strict = MAPPING
        .replace("missing_columns = \"empty\"", "missing_columns = \"error\"")
        .replace("\"ms\"\nunit", "\"msek\"\nunit");
    let column = say(&log, &strict);
    assert!(column.contains("no column `msek`") && column.contains("tid, snitflade"), "{column}");
    let twice = folder.write("twice.csv", "tid,tid\n1,2\n");
    assert!(say(&twice, MAPPING).contains("more than one column"));
    let array = folder.write("array.json", "[{\"tid\":1}]");
    assert!(say(&array, MAPPING).contains("one object a line"));
    let binary = folder.write("binary.csv", b"\x7fELF\0\0\x01\0\0\x02");
    assert!(say(&binary, MAPPING).contains("zero bytes"));
    let archive = folder.write("x.zip", b"PK\x03\x04nothing");
    assert!(say(&archive, MAPPING).contains("zip"));
}

#[test]
fn message_logs_give_delays() {
    let rules = "schema=1\nname=\"m\"\n[time]\ncolumn=\"tid\"\n[columns]\nintegration=\"sf\"\n[message]\nmailbox=\"dueslag\"\n\
                 id=\"besked\"\nattempts=\"forsøg\"\ndelivered=\"leveret\"\nacked=\"kvitteret\"\n";
    let text = "tid;sf;dueslag;besked;forsøg;leveret;kvitteret\n\
                2026-03-01T08:00:02Z;SF1461;D1;a;1;2026-03-01T08:00:00Z;2026-03-01T08:00:03Z\n\
                2026-03-01T08:01:00Z;SF1461;D1;b;2;2026-03-01T08:00:00Z;\n\
                2026-03-01T08:02:00Z;SF1461;D1;c;1;2026-03-01T08:02:00Z;2026-03-01T08:01:59Z\n\
                2026-03-01T08:02:00Z;SF1461;D1;d;mange;;\n";
    let folder = Folder::new();
    let summary = usage(&[folder.write("log.csv", text)], rules).summary();
    assert_eq!(summary.overview.bad_counts().get(&BadKind::Attempts), Some(&1));
    let group = &summary.groups[0];
    assert_eq!(group.key.mailbox, "D1");
    let messages = group.messages.unwrap();
    assert_eq!((messages.with_id, messages.delivered, messages.acked), (3, 3, 2));
    assert_eq!((messages.redelivered, messages.most_attempts, messages.acked_early), (1, 2, 1));
    assert_eq!(messages.ack_delay.map(|d| (d.count, d.max)), Some((1, 3000.0)));
    assert_eq!(messages.receive_delay.map(|d| (d.count, d.max)), Some((3, 60_000.0)));
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_command_summarises_guesses_and_compares() {
    let folder = Folder::new();
    let log = folder.write("log.csv", LOG);
    let (code, guess, _) = run(&["usage", "guess", path(&log)]);
    assert_eq!(code, 0);
    assert!(guess.contains("# zone = ") && guess.contains("integration = \"snitflade\""), "{guess}");
    // A guess never invents a zone; the user adds it.
    let guessed = folder.write("guessed.toml", &guess);
    let (code, _, errors) = run(&["usage", "summarise", path(&log), "--mapping", path(&guessed)]);
    assert!(code == 2 && errors.contains("carries no zone"), "{errors}");
    let mapping = folder.write("mapping.toml", guess.replace("# zone = ", "zone = "));
    let arguments = ["usage", "summarise", path(&log), "--mapping", path(&mapping), "--format"];
    let (code, json, _) = run(&[&arguments[..], &["json"]].concat());
    assert_eq!(code, 0, "{json}");
    assert_counted_by_hand(&serde_json::from_str(&json).unwrap());
    let (code, table, _) = run(&[&arguments[..], &["csv"]].concat());
    assert_eq!((code, table.lines().count()), (0, 3));
    assert!(table.contains("SF1470,,64942212,Sag,Fagsystem,,,10,2,0,20,"), "{table}");
    let (code, text, _) = run(&[&arguments[..], &["text", "--lang", "en"]].concat());
    assert!(code == 0 && text.starts_with("13 calls, 2 groups"), "{text}");

    let compare = [
        "usage",
        "compare",
        path(&log),
        "--mapping",
        path(&mapping),
        "--package",
        "Sager=SF1470,SF1500",
        "--package",
        "Beskeder=SF1461",
    ];
    let (code, text, _) = run(&compare);
    assert_eq!(code, 0);
    let cells = |name: &str| {
        text.lines().find(|line| line.starts_with(name)).unwrap().split_whitespace().skip(1).collect::<String>()
    };
    assert_eq!((cells("København"), cells("Frederiksberg")), ("50%0%".into(), "0%100%".into()), "{text}");
    let (_, hidden, _) = run(&[&compare[..], &["--system", "fagsystem", "--lang", "en", "--all"]].concat());
    assert!(hidden.contains("3 calls of other systems are left out"), "{hidden}");
    assert_eq!(hidden.lines().filter(|line| line.contains('%')).count(), 98);
    let (_, old, _) = run(&[&compare[..], &["--since", "2026-03-05T00:00:00Z"]].concat());
    assert!(old.lines().any(|line| line.starts_with("København") && line.contains(" 0 %")), "{old}");

    let (code, _, errors) = run(&["usage", "summarise", path(&log)]);
    assert!(code == 2 && errors.contains("kravprobe usage guess"), "{errors}");
    let (code, _, errors) = run(&["plan", "x", "y", "--format", "csv"]);
    assert!(code == 2 && errors.contains("no form `csv`"), "{errors}");
    let (code, _, _) = run(&[
        "usage",
        "summarise",
        path(&folder.write("e.csv", LOG.lines().next().unwrap())),
        "--mapping",
        path(&mapping),
    ]);
    assert_eq!(code, 3);
}

#[test]
fn shipped_mappings_read_their_formats() {
    let folder = Folder::new();
    let columns: Vec<String> = {
        let text = include_str!("../../fixtures/usage/sapa-revisionslog-columns.json");
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        value["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let line = |id: &str| {
        let value = |name: &String| match name.as_str() {
            "Log ID" => id.to_owned(),
            "Tidspunkt" => "04-03-2026 12:00:00".to_owned(),
            "Service ID" => "SagSoeg".to_owned(),
            "Anvendte CVR rettigheder" => "64942212".to_owned(),
            "IT-System ID" => "SAPA".to_owned(),
            "Part" => "010170-1234".to_owned(),
            _ => String::new(),
        };
        columns.iter().map(value).collect::<Vec<_>>().join(";")
    };
    let first = folder.write(
        "SOP Revisionslog 05-03-2026 08_00_00.csv",
        format!("{}\n{}\n{}\n", columns.join(";"), line("1"), line("2")),
    );
    let second = folder.write(
        "SOP Revisionslog 06-03-2026 08_00_00.csv",
        format!("{}\n{}\n{}\n", columns.join(";"), line("2"), line("3")),
    );
    let (code, json, errors) = run(&["usage", "summarise", path(&first), path(&second), "--format", "json"]);
    assert_eq!(code, 0, "{errors}");
    let summary: Summary = serde_json::from_str(&json).unwrap();
    assert_eq!(summary.overview.mapping, "sapa-revisionslog");
    assert_eq!((summary.overview.rows, summary.overview.duplicates), (3, 1));
    assert_eq!(summary.groups[0].newest, at("2026-03-04T11:00:00Z"));
    // Every line has its CPR number, the repeated one too.
    assert!(
        summary.overview.found.iter().any(|found| found.kind == "cpr" && found.column == "Part" && found.count == 4)
    );
    let own = folder.write("own.csv", "time,integration,status,duration_ms\n2026-03-04T12:00:00+01:00,SF1461,200,5\n");
    let (code, json, errors) = run(&["usage", "summarise", path(&own), "--format", "json"]);
    assert_eq!(code, 0, "{errors}");
    assert_eq!(serde_json::from_str::<Summary>(&json).unwrap().groups[0].key.integration, "SF1461");
}

/// One generated row.
fn row() -> impl Strategy<Value = String> {
    let service = prop_oneof![
        Just("Sag".to_owned()),
        Just("\"Sag;\nto linjer\"".to_owned()),
        Just("\"med \"\"citat\"\"\"".to_owned()),
        Just("5\" rør".to_owned()),
        "[a-c]{1,2}",
    ];
    let status = prop_oneof![Just("200"), Just("500"), Just("")];
    let time =
        (1_772_000_000_i64..1_780_000_000).prop_map(|second| Timestamp::from_second(second).unwrap().to_string());
    let time = prop_oneof![9 => time, 1 => Just("i går".to_owned())];
    let cpr = prop_oneof![Just(""), Just("010170-1234"), Just("1234567890")];
    (time, service, 0..3_u32, status, 0..5000_u32, 0..40_u32, cpr).prop_map(
        |(time, service, city, status, ms, id, text)| {
            format!("{time};SF14{id:02};{service};6494221{city};{status};{ms};{text};{id}\n")
        },
    )
}

/// What must not depend on how the rows are split and ordered.
fn essence(mut summary: Summary) -> Summary {
    let overview = &mut summary.overview;
    overview.files.clear();
    overview.bad.iter_mut().for_each(|bad| bad.samples.clear());
    overview.found.iter_mut().for_each(|found| found.places.clear());
    summary
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_split_in_any_order_gives_the_same_summary(
        rows in proptest::collection::vec(row(), 1..120),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
        rotation in any::<prop::sample::Index>(),
        chunk in 1_usize..400,
        samples in prop_oneof![Just(1_000_u64), Just(10)],
    ) {
        let header = "tid;snitflade;service;cvr;status;ms;tekst;id\n";
        let folder = Folder::new();
        let whole = folder.write("whole.csv", header.to_owned() + &rows.concat());
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).chain([0, rows.len()]).collect();
        cuts.sort_unstable();
        let mut parts: Vec<_> = cuts
            .windows(2)
            .enumerate()
            .map(|(number, pair)| folder.write(&format!("part{number}.csv"), header.to_owned() + &rows[pair[0]..pair[1]].concat()))
            .collect();
        let turn = rotation.index(parts.len());
        parts.rotate_left(turn);
        let run = |files: &[PathBuf], chunk: usize| {
            let limits = Limits { samples, ..Limits::default() };
            essence(read(files, &mapping(MAPPING), &Options { limits, chunk, ..options() }).unwrap().summary())
        };
        prop_assert_eq!(run(&[whole], 1 << 20), run(&parts, chunk));
    }

    #[test]
    fn any_bytes_are_counted_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600), chunk in 1_usize..100) {
        let folder = Folder::new();
        let text = [b"tid;service;ms\n".as_slice(), &bytes].concat();
        let file = folder.write("log.csv", text);
        if let Ok(usage) = read(&[file], &mapping(MAPPING), &Options { chunk, ..options() }) {
            let overview = &usage.overview;
            prop_assert_eq!(overview.files[0].records, overview.rows + overview.bad_lines + overview.duplicates);
        }
    }

    #[test]
    fn any_quoting_is_cut_at_the_same_places(text in "[a\";\n]{0,200}", chunk in 1_usize..50) {
        let folder = Folder::new();
        let file = folder.write("log.csv", format!("tid;service\n{text}"));
        let run = |chunk: usize| {
            let read = read(std::slice::from_ref(&file), &mapping(MAPPING), &Options { chunk, workers: 1, ..options() });
            read.unwrap().summary()
        };
        prop_assert_eq!(run(1 << 20), run(chunk));
    }
}

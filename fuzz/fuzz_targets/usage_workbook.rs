//! Workbooks: any bytes in the place of a sheet, its styles, its shared texts or its list of sheets give rows or one error.
#![no_main]

use kravprobe::usage::events::mapping::{EventMapping, Ready};
use kravprobe::usage::events::{self, Rules};
use kravprobe::usage::{guess, mapping, read};
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::LazyLock;
use zip::write::SimpleFileOptions;

const PARTS: [(&str, &str); 7] = [
    (
        "xl/worksheets/sheet1.xml",
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row></sheetData></worksheet>",
    ),
    ("xl/sharedStrings.xml", "<sst><si><t>time</t></si><si><t>event</t></si></sst>"),
    (
        "xl/styles.xml",
        "<styleSheet><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>",
    ),
    (
        "xl/workbook.xml",
        "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Ark1\" \
         sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
    ),
    (
        "xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
         Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>",
    ),
    ("[Content_Types].xml", "<Types/>"),
    (
        "_rels/.rels",
        "<Relationships><Relationship Id=\"r1\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>",
    ),
];

static EVENTS: LazyLock<Ready> = LazyLock::new(|| EventMapping::load("kravprobe-events").expect("it ships"));
static CALLS: LazyLock<mapping::Ready> = LazyLock::new(|| mapping::Mapping::load("kravprobe").expect("it ships"));
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let file = std::env::temp_dir().join(format!("kravprobe-fuzz-{}.xlsx", std::process::id()));
    std::fs::write(&file, workbook(PARTS.len(), b"")).expect("the folder for temporary files is writable");
    // Otherwise every input would be refused before its part is read.
    assert_eq!(guess::names(&file).expect("the usual parts are a workbook"), ["time"]);
    file
});

fn workbook(part: usize, bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // Stored, for speed.
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (number, (name, usual)) in PARTS.into_iter().enumerate() {
        archive.start_file(name, options).expect("memory takes a file");
        archive.write_all(if number == part { bytes } else { usual.as_bytes() }).expect("memory takes bytes");
    }
    archive.finish().expect("memory takes an archive").into_inner()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((how, bytes)) = bytes.split_first() else { return };
    let part = usize::from(how % 8);
    // Most of what goes wrong goes wrong in sheets.
    std::fs::write(&*FILE, workbook(if part < 5 { part } else { 0 }, bytes))
        .expect("the folder for temporary files is writable");
    let files = std::slice::from_ref(&*FILE);
    match how >> 6 {
        0 => drop(
            read::read(files, &CALLS, &read::Options { workers: 1, ..read::Options::default() }).map(|u| u.summary()),
        ),
        1 => drop(guess::propose(&FILE).map_err(|e| e.to_string())),
        _ => drop(events::read(files, &EVENTS, &Rules::default()).map_err(|e| e.to_string())),
    }
});

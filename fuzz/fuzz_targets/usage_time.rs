//! Times of logs: any text is read or refused, and what was read before changes nothing.
#![no_main]

use kravprobe::document::Document;
use kravprobe::usage::mapping::{Mapping, Ready};
use kravprobe::usage::time::{Clock, EARLIEST, LATEST};
use std::sync::LazyLock;

const RULES: [&str; 8] = [
    "",
    "zone = \"Europe/Copenhagen\"",
    "zone = \"Europe/Copenhagen\"\nrepeated_hour = \"later\"",
    "zone = \"+01:00\"",
    "zone = \"UTC\"\nform = \"day-month-year\"",
    "zone = \"UTC\"\nform = \"month-day-year\"",
    "form = \"epoch-seconds\"",
    "form = \"epoch-milliseconds\"",
];

static READY: LazyLock<[Ready; 8]> = LazyLock::new(|| {
    RULES.map(|rules| {
        let mapping = format!("schema = 1\nname = \"x\"\n[time]\ncolumn = \"t\"\n{rules}\n");
        Mapping::read(&Document::new("m.toml", mapping)).expect("the mapping is right")
    })
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((rules, text)) = bytes.split_first() else { return };
    let ready = &READY[usize::from(*rules) % RULES.len()];
    let mut clock = Clock::new(ready);
    for line in text.split(|b| *b == b'\n') {
        let read = clock.read(line);
        assert_eq!(read, Clock::new(ready).read(line));
        assert!(read.is_err() || read.is_ok_and(|at| (EARLIEST..LATEST).contains(&at)));
    }
});

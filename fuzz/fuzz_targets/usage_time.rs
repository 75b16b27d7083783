//! Times of logs: any text is read or refused, and what was read before changes nothing.
#![no_main]

use kravprobe::document::Document;
use kravprobe::usage::mapping::Mapping;
use kravprobe::usage::time::{Clock, EARLIEST, LATEST};

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

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((rules, text)) = bytes.split_first() else { return };
    let rules = RULES[usize::from(*rules) % RULES.len()];
    let mapping = format!("schema = 1\nname = \"x\"\n[time]\ncolumn = \"t\"\n{rules}\n");
    let ready = Mapping::read(&Document::new("m.toml", mapping)).expect("the mapping is right");
    let mut clock = Clock::new(&ready);
    for line in text.split(|b| *b == b'\n') {
        let read = clock.read(line);
        assert_eq!(read, Clock::new(&ready).read(line));
        assert!(read.is_err() || read.is_ok_and(|at| (EARLIEST..LATEST).contains(&at)));
    }
});

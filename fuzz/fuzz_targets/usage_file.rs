//! Files as they are handed over, packed or not: any bytes are read as a log of calls and as a log of events, or refused with one
//! error. Of what is read, a log of events keeps nothing that redaction would remove.
#![no_main]

use kravprobe::evidence::redact::redact;
use kravprobe::usage::events::mapping::EventMapping;
use kravprobe::usage::events::{self, Rules};
use kravprobe::usage::mapping::Mapping;
use kravprobe::usage::read::{Options, read};
use kravprobe::usage::{events::mapping, guess, mapping as calls};
use std::path::PathBuf;
use std::sync::LazyLock;

static CALLS: LazyLock<calls::Ready> = LazyLock::new(|| Mapping::load("kravprobe").expect("it ships"));
static EVENTS: LazyLock<mapping::Ready> = LazyLock::new(|| EventMapping::load("kravprobe-events").expect("it ships"));
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("kravprobe-fuzz-{}", std::process::id())));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [how, size, bytes @ ..] = bytes else { return };
    let size = usize::from(*size).max(1);
    std::fs::write(&*FILE, bytes).expect("the folder for temporary files is writable");
    let files = std::slice::from_ref(&*FILE);
    match how % 4 {
        0 => {
            let options = |chunk| Options { chunk, workers: 1, ..Options::default() };
            let whole = read(files, &CALLS, &options(1 << 20)).map(|usage| usage.summary()).map_err(|e| e.to_string());
            let cut = read(files, &CALLS, &options(size)).map(|usage| usage.summary()).map_err(|e| e.to_string());
            // In chunks a damaged file shows its first bad line later, so how it is refused may differ.
            assert_eq!(whole.ok(), cut.ok());
        }
        1 => {
            let mapping = guess::propose(&FILE).unwrap_or_default();
            let redacted = redact(mapping.as_bytes(), "text/plain").bytes;
            assert_eq!(mapping.as_bytes(), redacted);
        }
        _ => {
            let rules = |chunk| Rules { chunk, systems: vec!["Fagsystem Nord".to_owned()], ..Rules::default() };
            let whole = events::read(files, &EVENTS, &rules(1 << 20)).map(|read| (read.events, read.files));
            let cut = events::read(files, &EVENTS, &rules(size)).map(|read| (read.events, read.files));
            for event in whole.iter().flat_map(|(events, _)| &events.events) {
                for text in [&event.service, &event.reason].into_iter().flatten() {
                    assert_eq!(redact(text.as_bytes(), "text/plain").bytes, text.as_bytes());
                }
            }
            assert_eq!(whole.map_err(|e| e.to_string()), cut.map_err(|e| e.to_string()));
        }
    }
});

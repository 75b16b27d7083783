//! Mappings of logs of calls and of events: any text is a mapping or one error.
#![no_main]

use kravprobe::document::Document;
use kravprobe::usage::events::mapping::EventMapping;
use kravprobe::usage::mapping::Mapping;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let document = Document::new("fuzzed.toml", text);
    let _ = Mapping::read(&document).map_err(|e| e.to_string());
    let _ = EventMapping::read(&document).map_err(|e| e.to_string());
});

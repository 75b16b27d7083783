//! Mappings of logs: any text is a mapping or one error.
#![no_main]

use kravprobe::document::Document;
use kravprobe::usage::mapping::Mapping;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = Mapping::read(&Document::new("fuzzed.toml", text)).map_err(|e| e.to_string());
});

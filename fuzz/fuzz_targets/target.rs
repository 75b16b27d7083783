//! Target and waiver files: any text gives a value or placed mistakes.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: String| {
    let _ = kravprobe::target::Target::parse("fuzzed.toml", &text).map_err(|e| e.to_string());
    let _ = kravprobe::waiver::Waivers::parse("fuzzed.toml", &text).map_err(|e| e.to_string());
});

//! Profile files: any text gives a profile or placed mistakes.
#![no_main]

use kravprobe::profile::Profile;
use std::collections::BTreeMap;

libfuzzer_sys::fuzz_target!(|text: String| {
    let _ = Profile::from_texts("fuzzed", &BTreeMap::from([("fuzzed".to_owned(), text)])).map_err(|e| e.to_string());
});

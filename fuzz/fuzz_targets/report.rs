//! Reports: whatever is read canonicalises to the same bytes when read again.
#![no_main]

use kravprobe::{canonical, report::v1::Report};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(report) = serde_json::from_slice::<Report>(bytes) {
        let once = canonical::bytes(&report).expect("a report is I-JSON");
        let again: Report = serde_json::from_slice(&once).expect("canonical bytes are a report");
        assert_eq!(once, canonical::bytes(&again).expect("a report is I-JSON"));
    }
});

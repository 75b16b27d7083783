//! Redaction: any text; what is redacted once stays as it is.
#![no_main]

use kravprobe::evidence::redact::redact;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let once = redact(text.as_bytes(), "text/plain");
    assert_eq!(redact(&once.bytes, "text/plain").bytes, once.bytes);
});

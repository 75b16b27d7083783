//! Sealed reports: any bytes are read strictly and never verify by accident.
#![no_main]

use kravprobe::seal::{Trust, verify};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = verify(bytes, &Trust::production(), None);
});

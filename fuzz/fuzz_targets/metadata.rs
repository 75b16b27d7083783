//! SAML metadata: any bytes can be read and judged by every metadata check.
#![no_main]

use kravprobe::check::Parameters;
use kravprobe::checks::metadata::CHECKS;
use kravprobe::verdict::Environment;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let subject =
        kravprobe::capture::metadata::subject("fuzzed", Environment::ExternalTest, jiff::Timestamp::UNIX_EPOCH, bytes, None);
    for check in CHECKS {
        let _ = check.judge(&subject, &Parameters::defaults(check.meta()));
    }
});

//! Captured requests: of any bytes nothing confidential is kept, lines stay, and every check judges what is left.
#![no_main]

use kravprobe::capture::usage::requests::kept;
use kravprobe::check::Parameters;
use kravprobe::checks::request::CHECKS;
use kravprobe::requests::read::read;
use kravprobe::requests::without_confidential;
use kravprobe::subject::RequestSubject;
use kravprobe::target::usage::RequestService;
use kravprobe::verdict::{Environment, Verdict};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (once, _) = without_confidential(bytes);
    let (again, _) = without_confidential(&once);
    assert_eq!(once, again);
    if read(bytes).is_ok() {
        // Places that a finding names are those of the file.
        let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(lines(bytes), lines(&once));
    }
    if let Ok(request) = read(&once) {
        let left = ["Security", "Assertion", "EncryptedAssertion", "BinarySecurityToken"];
        assert!(request.document.descendants().iter().all(|e| !left.contains(&e.name.local.as_str())));
    }
    let (blob, _) = kept(bytes);
    for service in [RequestService::Sagsindeks, RequestService::Dokumentindeks, RequestService::Organisation] {
        let subject = RequestSubject {
            id: "request:fuzzed".to_owned(),
            name: "fuzzed".to_owned(),
            environment: Environment::ExternalTest,
            at: jiff::Timestamp::UNIX_EPOCH,
            service,
            request: blob.clone(),
            others: vec![blob.clone()],
        };
        for check in CHECKS {
            let outcome = check.judge(&subject, &Parameters::defaults(check.meta()));
            assert_ne!(outcome.verdict, Verdict::Error, "{}", check.meta().id);
        }
    }
});

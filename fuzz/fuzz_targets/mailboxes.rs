//! Exports of mailboxes: any bytes give an export or one error, and every check judges them.
#![no_main]

use kravprobe::besked::mailboxes::{JSON, Mailboxes};
use kravprobe::check::Parameters;
use kravprobe::checks::mailbox::CHECKS;
use kravprobe::subject::{Blob, MailboxSubject};
use kravprobe::verdict::Environment;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = Mailboxes::open("fuzzed", bytes, JSON).map_err(|e| e.to_string());
    let subject = MailboxSubject {
        id: "mailbox:configuration".to_owned(),
        environment: Environment::ExternalTest,
        at: jiff::Timestamp::UNIX_EPOCH,
        export: Blob::new(JSON, bytes.to_vec()),
        messages: Vec::new(),
        cvr: "12345678".to_owned(),
        other_cvr: Vec::new(),
        system: None,
        pushes: true,
        pulls: true,
    };
    for check in CHECKS {
        let _ = check.judge(&subject, &Parameters::defaults(check.meta()));
    }
});

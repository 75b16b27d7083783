//! Messages of the Beskedfordeler: any bytes can be read, shown by their places and judged by every check, as sent and as received.
#![no_main]

use kravprobe::besked::read;
use kravprobe::check::Parameters;
use kravprobe::checks::message::CHECKS;
use kravprobe::subject::message::MESSAGE;
use kravprobe::subject::{Blob, MessageSubject};
use kravprobe::target::beskedfordeler::MessageDirection;
use kravprobe::verdict::Environment;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = read::read(bytes) {
        for element in message.besked.descendants() {
            assert!(element.place.line > 0 && element.place.column > 0);
        }
    }
    let message = Blob::new(MESSAGE, bytes.to_vec());
    for direction in [MessageDirection::Sent, MessageDirection::Received] {
        let subject = MessageSubject {
            id: "message:fuzzed".to_owned(),
            name: "fuzzed".to_owned(),
            environment: Environment::Production,
            at: jiff::Timestamp::UNIX_EPOCH,
            direction,
            cvr: vec!["11111111".to_owned()],
            system: Some("cf12c051-39ce-4066-ba11-704b46fa23c4".to_owned()),
            message: message.clone(),
            others: vec![message.clone()],
        };
        for check in CHECKS {
            let _ = check.judge(&subject, &Parameters::defaults(check.meta()));
        }
    }
});

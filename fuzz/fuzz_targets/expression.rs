//! Abonnementsudtryk: any text gives an expression or a placed problem; what was read is printed and read again as the same.
#![no_main]

use kravprobe::besked::expression::{fields, parse};
use kravprobe::besked::read::read;
use kravprobe::besked::write::Besked;
use std::sync::LazyLock;

static MESSAGE: LazyLock<kravprobe::besked::read::Message> = LazyLock::new(|| {
    let xml = Besked::good("12345678", jiff::Timestamp::UNIX_EPOCH).xml();
    read(xml.as_bytes()).expect("a good message can be read")
});

libfuzzer_sys::fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(expression) => {
            assert_eq!(parse(&expression.to_string()), Ok(expression.clone()));
            let _ = fields::check(&expression.field);
            let _ = expression.selects(&MESSAGE.besked);
        }
        Err(problem) => {
            assert!(text.get(problem.span.clone()).is_some());
            let _ = (problem.place(text), problem.diagnostic("fuzzed", text).to_string());
        }
    }
});

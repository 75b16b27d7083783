#![no_main]

//! Bytes of a hostile AMQP client, before and after the login: nothing panics, and the answer stays within bounds.

use kravprobe::fki::SigningKey;
use kravprobe::fki::beskedfordeler::broker::{Connection, MUCH};
use kravprobe::vendor::pki::{ExampleKeys, ExamplePki, Leaf};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use std::time::Instant;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    let keys = ExampleKeys::shipped().expect("the example keys are readable");
    let pki = ExamplePki::new(keys.clone(), jiff::Timestamp::UNIX_EPOCH).expect("an example PKI can be made");
    let issued = pki.issue(&Leaf::system("STS")).expect("a certificate can be issued");
    SigningKey { certificate: issued.certificate, key: keys.get(issued.key).clone() }
});

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let mut connection = Connection::alone(KEY.clone(), first & 1 == 1);
    let now = Instant::now();
    for piece in bytes.chunks(usize::from(first >> 1) + 1) {
        connection.receive(piece, now);
    }
    connection.turn(now);
    assert!(connection.output().len() < 2 * MUCH + bytes.len() * 64);
});

//! The server's first flight and the ClientHello of the responder: any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = kravprobe::subject::tls::flight::parse(bytes);
    let _ = kravprobe::capture::tls::responder::parse_client_hello(bytes);
});

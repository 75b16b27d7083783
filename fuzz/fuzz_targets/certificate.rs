//! Certificate files, and every certificate check on what they hold: any bytes give verdicts or one error.
#![no_main]

use kravprobe::check::Parameters;
use kravprobe::checks;
use kravprobe::subject::certificate::{Answer, CertificateRole, DeclaredCertificate, Revocation, RevocationAnswer};
use kravprobe::subject::{Blob, CertificateSubject, Family, Subject};
use kravprobe::verdict::Environment;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut found = kravprobe::pki::read_certificates(bytes, Some("fuzzed")).unwrap_or_default();
    found.push(bytes.to_vec());
    for der in found.into_iter().take(4) {
        let answer = RevocationAnswer {
            source: "fuzzed".to_owned(),
            answer: Answer::Received { bytes: Blob::new("application/octet-stream", bytes.to_vec()) },
        };
        let subject = Subject::Certificate(CertificateSubject {
            id: "certificate:fuzzed".to_owned(),
            name: "fuzzed".to_owned(),
            environment: Environment::Local,
            at: instant(),
            role: CertificateRole::Unspecified,
            system: "fuzzed".to_owned(),
            declared: DeclaredCertificate::default(),
            certificate: Blob::new("application/pkix-cert", der.clone()),
            supplied: vec![Blob::new("application/pkix-cert", der.clone())],
            local_anchors: vec![Blob::new("application/pkix-cert", der)],
            revocation: Revocation { set_aside: false, ocsp: vec![answer.clone()], crl: vec![answer] },
            others: Vec::new(),
        });
        for check in checks::of_family(Family::Certificate) {
            let outcome = check.judge(&subject, &Parameters::defaults(check.meta()));
            assert_ne!(outcome.verdict, kravprobe::verdict::Verdict::Error, "{}", check.meta().id);
        }
    }
});

fn instant() -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_768_435_200).unwrap_or_default()
}

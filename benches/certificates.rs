//! All certificate checks on one real chain; the limit is 10 ms.

use criterion::{Criterion, criterion_group, criterion_main};
use kravprobe::check::Parameters;
use kravprobe::checks;
use kravprobe::pki::read_certificates;
use kravprobe::subject::certificate::{CertificateRole, DeclaredCertificate, Revocation};
use kravprobe::subject::{Blob, CertificateSubject, Family, Subject};
use kravprobe::verdict::Environment;
use std::hint::black_box;

const LEAF: &[u8] = include_bytes!("../fixtures/certificates/production/ADG_EXTTEST_Adgangsstyring_2.pem");

fn subject(name: &str) -> Subject {
    let certificate = read_certificates(LEAF, None).unwrap_or_default().remove(0);
    Subject::Certificate(CertificateSubject {
        id: format!("certificate:{name}"),
        name: name.to_owned(),
        environment: Environment::ExternalTest,
        at: "2026-01-15T00:00:00Z".parse().unwrap_or_default(),
        role: CertificateRole::Signing,
        system: "bench".to_owned(),
        declared: DeclaredCertificate::default(),
        certificate: Blob::new("application/pkix-cert", certificate),
        supplied: Vec::new(),
        local_anchors: Vec::new(),
        revocation: Revocation { set_aside: true, ..Revocation::default() },
        others: Vec::new(),
    })
}

fn judge_one_chain(criterion: &mut Criterion) {
    let other = subject("other");
    let Subject::Certificate(mut other) = other else { return };
    // Another instant, so that nothing is remembered from the subject before.
    other.at = "2026-01-16T00:00:00Z".parse().unwrap_or_default();
    let subjects = [subject("one"), Subject::Certificate(other)];
    let planned: Vec<_> = checks::of_family(Family::Certificate).map(|c| (c, Parameters::defaults(c.meta()))).collect();
    let mut turn = 0;
    criterion.bench_function("all certificate checks on one chain", |bencher| {
        bencher.iter(|| {
            turn = 1 - turn;
            for (check, parameters) in &planned {
                black_box(check.judge(&subjects[turn], parameters));
            }
        });
    });
}

criterion_group!(benches, judge_one_chain);
criterion_main!(benches);

//! All metadata checks on one real file, from its bytes to the verdicts; the limit is 20 ms.

use criterion::{Criterion, criterion_group, criterion_main};
use kravprobe::capture::metadata::subject;
use kravprobe::check::Parameters;
use kravprobe::checks;
use kravprobe::subject::{Family, Subject};
use kravprobe::verdict::Environment;
use std::hint::black_box;

/// Metadata of a service provider with a signature over its root, 12 kB.
const DOCUMENT: &[u8] = include_bytes!("../fixtures/metadata/ch2-sp-signed.xml");

fn judge_one_file(criterion: &mut Criterion) {
    let at = "2025-12-01T00:00:00Z".parse().unwrap_or_default();
    let planned: Vec<_> = checks::of_family(Family::Metadata).map(|c| (c, Parameters::defaults(c.meta()))).collect();
    criterion.bench_function("all metadata checks on one file", |bencher| {
        bencher.iter(|| {
            // Made anew each time: a subject remembers what it read, schema and signature included.
            let subject = Subject::Metadata(subject("sp", Environment::ExternalTest, at, black_box(DOCUMENT), None));
            for (check, parameters) in &planned {
                black_box(check.judge(&subject, parameters));
            }
        });
    });
}

criterion_group!(benches, judge_one_file);
criterion_main!(benches);

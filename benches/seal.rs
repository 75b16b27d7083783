//! Sealing the report of the example system, and checking the seal; the limit of each is 50 ms.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use kravprobe::language::Language;
use kravprobe::report::bundle::REPORT;
use kravprobe::report::verify::verify as verify_bundle;
use kravprobe::run::{Options, run};
use kravprobe::seal::{KeySource, SealingKey, SealingPolicy, Trust, seal, verify};
use kravprobe::vendor::pki::ExampleKeys;
use kravprobe::vendor::system::ExampleSystem;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;

fn seal_and_verify(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let at: Timestamp = "2026-11-15T12:00:00Z".parse()?;
    let system = ExampleSystem::start(&directory.path().join("system"), &ExampleKeys::shipped()?, at, false)?;
    let source =
        KeySource::Pem { key: system.seal_key.clone(), certificates: system.seal_certificate.clone(), password: None };
    let policy = SealingPolicy { at, trust: &Trust::production(), allow_example: true };
    let load = || SealingKey::load(&source, Path::new(""), None, policy);
    let key = load()?;
    let options = Options {
        profile: "i-08-passive",
        target: &system.target,
        waivers: None,
        out: &directory.path().join("bundle"),
        at,
        clock_given: true,
        offline: false,
        calibration: None,
        language: Language::default(),
        key: Some(&key),
    };
    let bundle = run(&options, &mut |_| ())?.path;
    let report = std::fs::read(bundle.join(REPORT))?;
    let sealed = seal(&report, &key, at)?;
    let trust = Trust::from_file(&system.root)?;
    let checked = verify(&sealed, &trust, None)?;
    if !checked.holds() {
        return Err("the seal does not verify, so there is nothing to measure".into());
    }
    println!("report of {} bytes, {}", report.len(), key.algorithm().name());

    criterion.bench_function("load the key and seal the report", |bencher| {
        bencher.iter(|| {
            let key = load().ok()?;
            seal(black_box(&report), &key, at).ok()
        });
    });
    criterion.bench_function("check the seal of the report", |bencher| {
        bencher.iter(|| verify(black_box(&sealed), &trust, None));
    });
    criterion.bench_function("verify the whole bundle", |bencher| {
        bencher.iter(|| verify_bundle(black_box(&bundle), &trust, None));
    });
    Ok(())
}

fn benches_of_the_seal(criterion: &mut Criterion) {
    if let Err(error) = seal_and_verify(criterion) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

criterion_group!(benches, benches_of_the_seal);
criterion_main!(benches);

//! Tables of reported counts and of claims, and exports of KITOS: any bytes are read or refused with one error.
#![no_main]

use kravprobe::capture::usage::portfolio;
use kravprobe::usage::tables::{claimed, reported};
use std::path::PathBuf;
use std::sync::LazyLock;

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("kravprobe-fuzz-{}.csv", std::process::id())));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((how, bytes)) = bytes.split_first() else { return };
    match how % 3 {
        0 => {
            std::fs::write(&*FILE, bytes).expect("the folder for temporary files is writable");
            let rows = reported(&FILE).map_err(|e| e.to_string()).unwrap_or_default();
            assert!(rows.iter().all(|row| row.from <= row.until && row.integration.starts_with("SF")));
        }
        1 => {
            std::fs::write(&*FILE, bytes).expect("the folder for temporary files is writable");
            let rows = claimed(&FILE).map_err(|e| e.to_string()).unwrap_or_default();
            assert!(rows.iter().all(|row| row.percent <= 100 && !row.integrations.is_empty()));
        }
        _ => {
            let found = portfolio::read(bytes, None).unwrap_or_default();
            assert!(found.interfaces.iter().all(|name| !name.contains('@')));
            assert!(found.integrations.iter().all(|number| number.starts_with("SF")));
        }
    }
});

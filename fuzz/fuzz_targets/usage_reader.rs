//! Logs: any bytes are counted or noted as bad, and the same wherever they are cut.
#![no_main]

use kravprobe::document::Document;
use kravprobe::usage::mapping::{Mapping, Ready};
use kravprobe::usage::reader::{Chunk, Chunks, Piece, Records};
use kravprobe::usage::tally::{Limits, Shared};
use kravprobe::usage::worker::{Form, Layout, Worker};
use std::sync::Arc;

const MAPPING: &str = "schema = 1\nname = \"x\"\n[time]\ncolumn = \"t\"\n[columns]\nservice = \"s\"\n";

fn count(bytes: &[u8], size: usize, ready: &Ready) -> (u64, Vec<u64>, Vec<u64>) {
    let mut worker = Worker::new(&Arc::new(Shared::new(ready.clone(), Limits::default())));
    let header = ["t", "s", "x"].map(str::to_owned).to_vec();
    let layout = Layout::new(0, Form::Delimited(b';'), header, ready).expect("the columns are there");
    let mut chunks = Chunks::new(bytes, Records::Delimited(b';'), size, Vec::new(), 1);
    let mut chunk = Chunk::default();
    loop {
        match chunks.next(&mut chunk) {
            Piece::Chunk => worker.chunk(&layout, &chunk).expect("there are few groups"),
            Piece::Bad(line, bytes, why) => worker.piece(&layout, line, &bytes, why),
            Piece::End | Piece::Damaged(_) => break,
        }
    }
    let bad = worker.notes.bad.values().map(|(count, _)| *count).collect();
    (worker.tally.rows, bad, worker.notes.found.values().map(|(count, _)| *count).collect())
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((size, bytes)) = bytes.split_first() else { return };
    let ready = Mapping::read(&Document::new("m.toml", MAPPING)).expect("the mapping is right");
    assert_eq!(count(bytes, 1 << 20, &ready), count(bytes, usize::from(*size).max(1), &ready));
});

//! Logs: any bytes are counted or noted as bad, and the same wherever they are cut.
#![no_main]

use kravprobe::document::Document;
use kravprobe::usage::mapping::{Mapping, Ready};
use kravprobe::usage::reader::{Chunk, Chunks, Piece, Records};
use kravprobe::usage::summary::Group;
use kravprobe::usage::tally::{Limits, Merged, Shared, by_name};
use kravprobe::usage::worker::{Form, Layout, Notes, Worker};
use std::sync::{Arc, LazyLock};

static READY: LazyLock<Ready> = LazyLock::new(|| {
    let columns = "time = { column = \"t\", zone = \"Europe/Copenhagen\" }\nstatus = { column = \"o\", success = [\"2xx\", \"ok\"] }\n\
                   duration = { column = \"d\", unit = \"ms\" }\ncolumns = { integration = \"i\", system = \"s\", log_id = \"l\" }\n\
                   message = { delivered = \"m\" }\n";
    let mapping = format!("schema = 1\nname = \"x\"\nfile = {{ missing_columns = \"empty\" }}\n{columns}");
    Mapping::read(&Document::new("m.toml", mapping)).expect("the mapping is right")
});

/// Layouts and how their records are told apart. Made once: looking at the names of columns takes the most time.
static LAYOUTS: LazyLock<[(Layout, Records); 4]> = LazyLock::new(|| {
    let delimited = |delimiter| {
        let header = ["t", "i", "s", "o", "d", "l", "x", "password"].map(str::to_owned).to_vec();
        let layout = Layout::new(0, Form::Delimited(delimiter), header, &READY).expect("the columns are there");
        (layout, Records::Delimited(delimiter))
    };
    [delimited(b';'), delimited(b'\t'), delimited(b' '), (Layout::json(0), Records::Lines)]
});

/// What must not depend on the size of chunks: rows, repeated rows, groups and notes.
type Counted = (u64, u64, Vec<Group>, String);

fn count(bytes: &[u8], (layout, records): &(Layout, Records), size: usize) -> Counted {
    let shared = Arc::new(Shared::new(READY.clone(), Limits::default()));
    let mut worker = Worker::new(&shared);
    let mut chunks = Chunks::new(bytes, *records, size, Vec::new(), 1);
    let mut chunk = Chunk::default();
    loop {
        match chunks.next(&mut chunk) {
            Piece::Chunk => worker.chunk(layout, &chunk).expect("there are few groups"),
            Piece::Bad(line, bytes, why) => worker.piece(layout, line, &bytes, why),
            Piece::End | Piece::Damaged(_) => break,
        }
    }
    worker.tally.close().expect("there are few groups");
    let Worker { tally, notes, .. } = worker;
    let Notes { bad, found, windows_1252, records, order: _ } = notes;
    let (rows, duplicates) = (tally.rows, tally.duplicates);
    let tallies = [tally];
    let members = by_name(&tallies);
    let groups = Merged::new(&shared, &tallies, &members).collect();
    (rows, duplicates, groups, format!("{bad:?} {found:?} {windows_1252} {records:?}"))
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let [form, size, bytes @ ..] = bytes else { return };
    let layout = &LAYOUTS[usize::from(form % 4)];
    assert_eq!(count(bytes, layout, 1 << 20), count(bytes, layout, usize::from(*size).max(1)));
});

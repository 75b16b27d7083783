//! Usage data: logs of calls and messages, as extracts of FKI Forbrug, vendors' logs and SAPA's audit log hold them.
//!
//! ```text
//! files -> input (decompression, encodings, workbooks) -> reader (chunks of whole records) -> workers (rows) -> tally -> summary
//! ```
//!
//! One streaming pass: a reader cuts the text at record boundaries, one worker per processor counts, and the tallies merge.

pub mod compare;
pub mod days;
pub mod event;
pub mod events;
pub mod guess;
pub mod ids;
pub mod input;
pub mod mapping;
pub mod read;
pub mod reader;
pub mod scan;
pub mod summary;
pub mod tables;
pub mod tally;
pub mod time;
pub mod worker;

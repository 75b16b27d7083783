//! The machine's clock, read once a run. Nothing in the judging half calls it.

use jiff::Timestamp;

/// The present, to the second: reports carry no finer time.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default()
}

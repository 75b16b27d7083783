//! The only part that does I/O: produces subjects and evidence.

pub mod metadata;
pub mod tls;

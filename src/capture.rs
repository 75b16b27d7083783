//! The only part that does I/O: produces subjects and evidence.

pub mod certificate;
pub mod http;
pub mod revocation;
pub mod tls;

//! Evidence: bytes kept for a verdict, content-addressed and redacted.

pub mod redact;
pub mod store;

pub use redact::{Redacted, redact};
pub use store::{Provenance, Store, StoreError, StoreLimits, Stored};

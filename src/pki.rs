//! Public key infrastructure: reading certificates, building paths, judging revocation answers.
//!
//! Everything here is a pure function of bytes and an instant: no network, no clock, no files.

pub mod anchors;
pub mod certificate;
pub mod der;
pub mod input;
pub mod name;
pub mod path;
pub mod revocation;
pub mod signature_algorithm;
pub mod weak_key;

pub use certificate::Certificate;
pub use input::read_certificates;

//! The bundled reference vendor system, with switchable faults, and the example PKI it lives in.

pub mod metadata;
pub mod pki;
pub mod receiver;
pub mod service_provider;
pub mod system;
pub mod tls;

//! Messages of the Beskedfordeler: the envelope (Beskedkuvert 1.0), what is inside it, and the answers to it. Pure.

pub mod expression;
pub mod lists;
pub mod mailboxes;
pub mod payload;
pub mod read;
pub mod reply;
pub mod samples;
pub mod schema;
pub mod time;
pub mod write;

/// Namespace of the envelope.
pub const KUVERT: &str = "urn:oio:besked:kuvert:1.0";
/// Namespace of the basic types.
pub const SAGDOK: &str = "urn:oio:sagdok:3.0.0";
/// Namespace of AktoerType.
pub const ORGANISATION: &str = "urn:oio:sagdok:organisation:2.0.0";
/// Namespace of the push operation.
pub const STS: &str = "urn:oio:sts:1.0.0";

/// Beskedtype `Test/TestbeskedType1` of the external test environment (kombit/bfo_infrastructureSamples-java).
pub const TEST_TYPE: &str = "7654895c-a3f3-4c77-8afd-4c77330f963c";

/// Sikkerhedsklassificering: Ikke fortrolige.
pub const NOT_CONFIDENTIAL: &str = "1d81c472-0808-44cc-963d-f5ef0170ae1d";

//! `kravprobe` verifies that a vendor's system meets its integration requirements to Denmark's common municipal
//! infrastructure (den Fælleskommunale Infrastruktur, FKI) and writes a sealed pass/fail report.
//!
//! ```text
//! profile + target -> plan -> capture -> subjects + evidence -> checks -> results -> aggregate -> report -> seal -> render
//! ```

pub mod capture;
pub mod check;
pub mod checks;
pub mod digest;
pub mod evidence;
pub mod language;
pub mod outcome;
pub mod pki;
pub mod saml;
pub mod seal;
pub mod subject;
pub mod vendor;
pub mod verdict;

//! `kravprobe` verifies that a vendor's system meets its integration requirements to Denmark's common municipal
//! infrastructure (den Fælleskommunale Infrastruktur, FKI) and writes a sealed pass/fail report.
//!
//! ```text
//! profile + target -> plan -> capture -> subjects + evidence -> checks -> results -> aggregate -> report -> seal -> render
//! ```

pub mod aggregate;
pub mod bank;
pub mod besked;
pub mod calibrate;
pub mod canonical;
pub mod capture;
pub mod check;
pub mod checks;
pub mod cli;
pub mod clock;
pub mod declare;
pub mod denmark;
pub mod digest;
pub mod document;
pub mod error;
pub mod evidence;
pub mod explain;
pub mod fki;
pub mod judge;
pub mod language;
pub mod outcome;
pub mod percentile;
pub mod pki;
pub mod plan;
pub mod profile;
pub mod render;
pub mod report;
pub mod requests;
pub mod run;
pub mod saml;
pub mod seal;
pub mod subject;
pub mod target;
pub mod trial;
pub mod usage;
pub mod vendor;
pub mod verdict;
pub mod waiver;
pub mod web;

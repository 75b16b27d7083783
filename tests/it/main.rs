//! Integration tests: the real program on real files and real servers. One binary, one module an area.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where it stood")]

mod aggregate;
mod certificate_defects;
mod certificate_input;
mod certificates;
mod metadata;
mod profile;
mod registry;
mod render;
mod sample_report;
mod support;
mod tls;

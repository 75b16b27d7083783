//! Integration tests: the real program on real files and real servers. One binary, one module an area.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where it stood")]

mod aggregate;
mod bad_input;
mod browser;
mod calibrate;
mod capture_certificate;
mod capture_http;
mod certificate_defects;
mod certificate_input;
mod certificates;
mod example_pki;
mod idp;
mod inspect;
mod inspect_many;
mod interrupt;
mod local_server;
mod mellon;
mod mellon_run;
mod messages;
mod metadata;
mod oracle;
mod plan;
mod profile;
mod registry;
mod render;
mod review;
mod run;
mod sample_report;
mod support;
mod tls;
mod trial_checks;
mod trial_run;
mod usage;
mod vendor_sp;
mod verify;

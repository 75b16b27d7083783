//! The report: its frozen model, its bundle, and what can be recomputed from it.

pub mod build;
pub mod bundle;
pub mod calibration;
pub mod compare;
pub mod messages;
pub mod replay;
pub mod schema;
pub mod traffic;
pub mod trials;
pub mod usage;
pub mod v1;
pub mod verify;

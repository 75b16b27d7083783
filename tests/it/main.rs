//! Integration tests: the real program on real files and real servers. One binary, one module an area.

mod aggregate;
mod metadata;
mod profile;
mod support;

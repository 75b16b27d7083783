//! Argument parsing and nothing else.

fn main() {}

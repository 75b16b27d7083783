//! The emulated infrastructure: what kravprobe plays towards the system under test.

//! The emulated infrastructure: what kravprobe plays towards the system under test.

pub mod login {
    //! placeholder until merge
    /// x
    pub const AFTER_COMMENT: &str = ".kravprobe";
}

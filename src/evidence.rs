//! Evidence: bytes kept for a verdict, content-addressed and redacted.

//! What the portfolio in KITOS says, from an export or from its API.

//! What every engine must do: one suite for all of them, over the seam alone.

// The whole file is a test, its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

#[path = "conformance/rig.rs"]
mod rig;
#[path = "conformance/suite.rs"]
mod suite;

#[path = "conformance/fake.rs"]
mod fake;

#[cfg(feature = "engine")]
#[path = "conformance/duckdb.rs"]
mod duckdb;

//! The engine seam: what runs SQL, without saying which engine does.

pub mod api;
pub mod client;
pub mod dialect;
#[cfg(feature = "engine")]
pub mod duckdb;
pub mod fake;

pub use api::{Cut, End, Engine, EngineError, Event, JobId, Lane, Limits, OpenOptions, Opener, Param, Request, Sink, Statement};
pub use client::{Client, Table};
pub use dialect::Dialect;

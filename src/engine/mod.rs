//! The engine seam: what runs SQL, without saying which engine does.

pub mod api;
pub mod client;
pub mod dialect;
#[cfg(feature = "engine")]
pub mod duckdb;
pub mod fake;
mod literal;

pub use api::{
    Cut, End, Engine, EngineError, Event, Functions, JobId, Lane, Limits, OpenOptions, Opener, Param, Request, Sink, Statement,
    TextFunction,
};
pub use client::{Client, Table};
pub use dialect::Dialect;

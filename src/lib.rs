//! casebook: a terminal workbench for platform-abuse investigations over local log extracts.
//!
//! The crate is a house of rooms; a room uses only rooms below it (see `ARCHITECTURE.md`; `tests/architecture.rs` keeps it so).

#[cfg(feature = "engine")]
pub mod boot;

pub mod cli;

pub mod runtime;

pub mod ui;

pub mod app;

pub mod report;

pub mod case;

pub mod playbook;

pub mod investigate;

pub mod extract;

pub mod engine;

pub mod settings;

pub mod domain;

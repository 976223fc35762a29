//! Extracts: log files are looked into, mapped onto roles, loaded into a database of their own and opened read-only.
//!
//! [`open()`] does all of it. What it decided, and why, is in [`Extract`]; every record that could not be read is in `rejects`.

mod bytes;
mod cache;
mod check;
mod csv;
pub mod demo;
mod detect;
mod error;
mod expr;
mod guess;
mod hints;
mod inputs;
mod json;
mod load;
mod look;
mod model;
mod open;
mod plan;
mod profile;
mod progress;
mod read;
mod reader;
mod records;
mod sample;
mod scan;
mod shapes;
mod watch;

pub use error::ExtractError;
pub use model::{Extract, Mapping, OpenSpec, Opened, Reject, Source, inspect_json};
pub use open::open;
pub use progress::{Progress, Stage, Unit};

//! Extracts: log files are looked into, mapped onto roles, loaded into a database of their own and opened read-only.
//!
//! [`open()`] does all of it. What it decided, and why, is in [`Extract`]; every record that could not be read is in `rejects`.

mod basis;
mod bytes;
mod cache;
mod check;
mod csv;
pub mod demo;
mod detect;
mod draft;
mod duplicates;
mod envelope;
mod error;
mod expr;
mod guess;
mod hints;
mod inputs;
mod json;
mod keeping;
mod labels;
mod load;
mod look;
pub mod mapping;
mod model;
mod open;
mod plan;
mod profile;
mod progress;
mod read;
mod reader;
mod records;
mod route;
mod sample;
mod scan;
mod shapes;
mod sides;
mod watch;

pub use basis::Basis;
pub use draft::{draft_profile, save_profile};
pub use error::ExtractError;
pub use keeping::{Kept, Prune, cache_limit, list_cache, prune_cache};
pub use model::{Deduped, Extract, JoinSpec, Joined, Mapping, OpenSpec, Opened, Reject, Source, inspect_json};
pub use open::open;
pub use progress::{Progress, Stage, Unit};

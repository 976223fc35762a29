//! Extracts: log files are looked into, mapped onto roles, loaded into a database of their own and opened read-only.
//!
//! [`open()`] does all of it. What it decided, and why, is in [`Extract`]; every record that could not be read is in `rejects`.

mod again;
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
mod expand;
mod expr;
mod guess;
mod hints;
mod inputs;
mod json;
mod keeping;
mod labels;
mod limit;
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
pub mod rejects;
mod route;
mod sample;
mod save;
mod scan;
mod shapes;
mod sides;
mod stdin;
mod utf16;
mod watch;

pub use again::{Changed, rehash};
pub use basis::Basis;
pub use draft::{draft_profile, save_profile};
pub use error::ExtractError;
pub use keeping::{Kept, Prune, cache_limit, list_cache, prune_cache};
pub use model::{Deduped, Extract, JoinSpec, Joined, Mapping, OpenSpec, Opened, Reject, Source, inspect_json};
pub use open::open;
pub use progress::{Pace, Progress, Stage, Unit, about_left};
pub use save::{SaveError, save_mapping};
pub use stdin::Spooled;

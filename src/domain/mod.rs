//! The words of the field: time, roles, entities, columns, values and safe text. No I/O, no SQL, no screen.

pub mod batch;
pub mod entity;
pub mod role;
pub mod schema;
pub mod secret;
pub mod severity;
pub mod text;
pub mod time;
pub mod value;

pub use batch::Batch;
pub use entity::Entity;
pub use role::Role;
pub use schema::{Column, Kind, Schema};
pub use secret::{Seal, SecretKind};
pub use severity::Severity;
pub use text::SafeText;
pub use time::{TimeRange, Timestamp};
pub use value::Value;

//! Key scripts over the core.

mod casework;
mod desk;
mod views;

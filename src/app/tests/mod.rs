//! Key scripts over the core.

mod casework;
mod desk;
mod mapping;
mod report;
mod views;

//! Key scripts over the core.

mod casework;
mod desk;
mod mapping;
mod marks;
mod report;
mod views;

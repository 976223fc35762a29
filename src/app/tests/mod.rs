//! Key scripts over the core.

mod casework;
mod desk;
mod links;
mod mapping;
mod marks;
mod report;
mod views;

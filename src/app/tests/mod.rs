//! Key scripts over the core.

mod casework;
mod columns;
mod copying;
mod desk;
mod links;
mod mapping;
mod marks;
mod report;
mod sql;
mod trail;
mod views;

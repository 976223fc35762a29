//! Key scripts over the core.

mod ahead;
mod casework;
mod columns;
mod copying;
mod desk;
mod fields;
mod links;
mod mapping;
mod marks;
mod report;
mod sql;
mod time;
mod trail;
mod views;

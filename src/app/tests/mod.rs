//! Key scripts over the core.

mod casework;
mod case_surface;
mod columns;
mod copying;
mod desk;
mod fields;
mod links;
mod labels;
mod mapping;
mod marks;
mod notes;
mod report;
mod reveal;
mod sql;
mod time;
mod trail;
mod views;

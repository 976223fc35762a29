//! Key scripts over the core.

mod ahead;
mod case_surface;
mod casework;
mod columns;
mod copying;
mod desk;
mod fields;
mod labels;
mod links;
mod mapping;
mod marks;
mod mouse;
mod notes;
mod panes;
mod playbooks;
mod report;
mod reveal;
mod sql;
mod time;
mod tour;
mod trail;
mod views;

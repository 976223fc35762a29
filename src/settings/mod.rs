//! What comes from the machine and the user: folders, configuration, themes; and the one module that writes files.

pub mod config;
pub mod files;
pub mod history;
pub mod machine;
pub mod memory;
pub mod paths;
pub mod salt;
pub mod size;
pub mod theme;

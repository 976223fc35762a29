//! The functional core: messages in, state changed, effects out. No I/O, no clock, no threads.

pub mod command;
pub mod effect;
pub mod focus;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod msg;
pub mod state;
pub mod update;
pub mod when;
pub mod works;

pub use effect::Effect;
pub use msg::Msg;
pub use state::State;
pub use update::update;

#[cfg(test)]
mod tests;

//! Signals that ask the program to end: it ends as if the analyst had left, with the terminal given back and the case on disk.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::app::Msg;

use super::{Post, input, terminal};

/// Listens for SIGHUP (the connection dropped), SIGTERM and SIGINT.
pub(super) fn listen(post: Post) {
    match Signals::new([SIGHUP, SIGTERM, SIGINT]) {
        Ok(mut signals) => input::spawn("signals", move || {
            for signal in signals.forever() {
                // While the analyst's editor has the terminal, C-c there is sent to this program too, and is not meant for it.
                if signal != SIGINT || terminal::is_ours() {
                    post.send(Msg::HangUp);
                }
            }
        }),
        Err(error) => tracing::error!("cannot listen for signals: {error}"),
    }
}

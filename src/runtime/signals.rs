//! Signals. Those that ask the program to end: it ends as if the analyst had left, with the terminal given back and the case on disk. Those
//! that stop it and let it go on: the terminal is given back before and taken again after.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::{Incoming, Post, input, terminal};

/// Whether the program stopped itself: what follows when it goes on is done by who stopped it.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Listens for SIGHUP (the connection dropped), SIGTERM, SIGQUIT and SIGINT, and for SIGTSTP and SIGCONT.
pub(super) fn listen(post: Post) {
    match Signals::new([SIGHUP, SIGTERM, SIGQUIT, SIGINT, SIGTSTP, SIGCONT]) {
        Ok(mut signals) => input::spawn("signals", move || {
            for signal in signals.forever() {
                match signal {
                    SIGTSTP if terminal::is_ours() => post.give(Incoming::Suspend),
                    // While the analyst's editor has the terminal, it is stopped by the same signal, and this program with it.
                    SIGTSTP => stop(),
                    // After a stop that nobody could prepare for.
                    SIGCONT if !STOPPED.swap(false, Ordering::SeqCst) && terminal::is_ours() => post.give(Incoming::Retake),
                    SIGCONT => {}
                    // There C-c is sent to this program too, and is not meant for it.
                    SIGINT | SIGQUIT if !terminal::is_ours() => {}
                    signal => post.give(Incoming::End(signal)),
                }
            }
        }),
        Err(error) => tracing::error!("cannot listen for signals: {error}"),
    }
}

/// Asks this program, and what was started together with it, to stop, as the terminal would for C-z. Not where no shell waits that could
/// let it go on again.
pub(super) fn ask_to_stop() -> io::Result<()> {
    // A shell with job control gives each job a group of its own; the leader of the session is the shell itself, or what stands in its place.
    if getsid(None)? == getpgrp() {
        return Err(io::Error::other("this is no job of a shell; nothing could let it go on again"));
    }
    Ok(kill_current_process_group(Signal::TSTP)?)
}

/// Stops this program here until it is let go on.
pub(super) fn stop() {
    STOPPED.store(true, Ordering::SeqCst);
    if let Err(error) = emulate_default_handler(SIGTSTP) {
        tracing::warn!("cannot stop: {error}");
    }
}

//! The clipboard of whoever sits at the terminal, however far away: OSC 52, or inside tmux its own command for it.
//!
//! Inside tmux an OSC 52 of a program is ignored by default (`set-clipboard external`), but tmux itself may send one: `load-buffer -w`
//! does, and keeps the text in a buffer for pasting too. Nothing tells whether the terminal took the text, so it is said to be sent, not
//! copied. Source: tmux(1), `load-buffer` and `set-clipboard`; XTerm Control Sequences, "Operating System Commands", 52.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::app::Msg;
use crate::app::state::Handout;

use super::wire::Link;
use super::{Post, input};

/// Bytes of an OSC 52 at most: what the strictest terminals take (74,994 bytes of base64 after the 6 of the introduction), decoded.
const TERMINAL: usize = 56_244;
/// Bytes handed to tmux at most.
const TMUX: usize = 1 << 20;

/// Sends the text. What came of it is posted.
pub(super) fn send(handout: Handout, link: &Link, post: Post) {
    let in_tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
    let most = if in_tmux { TMUX } else { TERMINAL };
    if handout.text.len() > most {
        post.send(Msg::Failed(format!(
            "{} take {} bytes, and the clipboard takes {most} at most; y o sends copies into a file instead",
            handout.what,
            handout.text.len()
        )));
        return;
    }
    if in_tmux {
        input::spawn("clipboard", move || {
            let done = to_tmux(handout.text.as_bytes());
            post.send(said(&handout, "tmux and its clipboard", done));
        });
    } else {
        // Between two frames: everything goes to the terminal in order.
        link.send(&for_terminal(handout.text.as_bytes()));
        post.send(said(&handout, "the clipboard of the terminal", Ok(())));
    }
}

fn said(handout: &Handout, place: &str, done: io::Result<()>) -> Msg {
    match done {
        Ok(()) => {
            let but = handout.but.as_ref().map(|but| format!("; {but}")).unwrap_or_default();
            Msg::Exported(format!("{} sent to {place} ({} bytes){but}", handout.what, handout.text.len()))
        }
        Err(error) => Msg::Failed(format!("{} cannot be sent to {place}: {error}; y o sends copies into a file", handout.what)),
    }
}

/// `ESC ] 52 ; c ; BASE64 BEL`.
fn for_terminal(text: &[u8]) -> Vec<u8> {
    format!("\x1b]52;c;{}\x07", STANDARD.encode(text)).into_bytes()
}

fn to_tmux(text: &[u8]) -> io::Result<()> {
    let mut child = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text)?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_wrapped_so_that_nothing_of_it_is_obeyed() {
        assert_eq!(for_terminal(b"\x1b[2J\x07"), b"\x1b]52;c;G1sySgc=\x07");
    }
}

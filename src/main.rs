//! casebook: the program. All of it is in the library.

use std::io::Write;
use std::process::ExitCode;

fn main() -> color_eyre::Result<ExitCode> {
    let status = casebook::boot::run()?;
    // Everything is on disk and told by now. Threads of the engine may still be at work: they must not see its own tables torn down around
    // them, as the usual end of a process would do, and which ends in a crash now and then.
    let _ = std::io::stdout().flush();
    signal_hook::low_level::exit(i32::from(u8::try_from(status).unwrap_or(1)))
}

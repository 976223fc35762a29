//! casebook: the program. All of it is in the library.

use std::process::ExitCode;

fn main() -> color_eyre::Result<ExitCode> {
    let status = casebook::boot::run()?;
    Ok(ExitCode::from(u8::try_from(status).unwrap_or(1)))
}

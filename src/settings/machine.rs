//! What only the machine knows: the time, and who is at the keyboard.

use crate::domain::Timestamp;

/// The time now, UTC.
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// The name that goes into the journal: `CASEBOOK_ANALYST`, else the user's name on this machine.
pub fn analyst() -> String {
    ["CASEBOOK_ANALYST", "USER", "LOGNAME"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "analyst".to_owned())
}

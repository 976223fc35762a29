//! What is shown that is hidden otherwise: the secrets of one cell, and sensitive values for ten minutes.

use std::borrow::Cow;
use std::time::Duration;

use crate::domain::Value;
use crate::domain::secret::fingerprint_digits;

/// The secrets of one cell, shown until the cursor leaves it or they are covered again.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsealed {
    /// The row of the cell.
    pub row_id: i64,
    /// Its column.
    pub column: String,
    /// Each fingerprint with its secret.
    pub secrets: Vec<(String, String)>,
}

/// All sensitive values are shown for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unveiled {
    /// Until when, since the start of the program.
    pub until: Duration,
    /// Until when, as a time of day in UTC: `14:32`.
    pub says: String,
}

/// How long that is.
pub const UNVEILED_FOR: Duration = Duration::from_secs(600);

impl std::fmt::Debug for Unsealed {
    /// Secrets are not for logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unsealed({}, {})", self.row_id, self.column)
    }
}

impl Unsealed {
    /// A text of the cell with its secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.secrets.iter().fold(Cow::Borrowed(text), |text, (fingerprint, secret)| {
            if text.contains(fingerprint.as_str()) { Cow::Owned(text.replace(fingerprint.as_str(), secret)) } else { text }
        })
    }
}

/// The digits of the fingerprints in a value.
pub fn digits_of(value: &Value) -> Vec<String> {
    value.as_text().map(|text| fingerprint_digits(text).map(str::to_owned).collect()).unwrap_or_default()
}

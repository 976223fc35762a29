//! Sizes in bytes, as people write them.

/// Reads a size in bytes: `4GB`, `512MiB`, `1.5g`.
///
/// # Errors
/// A text that is no size, in words.
pub fn read(text: &str) -> Result<u64, String> {
    let wrong = || format!("'{text}' is not a size; write 512MB or 4GB");
    let trimmed = text.trim();
    let digits = trimmed.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let factor: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    Ok((number * factor) as u64)
}

/// A number of bytes in decimal units: `999 B`, `1.5 kB`, `2.4 GB`.
pub fn shown(number: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = number as f64;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "B" { format!("{number} B") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(read("4GB"), Ok(4_000_000_000));
        assert_eq!(read("1.5 gib"), Ok(1_610_612_736));
        assert_eq!(read("64m"), Ok(64_000_000));
        assert_eq!(read("0"), Ok(0));
        for wrong in ["", "GB", "4XB", "-4GB", "1e9"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_shown_in_decimal_units() {
        assert_eq!(shown(999), "999 B");
        assert_eq!(shown(999_999), "1.0 MB");
        assert_eq!(shown(2_400_000_000), "2.4 GB");
    }
}

//! Amounts of memory as users write them.

/// Bytes from a number with an optional `K`, `M`, `G` or `T`, each 1024 times the one before.
pub fn memory_size(text: &str) -> Result<u64, String> {
    let wrong = || "it must be a size such as `2G` or `500M`".to_owned();
    let plain = text.trim_end_matches(['b', 'B']).trim_end_matches(['i', 'I']);
    let number = plain.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let power = match plain[number.len()..].to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        _ => return Err(wrong()),
    };
    let bytes = number.trim().parse::<f64>().map_err(|_| wrong())? * 1024f64.powi(power);
    if bytes >= 1.0 && bytes < u64::MAX as f64 { Ok(bytes as u64) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::memory_size;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for text in ["1536M", "1.5G", "1.5GiB", "1.5gb", "1572864K", "1610612736"] {
            assert_eq!(memory_size(text), Ok(3 << 29), "{text}");
        }
        for text in ["", "G", "-1G", "0", "2X", "nan", "1 2"] {
            assert!(memory_size(text).is_err(), "{text}");
        }
    }
}

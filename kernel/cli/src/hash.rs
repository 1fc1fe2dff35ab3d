//! Hashes as text.

/// The first half of a hash, in hexadecimal.
pub fn hex(hash: &[u8]) -> String {
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Signs messages with HMAC-SHA256 over their four JSON frames.
///
/// With an empty key nothing is signed and nothing is checked, as the protocol has it.
#[derive(Clone)]
pub struct Signer {
    mac: Option<Hmac<Sha256>>,
}

impl Signer {
    /// A signer for the connection file's `key`.
    pub fn new(key: &str) -> Self {
        let mac = (!key.is_empty())
            .then(|| Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length"));
        Self { mac }
    }

    /// The signature of `frames` in hexadecimal.
    pub fn sign(&self, frames: &[impl AsRef<[u8]>]) -> String {
        let digest = self.digest(frames).map(|mac| mac.finalize().into_bytes());
        digest.iter().flatten().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether `signature` belongs to `frames`, compared in constant time.
    pub fn verify(&self, frames: &[impl AsRef<[u8]>], signature: &[u8]) -> bool {
        match (self.digest(frames), from_hex(signature)) {
            (None, _) => true,
            (Some(mac), Some(signature)) => mac.verify_slice(&signature).is_ok(),
            (Some(_), None) => false,
        }
    }

    fn digest(&self, frames: &[impl AsRef<[u8]>]) -> Option<Hmac<Sha256>> {
        let mut mac = self.mac.clone()?;
        frames.iter().for_each(|frame| mac.update(frame.as_ref()));
        Some(mac)
    }
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // python: hmac.new(b"key", b"The quick brown fox jumps over the lazy dog", "sha256").hexdigest()
    const KNOWN: &str = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
    const FRAMES: [&str; 2] = ["The quick brown fox ", "jumps over the lazy dog"];

    #[test]
    fn agrees_with_python() {
        assert_eq!(Signer::new("key").sign(&FRAMES), KNOWN);
    }

    #[test]
    fn rejects_other_keys_and_garbage() {
        let signer = Signer::new("key");
        assert!(signer.verify(&FRAMES, KNOWN.as_bytes()));
        assert!(!Signer::new("other").verify(&FRAMES, KNOWN.as_bytes()));
        for garbage in ["", "f7", "zz", "é", &KNOWN[..63], &format!("{KNOWN}00")] {
            assert!(!signer.verify(&FRAMES, garbage.as_bytes()), "{garbage}");
        }
    }

    #[test]
    fn an_empty_key_signs_nothing() {
        let signer = Signer::new("");
        assert_eq!(signer.sign(&FRAMES), "");
        assert!(signer.verify(&FRAMES, b"anything"));
    }
}

//! Questions about the toolchain that rust-analyzer asks at each start: cargo answers the first
//! time, the store from then on.

use super::Settings;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Prints what cargo says to these arguments; returns its exit code.
pub fn give(settings: &Settings, arguments: &[OsString]) -> Result<i32, String> {
    let file = file(settings, arguments);
    let text = match std::fs::read(&file) {
        Ok(text) => text,
        Err(_) => {
            let output = settings.command(&settings.cargo).args(arguments).output();
            let output = output.map_err(|error| error.to_string())?;
            if !output.status.success() {
                let _ = std::io::stderr().write_all(&output.stderr);
                return Ok(output.status.code().unwrap_or(101));
            }
            keep(settings, &file, &output.stdout);
            output.stdout
        }
    };
    std::io::stdout().write_all(&text).map_err(|error| error.to_string())?;
    Ok(0)
}

/// Two sessions may keep the same answer at once: each writes its own file and renames it.
fn keep(settings: &Settings, file: &Path, text: &[u8]) {
    let beside = file.with_extension(std::process::id().to_string());
    let written = std::fs::create_dir_all(&settings.answers)
        .and_then(|()| std::fs::write(&beside, text))
        .and_then(|()| std::fs::rename(&beside, file));
    // A read-only store answers a little later, that is all.
    drop(written);
}

fn file(settings: &Settings, arguments: &[OsString]) -> PathBuf {
    let session = settings.session.as_os_str().as_bytes();
    let mut hash = Sha256::new();
    for argument in arguments {
        let text = argument.as_bytes();
        let own = text.starts_with(session);
        hash.update(if own { &text[session.len()..] } else { text });
        hash.update([0]);
    }
    let name: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    settings.answers.join(name)
}

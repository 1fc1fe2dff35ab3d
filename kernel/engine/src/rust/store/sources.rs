//! The sources of the runtime, packed in when this program was built: a workspace of its own.

use std::io;
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// Writes them.
pub fn unpack(folder: &Path) -> io::Result<()> {
    for (name, content) in FILES {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, content)?;
    }
    Ok(())
}

//! Removes the stores of earlier versions.

use crate::rust::recent::latest_first;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// How many stores are kept, of 650 MB each: the versions that run side by side, times the kinds of
/// processor that share a home folder.
const KEPT: usize = 8;

/// Removes the stores in a folder that have not been used for longest, and what was compiled for
/// them. Each vanishes at once, into the folder `work`, which the next build clears.
pub fn prune(stores: &Path, work: &Path) {
    let removed = work.join("store");
    let roots =
        latest_first(stores).into_iter().filter(|path| path.file_name().is_some_and(is_key));
    for root in roots.skip(KEPT) {
        let _ = fs::remove_dir_all(root.with_extension("cells"));
        let _ = fs::remove_dir_all(root.with_extension("crates"));
        let _ = fs::rename(root, &removed).and_then(|()| fs::remove_dir_all(&removed));
    }
}

/// Whether a folder's name is that of a store.
fn is_key(name: &OsStr) -> bool {
    name.len() == 16 && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rust::recent::mark_used;
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    #[test]
    fn stores_that_were_not_used_for_longest_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = |number: usize| folder.path().join(format!("{number:016x}"));
        let work = folder.path().join("build-0123456789abcdef");
        fs::create_dir(&work).unwrap();
        for number in 0..KEPT + 2 {
            fs::create_dir_all(store(number).join("lib")).unwrap();
            fs::create_dir(store(number).with_extension("cells")).unwrap();
            let age = Duration::from_secs(100 * (KEPT + 2 - number) as u64);
            File::open(store(number)).unwrap().set_modified(SystemTime::now() - age).unwrap();
        }
        mark_used(&store(0));
        prune(folder.path(), &work);
        for number in 0..KEPT + 2 {
            let stays = number != 1 && number != 2;
            assert_eq!(store(number).exists(), stays, "{number}");
            assert_eq!(store(number).with_extension("cells").exists(), stays, "{number}");
        }
        assert_eq!(fs::read_dir(&work).unwrap().count(), 0);
    }
}

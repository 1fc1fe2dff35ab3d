//! A class shared between machines: what of it is whose, and where each leaves its marks.

use crate::merge::Rows;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Which of so many shards, counted from 0, a submission belongs to; always the same one.
pub fn shard_of(student: &str, lab: &str, count: usize) -> usize {
    let mut hash = Sha256::new();
    // A length keeps `ab` of `c` apart from `a` of `bc`.
    hash.update((student.len() as u64).to_le_bytes());
    hash.update(student);
    hash.update(lab);
    let hash = hash.finalize();
    let number = hash.iter().take(8).fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
    (number % count as u64) as usize
}

/// What a shard's folder is called; `index` counts from 1.
pub fn shard_name(index: usize, count: usize) -> String {
    format!("shard-{index}-of-{count}")
}

/// The file that a shard leaves behind when it has come to its end; in it stands which run that was.
pub const FINISHED: &str = "finished";

/// A shard as it was found.
pub struct FoundShard {
    /// The name of its folder.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// What it has graded; else why that is not known.
    pub rows: Result<Rows, String>,
    /// Whether it came to its end.
    pub is_finished: bool,
}

/// The numbers of shards that runs below a folder were shared between, the smallest first.
pub fn shard_counts(out: &Path) -> Vec<usize> {
    let entries = fs::read_dir(out).into_iter().flatten().flatten();
    let count = |name: &str| {
        let (index, count) = name.strip_prefix("shard-")?.split_once("-of-")?;
        let (index, count) = (index.parse().ok()?, count.parse().ok()?);
        (shard_name(index, count) == name && 1 <= index && index <= count).then_some(count)
    };
    let mut counts: Vec<usize> =
        entries.filter_map(|entry| count(entry.file_name().to_str()?)).collect();
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// Every shard below a folder, also those that left nothing; where a run is named, only the end of
/// that run counts as one.
pub fn found_shards(out: &Path, count: usize, run: Option<&str>) -> Vec<FoundShard> {
    let found = |index| {
        let name = shard_name(index, count);
        let folder = out.join(&name);
        let book = folder.join("gradebook.db");
        let rows = match book.is_file() {
            true => Rows::read(&book).map_err(|error| error.to_string()),
            false => Err("it has no gradebook".into()),
        };
        let said = fs::read_to_string(folder.join(FINISHED)).ok();
        let is_finished = said.is_some_and(|said| run.is_none_or(|run| said == run));
        FoundShard { name, folder, rows, is_finished }
    };
    (1..=count).map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_spread_and_nobody_changes_the_shard() {
        let mut sizes = [0; 8];
        for number in 0..800 {
            sizes[shard_of(&format!("student-{number}"), "01-lines", 8)] += 1;
        }
        assert!(sizes.iter().all(|size| (60..140).contains(size)), "{sizes:?}");
        assert_eq!(shard_of("ada", "01-lines", 1), 0);
        // Expected: python3 -c 'import hashlib, struct; h = lambda s, l: int.from_bytes(
        //     hashlib.sha256(struct.pack("<Q", len(s)) + s + l).digest()[:8], "big") % 8;
        //     print(h(b"ada", b"01-lines"), h(b"bob", b"02-tensors"))'
        assert_eq!((shard_of("ada", "01-lines", 8), shard_of("bob", "02-tensors", 8)), (1, 6));
    }

    #[test]
    fn only_folders_of_shards_count() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["shard-1-of-3", "shard-3-of-3", "shard-4-of-3", "shard-01-of-5", "feedback"];
        for name in names {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        assert_eq!(shard_counts(folder.path()), [3]);
        let found = found_shards(folder.path(), 3, None);
        assert!(found.iter().all(|shard| shard.rows.is_err() && !shard.is_finished));
        assert_eq!(found[1].name, "shard-2-of-3");
        fs::write(folder.path().join("shard-3-of-3").join(FINISHED), "monday").unwrap();
        let ends = |run| found_shards(folder.path(), 3, run).pop().unwrap().is_finished;
        assert_eq!((ends(None), ends(Some("monday")), ends(Some("tuesday"))), (true, true, false));
    }
}

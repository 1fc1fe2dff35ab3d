//! Submissions that share passages, found by winnowing (Schleimer, Wilkerson and Aiken, 2003).
//!
//! Of all runs of [`RUN`] tokens, the one with the smallest hash in every window of [`WINDOW`] is kept
//! as a fingerprint: whatever two texts share over `RUN + WINDOW − 1` tokens gives both the same one,
//! wherever it stands. Tokens have no names, so renaming changes nothing.

use super::tokens::tokens;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many tokens a fingerprint covers; what is shorter is chance.
const RUN: usize = 10;
/// Of how many runs, one after the other, one is kept.
const WINDOW: usize = 8;
/// A passage that more than so many share, or a twentieth of the class, is how everybody writes it.
const COMMON: usize = 10;
/// What two submissions must share at least to be named: fingerprints, and their share of the
/// smaller submission's.
const LEAST: (usize, f64) = (8, 0.5);
/// How many pairs are named.
const PAIRS: usize = 50;

/// What a student wrote in a lab.
pub struct Work {
    /// Who.
    pub student: String,
    /// The code of the answers and of added cells.
    pub cells: Vec<String>,
}

/// Two submissions that are alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Whose is the one.
    pub one: String,
    /// Whose is the other.
    pub other: String,
    /// How many fingerprints they share.
    pub shared: usize,
    /// Which share of the smaller one's that is.
    pub share: f64,
}

/// The pairs of a lab's submissions that are alike, the most alike first; what stands in the student
/// version is nobody's own.
pub fn alike(works: &[Work], student_version: &[String]) -> Vec<Pair> {
    let given = all_fingerprints(student_version);
    let mut owners: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (number, work) in works.iter().enumerate() {
        for print in all_fingerprints(&work.cells).difference(&given) {
            owners.entry(*print).or_default().push(number);
        }
    }
    let common = COMMON.max(works.len() / 20);
    owners.retain(|_, owners| owners.len() <= common);
    let mut sizes = vec![0; works.len()];
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for owners in owners.values() {
        for (place, one) in owners.iter().enumerate() {
            sizes[*one] += 1;
            for other in &owners[place + 1..] {
                *shared.entry((*one, *other)).or_default() += 1;
            }
        }
    }
    let pair = |((one, other), shared): ((usize, usize), usize)| Pair {
        one: works[one].student.clone(),
        other: works[other].student.clone(),
        shared,
        share: shared as f64 / sizes[one].min(sizes[other]) as f64,
    };
    let mut pairs: Vec<Pair> = shared.into_iter().map(pair).collect();
    pairs.retain(|pair| pair.shared >= LEAST.0 && pair.share >= LEAST.1);
    pairs.sort_by(|a, b| b.share.total_cmp(&a.share).then(b.shared.cmp(&a.shared)));
    pairs.truncate(PAIRS);
    pairs
}

fn all_fingerprints(cells: &[String]) -> BTreeSet<u64> {
    cells.iter().flat_map(|cell| fingerprints(cell)).collect()
}

fn fingerprints(text: &str) -> BTreeSet<u64> {
    let hash = |run: &[&str]| {
        let mut hasher = DefaultHasher::new();
        run.hash(&mut hasher);
        hasher.finish()
    };
    let hashes: Vec<u64> = tokens(text).windows(RUN).map(hash).collect();
    let windows = hashes.windows(WINDOW.min(hashes.len().max(1)));
    windows.filter_map(|window| window.iter().min().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEAN: &str = "fn mean(values: &[f64]) -> f64 {
        let mut total = 0.0;
        for value in values { total += value; }
        if values.is_empty() { return 0.0; }
        total / values.len() as f64
    }";
    const STEP: &str = "fn step(w: f64, x: &[f64], y: &[f64], lr: f64) -> f64 {
        let mut gradient = 0.0;
        for (a, b) in x.iter().zip(y) { gradient += 2.0 * (w * a - b) * a; }
        w - lr * gradient / x.len() as f64
    }";
    const OTHER: &str = "fn step(w: f64, x: &[f64], y: &[f64], lr: f64) -> f64 {
        let slopes = x.iter().zip(y).map(|(a, b)| (w * a - b) * a);
        let slope: f64 = slopes.sum::<f64>() * 2.0;
        w - lr * (slope / (x.len() as f64))
    }
    fn mean(values: &[f64]) -> f64 {
        let count = values.len().max(1) as f64;
        values.iter().sum::<f64>() / count
    }";

    fn work(student: &str, cells: &[&str]) -> Work {
        Work { student: student.into(), cells: cells.iter().map(|it| (*it).to_owned()).collect() }
    }

    /// Two functions under other names, in another order, with other remarks and numbers.
    fn disguised() -> String {
        let text = format!("{STEP}\n// My own work.\n{MEAN}");
        let names = [
            ("gradient", "slope"),
            ("total", "sum"),
            ("values", "numbers"),
            ("value", "number"),
            ("mean", "average"),
            ("2.0", "2.0f64"),
            ("lr", "rate"),
        ];
        names.iter().fold(text, |text, (from, to)| text.replace(from, to))
    }

    #[test]
    fn a_disguised_copy_is_found_and_own_work_is_not() {
        let works = [
            work("ada", &[&format!("{MEAN}\n{STEP}")]),
            work("bob", &[OTHER]),
            work("eve", &[&disguised()]),
        ];
        let pairs = alike(&works, &[]);
        let names: Vec<_> = pairs.iter().map(|it| (it.one.as_str(), it.other.as_str())).collect();
        assert_eq!(names, [("ada", "eve")]);
        assert!(pairs[0].share > 0.8, "{pairs:?}");
    }

    #[test]
    fn what_everybody_was_given_is_no_copy() {
        let given = [MEAN.to_owned(), STEP.to_owned()];
        let works = [work("ada", &[MEAN, STEP]), work("bob", &[MEAN, STEP])];
        assert_eq!(alike(&works, &given), []);
        assert_eq!(alike(&works, &[]).len(), 1);
    }

    #[test]
    fn what_half_the_class_writes_is_no_copy() {
        let text = format!("{MEAN}\n{STEP}");
        let works: Vec<Work> = (0..12).map(|it| work(&it.to_string(), &[&text])).collect();
        assert_eq!(alike(&works, &[]), []);
        assert_eq!(alike(&works[..10], &[]).len(), 45);
    }

    #[test]
    fn a_shared_passage_is_found_wherever_it_stands() {
        let length = |text: &str| tokens(text).len();
        assert!(length(STEP) >= RUN + WINDOW - 1);
        let other = fingerprints(&format!("let a = [1, 2, 3];\n{STEP}\nprintln!(\"x\");"));
        assert!(!fingerprints(STEP).is_disjoint(&other));
        assert_eq!(fingerprints("let a = 1;").len(), 0);
    }
}

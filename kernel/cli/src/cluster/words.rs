//! The words of a command, for other machines.

use crate::exit::BadInput;
use std::ffi::OsString;
use uuid::Uuid;

/// The arguments that have a value and concern only the machine where the jobs are made.
const HERE: [&str; 6] =
    ["--slurm", "--slurm-options", "--kubernetes", "--shards", "--claim", "--run-id"];

/// What this program was told after `grade`, but for where it is to be graded.
pub fn passed_on() -> anyhow::Result<Vec<String>> {
    let mut words = without_here(std::env::args_os().skip(2))?;
    // All parts of a class draw their examples from one number.
    if !words.iter().any(|word| word.split('=').next() == Some("--seed")) {
        let seed = Uuid::new_v4().as_u128() as u64;
        words.splice(0..0, ["--seed".into(), seed.to_string()]);
    }
    Ok(words)
}

fn without_here(words: impl Iterator<Item = OsString>) -> Result<Vec<String>, BadInput> {
    let words: Result<Vec<String>, BadInput> = words.map(text).collect();
    let mut words = words?.into_iter();
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            kept.push(word);
            break;
        }
        if HERE.contains(&word.as_str()) {
            words.next();
            continue;
        }
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        if !HERE.contains(&name) && name != "--dry-run" {
            kept.push(word);
        }
    }
    kept.extend(words);
    Ok(kept)
}

/// A word as text.
pub fn text(word: OsString) -> Result<String, BadInput> {
    word.into_string().map_err(|word| BadInput {
        message: format!("`{}` is not Unicode", word.display()),
        hint: "rename it; a job's description can hold nothing else".into(),
    })
}

/// Words as a shell reads them.
pub fn quoted(words: &[String]) -> anyhow::Result<String> {
    Ok(shlex::try_join(words.iter().map(String::as_str))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[&str], expected: &[&str]) {
        let words = words.iter().map(OsString::from);
        assert_eq!(without_here(words).unwrap_or_default(), expected);
    }

    #[test]
    fn where_it_is_graded_is_not_passed_on() {
        check(&["--slurm", "8", "--labs", "a b", "--dry-run"], &["--labs", "a b"]);
        check(&["--slurm=8", "03", "--slurm-options=--mem=1", "-j2"], &["03", "-j2"]);
        check(&["--kubernetes", "image", "--shards", "3", "--claim=c", "--fast"], &["--fast"]);
        check(&["--fast", "--", "--slurm"], &["--fast", "--", "--slurm"]);
    }

    #[test]
    fn nothing_in_a_word_reaches_the_shell() {
        let words = ["a b", "$(touch x)", "it's", "", "ünï"].map(ToOwned::to_owned);
        let text = quoted(&words).unwrap();
        let output = std::process::Command::new("sh")
            .args(["-c", &format!("printf '%s|' {text}")])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "a b|$(touch x)|it's||ünï|");
    }
}

//! The words and links of a lab's prose.

use fancy_regex::Regex;
use std::path::Path;
use std::sync::LazyLock;
use unicase::UniCase;

static NO_PROSE: LazyLock<Regex> = LazyLock::new(|| {
    // Code blocks, code, formulas, HTML and the addresses of links.
    regex(r"(?s)```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|<[^>]+>|\]\([^)]*\)|https?://\S+")
});
static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\]\(([^)\s]+)[^)]*\)"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

/// Misspelt words, each with what may be meant; a capital letter begins a name.
pub(crate) fn misspelt(markdown: &str) -> Vec<String> {
    let prose = NO_PROSE.replace_all(markdown, " ");
    let words = prose.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| word.chars().all(char::is_lowercase));
    let known = |word: &str| Some((word.to_owned(), typos_dict::WORD.find(&UniCase::new(word))?));
    words
        .filter_map(known)
        .map(|(word, meant)| format!("`{word}`: is `{}` meant?", meant.join("` or `")))
        .collect()
}

/// Links that cannot lead anywhere: files that are not there, addresses without encryption.
pub(crate) fn dead_links(markdown: &str, folder: &Path) -> Vec<String> {
    let targets = LINK.captures_iter(markdown).flatten().filter_map(|it| Some(it.get(1)?.as_str()));
    let is_dead = |target: &&str| match target.split_once(':') {
        Some(("https" | "attachment", _)) => false,
        Some(_) => true,
        None => !target.starts_with('#') && !folder.join(target).exists(),
    };
    targets.filter(is_dead).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_spelt_and_code_is_not() {
        let found =
            misspelt("We recieve `teh`, Strang and $teh$ [the](http://teh) <b>gradient</b>.");
        assert_eq!(found, ["`recieve`: is `receive` meant?"]);
    }

    #[test]
    fn links_lead_somewhere() {
        let text = "[a](https://arxiv.org/abs/1) [b](missing.md) [c](#top) [d](http://x) [e](src)";
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(dead_links(text, folder), ["missing.md", "http://x"]);
    }
}

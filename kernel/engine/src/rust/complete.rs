//! What could stand at a place in a cell, as rust-analyzer sees it.

use super::parse::word_start;
use crate::{Completion, Completions};
use evcxr::CommandContext;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use std::thread::Result;

thread_local! {
    /// Whether a panic of this thread is no news.
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

/// What could stand at the byte `offset` of `code`; what stands there already comes first.
pub fn complete(context: &mut CommandContext, code: &str, offset: usize) -> Completions {
    let nothing = Completions { items: Vec::new(), start: offset, end: offset };
    let Ok(Some(found)) = ask(context, code, offset).or_else(|_| ask_alone(context, code, offset))
    else {
        return nothing;
    };
    let typed = &code[found.start_offset..offset];
    let mut items: Vec<Completion> = Vec::new();
    for item in found.completions {
        let text = insertable(&item.code);
        if !items.iter().any(|known| known.text == text) {
            items.push(Completion { text, kind: item.kind.into(), signature: item.label });
        }
    }
    items.sort_by_key(|item| item.text != typed);
    Completions { items, start: found.start_offset, end: found.end_offset }
}

/// rust-analyzer's answer, or its panic, which nobody sees.
fn ask(context: &mut CommandContext, code: &str, at: usize) -> Result<Option<evcxr::Completions>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !IS_ASKING.get() {
                usual(info);
            }
        }));
    });
    IS_ASKING.set(true);
    let answer = catch_unwind(AssertUnwindSafe(|| context.completions(code, at).ok()));
    IS_ASKING.set(false);
    answer
}

/// Asks as if the word at `offset` stood in a block of its own.
///
/// Where a type is expected, rust-analyzer also looks for whole expressions of that type, and may
/// panic while it compares generic ones. In such a block nothing is expected.
fn ask_alone(
    context: &mut CommandContext,
    code: &str,
    offset: usize,
) -> Result<Option<evcxr::Completions>> {
    let start = word_start(code, offset);
    let alone = format!("{}{{{};}}{}", &code[..start], &code[start..offset], &code[offset..]);
    let mut found = ask(context, &alone, offset + 1)?;
    if let Some(found) = &mut found {
        (found.start_offset, found.end_offset) = (start, offset);
    }
    Ok(found)
}

/// A completion without its signature: what a user wants in the cell.
fn insertable(code: &str) -> String {
    let end = code.find(['(', ' ', '<', '{', '[', '\n']).unwrap_or(code.len());
    code[..end.max(1)].trim_end_matches("::").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_starts_after_what_is_no_part_of_a_name() {
        assert_eq!(word_start("let größe = grö", "let größe = grö".len()), "let größe = ".len());
        assert_eq!(word_start("f(a_1", 5), 2);
        assert_eq!(word_start("x.", 2), 2);
    }

    #[test]
    fn only_the_name_is_inserted() {
        assert_eq!(insertable("matmul(rhs)"), "matmul");
        assert_eq!(insertable("Vec::<T>"), "Vec");
    }
}

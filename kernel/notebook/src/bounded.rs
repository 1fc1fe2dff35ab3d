//! Text of which only the beginning and the end are kept where there is too much.

/// What a stream printed: whole up to 2 MiB, beyond that its first and its last MiB.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounded {
    head: String,
    tail: String,
    /// How many bytes between the two are gone.
    left_out: usize,
}

const HALF: usize = 1 << 20;

impl Bounded {
    /// Adds to the end.
    pub fn push(&mut self, text: &str) {
        if self.tail.is_empty() && self.head.len() + text.len() <= HALF {
            return self.head.push_str(text);
        }
        self.tail.push_str(text);
        // The tail may grow to twice its size, so that cutting it costs little for each byte.
        if self.tail.len() > 2 * HALF {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let gone = self.tail.ceil_char_boundary(self.tail.len() - HALF);
        self.tail.drain(..gone);
        self.left_out += gone;
    }

    /// What is kept, with a line in the place of what is not.
    pub fn text(&self) -> String {
        let mut whole = self.clone();
        if whole.left_out > 0 && whole.tail.len() > HALF {
            whole.cut();
        }
        let Self { head, tail, left_out } = whole;
        match left_out {
            0 => head + &tail,
            _ => format!("{head}\n… {left_out} bytes left out …\n{tail}"),
        }
    }
}

/// A text, without its middle where it is too long.
pub(crate) fn shortened(text: String) -> String {
    let mut bounded = Bounded::default();
    bounded.push(&text);
    if bounded.left_out == 0 && bounded.tail.len() <= HALF { text } else { bounded.text() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_is_whole() {
        let mut text = Bounded::default();
        ["a", "\r", "ä"].iter().for_each(|part| text.push(part));
        assert_eq!(text.text(), "a\rä");
    }

    #[test]
    fn endless_text_loses_its_middle() {
        let mut text = Bounded::default();
        for _ in 0..500_000 {
            text.push("0123456789ä");
        }
        text.push("the end");
        let shown = text.text();
        assert!(shown.len() < 3 * HALF, "{}", shown.len());
        assert!(shown.starts_with("0123456789ä"));
        assert!(shown.ends_with("the end"));
        let kept: usize = shown.split('…').step_by(2).map(str::len).sum();
        assert!(shown.contains(&format!("… {} bytes left out …", 6_000_007 + 2 - kept)), "{kept}");
    }
}

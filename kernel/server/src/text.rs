//! Positions in a text: front ends count code points, engines bytes.

/// The byte offset of a position in code points; the end of the text where it lies beyond.
pub(crate) fn to_bytes(text: &str, code_points: usize) -> usize {
    text.char_indices().nth(code_points).map_or(text.len(), |(offset, _)| offset)
}

/// The position in code points of a byte offset.
pub(crate) fn to_code_points(text: &str, offset: usize) -> usize {
    text.char_indices().take_while(|(start, _)| *start < offset).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn astral_characters_are_one_code_point_each() {
        let text = "é👩\u{200d}🚀x"; // 2, 4, 3, 4 and 1 bytes
        for (code_points, offset) in [(0, 0), (1, 2), (2, 6), (3, 9), (4, 13), (5, 14)] {
            assert_eq!(to_bytes(text, code_points), offset);
            assert_eq!(to_code_points(text, offset), code_points);
        }
        assert_eq!(to_bytes(text, 99), text.len());
        assert_eq!(to_code_points(text, 99), 5);
    }
}

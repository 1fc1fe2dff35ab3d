//! The idx format, in which MNIST is published.
//!
//! A file holds a magic number (0, 0, 8 = unsigned byte, number of dimensions), the size of each
//! dimension as a big-endian `u32`, then the bytes, the last dimension varying fastest.

use crate::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::io::Read;
use std::path::Path;

/// One array of bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct Array {
    pub dims: Vec<usize>,
    pub bytes: Vec<u8>,
}

/// Reads an array of `rank` dimensions, gzipped or not; `path` names it in errors.
pub(crate) fn parse(path: &Path, file: &[u8], rank: usize) -> Result<Array> {
    if file.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let read = MultiGzDecoder::new(file).read_to_end(&mut unpacked);
        read.map_err(|source| Error::Read { path: path.to_owned(), source })?;
        return parse_plain(path, &unpacked, rank);
    }
    parse_plain(path, file, rank)
}

fn parse_plain(path: &Path, file: &[u8], rank: usize) -> Result<Array> {
    let wrong = |expected: String, found: String, hint| Error::Format {
        path: path.to_owned(),
        expected,
        found,
        hint,
    };
    let start = 4 + 4 * rank;
    let Some((header, bytes)) = file.split_at_checked(start) else {
        let (expected, found) =
            (format!("a header of {start} bytes"), format!("{} bytes", file.len()));
        return Err(wrong(expected, found, "the file was cut off; fetch it again"));
    };
    let word =
        |at: usize| header[4 * at..][..4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    let magic = 0x0800 + rank as u32;
    if word(0) != magic {
        let (expected, found) = (format!("the magic number {magic}"), word(0).to_string());
        return Err(wrong(
            expected,
            found,
            "images are idx3-ubyte (2051), labels idx1-ubyte (2049)",
        ));
    }
    let dims: Vec<usize> = (1..=rank).map(|at| word(at) as usize).collect();
    let size = dims.iter().try_fold(1usize, |size, dim| size.checked_mul(*dim));
    if size != Some(bytes.len()) {
        let (expected, found) = (format!("{dims:?} bytes"), format!("{} bytes", bytes.len()));
        return Err(wrong(
            expected,
            found,
            "the file was cut off or is another one; fetch it again",
        ));
    }
    Ok(Array { dims, bytes: bytes.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    const LABELS: &[u8] = &[0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9];

    fn message(file: &[u8], rank: usize) -> String {
        parse(Path::new("mnist/labels"), file, rank).unwrap_err().to_string()
    }

    #[test]
    fn an_array_is_read_plain_and_gzipped() {
        let expected = Array { dims: vec![3], bytes: vec![7, 8, 9] };
        assert_eq!(parse(Path::new("x"), LABELS, 1).unwrap(), expected);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(LABELS).unwrap();
        assert_eq!(parse(Path::new("x"), &gzip.finish().unwrap(), 1).unwrap(), expected);
    }

    #[test]
    fn a_wrong_magic_number_names_both() {
        let text = message(&[0, 0, 8, 3, 0, 0, 0, 3, 7, 8, 9], 1);
        assert!(
            text.starts_with("mnist/labels: expected the magic number 2049, found 2051"),
            "{text}"
        );
    }

    #[test]
    fn a_cut_file_names_both_sizes() {
        assert!(message(&LABELS[..10], 1).contains("expected [3] bytes, found 2 bytes"));
        assert!(message(&LABELS[..3], 1).contains("expected a header of 8 bytes, found 3 bytes"));
        assert!(message(&[], 3).contains("expected a header of 16 bytes, found 0 bytes"));
    }

    #[test]
    fn sizes_that_overflow_are_an_error() {
        let file = [&[0, 0, 8, 3][..], &[255; 12]].concat();
        assert!(message(&file, 3).contains("found 0 bytes"));
    }

    #[test]
    fn a_damaged_gzip_file_is_an_error() {
        assert!(message(&[0x1f, 0x8b, 8, 0, 1], 1).starts_with("cannot read mnist/labels"));
    }
}

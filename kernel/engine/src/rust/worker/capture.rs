//! What a thread writes, kept aside: the runtime shows the output of a widget's callback in the
//! widget and not in a cell.

use std::cell::RefCell;

thread_local! {
    static WRITTEN: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Starts or ends keeping what this thread writes to its standard output and error.
pub extern "C" fn capture(on: bool) {
    WRITTEN.set(on.then(Vec::new));
}

/// Moves up to `capacity` kept bytes into `buffer`; returns how many.
///
/// # Safety
/// `buffer` points to `capacity` writable bytes.
pub unsafe extern "C" fn take(buffer: *mut u8, capacity: usize) -> usize {
    WRITTEN.with_borrow_mut(|written| {
        let Some(written) = written else { return 0 };
        let count = written.len().min(capacity);
        // SAFETY: at most `capacity` bytes are written.
        unsafe { std::ptr::copy_nonoverlapping(written.as_ptr(), buffer, count) };
        written.drain(..count);
        count
    })
}

/// Keeps bytes where this thread is being captured; false where it is not.
pub fn keep(bytes: &[u8]) -> bool {
    // A thread that is ending has no storage of its own any more.
    let kept = WRITTEN.try_with(|written| match written.borrow_mut().as_mut() {
        Some(written) => {
            written.extend(bytes);
            true
        }
        None => false,
    });
    kept.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_bytes_come_out_once_and_in_order() {
        assert!(!keep(b"lost"));
        capture(true);
        assert!(keep(b"abc") && keep(b"de"));
        let mut buffer = [0; 4];
        // SAFETY: the buffer's own length is given.
        let mut next = || unsafe { take(buffer.as_mut_ptr(), buffer.len()) };
        assert_eq!((next(), next(), next()), (4, 1, 0));
        capture(false);
        assert!(!keep(b"x"));
    }
}

//! A request to stop is the process's, hence a test program of its own.

use candlelab_data::{Augment, Dataset, digits};
use candlelab_host::Interrupted;
use candlelab_host::cell::candlelab_interrupt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The batches that a loop sees if it is to stop during its third.
fn seen<I: Iterator>(batches: impl FnOnce(&Dataset) -> I) -> usize {
    let (set, mut seen) = (digits().unwrap().take(640).unwrap(), 0);
    let run = catch_unwind(AssertUnwindSafe(|| {
        for _ in batches(&set) {
            seen += 1;
            if seen == 3 {
                candlelab_interrupt();
            }
        }
    }));
    assert!(run.expect_err("it went on").is::<Interrupted>());
    seen
}

#[test]
fn an_interrupt_stops_before_the_next_batch_prefetched_or_not() {
    assert_eq!(seen(|set| set.batches(32, 1).unwrap()), 3);
    let steps = [Augment::Rotate { degrees: 10. }];
    let ahead = |set: &Dataset| set.batches(32, 1)?.augmented(&steps)?.prefetch();
    assert_eq!(seen(|set| ahead(set).unwrap()), 3);
    let all = digits().unwrap().batches(32, 1).unwrap(); // and the request is forgotten
    assert_eq!(all.count(), 57);
}

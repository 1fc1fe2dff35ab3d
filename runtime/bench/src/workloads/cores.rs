//! What two cores can do.

use super::noise;
use crate::measure::{Measured, measure};
use candle_core::Result;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A product of two square matrices of side 2048, for the machine's peak.
pub fn gemm(seconds: f64) -> Result<Measured> {
    let (a, b) = (noise(&[2048, 2048])?, noise(&[2048, 2048])?);
    measure(seconds, |_| a.matmul(&b).map(drop))
}

/// A number handed to another thread and back a hundred times: where the machine is virtual, its
/// cores may share a cache at one time and not at another.
pub fn handover(seconds: f64) -> Result<Measured> {
    const TIMES: usize = 100;
    const END: usize = usize::MAX;
    let number = AtomicUsize::new(0);
    let await_next = |last: usize| loop {
        match number.load(Ordering::Acquire) {
            now if now == last => spin_loop(),
            now => return now,
        }
    };
    std::thread::scope(|scope| {
        // Odd numbers go there, the even ones after them come back.
        scope.spawn(|| {
            let mut now = await_next(0);
            while now != END {
                number.store(now + 1, Ordering::Release);
                now = await_next(now + 1);
            }
        });
        let mut last = 0;
        let measured = measure(seconds, |_| {
            for _ in 0..TIMES {
                number.store(last + 1, Ordering::Release);
                last = await_next(last + 1);
            }
            Ok(())
        });
        number.store(END, Ordering::Release);
        measured
    })
}

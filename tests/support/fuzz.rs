//! Property tests that go on for a while.

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use std::time::{Duration, Instant};

/// Checks cases for `CANDLELAB_FUZZ_SECONDS`, two by default. Round `n` is always the same.
pub fn fuzz<S: Strategy>(cases: S, check: impl Fn(S::Value) -> TestCaseResult) {
    let seconds = std::env::var("CANDLELAB_FUZZ_SECONDS").ok();
    let seconds = seconds.map_or(2.0, |seconds| seconds.parse().expect("a number of seconds"));
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    for round in 0u64.. {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&round.to_le_bytes());
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let result = TestRunner::new_with_rng(config, rng).run(&cases, &check);
        result.unwrap_or_else(|error| panic!("in round {round}: {error}"));
        if Instant::now() >= end {
            return;
        }
    }
}
